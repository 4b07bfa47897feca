"""A text that a user sees: Chinese is authoritative, English is its translation (spec UI-29)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """One text in both languages. ``str(text)`` is the Chinese one."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh

    def __call__(self, language: str) -> str:
        """The text in ``language`` (``zh`` or ``en``); any other language reads Chinese."""
        return self.en if language == "en" else self.zh
