"""A form: a marshmallow schema whose fields carry what the page shows, and the rules between them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema

from hub.contract.text import Text
from hub.errors import InvalidInput
from web.forms.conditions import Condition
from web.forms.controls import Gathered, Posted, Rule


class Form(Schema):
    """A form. ``stricter``: further rules by kind of control, from the portal and the partner's sheet.

    ``picks``: for each field that picks one of the enterprise's own objects, what there is to pick now.
    """

    conditions: ClassVar[Sequence[Condition]] = ()

    class Meta:
        """Fields of the page that are not the form's (tokens, signatures) are none of its business."""

        unknown = EXCLUDE

    def __init__(
        self,
        stricter: Mapping[str, Sequence[Rule]] | None = None,
        picks: Mapping[str, Mapping[str, Text]] | None = None,
    ) -> None:
        super().__init__()
        self.stricter = stricter or {}
        self.picks = picks or {}

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
        return {
            name: {**row.metadata, "required": row.required, "name": name}
            | ({"columns": row.form.shown()} if isinstance(row, Rows) else {})
            | ({"options": self.picks[name]} if name in self.picks else {})
            for name, row in self.fields.items()
        }

    def gather(self, posted: Posted) -> dict[str, Any]:
        """What was typed, field by field, as it is kept in a draft."""
        return {
            name: row.gather(posted, name) if isinstance(row, Gathered) else posted.get(name, "")
            for name, row in self.fields.items()
        }

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
            name: row.metadata.get("default", "") if content.get(name) is None else entered(content[name])
            for name, row in self.fields.items()
        }

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
        for name, row in self.fields.items():
            if isinstance(row, Rows) and name not in hidden:
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
        tables = {name: row for name, row in self.fields.items() if isinstance(row, Rows)}
        return self._whole(
            {**values, **{name: row.check(name, given.get(name, []))[0] for name, row in tables.items()}}
        )

    def alter(self, typed: Mapping[str, Any], command: str) -> tuple[dict[str, Any], str]:
        """``add:<rows>`` and ``delete:<rows>:<place>``: the values after it, and the control to go on in."""
        verb, _, rest = command.partition(":")
        name, _, place = rest.partition(":")
        row = self.fields.get(name)
        rows = list(typed.get(name) or [])
        if not isinstance(row, Rows):
            return dict(typed), ""
        if verb == "add" and len(rows) < row.most:
            rows.append(row.form.entered({}))
        elif verb == "delete" and place.isdigit() and int(place) < len(rows):
            del rows[int(place)]
        first = next(iter(row.form.fields))
        return {**typed, name: rows}, f"{name}-{len(rows) - 1}-{first}" if rows else ""

    def _whole(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: values.get(name, "" if isinstance(row, fields.String) else None)
            for name, row in self.fields.items()
            if row.metadata["control"] != "tick"
        }


class Rows(fields.Raw):
    """Repeating rows, each filled in by the same form; a row that says nothing is none."""

    def __init__(self, form: type[Form], least: int, most: int, **more: Any) -> None:
        super().__init__(**more)
        self.form, self.least, self.most = form(), least, most

    def gather(self, posted: Posted, name: str) -> list[dict[str, Any]]:
        """The rows of the page in their order: controls are named ``<name>-<place>-<field>``."""
        found = (re.fullmatch(rf"{name}-([0-9]{{1,4}})-[a-z_0-9]+", key) for key in posted)
        places = sorted({int(match[1]) for match in found if match})[: self.most]
        return [{one: posted.get(f"{name}-{place}-{one}", "") for one in self.form.fields} for place in places]

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
            if row == self.form.entered({}):
                continue
            try:
                right.append(self.form.check(row))
            except InvalidInput as error:
                wrong |= {f"{name}-{place}-{one}": text for one, text in error.fields.items()}
        if len(right) + len(wrong) < self.least:
            wrong[name] = Text(f"请至少添加{self.least}行", f"Add {self.least} row(s) at least")
        return right, wrong


def rows(label: Text, form: type[Form], *, least: int = 0, most: int = 200, hint: Text | None = None) -> Rows:
    """Between ``least`` and ``most`` rows of ``form``; the XSD and the kind have a list of the same name."""
    return Rows(form, least, most, load_default=list, metadata={"label": label, "control": "rows", "hint": hint})


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


def _tidy(value: Any) -> Any:
    """Blanks around a text are not meant; a browser's line ends become one."""
    return value.strip().replace("\r\n", "\n") if isinstance(value, str) else value
