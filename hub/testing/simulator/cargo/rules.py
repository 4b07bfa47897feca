"""The published magic values: what stands in 标记/唛头 or 货物标的描述 of an application, or in an appointment's 备注
or 联系人, decides what the insurer does. First match wins. Each insurer's README.md shows this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.contract.text import Text
from hub.testing.simulator import rules
from hub.testing.simulator.canonical import STATUS_RULE
from hub.testing.simulator.rules import Rule

APPLICATION, APPOINTMENT = "CargoApplication", "CargoAppointment"
WRITTEN: Mapping[str, tuple[str, ...]] = {
    APPLICATION: ("marks", "goods_description"),
    APPOINTMENT: ("remark", "contact_name"),
}
PASSED = ("data_check_passed", "underwriting_pending")


@dataclass(frozen=True, kw_only=True)
class Plan(rules.Plan):
    """What the insurer says, one after the other, and each time after so many seconds."""

    events: tuple[str, ...] = ()
    reason: str = ""  # given with the last one
    seconds: float = 1.0
    cancels: bool = True  # whether it agrees to a cancellation


PLANS: Mapping[str, Plan] = {
    "issue": Plan(text=Text("核保通过并出单", "underwritten and issued"), events=(*PASSED, "issued")),
    "review": Plan(
        text=Text("转人工复核后出单", "issued after a person has looked"),
        events=(*PASSED, "manual_review", "issued"),
    ),
    "return": Plan(
        text=Text("数据校验不通过，退回修改", "the data check fails, to be corrected"),
        events=("data_check_failed",),
        reason="投保信息与单证不一致，请核对后重新提交。",
    ),
    "fail": Plan(
        text=Text("核保不通过", "the underwriting fails"),
        events=(*PASSED, "underwriting_failed"),
        reason="超出自动核保范围。",
    ),
    "decline": Plan(
        text=Text("拒绝承保", "declined"),
        events=(*PASSED, "declined"),
        reason="该批货物不在本公司承保范围内。",
    ),
    "wait": Plan(text=Text("一直在核保队列中", "stays in the underwriters' queue"), events=PASSED),
    "insist": Plan(
        text=Text("一直在核保队列中，且不同意撤销", "stays in the queue and cannot be cancelled"),
        events=PASSED,
        cancels=False,
    ),
    "unmapped": Plan(
        text=Text("答复一个平台不认识的代码", "answers with a code that the hub does not know"),
        events=("data_check_passed", "unheard_of"),
    ),
    "silent": Plan(text=Text("签收后不再答复", "takes it and says nothing more")),
    "meet": Plan(text=Text("预约成功", "the appointment is made"), events=("accepted", "succeeded")),
    "turn_away": Plan(
        text=Text("不受理预约", "turned away"), events=("accepted", "failed"), reason="暂无可承接该业务的机构。"
    ),
    "answer": Plan(text=Text("当即答复", "answered at once")),
}
"""What a rule may decide. ``answer`` is for messages that are answered at once."""


def _written(type: str, text: str, plan: str, slower: float = 1.0, fault: str | None = None, on: str = "") -> Rule:
    return Rule(name=text, type=type, plan=plan, fields=WRITTEN[type], contains=text, slower=slower, fault=fault, on=on)


RULES = (
    _written(APPLICATION, "数据有误", "return"),
    _written(APPLICATION, "核保不过", "fail"),
    _written(APPLICATION, "人工复核", "review"),
    _written(APPLICATION, "拒保", "decline"),
    _written(APPLICATION, "排队", "wait"),
    _written(APPLICATION, "不可撤", "insist"),
    _written(APPLICATION, "沉默", "silent"),
    _written(APPLICATION, "延迟", "issue", slower=30.0),
    _written(APPLICATION, "未知代码", "unmapped"),
    _written(APPLICATION, "超时", "issue", fault="late_success"),
    _written(APPLICATION, "断线", "issue", fault="reset"),
    _written(APPLICATION, "网关", "issue", fault="html_502"),
    _written(APPLICATION, "繁忙", "issue", fault="busy_503"),
    _written(APPLICATION, "重复", "issue", fault="duplicate"),
    _written(APPLICATION, "乱序", "issue", fault="reorder"),
    _written(APPLICATION, "矛盾", "issue", fault="contradictory", on="push"),
    _written(APPOINTMENT, "婉拒", "turn_away"),
    _written(APPOINTMENT, "沉默", "silent"),
    Rule(name="application", type=APPLICATION, plan="issue"),
    Rule(name="appointment", type=APPOINTMENT, plan="meet"),
    Rule(name="cancellation", type="CargoCancellation", plan="answer"),
    Rule(name="copy", type="PaymentAgreementCopy", plan="answer"),
    Rule(name="notice", type="PaymentNotice", plan="answer"),
    Rule(name="reversal", type="PaymentReversal", plan="answer"),
    STATUS_RULE,
)
