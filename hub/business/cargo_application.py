"""The cargo application (货物运输险投保单, spec.md 12.3-12.5): drafted under an agreement, checked, underwritten,
issued and paid, or cancelled on the way. Manual S3:403-545.

Its money is ours only until the insurer has spoken: 保费仅供参考, ``premium_due`` is what has to be paid.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from hub.business import premiums, sending
from hub.business.acts import Action, Actor, Drawn, Linked, Links, Need, Payable, Sends
from hub.business.cargo_amounts import DERIVED
from hub.business.cargo_case import FIELDS, INVOICE, INVOICE_FIELDS, MARKUPS
from hub.business.enclosures import Enclosure
from hub.business.kind import Kind
from hub.business.numbers import NumberFormat
from hub.business.roles import OPERATORS
from hub.business.states import BACK, By, EventType, Next, State, Track, Transition
from hub.contract.text import Text

AGREEMENT_OVER = Text(
    "该货运险协议已失效，请选择一份有效协议投保", "This cargo agreement is no longer valid: apply under one that is"
)
STRIKES, WAR = "STRIKES", "WAR"
"""The codes by which an agreement names the two covers that an application has a field for."""


def additional(agreement: Mapping[str, Any]) -> dict[str, str]:
    """Code -> name of the covers that an agreement has beside its main ones (CG-INS-09)."""
    return {row["code"]: row["name"] for row in agreement.get("coverage") or () if not row["main"]}


def markups(agreement: Mapping[str, Any]) -> Sequence[Decimal]:
    """The mark-ups to choose from under an agreement, its ceiling among them."""
    ceiling = agreement.get("max_markup_percent")
    return MARKUPS if ceiling is None else sorted({*(row for row in MARKUPS if row < ceiling), ceiling})


SENT = (
    "application_no", "agreement_no", "product_name", "enterprise_name", "applicant_contact", "applicant_phone",
    "applicant_address", "insured_name", "insured_id_type", "insured_id_no", "insured_contact", "insured_phone",
    "insured_address", "goods_category", "goods_code", "packaging", "goods_description", "packages_and_weight", "marks",
    *INVOICE, "invoice_no", "transport_doc_no", "voyage_no", "vessel_name", "carriage", "bulk",
    "departure_date", "arrival_date", "origin_country", "origin_province", "origin_city", "origin_port",
    "origin_description", "destination_country", "destination_province", "destination_city", "destination_port",
    "destination_description", "via_description", "letter_of_credit", "letter_of_credit_no", "claim_place",
    "strikes_cover", "war_cover", "other_cover", "invoice_amount", "currency", "markup_percent", "insured_amount",
    "rate_permille", "premium", "special_term",
)  # fmt: skip
"""What goes to the insurer under its own name, where it was filled in; the envelope's sequence is the version."""


