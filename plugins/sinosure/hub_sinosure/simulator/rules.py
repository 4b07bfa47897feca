"""The published magic values: what stands in the contact's name or the remark decides what the insurer does.

First match wins. README.md shows this table; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.testing.simulator.canonical import STATUS_RULE
from hub.testing.simulator.rules import Rule

CONFIRMATION, INQUIRY, CLAIM, AGREEMENT = "PolicyConfirmation", "Inquiry", "ClaimSubmission", "AgreementSigned"
WRITTEN = ("contact_name", "remark")
SILENT = "silent"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How the insurer treats an application: the review's result after ``seconds``, then the policy."""

    result: str = ""  # a row of hub_sinosure.codes.REVIEW; empty: not a review
    reason: str = ""
    seconds: float = 2.0
    issued_as: str = "1"  # a row of hub_sinosure.codes.ISSUED
    comes_into_force: float = 0.0  # seconds after the issue, for a policy that is issued with code 0


PLANS: Mapping[str, Plan] = {
    "approve": Plan(result="10"),
    "approve_later": Plan(result="10", issued_as="0", comes_into_force=5.0),
    "return": Plan(result="20", reason="请核对主要联系人信息后重新提交。"),
    "reject": Plan(result="30", reason="经审核，暂不符合本产品的承保条件。"),
    "unmapped": Plan(result="99"),
    SILENT: Plan(),
    "answer": Plan(seconds=1.0),
    "accept_claim": Plan(result="40"),
    "return_claim": Plan(result="20", reason="请补充买卖合同的签字页后重新提交。"),
    "ask_claim": Plan(result="30", reason="请补充货物照片和往来函电。"),
    "decline_claim": Plan(result="50", reason="损失不在保险责任范围内。"),
    "unmapped_claim": Plan(result="99"),
    "refuse": Plan(result="20", reason="贵司信息需与保险公司核对，请联系客户经理后重新签署。"),
}
"""What a rule may decide. ``answer`` is for messages that are not reviewed, ``refuse`` for agreements."""


def _written(text: str, plan: str, slower: float = 1.0, fault: str | None = None, on: str = "") -> Rule:
    return Rule(
        name=text, type=CONFIRMATION, plan=plan, fields=WRITTEN, contains=text, slower=slower, fault=fault, on=on
    )


def _asked(text: str, plan: str, slower: float = 1.0, fault: str | None = None) -> Rule:
    """In an inquiry: 联系人 or 其他需求."""
    return Rule(
        name=f"inquiry {text}",
        type=INQUIRY,
        plan=plan,
        fields=("contact_name", "request"),
        contains=text,
        slower=slower,
        fault=fault,
    )


def _claimed(text: str, plan: str, slower: float = 1.0, fault: str | None = None) -> Rule:
    """In a claim: 案情说明."""
    return Rule(
        name=f"claim {text}", type=CLAIM, plan=plan, fields=("case_text",), contains=text, slower=slower, fault=fault
    )


def _signed(text: str, plan: str, slower: float = 1.0, fault: str | None = None) -> Rule:
    """In an agreement: 企业名称."""
    return Rule(
        name=f"agreement {text}",
        type=AGREEMENT,
        plan=plan,
        fields=("enterprise_name",),
        contains=text,
        slower=slower,
        fault=fault,
    )


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
    Rule(name="new buyer", type="NewBuyer", plan="answer"),
    Rule(name="buyer search", type="BuyerQuery", plan="answer"),
    _signed("拒签", "refuse"),
    _signed("沉默", SILENT),
    _signed("延迟", "answer", slower=30.0),
    _signed("超时", "answer", fault="late_success"),
    Rule(name="agreement", type=AGREEMENT, plan="answer"),
    Rule(name="authorisation", type="DataAuthorisation", plan="answer"),
    Rule(name="inquiry", type=INQUIRY, plan="answer"),
    Rule(name="confirmation", type=CONFIRMATION, plan="approve"),
    Rule(name="withdrawal", type="WithdrawalRequest", plan="answer"),
    Rule(name="acknowledgement", type="PolicyReceipt", plan="answer"),
    STATUS_RULE,
)
