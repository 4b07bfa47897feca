"""What an account may do to an object now, and why not what it may not."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from hub.business import KINDS, roles
from hub.business.acts import Action, Actor, Need
from hub.business.kind import allowed, may
from hub.contract.text import Text
from hub.errors import NotAllowed
from hub.registry import Registry
from hub.services.objects import Standing, Tenant
from hub.services.shapes import BusinessObject

UNRESOLVED = Text(
    "上一次提交的结果正在确认中，请勿重复提交", "The last submission is still being confirmed: do not submit again"
)
Lacks = Callable[[Need], Text | None]  # what is said where the enterprise lacks what is needed


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An action on an object for one user: possible now, or why not."""

    action: Action
    allowed: bool
    reason: Text | None = None
    need: Need | None = None  # what is missing, so that a page can lead there


def offers(registry: Registry, obj: BusinessObject, actor: Actor, lacks: Lacks) -> list[Offer]:
    """Every action of the object's kind, with the reason where it is not possible now."""
    return [_offer(registry, obj, action, actor, lacks) for action in obj.kind.actions]


def _offer(registry: Registry, obj: BusinessObject, action: Action, actor: Actor, lacks: Lacks) -> Offer:
    state = obj.state()
    if not allowed(obj.kind, obj.states, action):
        return Offer(
            action=action,
            allowed=False,
            reason=Text(
                f"“{state and state.label.zh}”状态不能{action.label.zh}",
                f"Not possible while {state and state.label.en}",
            ),
        )
    if not may(obj.kind, action, actor):
        return Offer(action=action, allowed=False, reason=roles.refusal(action.roles, delegable=action.delegable))
    if obj.delivery == "UNKNOWN":
        return Offer(action=action, allowed=False, reason=UNRESOLVED)
    if action.sends is not None and not registry.offers(obj.partner, action.sends.capability):
        return Offer(
            action=action, allowed=False, reason=Text("合作机构暂未开通此功能", "The partner does not offer this")
        )
    for need in action.needs:
        if reason := lacks(need):
            return Offer(action=action, allowed=False, reason=reason, need=need)
    return Offer(action=action, allowed=True)


def held(tenant: Tenant, partner: str, need: Need, states: Collection[str]) -> BusinessObject | None:
    """What the enterprise has of it in one of ``states``, with ``partner`` or kept by the hub itself."""
    return _first(tenant.standing(need.kind, *states), partner, need)


def expect_cited(tenant: Tenant, cites: Mapping[str, Need]) -> None:
    """Announce :func:`cited`."""
    if cites:
        tenant.expect(*_standing(cites))


def cited(tenant: Tenant, partner: str, cites: Mapping[str, Need]) -> dict[str, BusinessObject | None]:
    """What the enterprise has of each, as :func:`held`."""
    found = tenant.all_standing(*_standing(cites)) if cites else []
    return {
        name: _first((row for row in found if row.states["state"] in need.states), partner, need)
        for name, need in cites.items()
    }


def _standing(cites: Mapping[str, Need]) -> list[Standing]:
    return [(need.kind, need.states) for need in cites.values()]


def _first(rows: Iterable[BusinessObject], partner: str, need: Need) -> BusinessObject | None:
    keeper = KINDS[need.kind].keeper(partner)
    ours = (row for row in rows if row.kind.code == need.kind and row.partner == keeper)
    return next((row for row in ours if need.content.items() <= row.content.items()), None)


def lacks(tenant: Tenant, partner: str, need: Need) -> Text | None:
    """What is said where the enterprise lacks what is needed; else None."""
    if held(tenant, partner, need, need.states):
        return None
    return next((text for state, text in need.pending.items() if held(tenant, partner, need, [state])), need.text)


def require(registry: Registry, tenant: Tenant, obj: BusinessObject, action: Action, actor: Actor) -> None:
    """Raises NotAllowed with the reason where this account may not do it now."""
    found = _offer(registry, obj, action, actor, partial(lacks, tenant, obj.partner))
    if not found.allowed:
        raise NotAllowed(found.reason)