def submission(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """What the hub adds; the faults found in an earlier submission are settled."""
    return {**sending.submission(content, actor, now), "fault": None}


def application(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Body of CargoApplication: all blocks of 12.4; without an invoice its block stays here."""
    dropped = INVOICE_FIELDS if content["invoice_type"] == "NONE" else ()
    body = {name: content[name] for name in SENT if name not in dropped and content.get(name) not in (None, "", [])}
    return body | {"applied_at": now} | actor.signer


def cancellation(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Body of CargoCancellation."""
    reason = {"reason": content["cancel_reason"]} if content.get("cancel_reason") else {}
    return {"application_no": content["application_no"], "requested_at": now} | reason | actor.signer


SAYS = ("product_name", "rate_permille")
"""What an agreement says itself about what is applied for under it."""


def drawn(content: Mapping[str, Any], links: Links, insurer: Linked, now: datetime) -> Drawn:  # noqa: ARG001
    """The product and the rate are those of the agreement as it stands, whatever an earlier voyage had (CG-POL-04)."""
    agreement = links["agreement_no"].get(str(content.get("agreement_no")))
    return ({name: agreement.content.get(name) for name in SAYS} if agreement else {}), {}


def faults(content: Mapping[str, Any], linked: Mapping[str, Mapping[str, Any]], now: datetime) -> Mapping[str, Text]:  # noqa: ARG001
    """Control -> what the user reads; an application goes out under a valid agreement only (CG-AGM-05, CG-POL-04), with
    any mark-up up to that agreement's ceiling.
    """
    agreement = linked.get("agreement_no")
    if not agreement or agreement["state"] != "VALID":
        return {"agreement_no": AGREEMENT_OVER}
    markup, ceiling = content.get("markup_percent"), agreement.get("max_markup_percent")
    if markup is None or ceiling is None or markup <= ceiling:
        return {}
    return {"markup_percent": _too_high(ceiling)}


def _too_high(ceiling: Decimal) -> Text:
    most = format(ceiling.normalize(), "f")
    return Text(f"加成比例不能超过协议约定的上限{most}%", f"The agreement allows a mark-up of {most}% at most")


DUE = "ISSUED_UNPAID"
EVENTS = (
    EventType("begun", By.ENTERPRISE, Text("企业新建投保单", "Begun by the enterprise"), phase="start"),
    EventType("submitted", By.ENTERPRISE, Text("企业提交投保单", "Submitted by the enterprise")),
    EventType("delivered", By.SYSTEM, Text("保险公司已签收", "Received and signed for by the insurer")),
    EventType("undelivered", By.SYSTEM, Text("发送未成功", "Could not be delivered")),
    EventType("data_check_failed", By.PARTNER, Text("数据审核失败", "Data check failed"), decision="data_check"),
    EventType("data_check_passed", By.PARTNER, Text("数据审核成功", "Data check passed"), decision="data_check"),
    EventType("underwriting_pending", By.PARTNER, Text("进入待核保", "Waiting for the underwriter")),
    EventType("manual_review", By.PARTNER, Text("转人工复核", "Referred to manual review")),
    EventType(
        "underwriting_failed",
        By.PARTNER,
        Text("核保未通过", "Not passed by automatic underwriting"),
        decision="underwriting",
    ),
    EventType("declined", By.PARTNER, Text("保险公司拒保", "Declined by the insurer"), decision="underwriting"),
    EventType("issued", By.PARTNER, Text("保险公司出单，待缴费", "Issued; premium due"), decision="underwriting"),
    EventType("cancel_requested", By.ENTERPRISE, Text("企业申请撤销", "Cancellation requested by the enterprise")),
    EventType("cancel_undelivered", By.SYSTEM, Text("撤销申请发送未成功", "The cancellation could not be delivered")),
    EventType(
        "cancel_refused",
        By.PARTNER,
        Text("保险公司不同意撤销", "Cancellation refused by the insurer"),
        decision="cancellation",
    ),
    EventType("cancelled", By.PARTNER, Text("保险公司同意撤销", "Cancelled by the insurer"), decision="cancellation"),
    *premiums.EVENTS,
    EventType("policy_effective", By.SYSTEM, Text("保单正式生效", "The policy is in force"), phase="end"),
    EventType(
        "policy_terminated", By.SYSTEM, Text("保险公司注销保单", "The insurer cancelled the policy"), phase="end"
    ),
    EventType("deleted", By.ENTERPRISE, Text("企业删除投保单", "Deleted by the enterprise"), phase="end"),
)

STATES = (
    State(
        "DRAFT", Text("暂存", "Draft"), "draft", Next.ENTERPRISE, hint=Text("请补充完整并提交", "Complete and submit")
    ),
    State("DELETED", Text("已删除", "Deleted"), "ended", Next.NOBODY, hidden=True),
    State("SUBMITTED", Text("已提交", "Submitted"), "running", Next.PARTNER, hint=Text("等待数据审核", "Data check")),
    State(
        "SEND_FAILED",
        Text("发送失败", "Not delivered"),
        "failed",
        Next.ENTERPRISE,
        hint=Text("未送达保险公司，可修改后再次提交", "Not delivered; you may submit again"),
        notice=Text("货运险投保单未送达保险公司", "A cargo application could not be delivered"),
    ),
    State(
        "DATA_CHECK_FAILED",
        Text("数据审核失败", "Data check failed"),
        "action",
        Next.ENTERPRISE,
        hint=Text("请按审核意见修改后提交", "Correct the faults and submit again"),
        notice=Text("货运险投保单数据审核失败，请修改", "The data of a cargo application need correction"),
    ),
    State(
        "DATA_CHECK_PASSED",
        Text("数据审核成功", "Data check passed"),
        "running",
        Next.PARTNER,
        hint=Text("随后进行核保", "Underwriting follows"),
    ),
    State(
        "UNDERWRITING_PENDING",
        Text("待核保", "Awaiting underwriting"),
        "running",
        Next.PARTNER,
        hint=Text("保险公司核保", "The insurer underwrites"),
    ),
    State(
        "UNDERWRITING_FAILED",
        Text("核保未通过", "Underwriting not passed"),
        "failed",
        Next.ENTERPRISE,
        hint=Text("可撤销投保单", "You may cancel the application"),
        notice=Text("货运险投保单核保未通过", "A cargo application did not pass underwriting"),
    ),
    State(
        "MANUAL_REVIEW",
        Text("转人工复核", "Manual review"),
        "running",
        Next.PARTNER,
        hint=Text("保险公司人工复核", "The insurer reviews by hand"),
    ),
    State(
        "DECLINED",
        Text("拒保", "Declined"),
        "failed",
        Next.ENTERPRISE,
        hint=Text("可修改后重新投保", "You may change it and apply again"),
        notice=Text("货运险投保单被拒保", "A cargo application was declined"),
    ),
    State(
        DUE,
        Text("已出单未缴费", "Issued, unpaid"),
        "action",
        Next.ENTERPRISE,
        hint=Text("请缴纳保费", "Pay the premium"),
        notice=Text("货运险已出单，请缴费", "A cargo policy was issued: please pay the premium"),
    ),
    *premiums.states(
        Text("货运险", "cargo"),
        failed=Text("请重新支付", "Pay again"),
        paid=Text("等待保单正式生效", "The policy comes into force"),
    ),
    State("EFFECTIVE", Text("已生效", "In force"), "done", Next.NOBODY),
    State("TERMINATED", Text("保单已注销", "Policy cancelled"), "ended", Next.NOBODY),
    State(
        "CANCELLING",
        Text("撤销中", "Cancellation requested"),
        "running",
        Next.PARTNER,
        hint=Text("等待保险公司答复", "Waiting for the insurer's answer"),
    ),
    State(
        "CANCELLED",
        Text("已撤销", "Cancelled"),
        "ended",
        Next.NOBODY,
        notice=Text("货运险投保单已撤销", "A cargo application was cancelled"),
    ),
)

EDITABLE = ("DRAFT", "SEND_FAILED", "DATA_CHECK_FAILED", "DECLINED")
CANCELLABLE = ("DATA_CHECK_PASSED", "UNDERWRITING_PENDING", "UNDERWRITING_FAILED", "MANUAL_REVIEW")
CHECKING = ("SUBMITTED", "SEND_FAILED")
UNDERWRITING = (*CHECKING, "DATA_CHECK_PASSED", "UNDERWRITING_PENDING")
UNPAID = premiums.unpaid(DUE)
ANSWERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "data_check_failed": ("DATA_CHECK_FAILED", CHECKING),
    "data_check_passed": ("DATA_CHECK_PASSED", CHECKING),
    "underwriting_pending": ("UNDERWRITING_PENDING", UNDERWRITING[:3]),
    "manual_review": ("MANUAL_REVIEW", UNDERWRITING),
    "underwriting_failed": ("UNDERWRITING_FAILED", UNDERWRITING),
    "declined": ("DECLINED", (*UNDERWRITING, "MANUAL_REVIEW")),
    "issued": (DUE, (*UNDERWRITING, "MANUAL_REVIEW")),
    "policy_effective": ("EFFECTIVE", (*UNDERWRITING, "MANUAL_REVIEW", *UNPAID, "PAYING", "PAID")),
}
"""Answer -> state, and the states before it: an answer that overtook others counts at once (X-04)."""

APPLICATION = Kind(
    code="cargo_application",
    label=Text("货运险投保单", "Cargo application"),
    number="application_no",
    title="product_name",
    numbers=NumberFormat(prefix="HY", digits=8),
    fields=FIELDS,
    derived=DERIVED,
    events=EVENTS,
    tracks=(
        Track(
            name="state",
            label=Text("数据状态", "Status"),
            states=STATES,
            transitions=(
                Transition(None, "begun", "DRAFT"),
                Transition("DRAFT", "deleted", "DELETED"),
                *(Transition(source, "submitted", "SUBMITTED") for source in EDITABLE),
                Transition("SUBMITTED", "undelivered", "SEND_FAILED"),
                *(
                    Transition(source, event, target)
                    for event, (target, sources) in ANSWERS.items()
                    for source in sources
                ),
                *(Transition(source, "cancel_requested", "CANCELLING") for source in CANCELLABLE),
                Transition("CANCELLING", "cancel_undelivered", BACK),
                Transition("CANCELLING", "cancel_refused", BACK),
                Transition("CANCELLING", "cancelled", "CANCELLED"),
                *premiums.moves(DUE, "policy_effective"),
                *(
                    Transition(source, "policy_terminated", "TERMINATED")
                    for source in ("EFFECTIVE", *premiums.UNSETTLED)
                ),
            ),
        ),
    ),
    actions=(
        Action(
            name="submit",
            label=Text("提交", "Submit"),
            event="submitted",
            roles=OPERATORS,
            form="cargo_application",
            adds=submission,
            faults=faults,
            draws=drawn,
            encloses=(Enclosure(code="attachment"),),
            needs=(
                Need(
                    "cargo_agreement",
                    frozenset({"VALID"}),
                    Text(
                        "请先与该保险机构签署货运险协议，协议有效后方可投保",
                        "Sign a cargo agreement with this insurer first: you may apply while it is valid",
                    ),
                ),
            ),
            signed=True,
            primary=True,
            sends=Sends(type="CargoApplication", version="1.0", capability="cargo.apply", compose=application),
            waiting=Text(
                "投保单已提交，等待保险公司确认收到",
                "Application handed in; waiting for the insurer to confirm it arrived",
            ),
            done=Text("保险公司已收到投保单", "The insurer has received the application"),
        ),
        Action(
            name="cancel",
            label=Text("撤销", "Cancel"),
            event="cancel_requested",
            roles=OPERATORS,
            form="cargo_cancellation",
            question=Text("是否撤销该投保单？", "Cancel this application?"),
            sends=Sends(
                type="CargoCancellation",
                version="1.0",
                capability="cargo.cancel",
                compose=cancellation,
                failed="cancel_undelivered",
            ),
            waiting=Text("撤销申请已提交，等待保险公司确认收到", "Cancellation handed in; waiting for the insurer"),
            done=Text("保险公司已收到撤销申请，请等待答复", "The insurer has the cancellation; its answer follows"),
        ),
        Action(
            name="delete",
            label=Text("删除", "Delete"),
            event="deleted",
            roles=OPERATORS,
            question=Text("是否删除该投保单？", "Delete this application?"),
            done=Text("投保单已删除", "Application deleted"),
            opens=False,
        ),
    ),
    documents={"attachment": Text("附件", "Enclosed file")},
    links={"agreement_no": "cargo_agreement", "policy_no": "cargo_policy"},
    payable=Payable(
        states=frozenset(premiums.payable(DUE)),
        amount="premium_due",
        currency="premium_currency",
        due="due_date",
    ),
)
