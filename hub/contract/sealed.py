"""How a sealed value reads: an account that is stored encrypted keeps its end, so that a user recognises it."""

MARK = "sealed:1:"
SHOWN = 4  # characters at the end that stay readable


def is_sealed(value: object) -> bool:
    """Whether ``value`` is one that the vault (:mod:`hub.crypto.vault`) has sealed."""
    return isinstance(value, str) and value.startswith(MARK)


def masked(value: str) -> str:
    """As a page may show a sealed value: ``**** 0001``."""
    return f"**** {value.removeprefix(MARK).partition(':')[0]}"
