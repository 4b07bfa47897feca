"""发票信息, the block that every application with a premium has (spec.md 12.4, DG-INS-08)."""

import re

from marshmallow import fields

from hub.business.cargo_case import INVOICE_FIELDS, INVOICE_REQUIRED, INVOICE_TYPES
from hub.contract.text import Text
from web.forms.base import Form
from web.forms.conditions import Condition, RequiredIf, ShownIf
from web.forms.controls import Rule, choice, line
from web.forms.people import EMAIL, NAME, PHONE

USCC = Rule(
    re.compile(r"[0-9A-Z]{18}"), Text("格式有误，请填写18位统一社会信用代码", "18 characters: digits and capitals")
)
WITH_INVOICE = tuple(kind for kind, names in INVOICE_REQUIRED.items() if names)
INVOICE_RULES: tuple[Condition, ...] = (
    ShownIf(INVOICE_FIELDS, "invoice_type", WITH_INVOICE),
    *(RequiredIf(sorted(names), "invoice_type", (kind,)) for kind, names in INVOICE_REQUIRED.items() if names),
)


def text(zh: str, en: str, longest: int, *, required: bool = False, hint: Text | None = None) -> fields.String:
    """One line of text."""
    return line(Text(zh, en), longest=longest, required=required, rule=NAME, hint=hint)


class InvoiceForm(Form):
    """What the insurer writes on the invoice for the premium; without one, nothing more is asked."""

    conditions = INVOICE_RULES

    invoice_type = choice(
        Text("发票类型", "Kind of invoice"), INVOICE_TYPES, control="radio", required=True, default="ELECTRONIC"
    )
    invoice_title = text("发票抬头", "Invoice title", 200)
    invoice_tax_no = line(Text("企业税号", "Tax no."), longest=18, rule=USCC)
    invoice_address = text("企业地址", "Address on the invoice", 200)
    invoice_email = line(Text("联系人邮箱", "E-mail for the invoice"), longest=254, rule=EMAIL, control="email")
    invoice_phone = line(Text("联系人电话", "Phone for the invoice"), longest=20, rule=PHONE, control="tel")
    invoice_bank = text("开户银行", "Bank", 100)
    invoice_account = text("银行账号", "Bank account", 40)
