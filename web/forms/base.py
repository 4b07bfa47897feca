"""The building blocks of a form: marshmallow fields that carry what the page shows, and messages in both languages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load, validates_schema

from hub.contract.text import Text
from hub.errors import InvalidInput

REQUIRED = Text("请填写此项", "This is required")
TICK = Text("请先阅读并勾选", "Read it and tick the box first")
FORMAT = Text("格式有误", "Not in the right form")


@dataclass(frozen=True)
class Rule:
    """A value must match ``pattern`` as a whole, else the user reads ``text``."""

    pattern: re.Pattern[str]
    text: Text

    def __call__(self, value: str) -> None:
        """Raises ValidationError."""
        if value and not self.pattern.fullmatch(value):
            raise ValidationError([self.text])


@dataclass(frozen=True)
class Length:
    """A value has between ``shortest`` and ``longest`` characters, unless it is empty."""

    shortest: int
    longest: int

    def __call__(self, value: str) -> None:
        """Raises ValidationError."""
        if value and not self.shortest <= len(value) <= self.longest:
            zh = f"请填写{self.shortest}至{self.longest}个字" if self.shortest > 1 else f"最多{self.longest}个字"
            en = f"{self.shortest} to {self.longest}" if self.shortest > 1 else f"at most {self.longest}"
            raise ValidationError([Text(zh, f"Please enter {en} characters")])


def line(
    label: Text,
    *,
    required: bool = False,
    shortest: int = 1,
    longest: int,
    rule: Rule | None = None,
    control: str = "text",
    autocomplete: str = "off",
    hint: Text | None = None,
) -> fields.String:
    """A field of text. ``control``: text, tel, email or area."""
    shown = {
        "label": label,
        "control": control,
        "autocomplete": autocomplete,
        "hint": hint,
        "shortest": shortest,
        "longest": longest,
    }
    if rule:
        shown |= {"pattern": rule.pattern.pattern, "wrong": rule.text}
    messages: dict[str, Any] = {name: [FORMAT] for name in ("invalid", "null", "invalid_utf8")}
    return fields.String(
        **({"required": True} if required else {"load_default": ""}),
        validate=[Length(shortest, longest)] + ([rule] if rule else []),
        error_messages=messages | {"required": [REQUIRED]},
        metadata=shown,
    )


def tick(label: Text) -> fields.Boolean:
    """A box that has to be ticked."""
    return fields.Boolean(
        required=True,
        truthy={"yes"},
        falsy={""},
        error_messages={name: [TICK] for name in ("required", "invalid", "null")},
        metadata={"label": label, "control": "tick"},
    )


class Form(Schema):
    """A form. ``stricter``: further rules by kind of control, from the portal and the partner's sheet."""

    class Meta:
        """Fields of the page that are not the form's (tokens, signatures) are none of its business."""

        unknown = EXCLUDE

    def __init__(self, stricter: Mapping[str, Sequence[Rule]] | None = None) -> None:
        super().__init__()
        self.stricter = stricter or {}

    @pre_load
    def _tidy(self, data: Mapping[str, Any], **_: Any) -> dict[str, str]:
        """Blanks around a value are not meant; a browser's line ends become one; an empty value is no value."""
        tidied = {name: str(value).strip().replace("\r\n", "\n") for name, value in data.items()}
        return {name: value for name, value in tidied.items() if value}

    @validates_schema(skip_on_field_errors=True)
    def _stricter(self, data: Mapping[str, Any], **_: Any) -> None:
        wrong: dict[str, list[Any]] = {}
        for name, shown in self.shown().items():
            for rule in self.stricter.get(shown["control"], ()):
                value = data.get(name, "")
                if value and not rule.pattern.fullmatch(value):
                    wrong.setdefault(name, []).append(rule.text)
        if wrong:
            raise ValidationError(wrong)

    def shown(self) -> dict[str, Mapping[str, Any]]:
        """What the page needs to know of each field, in order."""
        return {name: {**row.metadata, "required": row.required, "name": name} for name, row in self.fields.items()}

    def check(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The values, typed, ticks left out. Raises InvalidInput with the first message of every wrong field."""
        try:
            values = self.load(data)
        except ValidationError as error:
            raise InvalidInput({name: texts[0] for name, texts in error.messages_dict.items()}) from None
        ticks = {name for name, shown in self.shown().items() if shown["control"] == "tick"}
        return {name: value for name, value in values.items() if name not in ticks}
