"""Credit reports on overseas buyers (海外买家资信报告, spec SZ-12, SZ-18, SM-SZ-RPT): a company with the policy of a
programme asks the insurer for some of them, free of charge. MSG-SZ-03, document DOC-18; manual S4:53, S4:75.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from hub.business import sending
from hub.business.acts import Action, Actor, Sends
from hub.business.claim_rules import NO_POLICY
from hub.business.kind import Field, Hold, Kind
from hub.business.numbers import NumberFormat
from hub.business.programme import FIELD, PROGRAMMES, used_up
from hub.business.roles import CARD_HOLDERS
from hub.business.states import By, EventType, Next, State, Track
from hub.contract.text import Text

REPORT = "buyer_report"
TAKEN = frozenset({"SUBMITTED", "DELIVERED"})
"""States in which a request counts; one that fails or is turned down is given back."""
POLICY_STATES = frozenset({"ISSUED", "EFFECTIVE"})
REQUESTED = (
    "report_no", "programme", "policy_no", "enterprise_name", "buyer_code", "buyer_name_en", "buyer_country",
    "buyer_address_en", "registration_no", "remark",
)  # fmt: skip
NO_PROGRAMME = Text("只有统保保单可以免费调取资信报告", "Reports are free under a programme's policy only")
ENDED = Text("该保险单已失效", "This policy is no longer in force")


def request(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of BuyerReportRequest."""
    return sending.filled(content, REQUESTED) | {"requested_at": now}


def faults(content: Mapping[str, Any], linked: Mapping[str, Mapping[str, Any]], now: datetime) -> dict[str, Text]:  # noqa: ARG001
    """Control -> what the user reads: only under a policy of a programme, and while it is in force."""
    policy = linked.get("policy_no")
    if policy is None:
        return {"policy_no": NO_POLICY}
    if policy.get("programme") not in PROGRAMMES or content.get("programme") != policy["programme"]:
        return {"policy_no": NO_PROGRAMME}
    return {} if policy["state"] in POLICY_STATES else {"policy_no": ENDED}


def account(programme: str, enterprise: str, partner: str, content: Mapping[str, Any]) -> Collection[str]:  # noqa: ARG001
    """What a request takes one place of."""
    return {f"{REPORT}:{programme}:{enterprise}"} if content.get("programme") == programme else ()


BUYER_REPORT = Kind(
    code=REPORT,
    label=Text("海外买家资信报告", "Credit report on a buyer"),
    number="report_no",
    title="buyer_name_en",
    numbers=NumberFormat(prefix="ZX", digits=8),
    fields=(
        Field("report_no", Text("申请编号", "Request no."), key=True),
        Field("policy_no", Text("保险单号", "Policy no."), key=True),
        FIELD,
        Field("enterprise_name", Text("企业名称", "Enterprise")),
        Field("buyer_code", Text("买方代码", "Buyer code"), key=True),
        Field("buyer_name_en", Text("买方英文名称", "Buyer's English name")),
        Field("buyer_country", Text("买方所属国家（地区）", "Buyer's country or region")),
        Field("buyer_address_en", Text("买方英文地址", "Buyer's English address")),
        Field("registration_no", Text("买方注册登记号", "Buyer's registration no.")),
        Field("remark", Text("备注", "Remark")),
        Field("answered_at", Text("答复时间", "Answered"), datetime),
        Field("reason", Text("原因", "Reason")),
    ),
    events=(
        sending.BEGUN,
        *sending.SENT,
        EventType("provided", By.PARTNER, Text("保险公司已出具报告", "Provided by the insurer"), decision="report"),
        EventType("rejected", By.PARTNER, Text("保险公司未出具报告", "Not provided by the insurer"), decision="report"),
        sending.DELETED,
    ),
    tracks=(
        Track(
            name="state",
            label=Text("申请状态", "Status"),
            states=(
                *sending.states(
                    Text("资信报告申请", "Request for a credit report"),
                    Text("已申请", "Requested"),
                    Text("等待保险公司出具报告", "The insurer makes the report"),
                ),
                State(
                    "DELIVERED",
                    Text("已出具", "Provided"),
                    "done",
                    Next.NOBODY,
                    notice=Text("海外买家资信报告已出具，请查看", "A credit report on a buyer is there to read"),
                ),
                State(
                    "REJECTED",
                    Text("未出具", "Not provided"),
                    "failed",
                    Next.ENTERPRISE,
                    hint=Text("请核对买方信息后再次申请；未出具的不计次数", "Check the buyer, ask again: not counted"),
                    notice=Text("海外买家资信报告未能出具", "A credit report on a buyer could not be made"),
                ),
            ),
            transitions=(
                *sending.moves("REJECTED"),
                *sending.answers("provided", "DELIVERED", *sending.AWAITED),
                *sending.answers("rejected", "REJECTED", *sending.AWAITED),
            ),
        ),
    ),
    documents={REPORT: Text("海外买家资信报告", "Credit report on an overseas buyer")},
    actions=(
        Action(
            name="submit",
            label=Text("提交申请", "Request the report"),
            event="submitted",
            roles=CARD_HOLDERS,
            form=REPORT,
            primary=True,
            signed=True,
            faults=faults,
            sends=Sends(type="BuyerReportRequest", version="1.0", capability="programme.buyer_report", compose=request),
            waiting=sending.WAITING,
            done=sending.RECEIVED,
        ),
        replace(sending.DELETE, roles=CARD_HOLDERS),
    ),
    links={"policy_no": "policy"},
    holds=tuple(
        Hold(TAKEN, partial(account, code), used_up(programme), places=programme.free_reports)
        for code, programme in PROGRAMMES.items()
    ),
)
"""As many of an enterprise's requests count at a time as its programme has free reports (A-07)."""
