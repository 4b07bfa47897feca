"""The published magic values: what stands in the contact's name or the remark decides what the insurer does.

First match wins. README.md shows this table; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from hub.contract.text import Text
from hub.testing.simulator import rules
from hub.testing.simulator.canonical import STATUS_RULE
from hub.testing.simulator.rules import Rule

CONFIRMATION, INQUIRY, CLAIM, AGREEMENT = "PolicyConfirmation", "Inquiry", "ClaimSubmission", "AgreementSigned"
NEW_BUYER = "NewBuyer"
BUYER_REPORT, LOSS_REPORT = "BuyerReportRequest", "LossReport"
WRITTEN = ("remark", "contact_name")
SILENT = "silent"


@dataclass(frozen=True, kw_only=True)
class Plan(rules.Plan):
    """How the insurer treats an application: the review's result after ``seconds``, then the policy."""

    result: str = ""  # a row of hub_sinosure.codes.REVIEW; empty: not a review
    reason: str = ""
    seconds: float = 2.0
    issued_as: str = "1"  # a row of hub_sinosure.codes.ISSUED
    comes_into_force: float = 0.0  # seconds after the issue, for a policy that is issued with code 0


PLANS: Mapping[str, Plan] = {
    "approve": Plan(text=Text("审核通过并签发保单", "approved, and the policy is issued"), result="10"),
    "approve_later": Plan(
        text=Text("审核通过，保单签发后稍晚生效", "approved; the policy is issued and comes into force later"),
        result="10",
        issued_as="0",
        comes_into_force=5.0,
    ),
    "return": Plan(
        text=Text("退回修改", "returned for correction"), result="20", reason="请核对主要联系人信息后重新提交。"
    ),
    "reject": Plan(text=Text("审核不通过", "rejected"), result="30", reason="经审核，暂不符合本产品的承保条件。"),
    "unmapped": Plan(
        text=Text("答复一个平台不认识的代码", "answers with a code that the hub does not know"), result="99"
    ),
    SILENT: Plan(text=Text("签收后不再答复", "takes it and says nothing more")),
    "answer": Plan(text=Text("照常答复", "answered as usual"), seconds=1.0),
    "accept_claim": Plan(text=Text("受理、赔付、结案", "accepted, paid and closed"), result="40"),
    "return_claim": Plan(
        text=Text("退回修改", "returned for correction"), result="20", reason="请补充买卖合同的签字页后重新提交。"
    ),
    "ask_claim": Plan(
        text=Text("要求补充材料", "asks for further papers"), result="30", reason="请补充货物照片和往来函电。"
    ),
    "decline_claim": Plan(text=Text("拒赔", "declined"), result="50", reason="损失不在保险责任范围内。"),
    "unmapped_claim": Plan(
        text=Text("答复一个平台不认识的代码", "answers with a code that the hub does not know"), result="99"
    ),
    "refuse": Plan(
        text=Text("不签署协议", "does not sign the agreement"),
        result="20",
        reason="贵司信息需与保险公司核对，请联系客户经理后重新签署。",
    ),
    "provide_report": Plan(text=Text("出具资信报告", "the report is made"), result="10", seconds=1.0),
    "reject_report": Plan(
        text=Text("未能出具报告", "no report can be made"),
        result="20",
        reason="未查到该买方，请核对英文名称和地址。",
        seconds=1.0,
    ),
}
"""What a rule may decide. ``answer`` is for messages that are not reviewed, ``refuse`` for agreements."""


def _written(text: str, plan: str, slower: float = 1.0, fault: str | None = None, on: str = "") -> Rule:
    return Rule(
        name=text, type=CONFIRMATION, plan=plan, fields=WRITTEN, contains=text, slower=slower, fault=fault, on=on
    )


def _said(
    what: str,
    type: str,
    fields: tuple[str, ...],
    text: str,
    plan: str,
    slower: float = 1.0,
    fault: str | None = None,
) -> Rule:
    return Rule(name=f"{what} {text}", type=type, plan=plan, fields=fields, contains=text, slower=slower, fault=fault)


