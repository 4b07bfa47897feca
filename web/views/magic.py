"""Test mode on the screen: which value in which field makes a simulator do what, from the rules that it walks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from hub.business import KINDS
from hub.contract.adapters import MagicValue
from hub.contract.text import Text
from hub.services.shapes import BusinessObject
from web.forms.base import Form
from web.site import runtime

DATA = "data"  # partners of this kind are asked about whatever is typed, whoever receives it


@dataclass(frozen=True, kw_only=True)
class Group:
    """The values that are typed in the same fields of one message."""

    message: str
    fields: Sequence[str]
    labels: Sequence[Text]
    values: Sequence[MagicValue]

    @property
    def control(self) -> str:
        """The field that a click fills in."""
        return self.fields[0]


def of_partner(partner: str) -> list[Group]:
    """All that the simulator of a partner in test mode has published."""
    labels = {
        (action.sends.type, field.name): field.label
        for kind in KINDS.values()
        for action in kind.actions
        if action.sends
        for field in kind.fields
    }
    return [
        _group(type, {name: labels.get((type, name), Text(name, name)) for name in fields}, values)
        for (type, fields), values in _published(partner)
    ]


def of_form(obj: BusinessObject, form: Form) -> list[Group]:
    """What can be typed in this form: for the object's receiver, and for the sources of data in test mode."""
    tested = runtime().settings.tested
    if not tested:
        return []
    sent = {action.sends.type for action in obj.kind.actions if action.sends}
    labels = {
        name: shown["label"] for one in (form, *(row.form for row in form.tables().values()))
        for name, shown in one.shown().items()
    }  # fmt: skip
    return [
        _group(type, here, values)
        for partner in tested
        for (type, fields), values in _published(partner)
        if (partner == obj.partner and type in sent) or _is_source(partner)
        if (here := {name: labels[name] for name in fields if name in labels})
    ]


def _published(partner: str) -> list[tuple[tuple[str, tuple[str, ...]], list[MagicValue]]]:
    """The values by message and fields, in the order in which the rules are tried."""
    if partner not in runtime().settings.tested:
        return []
    groups = groupby(runtime().registry.magic(partner), lambda value: (value.type, value.fields))
    return [(key, list(values)) for key, values in groups]


def _group(type: str, labels: Mapping[str, Text], values: Sequence[MagicValue]) -> Group:
    return Group(message=type, fields=list(labels), labels=list(labels.values()), values=values)


def _is_source(partner: str) -> bool:
    adapter = runtime().registry.partners.get(partner)
    return adapter is not None and adapter.sheet.kind == DATA
