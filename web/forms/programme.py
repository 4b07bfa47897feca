"""What may be tried out on the page of a programme (spec SZ-23): nothing of it is kept."""

from hub.contract.text import Text
from web.forms.base import Form
from web.forms.conditions import NotBefore
from web.forms.controls import amount, day

TOO_EARLY = Text("签发日期不能早于领取日期", "A policy is not issued before it is collected")


class ProgrammeTrial(Form):
    """Exports, days and a loss."""

    conditions = (NotBefore("issued_on", "collected_on", TOO_EARLY),)

    exports = amount(Text("年度出口额（美元）", "Exports of the year (USD)"), digits=15)
    collected_on = day(Text("领取保单日期", "Policy collected on"))
    issued_on = day(Text("保单实际签发日期", "Policy issued on"))
    loss = amount(Text("出口损失金额（美元）", "Loss (USD)"), digits=15)
