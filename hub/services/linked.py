"""What the fields of an object name: other objects of the enterprise, bills of any kind, partners, people."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from hub.business.acts import Action, Linked, Links
from hub.business.kind import PARTNER, PAYABLE, PERSON
from hub.contract.text import Text
from hub.errors import InvalidInput
from hub.registry import Registry
from hub.services.objects import Tenant
from hub.services.shapes import BusinessObject


def named(content: Mapping[str, Any], link: str) -> list[str]:
    """The values in the field ``link``: one, a list of them, or a column of rows."""
    name, _, column = link.partition(".")
    held = content.get(name) or ()
    if column:
        return [row[column] for row in held]
    return [held] if isinstance(held, str) else list(held)


def learned(tenant: Tenant, obj: BusinessObject, content: Mapping[str, Any]) -> dict[str, Any]:
    """What ``content`` lacks and the objects that it names know by now: the code that a new buyer was given."""
    if not obj.kind.learned:
        return {}
    lacking = {name: link for name, link in obj.kind.learned.items() if not content.get(name)}
    named_there = {link: tenant.meant(obj, link, content) for link in set(lacking.values())}
    found = {name: other.content.get(name) for name, link in lacking.items() if (other := named_there[link])}
    return {name: value for name, value in found.items() if value}


def draw(
    tenant: Tenant, registry: Registry, obj: BusinessObject, action: Action, values: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """``values`` with what follows from the objects and partners that they name. Raises InvalidInput."""
    if action.draws is None:
        return dict(values)
    content = {**obj.content, **values}
    links = _links(tenant, registry, obj, content)
    drawn, wrong = action.draws(content, links, partner(registry, obj.partner), now)
    if wrong:
        raise InvalidInput(wrong)
    return {**values, **drawn}


def _links(tenant: Tenant, registry: Registry, obj: BusinessObject, content: Mapping[str, Any]) -> Links:
    found: dict[str, dict[str, Linked]] = {}
    for link, kind in obj.kind.links.items():
        names = sorted(set(named(content, link)))
        found[link] = dict(_find(tenant, registry, obj, kind, names))
    return found


def _find(
    tenant: Tenant, registry: Registry, naming: BusinessObject, kind: str, names: list[str]
) -> Iterator[tuple[str, Linked]]:
    for name in names:
        if kind == PARTNER:
            if name in registry.partners:
                yield name, partner(registry, name)
            continue
        if kind == PERSON:
            if person := tenant.people().get(name):
                yield name, Linked(id=name, number=name, partner="", name=Text(person.name, person.name))
            continue
        obj = tenant.bill(name) if kind == PAYABLE else tenant.by_number(kind, name, naming.partner)
        if obj is not None:
            yield name, linked(registry, obj)


def linked(registry: Registry, obj: BusinessObject) -> Linked:
    """An object as the rules of another may know it."""
    return Linked(
        id=obj.id,
        number=obj.number,
        partner=obj.partner,
        name=partner(registry, obj.partner).name,
        state=obj.states["state"],
        content=obj.content,
        business=obj.kind.label,
        payable=obj.kind.payable,
    )


def partner(registry: Registry, code: str) -> Linked:
    """A partner, and the account that is paid into; one that is unplugged has its code for a name, and no account."""
    adapter = registry.partners.get(code)
    name, account = (adapter.sheet.name, adapter.sheet.account) if adapter else (Text(code, code), "")
    return Linked(id=code, number=code, partner=code, name=name, content={"account": account})
