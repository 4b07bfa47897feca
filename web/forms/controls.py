"""The fields of forms: each a marshmallow field whose metadata says how the page shows it.

``metadata["control"]``: text, tel, email, area, tick, box, select, radio, day, amount, region, picked or
chosen; places are in places.py.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from marshmallow import ValidationError, fields
from werkzeug.datastructures import MultiDict

from hub.business import regions
from hub.contract.text import Text
from web.forms.conditions import REQUIRED

TICK = Text("请先阅读并勾选", "Read it and tick the box first")
FORMAT = Text("格式有误", "Not in the right form")
CHOOSE = Text("请从列表中选择", "Choose from the list")
DAY = Text("格式有误，请填写日期，如 2026-11-20", "A date, such as 2026-11-20")
REGION_LEVELS = (
    Text("请选择省/市", "Choose the province"),
    Text("请选择市", "Choose the city"),
    Text("请选择区", "Choose the district"),
)
NO_OPTIONS: Mapping[str, Text] = {}
Posted = MultiDict[str, str]


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
    picked: str = "",
) -> fields.String:
    """A field of text. ``control``: text, tel, email or area. ``picked``: the control once there is something to pick,
    and nothing else may be said then.
    """
    shown = {
        "label": label,
        "control": control,
        "autocomplete": autocomplete,
        "hint": hint,
        "shortest": shortest,
        "longest": longest,
        "picked": picked,
    }
    if rule:
        shown |= {"pattern": rule.pattern.pattern, "wrong": rule.text}
    return fields.String(
        **_needed(required, ""),
        validate=[Length(shortest, longest)] + ([rule] if rule else []),
        error_messages=_messages(FORMAT, "invalid", "null", "invalid_utf8"),
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


def choice(
    label: Text,
    options: Mapping[str, Text],
    *,
    control: str = "select",
    required: bool = False,
    default: str = "",
    hint: Text | None = None,
    searched: bool = False,
) -> fields.String:
    """One of ``options``. ``control``: select or radio; ``default`` is chosen on a new page.

    ``searched``: the options are a parameter table, found by code or name however few they are (UI-02).
    """

    def listed(value: str) -> None:
        if value not in options:
            raise ValidationError([CHOOSE])

    return fields.String(
        **_needed(required, ""),
        validate=listed,
        error_messages=_messages(CHOOSE, "invalid", "null", "invalid_utf8"),
        metadata={
            "label": label,
            "control": control,
            "options": options,
            "default": default,
            "hint": hint,
            "searched": searched,
        },
    )


def pick(label: Text, *, hint: Text | None = None, renews: bool = True) -> fields.String:
    """One of the enterprise's own objects, or people; the page offers what there is, the act checks it.

    :param renews: whether a button beside it looks again, for what was made meanwhile.
    """
    return fields.String(
        **_needed(True, ""),
        error_messages=_messages(CHOOSE, "invalid", "null", "invalid_utf8"),
        metadata={"label": label, "control": "select", "options": {}, "default": "", "hint": hint, "renews": renews},
    )


def offered(label: Text) -> fields.String:
    """One of what another object offers, or nothing."""
    return fields.String(
        **_needed(False, ""),
        error_messages=_messages(CHOOSE, "invalid", "null", "invalid_utf8"),
        metadata={"label": label, "control": "select", "options": {}, "default": ""},
    )


YES_NO = {"yes": Text("是", "Yes"), "no": Text("否", "No")}


def flag(
    label: Text,
    *,
    required: bool = False,
    default: str = "",
    options: Mapping[str, Text] = YES_NO,
    control: str = "select",
) -> fields.Boolean:
    """Yes or no; ``options`` may word it otherwise. ``control``: select or radio."""
    return fields.Boolean(
        **_needed(required, None),
        truthy={"yes"},
        falsy={"no"},
        error_messages=_messages(CHOOSE, "invalid", "null"),
        metadata={"label": label, "control": control, "options": options, "default": default},
    )


def box(label: Text) -> fields.Boolean:
    """A box that may be ticked."""
    return fields.Boolean(
        load_default=False,
        truthy={"yes"},
        falsy={"no"},
        error_messages=_messages(FORMAT, "invalid", "null"),
        metadata={"label": label, "control": "box"},
    )


def day(label: Text, *, required: bool = False, hint: Text | None = None) -> fields.Date:
    """A day, YYYY-MM-DD."""
    return fields.Date(
        **_needed(required, None),
        format="%Y-%m-%d",
        error_messages=_messages(DAY, "invalid", "format", "null"),
        metadata={"label": label, "control": "day", "hint": hint},
    )


class Amount(fields.Decimal):
    """An exact number in plain digits: no exponent, no sign, no more places than it may have."""

    def __init__(self, pattern: re.Pattern[str], **more: Any) -> None:
        super().__init__(**more)
        self._pattern = pattern

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if not self._pattern.fullmatch(str(value)):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **more)


def amount(
    label: Text,
    *,
    required: bool = False,
    places: int = 2,
    digits: int = 18,
    least: str = "0",
    unit: str | None = None,
    default: str = "",
    hint: Text | None = None,
    options: Mapping[str, Text] = NO_OPTIONS,
) -> Amount:
    """An exact number of at most ``digits`` digits, ``places`` of them behind the point, not below ``least``.

    ``unit`` names the field whose value stands behind it (a currency), or is that unit itself. ``options``: the usual
    numbers, one of which is chosen; another one that stands there already is kept.
    """
    wrong = Text(
        f"格式有误，请填写不小于{least}的数字，最多{places}位小数",
        f"A number not below {least} with at most {places} decimals",
    )
    pattern = re.compile(rf"[0-9]{{1,{digits - places}}}" + (rf"(\.[0-9]{{1,{places}}})?" if places else ""))

    def enough(value: Decimal) -> None:
        if value < Decimal(least):
            raise ValidationError([wrong])

    return Amount(
        pattern,
        **_needed(required, None),
        validate=enough,
        error_messages=_messages(wrong, "invalid", "null", "special"),
        metadata={
            "label": label,
            "control": "select" if options else "amount",
            "options": options,
            "open": True,
            "unit": unit,
            "default": default,
            "hint": hint,
            "pattern": pattern.pattern,
            "wrong": wrong,
            "longest": digits + 1,
        },
    )


class Picked(fields.Raw):
    """Records that were chosen on the page before; they stand in hidden controls of one name, each with a record's id.

    The value is a list of rows, ``{column: id}``, to which the hub adds what it knows of each record.
    """

    def __init__(self, column: str, **more: Any) -> None:
        super().__init__(**more)
        self.column = column

    def gather(self, posted: Posted, name: str, kept: Any = None) -> list[dict[str, str]]:  # noqa: ARG002
        """The ids in the order of the page."""
        return [{self.column: value} for value in posted.getlist(self.column)]

    def spread(self, name: str, typed: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        """The hidden controls."""
        return [(self.column, row[self.column]) for row in typed or ()]


def picked(label: Text, column: str) -> Picked:
    """Records chosen on the page before, by their ids."""
    return Picked(column, load_default=list, metadata={"label": label, "control": "picked", "column": column})


class Chosen(fields.Raw):
    """Some of the rows that another object offers, each known by what it has in ``column``; added one by one."""

    def __init__(self, column: str, **more: Any) -> None:
        super().__init__(**more)
        self.column = column
        self.offered: Mapping[str, Mapping[str, str]] = {}

    def gather(self, posted: Posted, name: str, kept: Any = None) -> list[dict[str, str]]:  # noqa: ARG002
        """The rows of the page in their order; what is not offered is none."""
        return [dict(self.offered[value]) for value in posted.getlist(name) if value in self.offered]

    def spread(self, name: str, typed: Any) -> list[tuple[str, str]]:
        """The controls that hold the rows."""
        return [(name, row[self.column]) for row in typed or ()]

    def alter(
        self, rows: list[Mapping[str, str]], verb: str, more: str, picked: Collection[str]
    ) -> list[Mapping[str, str]]:
        """The rows with ``more`` (``add``), or without those that are picked (``delete``)."""
        there = {row[self.column] for row in rows}
        if verb == "add" and more in self.offered and more not in there:
            return [*rows, dict(self.offered[more])]
        return [row for row in rows if row[self.column] not in picked] if verb == "delete" else rows

    def outdated(self, rows: Iterable[Mapping[str, str]]) -> Iterator[tuple[Mapping[str, str], Mapping[str, str]]]:
        """The rows that are offered otherwise now, and how; those that are not any more, and nothing."""
        for row in rows:
            now = self.offered.get(row[self.column], {})
            if now != row:
                yield row, now


def chosen(label: Text, column: str, add: Text) -> Chosen:
    """Rows that are added from those of another object; ``add`` is what the button says."""
    shown = {"label": label, "control": "chosen", "column": column, "options": {}, "add": add}
    return Chosen(column, load_default=list, metadata=shown)


@runtime_checkable
class Gathered(Protocol):
    """A field that is typed into several controls."""

    def gather(self, posted: Posted, name: str, kept: Any) -> Any:
        """Its one value, as JSON; ``kept`` is the value before, for what the page shows in part."""
        ...

    def spread(self, name: str, typed: Any) -> list[tuple[str, str]]:
        """The controls that hold this value: name and value of each."""
        ...


class Region(fields.String):
    """Province, city, district: chosen one after the other, kept as the code of the last one chosen."""

    def gather(self, posted: Posted, name: str, kept: Any) -> str:  # noqa: ARG002
        """The deepest code of the three selects that fits the ones before it."""
        code = ""
        for level in range(len(REGION_LEVELS)):
            chosen = posted.get(f"{name}-{level}", "")
            if len(chosen) != regions.LEVELS[level] or not chosen.startswith(code):
                break
            code = chosen
        return code

    def spread(self, name: str, typed: Any) -> list[tuple[str, str]]:
        """The three selects."""
        return [(f"{name}-{level}", code) for level, code in enumerate(regions.levels(typed or ""))]


def region(label: Text, *, required: bool = False, hint: Text | None = None) -> Region:
    """A place of mainland China down to its district, where its city has any."""

    def whole(value: str) -> None:
        if not regions.is_complete(value):
            raise ValidationError([REGION_LEVELS[len(regions.levels(value))]])

    return Region(
        **_needed(required, ""),
        validate=whole,
        error_messages=_messages(FORMAT, "invalid", "null", "invalid_utf8") | {"required": [REGION_LEVELS[0]]},
        metadata={"label": label, "control": "region", "hint": hint},
    )


def selects(code: str) -> list[dict[str, Any]]:
    """What the three selects of a region show while ``code`` is chosen: placeholder, options, value."""
    chosen = regions.levels(code)
    above = ("", *chosen)
    return [
        {
            "placeholder": text,
            "options": regions.below(above[level]) if level < len(above) else (),
            "value": chosen[level] if level < len(chosen) else "",
        }
        for level, text in enumerate(REGION_LEVELS)
    ]


def _needed(required: bool, nothing: Any) -> dict[str, Any]:
    return {"required": True} if required else {"load_default": nothing}


def _messages(text: Text, *names: str) -> dict[str, Any]:
    return {"required": [REQUIRED]} | {name: [text] for name in names}
