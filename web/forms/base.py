"""A form: a marshmallow schema whose fields carry what the page shows, and the rules between them."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema

from hub.errors import InvalidInput
from web.forms.conditions import Condition
from web.forms.controls import Gathered, Posted, Rule


class Form(Schema):
    """A form. ``stricter``: further rules by kind of control, from the portal and the partner's sheet."""

    conditions: ClassVar[Sequence[Condition]] = ()

    class Meta:
        """Fields of the page that are not the form's (tokens, signatures) are none of its business."""

        unknown = EXCLUDE

    def __init__(self, stricter: Mapping[str, Sequence[Rule]] | None = None) -> None:
        super().__init__()
        self.stricter = stricter or {}

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

    def gather(self, posted: Posted) -> dict[str, Any]:
        """What was typed, field by field, as it is kept in a draft."""
        return {
            name: row.gather(posted, name) if isinstance(row, Gathered) else posted.get(name, "")
            for name, row in self.fields.items()
        }

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
        if wrong:
            raise InvalidInput({name: wrong[name] for name in self.fields if name in wrong})
        return {
            name: values.get(name, "" if isinstance(row, fields.String) else None)
            for name, row in self.fields.items()
            if row.metadata["control"] != "tick"
        }


def entered(value: Any) -> Any:
    """A value of an object as it stands in a control."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def _tidy(value: Any) -> Any:
    """Blanks around a text are not meant; a browser's line ends become one."""
    return value.strip().replace("\r\n", "\n") if isinstance(value, str) else value
