"""Shared claim information (共享信息——理赔信息, spec.md 15): what insurers of all lines tell of their claims.

Message MSG-SHCLM-01; manual S3:883-887. No claim can be filed here.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from hub.business.kind import Field, Kind, Line
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.contract.text import Text

PRODUCTS: Mapping[str, Text] = {
    "CARGO": Text("货物运输保险", "Cargo insurance"),
    "DUTY": Text("关税保证保险", "Customs-duty guarantee insurance"),
    "CREDIT": Text("出口信用保险", "Export credit insurance"),
}
STATES = (
    State(
        "REPORTED", Text("已报案", "Reported"), "running", Next.PARTNER, notice=Text("有新的理赔信息", "A new claim")
    ),
    State("ASSESSING", Text("查勘定损", "Being assessed"), "running", Next.PARTNER),
    State("SETTLED", Text("已赔付", "Paid"), "done", Next.NOBODY, notice=Text("理赔已赔付", "A claim was paid")),
    State("REJECTED", Text("拒赔", "Rejected"), "failed", Next.NOBODY, notice=Text("理赔被拒", "A claim was rejected")),
    State("CLOSED", Text("结案", "Closed"), "ended", Next.NOBODY),
)
SAID: Mapping[str, tuple[str, Text]] = {
    "reported": ("REPORTED", Text("保险公司受理报案", "Reported")),
    "assessing": ("ASSESSING", Text("查勘定损", "Being assessed")),
    "rejected": ("REJECTED", Text("保险公司拒赔", "Rejected")),
    "settled": ("SETTLED", Text("保险公司赔付", "Paid")),
    "closed": ("CLOSED", Text("结案", "Closed")),
}
"""What an insurer says, in the order of a claim's life -> the state, and the words."""

CLAIM = Kind(
    code="shared_claim",
    label=Text("理赔信息", "Claims"),
    number="claim_no",
    title="policy_no",
    fields=(
        Field("claim_no", Text("理赔编号", "Claim no."), key=True),
        Field("policy_no", Text("保单编号", "Policy no."), key=True),
        Field("product", Text("险种", "Line"), choices=PRODUCTS),
        Field("enterprise_name", Text("企业名称", "Enterprise")),
        Field("loss_date", Text("出险时间", "Date of the loss"), date),
        Field("reported_on", Text("报案时间", "Reported"), date, key=True),
        Field("estimated_amount", Text("估损金额", "Estimated loss"), Decimal, currency="currency"),
        Field("paid_amount", Text("赔付金额", "Paid"), Decimal, currency="currency"),
        Field("currency", Text("币制", "Currency")),
        Field("paid_on", Text("赔付时间", "Paid on"), date),
        Field("contact", Text("保险机构联系方式", "The insurer's contact")),
        Field("remark", Text("备注", "Remark")),
    ),
    events=tuple(
        EventType(name, By.PARTNER, text, phase="start", decision="claim" if name in ("settled", "rejected") else None)
        for name, (_, text) in SAID.items()
    ),
    tracks=(
        Track(
            name="state",
            label=Text("理赔状态", "Status"),
            states=STATES,
            transitions=tuple(
                Transition(source, name, target)
                for name, (target, _) in SAID.items()
                for source in (None, *(state.id for state in STATES))
            ),
        ),
    ),
)
"""The insurer may begin to tell at any point; what comes late changes nothing."""

LINE = Line(
    code="shared_claim",
    label=Text("共享信息", "Shared information"),
    kinds=(CLAIM,),
    messages={"SharedClaim/1.0": "MSG-SHCLM-01"},
)
