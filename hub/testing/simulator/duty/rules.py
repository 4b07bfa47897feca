"""The published magic values of the duty desk: what stands in 备注 decides. First match wins; else it is granted."""

from hub.contract.text import Text
from hub.testing.simulator.cargo.rules import Plan
from hub.testing.simulator.rules import Rule

AUTHORISATION, REVOCATION = "DutyAuthorisation", "DutyRevocation"
LIMIT, TOP_UP, APPLICATION = "DutyLimitApplication", "DutyTopUp", "DutyApplication"
PLANS = {
    "authorise": Plan(text=Text("授权生效", "the authorisation is in force"), events=("authorised",)),
    "grant": Plan(text=Text("批复额度", "granted"), events=("succeeded",)),
    "refuse": Plan(text=Text("不予批复", "refused"), events=("failed",), reason="未通过本公司的信用评估。"),
    "underwrite": Plan(
        text=Text("核保通过，待缴保费", "underwritten, the premium is due"),
        events=("underwriting_pending", "premium_due"),
    ),
    "return_duty": Plan(
        text=Text("数据校验不通过，退回修改", "the data check fails, to be corrected"),
        events=("data_check_failed",),
        reason="投保信息与海关注册信息不一致，请核对后重新提交。",
    ),
    "decline_duty": Plan(
        text=Text("核保不通过", "the underwriting fails"),
        events=("underwriting_pending", "underwriting_failed"),
        reason="不符合承保条件。",
    ),
    "no_word": Plan(text=Text("签收后不再答复", "takes it and says nothing more")),
    "noted": Plan(text=Text("当即答复", "answered at once")),
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
