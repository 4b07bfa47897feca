"""What an act says: what was typed, what follows from it, what the hub adds, and what of it the card's holder reads."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.business.acts import Action, Actor, Faults
from hub.business.content import freeze
from hub.business.kind import derive
from hub.contract.message import Attachment
from hub.contract.text import Text
from hub.errors import InvalidInput
from hub.evidence import chain
from hub.runtime import Runtime
from hub.services import linked, offering, papers
from hub.services.objects import Tenant
from hub.services.papers import Files
from hub.services.shapes import BusinessObject
from hub.store.engine import reading


def body(obj: BusinessObject, action: Action, values: Mapping[str, Any], actor: Actor, at: datetime) -> dict[str, Any]:
    """The message body that ``action`` would send."""
    if action.sends is None:
        return {}
    return action.sends.compose({**obj.content, **complete(obj, action, values, actor, at)}, actor, at)


def complete(
    obj: BusinessObject, action: Action, values: Mapping[str, Any], actor: Actor, at: datetime
) -> dict[str, Any]:
    """``values``, what is derived from them, and what the hub adds."""
    known = {**values, **derive(obj.kind, {**obj.content, **values})}
    if action.paper:
        held = {row.name for row in obj.kind.fields}
        known |= {name: value for name, value in papers.wording(action.paper).held().items() if name in held}
    return known | (action.adds({**obj.content, **known}, actor, at) if action.adds else {})


def faults(
    runtime: Runtime, actor: Actor, kind_code: str, object_id: str, action_name: str, values: Mapping[str, Any]
) -> Mapping[str, Text]:
    """Control -> what the action's own rules find wrong with ``values``, before anything is done. Raises NotFound."""
    with reading(runtime.engine) as connection:
        tenant = Tenant(connection, actor.enterprise)
        obj = tenant.get(kind_code, object_id)
        rule = obj.kind.action(action_name).faults
        return _apply([rule], tenant, obj, values, runtime.clock.now())


def stopped(
    tenant: Tenant, obj: BusinessObject, action: Action, values: Mapping[str, Any], now: datetime
) -> Mapping[str, Text]:
    """What has to be put right before ``action``, where a state of the object reads otherwise by now (out of date)."""
    if all(obj.state(track.name, values) is obj.state(track.name) for track in obj.kind.tracks):
        return {}
    return _apply([action.stops], tenant, obj, values, now)


def _apply(
    rules: Sequence[Faults | None], tenant: Tenant, obj: BusinessObject, values: Mapping[str, Any], now: datetime
) -> Mapping[str, Text]:
    """What the ``rules`` find; of one control, what the last of them says."""
    asked = [rule for rule in rules if rule]
    if not asked:
        return {}
    content = {**obj.content, **values}
    content |= tenant.room(obj, content)
    found = {name: tenant.meant(obj, name, content) for name in obj.kind.links}
    linked = {name: {**row.content, "state": row.states["state"]} for name, row in found.items() if row is not None}
    return {name: text for rule in asked for name, text in rule(content, linked, now).items()}


def _check(tenant: Tenant, obj: BusinessObject, action: Action, values: Mapping[str, Any], now: datetime) -> None:
    """Raises InvalidInput for what only the action's own rules know."""
    wrong = _apply([action.stops, action.faults], tenant, obj, values, now)
    if wrong:
        raise InvalidInput(wrong)


def drawn(
    runtime: Runtime, tenant: Tenant, obj: BusinessObject, action: Action, values: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """``values`` checked, secrets sealed, with what follows from what they name. Raises InvalidInput."""
    _check(tenant, obj, action, values, now)
    sealed = {
        name: runtime.vault.seal(value, obj.enterprise) if name in obj.kind.secret and value else value
        for name, value in values.items()
    }
    known = {**sealed, **linked.learned(tenant, obj, {**obj.content, **sealed})}
    found = offering.cited(tenant, obj.partner, action.cites)
    known |= {name: row.number if row else None for name, row in found.items()}
    return linked.draw(tenant, runtime.registry, obj, action, known, now)


def matter(obj: BusinessObject, action: Action, values: Mapping[str, Any]) -> str:
    """What the card's window shows of the act; empty when the action has nothing to show."""
    return action.matter({**obj.content, **values}) if action.matter else ""


def agreed(
    obj: BusinessObject, action: Action, values: Mapping[str, Any], files: Files, actor: Actor, at: datetime
) -> str:
    """What the card's holder agrees to, as text: what is sent, else what becomes the object's content."""
    sent = action.sends is not None
    return shown(body(obj, action, values, actor, at) if sent else complete(obj, action, values, actor, at), files)


def shown(content: Mapping[str, Any], files: Files = ()) -> str:
    """Body and files as canonical JSON: what the card's holder agrees to. Its digest stands in the signed payload."""
    listed = [{"kind": kind, "name": file.name, "sha256": file.sha256, **_said(file)} for kind, file in files]
    return chain.canonical(freeze({**content, **({"attachments": listed} if listed else {})}))


def _said(file: Attachment) -> dict[str, str]:
    """What the enterprise says of the file, if anything."""
    return {name: text for name, text in (("summary", file.summary), ("remark", file.remark)) if text}
