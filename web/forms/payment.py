"""The forms of 在线交费: the tri-party agreement (S3:222-258) and the order (S3:513-529)."""

import re
from dataclasses import dataclass

from marshmallow import ValidationError
from stdnum.cn import uscc

from hub.business.payment_terms import TICK
from hub.contract.text import Text
from web.forms.base import Form
from web.forms.controls import Rule, line, picked, tick
from web.forms.people import NAME

ACCOUNT = Rule(
    re.compile(r"[0-9A-Z\-]{8,34}"),
    Text("格式有误，账号为8至34位数字、大写字母或-", "8 to 34 digits, capitals or hyphens"),
)
CHECK_DIGIT = Text("企业税号有误，请核对校验位", "No such tax number: its check digit does not fit")


@dataclass(frozen=True)
class TaxNo(Rule):
    """A unified social credit code whose last character fits the others (GB 32100-2015)."""

    def __call__(self, value: str) -> None:
        """Raises ValidationError."""
        super().__call__(value)
        if value and not uscc.is_valid(value):
            raise ValidationError([CHECK_DIGIT])


TAX_NO = TaxNo(
    re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}"), Text("格式有误，请填写18位企业税号", "A tax number of 18 characters")
)


class PaymentAgreementForm(Form):
    """Who pays from which account to whom. Bank and payee are chosen from the partners."""

    payee = line(Text("收款企业", "Payee"), required=True, longest=32, control="radio")
    tax_no = line(Text("企业税号", "Tax no."), required=True, longest=18, rule=TAX_NO)
    payer_account = line(
        Text("付款账号", "Payer's account"),
        required=True,
        longest=34,
        rule=ACCOUNT,
        hint=Text("加密保存，页面只显示末四位", "Stored encrypted; pages show its last four characters"),
    )
    accepted = tick(TICK)


class PaymentOrderForm(Form):
    """What is paid, under which agreement; nobody types an amount."""

    agreement = line(Text("付款银行协议", "Agreement"), longest=64, control="hidden")
    item = picked(Text("交费明细", "Items"), "bill")
    purpose = line(
        Text("用途", "Purpose"),
        longest=40,
        rule=NAME,
        hint=Text("可不填，将随支付指令送达银行", "As you like; the bank gets it with the order"),
    )
