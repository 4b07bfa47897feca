"""One object: its details, its timeline, and how its last message to the partner stands (spec UI-15, CI-POL-21..22)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from hub.business.acts import Action
from hub.business.kind import Kind
from hub.business.states import By
from hub.contract.text import Text
from hub.errors import NotFound
from hub.services import linked, papers, prints
from hub.services.objects import Tenant
from hub.services.shapes import BusinessObject, DocumentRow, Entry
from web.auth import ENTERPRISE, access
from web.lines.presentation import LineView, Listing
from web.page import page
from web.site import read, runtime, say, show, site
from web.views.common import (
    act_links,
    partner_fact,
    partner_name,
    payment_link,
    place,
    sees,
    source_links,
    tables_of,
    tenant,
    value_text,
)
from web.views.documents import as_file
from web.views.filled import filled
from web.views.places import home_of, object_view
from web.views.settled import settled

views = Blueprint("objects", __name__)


@dataclass(frozen=True)
class Standing:
    """How an outbox state reads: colour family, headline (None: the action's own words), explanation, final or not."""

    family: str
    headline: Text | None
    detail: Text
    final: bool


DECIDED = Text("以合作机构签名的答复为准，已存证。", "By the partner's own signed word, kept as evidence.")
WAITING = Text(
    "已安全送入发送队列。可以离开本页，结果会出现在通知和列表中。",
    "It is queued for sending. You may leave this page: the result will be among the notices and in the list.",
)
FRESH = timedelta(seconds=10)  # most partners sign within this: the page asks every second, later every third
STANDINGS: Mapping[str, Standing] = {
    "QUEUED": Standing("running", None, WAITING, False),
    "SENDING": Standing("running", None, WAITING, False),
    "RETRYING": Standing(
        "action",
        Text("合作机构系统暂不可用，已排队，将自动重试", "The partner is not available: queued, it is tried again"),
        Text(
            "发送失败，系统将自动重试，您无需再次提交。",
            "It could not be sent yet. The hub tries again by itself: please do not submit again.",
        ),
        False,
    ),
    "UNKNOWN": Standing(
        "action",
        Text("正在核实对方是否收到", "It is being checked whether the partner has received it"),
        Text(
            "已发出，但没有收到对方的答复。系统正在向对方查询，核实前不会重复发送，也请勿重复提交。",
            "It was sent, but no answer came back. The hub asks the partner; until that is settled nothing is sent "
            "twice. Please do not submit again.",
        ),
        False,
    ),
    "ACKED": Standing(
        "done",
        None,
        Text("对方已签收，签收回执已存证。", "The partner has signed for it; the receipt is kept as evidence."),
        True,
    ),
    "REFUSED": Standing(
        "failed",
        Text("对方未接受", "The partner did not accept it"),
        Text("请查看状态记录中的原因。", "See the reason in the status records."),
        True,
    ),
    "DEAD": Standing(
        "failed",
        Text("未能送达合作机构", "It could not be delivered to the partner"),
        Text(
            "多次重试后仍未送达，运营人员已收到告警。您填写的内容没有丢失。",
            "It was tried many times. The operators have been alerted. What you typed is not lost.",
        ),
        True,
    ),
    "CANCELLED": Standing(
        "failed",
        Text("发送已取消", "The sending was cancelled"),
        Text("请查看状态记录。", "See the status records."),
        True,
    ),
}


@views.get("/<line>/<kind>/<object_id>")
@access(ENTERPRISE)
def detail(line: str, kind: str, object_id: str) -> Response:
    """The object, its documents and its timeline."""
    line_view, listing = place(line, kind)
    with tenant() as mine:
        obj = mine.get(kind, object_id)
        obj = replace(obj, content={**obj.content, **linked.learned(mine, obj, obj.content)})
        obj = replace(obj, content={**obj.content, **_typed(mine, line_view, obj)})
        facts = _facts(mine, listing, obj)
        documents, timeline = mine.documents(obj), mine.timeline(obj)
        bills = settled(mine, obj)
    view = object_view(line_view, listing, obj, "detail", read(listing.title or obj.kind.label))
    if listing.form_above:
        return filled(line_view, listing, obj, view, facts)
    return page(
        "detail.html",
        view,
        obj=obj,
        listing=listing,
        facts=facts,
        tables=tables_of(obj),
        bills=bills,
        documents=documents,
        worth=_worth(obj, documents),
        prints={site().path(obj.kind, obj.id, f"prints/{name}"): label for name, label in prints.offered(obj).items()},
        timeline=timeline,
        answers=_answers(listing, timeline),
        acts=[*([payment] if (payment := payment_link(obj)) else []), *source_links(obj), *act_links(listing, obj)],
        back=home_of(obj),
        partner_name=partner_name,
    )


def _typed(mine: Tenant, line_view: LineView, obj: BusinessObject) -> dict[str, Any]:
    """What is right of what is typed so far, as long as nothing was submitted (CG-INS-13)."""
    entry, typed = obj.kind.entry, mine.typed([obj]).get(obj.id)
    if typed is None or entry is None or entry.form is None:
        return {}
    values = line_view.forms[entry.form].schema().right(typed)
    return {name: value for name, value in values.items() if value not in (None, "")}


def _worth(obj: BusinessObject, documents: Sequence[DocumentRow]) -> dict[str, str]:
    """Of each signed document, what it is worth now: looked at whenever it is shown, as of the day it was signed."""
    with tenant() as mine:
        return {
            row.id: read(papers.check(runtime(), obj, row, mine.document(row.id)[1]).line)
            for row in documents
            if papers.is_signed(obj.kind, row.kind)
        }


@views.get("/<line>/<kind>/<object_id>/prints/<name>")
@access(ENTERPRISE)
def printed(line: str, kind: str, object_id: str, name: str) -> Response:
    """A document that is printed of the object as it stands."""
    place(line, kind)
    with tenant() as mine:
        file, content = prints.render(mine, mine.get(kind, object_id), name)
    return as_file(file, "application/pdf", content)


@views.get("/<line>/<kind>/number/<number>")
@access(ENTERPRISE)
def numbered(line: str, kind: str, number: str) -> ResponseReturnValue:
    """The way from a business number to its object."""
    _, listing = place(line, kind)
    with tenant() as mine:
        obj = mine.by_number(kind, number)
    if obj is None:
        raise NotFound
    return redirect(site().path(listing.kind, obj.id))


@views.get("/<line>/<kind>/<object_id>/timeline")
@access(ENTERPRISE)
def timeline(line: str, kind: str, object_id: str) -> Response:
    """What happened to the object, newest first."""
    line_view, listing = place(line, kind)
    with tenant() as mine:
        obj = mine.get(kind, object_id)
        entries = mine.timeline(obj)
    view = object_view(line_view, listing, obj, "timeline", say("状态记录"))
    return page("timeline.html", view, obj=obj, timeline=entries, back=site().path(obj.kind, obj.id))


@views.get("/<line>/<kind>/<object_id>/progress")
@access(ENTERPRISE)
def progress(line: str, kind: str, object_id: str) -> ResponseReturnValue:
    """What became of the last act; ``?part=1`` is the piece that the page asks for again and again."""
    line_view, listing = place(line, kind)
    with tenant() as mine:
        obj = mine.get(kind, object_id)
    action = _action(obj.kind, request.args.get("action", ""))
    standing = _standing(obj, action)
    if standing is None:
        return redirect(site().path(obj.kind, obj.id))
    now = runtime().clock.now()
    said = standing.headline or (action.done if standing.final else action.waiting) or action.label
    view = object_view(line_view, listing, obj, "progress", read(action.label))
    return page(
        "progress_part.html" if request.args.get("part") else "progress.html",
        view,
        obj=obj,
        track=obj.kind.moved_by(action.event),
        standing=standing,
        headline=read(said),
        source=f"{request.path}?action={action.name}&part=1",
        detail=site().path(obj.kind, obj.id),
        back=home_of(obj),
        receiver=partner_name(obj.partner),
        now=now,
        seconds=1 if now - obj.updated_at < FRESH else 3,
    )


def _standing(obj: BusinessObject, action: Action) -> Standing | None:
    """How the last message stands; of an act that waits for the partner's decision, the decision once it is there."""
    standing, state = STANDINGS.get(obj.delivery or ""), obj.state()
    if standing is None or state is None or not action.awaits:
        return standing
    if state.id in action.awaits:
        return replace(standing, final=False)
    return Standing(state.family, state.label, state.hint or DECIDED, final=True)


def _action(kind: Kind, name: str) -> Action:
    try:
        return kind.action(name)
    except KeyError:
        raise NotFound from None


def _facts(mine: Tenant, listing: Listing, obj: BusinessObject) -> list[dict[str, object]]:
    """The rows of the detail page: label and value, a state, or a link to another object; nothing for no value."""
    known = [_fact(mine, obj, name) for name in listing.detail if _known(obj, name)]
    partner = partner_fact(listing, obj)
    return [partner, *known] if partner else known


def _answers(listing: Listing, timeline: Sequence[Entry]) -> dict[str, object] | None:
    """Every word of the partner's with the fields that any of them has, newest first; None where there is none."""
    said = [row for row in timeline if row.who == By.PARTNER.value]
    shown = [name for name in listing.answers if any(row.content.get(name) not in (None, "") for row in said)]
    if not said or not listing.answers:
        return None
    kind = listing.kind
    return {
        "columns": [read(kind.field(name).label) for name in shown],
        "rows": [(row, [show(row.content.get(name), kind.field(name).choices) for name in shown]) for row in said],
    }


def _known(obj: BusinessObject, name: str) -> bool:
    return name == "uscc" or obj.states.get(name) is not None or obj.content.get(name) not in (None, "")


def _fact(mine: Tenant, obj: BusinessObject, name: str) -> dict[str, object]:
    if name == "uscc":
        return {"label": say("统一社会信用代码"), "value": obj.enterprise}
    track = next((row for row in obj.kind.tracks if row.name == name), None)
    if track is not None:
        return {"label": read(track.label), "state": obj.state(name, mine.typed([obj]).get(obj.id, {}))}
    row = obj.kind.field(name)
    fact: dict[str, object] = {"label": read(row.label), "value": value_text(obj.kind, obj.content, name)}
    other = mine.meant(obj, name) if name in obj.kind.links else None
    leads = other is not None and sees(*site().place(other.line, other.kind.code))
    return fact | ({"path": site().path(other.kind, other.id)} if other and leads else {})
