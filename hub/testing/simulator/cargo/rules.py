"""The published magic values: what stands in 标记/唛头 or 货物标的描述 of an application, or in an appointment's 备注
or 联系人, decides what the insurer does. First match wins. Each insurer's README.md shows this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.testing.simulator.canonical import STATUS_RULE
from hub.testing.simulator.rules import Rule

APPLICATION, APPOINTMENT = "CargoApplication", "CargoAppointment"
WRITTEN: Mapping[str, tuple[str, ...]] = {
    APPLICATION: ("marks", "goods_description"),
    APPOINTMENT: ("remark", "contact_name"),
}
PASSED = ("data_check_passed", "underwriting_pending")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the insurer says, one after the other, and each time after so many seconds."""

    events: tuple[str, ...] = ()
    reason: str = ""  # given with the last one
    seconds: float = 1.0
    cancels: bool = True  # whether it agrees to a cancellation


PLANS: Mapping[str, Plan] = {
    "issue": Plan(events=(*PASSED, "issued")),
    "review": Plan(events=(*PASSED, "manual_review", "issued")),
    "return": Plan(events=("data_check_failed",), reason="投保信息与单证不一致，请核对后重新提交。"),
    "fail": Plan(events=(*PASSED, "underwriting_failed"), reason="超出自动核保范围。"),
    "decline": Plan(events=(*PASSED, "declined"), reason="该批货物不在本公司承保范围内。"),
    "wait": Plan(events=PASSED),
    "insist": Plan(events=PASSED, cancels=False),
    "unmapped": Plan(events=("data_check_passed", "unheard_of")),
    "silent": Plan(),
    "meet": Plan(events=("accepted", "succeeded")),
    "turn_away": Plan(events=("accepted", "failed"), reason="暂无可承接该业务的机构。"),
    "answer": Plan(),
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
    Rule(name="notice", type="PaymentNotice", plan="answer"),
    STATUS_RULE,
)