_asked = partial(_said, "inquiry", INQUIRY, ("request", "contact_name"))  # 其他需求 or 联系人
_claimed = partial(_said, "claim", CLAIM, ("case_text",))  # 案情说明
_named = partial(_said, "buyer", NEW_BUYER, ("remark",))  # of a new buyer: 备注
_signed = partial(_said, "agreement", AGREEMENT, ("enterprise_name",))  # 企业名称
_wanted = partial(_said, "report", BUYER_REPORT, ("buyer_name_en", "remark"))  # on a buyer: 买方英文名称 or 备注
_reported = partial(_said, "loss", LOSS_REPORT, ("loss_text",))  # 情况说明


RULES = (
    _written("退回", "return"),
    _written("拒绝", "reject"),
    _written("沉默", SILENT),
    _written("延迟", "approve", slower=30.0),
    _written("待生效", "approve_later"),
    _written("未知代码", "unmapped"),
    _written("超时", "approve", fault="late_success"),
    _written("断线", "approve", fault="reset"),
    _written("网关", "approve", fault="html_502"),
    _written("繁忙", "approve", fault="busy_503"),
    _written("抢先", "approve", fault="early"),
    _written("重复", "approve", fault="duplicate"),
    _written("乱序", "approve", fault="reorder"),
    _written("矛盾", "approve", fault="contradictory", on="push"),
    _asked("沉默", SILENT),
    _asked("延迟", "answer", slower=30.0),
    _asked("超时", "answer", fault="late_success"),
    _asked("断线", "answer", fault="reset"),
    _claimed("退回", "return_claim"),
    _claimed("缺材料", "ask_claim"),
    _claimed("拒赔", "decline_claim"),
    _claimed("沉默", SILENT),
    _claimed("延迟", "accept_claim", slower=30.0),
    _claimed("未知代码", "unmapped_claim"),
    _claimed("超时", "accept_claim", fault="late_success"),
    _claimed("断线", "accept_claim", fault="reset"),
    Rule(name="claim", type=CLAIM, plan="accept_claim"),
    Rule(name="supplement", type="ClaimSupplement", plan="answer"),
    Rule(name="claim withdrawal", type="ClaimWithdrawal", plan="answer"),
    _named("沉默", SILENT),
    _named("延迟", "answer", slower=30.0),
    _named("超时", "answer", fault="late_success"),
    Rule(name="new buyer", type=NEW_BUYER, plan="answer"),
    Rule(name="buyer search", type="BuyerQuery", plan="answer"),
    _signed("拒签", "refuse"),
    _signed("沉默", SILENT),
    _signed("延迟", "answer", slower=30.0),
    _signed("超时", "answer", fault="late_success"),
    Rule(name="agreement", type=AGREEMENT, plan="answer"),
    _wanted("NOBODY", "reject_report"),
    _wanted("沉默", SILENT),
    _wanted("延迟", "provide_report", slower=30.0),
    _wanted("超时", "provide_report", fault="late_success"),
    Rule(name="report", type=BUYER_REPORT, plan="provide_report"),
    _reported("沉默", SILENT),
    _reported("延迟", "answer", slower=30.0),
    _reported("超时", "answer", fault="late_success"),
    Rule(name="loss", type=LOSS_REPORT, plan="answer"),
    Rule(name="list", type="EligibleCompanies", plan="answer"),
    Rule(name="authorisation", type="DataAuthorisation", plan="answer"),
    Rule(name="inquiry", type=INQUIRY, plan="answer"),
    Rule(name="confirmation", type=CONFIRMATION, plan="approve"),
    Rule(name="withdrawal", type="WithdrawalRequest", plan="answer"),
    Rule(name="acknowledgement", type="PolicyReceipt", plan="answer"),
    STATUS_RULE,
)
