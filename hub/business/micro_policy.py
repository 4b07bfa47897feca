"""Micro policies (小微投保, spec.md 5): the insurer offers, the enterprise confirms, the insurer issues, the enterprise
acknowledges. Messages MSG-POL-01..08; manuals S0:63-183, S2:245-385.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.business.acts import Action, Actor, Sends
from hub.business.kind import Effect, Field, Kind, Line
from hub.business.micro_application import APPLICATION, COMMON, other_code
from hub.business.roles import ANYONE
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.contract.text import Text

MESSAGES = {
    "PolicyOffer/1.0": "MSG-POL-01",
    "PolicyConfirmation/1.0": "MSG-POL-02",
    "ReviewResult/1.0": "MSG-POL-03",
    "PolicyIssued/1.0": "MSG-POL-04",
    "PolicyReceipt/1.0": "MSG-POL-05",
    "ReceiptConfirmed/1.0": "MSG-POL-06",
    "PolicyChange/1.0": "MSG-POL-07",
    "WithdrawalRequest/1.0": "MSG-POL-08",
    "Introduction/1.0": "MSG-SVC-01",
}


def policy_receipt(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Body of PolicyReceipt: who acknowledged the policy, when, with which card."""
    person = {"person_name": actor.name} if actor.name else {}
    serial = {"certificate_serial": actor.certificate} if actor.certificate else {}
    return {"policy_no": content["policy_no"], "received_at": now} | person | serial


POLICY = Kind(
    code="policy",
    label=Text("保险单", "Policy"),
    number="policy_no",
    title="product_name",
    fields=(
        Field("policy_no", Text("保单号", "Policy no."), key=True),
        Field("application_no", Text("申请号", "Application no."), key=True),
        *COMMON,
        Field("policy_type", Text("保险单类型", "Policy type")),
        Field("effective_date", Text("生效日期", "Effective date"), date, key=True),
        Field("expiry_date", Text("失效日期", "Expiry date"), date),
        Field("insured_amount", Text("保险金额", "Insured amount"), Decimal),
        Field("insured_currency", Text("币种", "Currency")),
        Field("reason", Text("原因", "Reason")),
    ),
    events=(
        EventType("issued", By.PARTNER, Text("保险公司签发保单", "Policy issued by the insurer"), phase="start"),
        EventType("effective", By.PARTNER, Text("保单生效", "Policy in force"), phase="start"),
        EventType("collected_offline", By.PARTNER, Text("保单已线下领取并生效", "Collected off line"), phase="start"),
        EventType("acknowledged", By.ENTERPRISE, Text("企业收悉", "Receipt acknowledged by the enterprise")),
        EventType("delivered", By.SYSTEM, Text("保险公司已签收", "Received and signed for by the insurer")),
        EventType("undelivered", By.SYSTEM, Text("发送未成功", "Could not be delivered")),
        EventType(
            "receipt_confirmed", By.PARTNER, Text("保险公司确认收悉", "Receipt confirmed by the insurer"), phase="end"
        ),
        EventType("terminated", By.PARTNER, Text("保险公司终止保单", "Policy terminated by the insurer"), phase="end"),
        EventType("expired", By.SYSTEM, Text("保单到期失效", "Policy expired"), phase="end"),
    ),
    tracks=(
        Track(
            name="state",
            label=Text("保单状态", "Policy status"),
            states=(
                State("ISSUED", Text("已签发未生效", "Issued, not yet in force"), "running", Next.NOBODY),
                State(
                    "EFFECTIVE",
                    Text("生效", "In force"),
                    "done",
                    Next.NOBODY,
                    notice=Text("保单生效通知", "A policy has come into force"),
                ),
                State(
                    "TERMINATED",
                    Text("终止", "Terminated"),
                    "ended",
                    Next.NOBODY,
                    notice=Text("保单已终止", "A policy was terminated"),
                ),
                State("EXPIRED", Text("失效", "Expired"), "ended", Next.NOBODY),
            ),
            transitions=(
                Transition(None, "issued", "ISSUED"),
                *(
                    Transition(source, event, "EFFECTIVE")
                    for source in (None, "ISSUED")
                    for event in ("effective", "collected_offline")
                ),
                Transition("ISSUED", "terminated", "TERMINATED"),
                Transition("EFFECTIVE", "terminated", "TERMINATED"),
                Transition("EFFECTIVE", "expired", "EXPIRED"),
            ),
        ),
        Track(
            name="ack",
            label=Text("收悉状态", "Receipt status"),
            states=(
                State(
                    "PENDING_RECEIPT",
                    Text("待收悉", "To be acknowledged"),
                    "action",
                    Next.ENTERPRISE,
                    hint=Text("请收悉保单", "Acknowledge the policy"),
                ),
                State(
                    "RECEIPT_SENDING",
                    Text("收悉中", "Acknowledgement under way"),
                    "running",
                    Next.PARTNER,
                    hint=Text("等待保险公司确认收悉", "Waiting for the insurer's confirmation"),
                ),
                State(
                    "RECEIVED",
                    Text("已收悉", "Acknowledged"),
                    "done",
                    Next.NOBODY,
                    notice=Text("保险公司已确认收悉", "The insurer confirmed your acknowledgement"),
                ),
                State("LAPSED", Text("未收悉", "Not acknowledged"), "ended", Next.NOBODY),
            ),
            transitions=(
                Transition(None, "effective", "PENDING_RECEIPT"),
                Transition("PENDING_RECEIPT", "acknowledged", "RECEIPT_SENDING"),
                Transition("RECEIPT_SENDING", "undelivered", "PENDING_RECEIPT"),
                Transition("RECEIPT_SENDING", "receipt_confirmed", "RECEIVED"),
                Transition("PENDING_RECEIPT", "receipt_confirmed", "RECEIVED"),
                *(Transition("PENDING_RECEIPT", event, "LAPSED") for event in ("terminated", "expired")),  # CI-POL-20
            ),
        ),
    ),
    doubts=other_code,
    actions=(
        Action(
            name="acknowledge",
            label=Text("收悉", "Acknowledge"),
            event="acknowledged",
            roles=ANYONE,
            primary=True,
            sends=Sends(
                type="PolicyReceipt", version="1.0", capability="micro_policy.acknowledge", compose=policy_receipt
            ),
            waiting=Text("收悉已提交，等待保险公司确认", "Acknowledgement handed in; waiting for the insurer"),
            done=Text(
                "保险公司已收到收悉，等待状态变为已收悉",
                "The insurer has received it; the status will change to acknowledged",
            ),
        ),
    ),
    documents={"policy": Text("小微企业保单全套单证(生效)", "Full set of policy documents (in force)")},
    links={"application_no": "micro_application"},
    effects=(
        Effect("ISSUED", "application_no", "policy_issued", carries=("policy_no",)),
        Effect("EFFECTIVE", "application_no", "policy_effective", carries=("policy_no",)),
    ),
    ends=("expiry_date", "expired"),
)

LINE = Line(
    code="micro_policy",
    label=Text("小微投保", "Micro policies"),
    kinds=(APPLICATION, POLICY),
    messages=MESSAGES,
)
