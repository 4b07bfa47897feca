"""A form: a marshmallow schema whose fields carry what the page shows, and the rules between them."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema

from hub.contract.text import Text
from hub.errors import InvalidInput
from web.forms.conditions import Condition
from web.forms.controls import CHOOSE, Chosen, Gathered, Picked, Posted, Rule

NOTHING: Mapping[str, Any] = {}
AT_ONCE = 50  # rows with controls on one page
LISTED = 20  # rows as text on one page, where one of them is open for entry


class Form(Schema):
    """A form. ``stricter``: further rules by kind of control, from the portal and the partner's sheet.

    ``picks``: for each field whose choices nobody can write down (seals, partners, the parts of an agreement), what
    there is to pick now. What has nothing to pick is not asked for, unless it is required.
    """

    conditions: ClassVar[Sequence[Condition]] = ()

    class Meta:
        """Fields of the page that are not the form's (tokens, signatures) are none of its business."""

        unknown = EXCLUDE

    def __init__(
        self,
        stricter: Mapping[str, Sequence[Rule]] | None = None,
        picks: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        super().__init__()
        self.stricter = stricter or {}
        self.picks = picks or {}
        for name, row in self.fields.items():
            if isinstance(row, Chosen):
                row.offered = self.picks.get(name, {})

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

    @validates_schema(skip_on_field_errors=True)
    def _picked(self, data: Mapping[str, Any], **_: Any) -> None:
        """What is required is looked up by the act itself, unless it may be typed where there is nothing to pick."""
        free = {name for name, row in self.fields.items() if not row.required or row.metadata.get("picked")}
        said = {name: data[name] for name in self.picks if isinstance(data.get(name), str) and data[name]}
        wrong = [name for name in said if name in free and said[name] not in self.picks[name]]
        if wrong:
            raise ValidationError({name: [CHOOSE] for name in wrong})

    def shown(self) -> dict[str, Mapping[str, Any]]:
        """What the page needs to know of each field that is asked for, in order."""
        return {
            name: {**row.metadata, "required": row.required, "name": name}
            | ({"columns": row.form.shown()} if isinstance(row, Rows) else {})
            | (self._choice(name, row) if name in self.picks else {})
            for name, row in self.fields.items()
            if name not in self._unasked
        }

    def _choice(self, name: str, row: fields.Field[Any]) -> dict[str, Any]:
        """How a field is shown that there is something to pick for."""
        control = row.metadata.get("picked") or row.metadata["control"]
        return {"options": self.picks[name], "default": self._default(name), "control": control}

    @property
    def _unasked(self) -> set[str]:
        """The fields that have nothing to pick and need not have anything."""
        bare = {name for name, picks in self.picks.items() if not picks}
        return {name for name in bare if not self.fields[name].required and not isinstance(self.fields[name], Chosen)}

    def gather(self, posted: Posted, kept: Mapping[str, Any] = NOTHING) -> dict[str, Any]:
        """What was typed, field by field, as it is kept in a draft; ``kept`` holds the rows that the page left out."""
        typed = {
            name: row.gather(posted, name, kept.get(name)) if isinstance(row, Gathered) else posted.get(name, "")
            for name, row in self.fields.items()
        }
        return typed | dict.fromkeys(self._unasked, "")

    def spread(self, typed: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The other way round: the controls that would be posted with ``typed``."""
        return [
            pair
            for name, row in self.fields.items()
            for pair in (
                row.spread(name, typed.get(name)) if isinstance(row, Gathered) else [(name, str(typed.get(name, "")))]
            )
        ]

    def entered(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """``content`` as a user would have typed it, defaults where there is nothing yet."""
        return {
            name: self._default(name) if content.get(name) is None else entered(content[name]) for name in self.fields
        }

    def _default(self, name: str) -> str:
        """What a new page shows, as long as it may be picked."""
        default: str = self.fields[name].metadata.get("default", "")
        return default if name not in self.picks or default in self.picks[name] else ""

    def outdated(self, content: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """What ``content`` holds that is not to be picked any more, or reads otherwise: field, was, is (or nothing)."""
        found = []
        for name, picks in self.picks.items():
            row, held = self.fields[name], content.get(name)
            if isinstance(row, Chosen):
                found += [(name, _in_words(one), _in_words(now)) for one, now in row.outdated(held or ())]
            elif held and not row.metadata.get("open") and entered(held) not in picks:
                found.append((name, "" if held is True else str(held), ""))
        return found

    def brought(self, address: Posted) -> dict[str, Any]:
        """The records that the address names."""
        return {name: row.gather(address, name) for name, row in self.fields.items() if isinstance(row, Picked)}

    def check(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """The values, typed, ticks left out; what is hidden or empty is "" or None.

        Raises InvalidInput with the first message of every wrong field, in the order of the form.
        """
        tidied = {name: _tidy(value) for name, value in typed.items()}
        hidden = {name for row in self.conditions for name in row.hidden(tidied)}
        given = {name: value for name, value in tidied.items() if value and name not in hidden}
        wrong = {name: text for row in self.conditions for name, text in row.wrong(given).items() if name not in hidden}
        try:
            values = self.load(given, partial=tuple(hidden))
        except ValidationError as error:
            wrong |= {name: texts[0] for name, texts in error.messages_dict.items()}
            values = error.valid_data
        for name, row in self.tables().items():
            if name not in hidden:
                values[name], found = row.check(name, tidied.get(name) or [])
                wrong |= found
        if wrong:
            places = list(self.fields)
            raise InvalidInput(dict(sorted(wrong.items(), key=lambda item: places.index(item[0].partition("-")[0]))))
        return self._whole(values)

    def right(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """The values that are right by themselves, typed; the others are "" or None. Raises nothing."""
        given = {name: _tidy(value) for name, value in typed.items() if _tidy(value)}
        try:
            values = self.load(given, partial=True)
        except ValidationError as error:
            values = error.valid_data
        return self._whole(
            {**values, **{name: row.check(name, given.get(name, []))[0] for name, row in self.tables().items()}}
        )

    def alter(self, typed: Mapping[str, Any], posted: Posted) -> tuple[dict[str, Any], str]:
        """What a button of the rows does: the values after it, and the control to go on in.

        ``add:<rows>``, ``open:<rows>:<place>``, ``delete:<rows>:<place>``, ``delete:<rows>`` for those that are ticked.
        Of rows that are chosen, ``add`` takes the one that ``<rows>-more`` names.
        """
        verb, _, rest = posted.get("row", "").partition(":")
        name, _, place = rest.partition(":")
        row = self.fields.get(name)
        if isinstance(row, Chosen):
            picked = posted.getlist(f"{name}-picked")
            return {**typed, name: row.alter(typed[name], verb, posted.get(f"{name}-more", ""), picked)}, f"{name}-more"
        if not isinstance(row, Rows):
            return dict(typed), ""
        chosen = [place] if place else posted.getlist(f"{name}-picked")
        rows, focus = row.alter(list(typed.get(name) or []), verb, chosen)
        return {**typed, name: rows}, f"{name}-{focus}-{next(iter(row.form.fields))}"

    def tables(self) -> dict[str, "Rows"]:
        """The fields that are repeating rows."""
        return {name: row for name, row in self.fields.items() if isinstance(row, Rows)}

    def _whole(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: values.get(name, "" if isinstance(row, fields.String) else None)
            for name, row in self.fields.items()
            if row.metadata["control"] != "tick"
        }


@dataclass(frozen=True, kw_only=True)
class Window:
    """What one page shows of ``rows``: ``size`` of them from ``start``, and the controls of some from ``first`` on."""

    rows: Sequence[Mapping[str, Any]]
    start: int
    size: int
    first: int
    open: Sequence[tuple[int, Mapping[str, Any]]]  # place and row of those with controls; a new one has no row yet

    @property
    def page(self) -> list[tuple[int, Mapping[str, Any]]]:
        """Place and row of those on this page."""
        return list(enumerate(self.rows[self.start : self.start + self.size], self.start))

    @property
    def closed(self) -> list[tuple[int, Mapping[str, Any]]]:
        """Place and row of those without controls."""
        return [(place, row) for place, row in enumerate(self.rows) if not self.shows(place)]

    @property
    def pages(self) -> list[int]:
        """The places at which the pages near this one begin, the first and the last one too."""
        last = max(len(self.rows) - 1, 0) // self.size
        here = self.start // self.size
        return [page * self.size for page in range(last + 1) if page in (0, last) or abs(page - here) <= 2]

    def shows(self, place: int) -> bool:
        """Whether the row has its controls on this page."""
        return any(place == shown for shown, _ in self.open)


class Rows(fields.Raw):
    """Repeating rows, each filled in by the same form; a row that says nothing is none.

    A page holds the controls of some rows only, and says by ``<name>-first`` where they begin: however many there are,
    it stays light. Where fields are ``listed``, the rows are a list of these, and one of them is open for entry.
    """

    def __init__(self, form: type[Form], least: int, most: int, listed: Sequence[str], **more: Any) -> None:
        super().__init__(**more)
        self.form, self.least, self.most = form(), least, most
        self.at_once, self.size = (1, LISTED) if listed else (AT_ONCE, AT_ONCE)
        self.blank = self.form.entered({})

    def gather(self, posted: Posted, name: str, kept: Any = None) -> list[dict[str, Any]]:
        """The rows of the page in their order, among the ``kept`` ones: controls are ``<name>-<place>-<field>``."""
        found = (re.fullmatch(rf"{name}-([0-9]{{1,4}})-[a-z_0-9]+", key) for key in posted)
        places = sorted({int(match[1]) for match in found if match})[: self.most]
        typed = [{one: posted.get(f"{name}-{place}-{one}", "") for one in self.form.fields} for place in places]
        first = _place(posted.get(f"{name}-first", ""))
        if first is None:
            return [row for row in typed if self.at_once > 1 or row != self.blank]
        held = list(kept or ())
        start = min(first, len(held))
        if start == len(held):
            typed = [row for row in typed if row != self.blank]
        return [*held[:start], *typed, *held[start + self.at_once :]][: self.most]

    def alter(self, rows: list[Any], verb: str, picked: Collection[str]) -> tuple[list[Any], int]:
        """The rows after a button was pressed, and the place to go on at."""
        places = {place for one in picked if (place := _place(one)) is not None and place < len(rows)}
        if verb == "open":
            return rows, min(places, default=len(rows))
        if verb == "delete" and places:
            left = [row for place, row in enumerate(rows) if place not in places]
            return left, min(*places, max(len(left) - 1, 0))
        if verb == "add" and len(rows) < self.most:
            return (rows, len(rows)) if self.at_once == 1 else ([*rows, dict(self.blank)], len(rows))
        return rows, max(len(rows) - 1, 0)

    def window(self, rows: Sequence[Mapping[str, Any]], place: int | None) -> Window:
        """What a page shows when it goes on at ``place``; behind the last row of a list a new one is open, and so many
        stand open at first as there have to be.
        """
        new = len(rows) if self.at_once == 1 else 0
        chosen = min(new if place is None else place, len(rows))
        start = min(chosen, max(len(rows) - 1, 0)) // self.size * self.size
        first = chosen if self.at_once == 1 else start
        shown = list(enumerate(rows[first : first + self.at_once], first))
        if self.at_once == 1 and not shown and first < self.most:
            shown = [(first, self.blank)]
        if self.at_once > 1 and not rows:
            shown = [(place, self.blank) for place in range(self.least)]
        return Window(rows=rows, start=start, size=self.size, first=first, open=shown)

    def spread(self, name: str, typed: Any) -> list[tuple[str, str]]:
        """Its controls, row by row."""
        return [
            (f"{name}-{place}-{one}", value)
            for place, row in enumerate(typed or ())
            for one, value in self.form.spread(row)
        ]

    def check(self, name: str, typed: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, Text]]:
        """The rows that are right, and control -> what is wrong with it."""
        right: list[dict[str, Any]] = []
        wrong: dict[str, Text] = {}
        for place, row in enumerate(typed):
            if row == self.blank:
                continue
            try:
                right.append(self.form.check(row))
            except InvalidInput as error:
                wrong |= {f"{name}-{place}-{one}": text for one, text in error.fields.items()}
        if len(right) + len(wrong) < self.least:
            wrong[name] = Text(f"请至少添加{self.least}行", f"Add {self.least} row(s) at least")
        return right, wrong


def rows(
    label: Text,
    form: type[Form],
    *,
    least: int = 0,
    most: int = 200,
    hint: Text | None = None,
    listed: Sequence[str] = (),
    imported: bool = False,
) -> Rows:
    """Between ``least`` and ``most`` rows of ``form``; the XSD and the kind have a list of the same name.

    ``listed``: the fields by which a row is told from another, where it has too many for one line.
    ``imported``: the rows may also come from a workbook.
    """
    shown = {"label": label, "control": "rows", "hint": hint, "listed": listed, "imported": imported, "most": most}
    return Rows(form, least, most, listed, load_default=list, metadata=shown)


def _place(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,4}", text) else None


def entered(value: Any) -> Any:
    """A value of an object as it stands in a control; of rows, each of its cells."""
    if value is None:
        return ""
    if isinstance(value, list):
        return [{name: entered(cell) for name, cell in row.items()} if isinstance(row, dict) else row for row in value]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def _in_words(row: Mapping[str, Any]) -> str:
    return "：".join(map(str, row.values()))


def _tidy(value: Any) -> Any:
    """Blanks around a text are not meant; a browser's line ends become one."""
    return value.strip().replace("\r\n", "\n") if isinstance(value, str) else value
