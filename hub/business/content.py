"""An object's content as JSON values and back, exactly, and whether it fits its kind."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.business.kind import Field, Kind

STORED: Mapping[type, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    date: (date.isoformat, date.fromisoformat),
    datetime: (datetime.isoformat, datetime.fromisoformat),
    Decimal: (str, Decimal),
}
"""How content values that JSON does not know are written and read, exactly."""
PLAIN = frozenset({str, int, bool, type(None)})
"""What most values are: JSON has them as they are."""


def freeze(content: Mapping[str, Any]) -> dict[str, Any]:
    """Content as JSON values, rows within it too."""
    return {name: value if type(value) in PLAIN else _freeze(value) for name, value in content.items()}


def thaw(kind: Kind, stored: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values as content; a field that the kind no longer declares is read as it lies."""
    return _thaw(kind.declared, stored)


def check_content(kind: Kind, content: Mapping[str, Any]) -> None:
    """Raises ValueError naming the field when ``content`` has an undeclared field or a value of another type.

    None says that a field has no value (any more).
    """
    _check(kind.code, kind.declared, content)


def number_of(kind: Kind, number: str, content: Mapping[str, Any]) -> str:
    """The number of what a partner tells of: its own, or a digest of what makes it one thing; 1.0 and 1.00 are one."""
    if not kind.told:
        return number
    said = [format(value.normalize(), "f") if isinstance(value, Decimal) else _freeze(value) for value in
            (content[name] for name in kind.told)]  # fmt: skip
    return hashlib.sha256("|".join(map(str, said)).encode()).hexdigest()


def _freeze(value: Any) -> Any:
    if type(value) in STORED:
        return STORED[type(value)][0](value)
    if isinstance(value, list):
        return [item if type(item) in PLAIN else _freeze(item) for item in value]
    return freeze(value) if isinstance(value, dict) else value


def _thaw(declared: Mapping[str, Field], stored: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _read(declared[name], value) if name in declared and declared[name].type not in PLAIN else value
        for name, value in stored.items()
    }


def _read(row: Field, value: Any) -> Any:
    if value is None:
        return None
    if row.rows:
        return [_thaw(row.declared, item) for item in value]
    return STORED[row.type][1](value) if row.type in STORED else value


def _check(owner: str, declared: Mapping[str, Field], content: Mapping[str, Any]) -> None:
    for name, value in content.items():
        if name not in declared:
            raise ValueError(f"{owner} declares no field {name!r}")
        if value is None:
            continue
        row, given = declared[name], type(value)
        if given is not row.type:
            raise ValueError(f"{owner}.{name}: {given.__name__} instead of {row.type.__name__}")
        for place, item in enumerate(value if row.rows else ()):
            _check(f"{owner}.{name}[{place}]", row.declared, item)
