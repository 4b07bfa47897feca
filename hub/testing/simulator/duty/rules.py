"""The published magic values of the duty desk: what stands in 备注 decides. First match wins; else it is granted."""

from hub.testing.simulator.cargo.rules import Plan
from hub.testing.simulator.rules import Rule

AUTHORISATION, REVOCATION = "DutyAuthorisation", "DutyRevocation"
LIMIT, TOP_UP, APPLICATION = "DutyLimitApplication", "DutyTopUp", "DutyApplication"
PLANS = {
    "authorise": Plan(events=("authorised",)),
    "grant": Plan(events=("succeeded",)),
    "refuse": Plan(events=("failed",), reason="未通过本公司的信用评估。"),
    "underwrite": Plan(events=("underwriting_pending", "premium_due")),
    "return_duty": Plan(events=("data_check_failed",), reason="投保信息与海关注册信息不一致，请核对后重新提交。"),
    "decline_duty": Plan(events=("underwriting_pending", "underwriting_failed"), reason="不符合承保条件。"),
    "no_word": Plan(),
    "noted": Plan(),
}
"""What a rule may decide. ``noted`` is for messages that are answered at once."""


def _written(type: str, text: str, plan: str, fault: str | None = None, on: str = "") -> Rule:
    return Rule(name=text, type=type, plan=plan, fields=("remark",), contains=text, fault=fault, on=on)


RULES = (
    _written(LIMIT, "不予批复", "refuse"),
    _written(LIMIT, "沉默", "no_word"),
    _written(LIMIT, "重复", "grant", fault="duplicate"),
    _written(LIMIT, "乱序", "grant", fault="reorder"),
    _written(TOP_UP, "不予批复", "refuse"),
    _written(APPLICATION, "数据有误", "return_duty"),
    _written(APPLICATION, "不予承保", "decline_duty"),
    _written(APPLICATION, "沉默", "no_word"),
    _written(APPLICATION, "断线", "underwrite", fault="reset"),
    _written(APPLICATION, "重复", "underwrite", fault="duplicate"),
    _written(APPLICATION, "乱序", "underwrite", fault="reorder"),
    Rule(name="authorisation", type=AUTHORISATION, plan="authorise"),
    Rule(name="revocation", type=REVOCATION, plan="noted"),
    Rule(name="limit", type=LIMIT, plan="grant"),
    Rule(name="top-up", type=TOP_UP, plan="grant"),
    Rule(name="duty application", type=APPLICATION, plan="underwrite"),
)
