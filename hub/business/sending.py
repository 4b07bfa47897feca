"""The way of all that an enterprise begins, fills in and hands to an insurer: draft, sent, deleted."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.business.acts import Action, Actor
from hub.business.roles import OPERATORS
from hub.business.states import By, EventType, Next, State, Transition
from hub.contract.text import Text

BEGUN = EventType("begun", By.ENTERPRISE, Text("企业新建", "Begun by the enterprise"), phase="start")
SENT = (
    EventType("submitted", By.ENTERPRISE, Text("企业提交", "Submitted by the enterprise")),
    EventType("delivered", By.SYSTEM, Text("保险公司已签收", "Received and signed for by the insurer")),
    EventType("undelivered", By.SYSTEM, Text("发送未成功", "Could not be delivered")),
)
DELETED = EventType("deleted", By.ENTERPRISE, Text("企业删除", "Deleted by the enterprise"), phase="end")
AWAITED = ("SUBMITTED", "SEND_FAILED")
"""States in which an insurer's answer counts: it proves that what we took for undelivered has arrived."""


def states(what: Text, submitted: Text, hint: Text) -> tuple[State, ...]:
    """The states up to the insurer's answer; ``what`` names the thing in notices."""
    return (
        State(
            "DRAFT", Text("暂存", "Draft"), "draft", Next.ENTERPRISE, Text("请补充完整并提交", "Complete and submit")
        ),
        State("DELETED", Text("已删除", "Deleted"), "ended", Next.NOBODY, hidden=True),
        State("SUBMITTED", submitted, "running", Next.PARTNER, hint=hint),
        State(
            "SEND_FAILED",
            Text("发送失败", "Not delivered"),
            "failed",
            Next.ENTERPRISE,
            hint=Text("未送达保险公司，可再次提交", "Not delivered; you may submit again"),
            notice=Text(f"{what.zh}未送达保险公司", f"{what.en}: could not be delivered to the insurer"),
        ),
    )


def moves(*again: str) -> Iterable[Transition]:
    """From the draft to the insurer, and from the states ``again`` once more."""
    yield Transition(None, "begun", "DRAFT")
    yield Transition("DRAFT", "deleted", "DELETED")
    yield Transition("SUBMITTED", "undelivered", "SEND_FAILED")
    for source in ("DRAFT", "SEND_FAILED", *again):
        yield Transition(source, "submitted", "SUBMITTED")


def answers(event: str, target: str, *sources: str) -> Iterable[Transition]:
    """``event`` leads to ``target`` from ``sources``."""
    return (Transition(source, event, target) for source in sources)


def submission(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """What the hub adds to whatever is handed in: when. What the insurer said of an earlier submission is settled."""
    return {"applied_at": now, "reason": None}


def filled(content: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Of ``names`` what has a value: what was left empty is left out of a message."""
    return {name: content[name] for name in names if content.get(name) not in (None, "")}


DELETE = Action(
    name="delete",
    label=Text("删除", "Delete"),
    event="deleted",
    roles=OPERATORS,
    question=Text("是否删除该记录？", "Delete this record?"),
    done=Text("记录已删除", "Record deleted"),
    opens=False,
)
WAITING = Text("已提交，等待保险公司确认收到", "Handed in; waiting for the insurer to confirm it arrived")
RECEIVED = Text("保险公司已收到", "The insurer has received it")
