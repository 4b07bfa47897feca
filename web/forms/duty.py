"""The entry forms of 关税保证保险 (spec.md 14; S3:635, 700-723, 779). A test holds them equal to their messages."""

import re

from marshmallow import fields

from hub.business.customs import OFFICES, PER_DECLARATION, REGISTRATION, USES
from hub.contract.text import Text
from web.forms.agreement import SealChoice
from web.forms.base import Form, rows
from web.forms.conditions import NotBefore, ShownIf
from web.forms.controls import Rule, amount, choice, day, line
from web.forms.invoice import INVOICE_RULES, InvoiceForm, text
from web.forms.people import NAME, PHONE
from web.forms.seal import RenewalForm

CUSTOMS_CODE = Rule(
    REGISTRATION,
    Text(
        "格式有误，海关注册编码为10位：4位数字加6位数字或大写字母", "10 characters: 4 digits, then 6 digits or capitals"
    ),
)
DECLARATION = Rule(re.compile(r"[0-9]{18}"), Text("格式有误，报关单号为18位数字", "18 digits"))


def registration() -> fields.String:
    """The enterprise's code at customs: chosen (DG-LMT-06), and typed only as long as none is known."""
    return line(
        Text("海关十位", "Customs registration code"), required=True, longest=10, rule=CUSTOMS_CODE, picked="select"
    )


class DutyAuthorisationForm(RenewalForm, SealChoice):
    """For how long, under which seal."""


class DutyLimitForm(Form):
    """Who applies for how much (DG-LMT-04..08)."""

    enterprise_name = text("企业名称", "Enterprise", 200, required=True)
    contact_name = line(Text("企业联系人", "Contact"), required=True, longest=50, rule=NAME, autocomplete="name")
    contact_phone = line(
        Text("联系人电话", "Contact phone"), required=True, longest=20, rule=PHONE, control="tel", autocomplete="tel"
    )
    legal_person = text("法人名称", "Legal representative", 100, required=True)
    customs_code = registration()
    customs_office = choice(Text("注册海关", "Customs of registration"), OFFICES, required=True)
    applied_amount = amount(Text("申请额度(元)", "Limit applied for (CNY)"), required=True, least="0.01")
    guarantee_use = choice(Text("使用类型", "Use"), USES, required=True)
    remark = line(Text("备注", "Remark"), longest=500, control="area")


class DutyTopUpForm(Form):
    """How much more, on the limit that it is begun from."""

    top_up_amount = amount(Text("追加额度(元)", "Top-up (CNY)"), required=True, least="0.01")
    remark = line(Text("备注", "Remark"), longest=500, control="area")


class DeclarationRow(Form):
    """One declaration that is guaranteed."""

    declaration_no = line(Text("报关单号", "Declaration no."), required=True, longest=18, rule=DECLARATION)


class DutyApplicationForm(InvoiceForm):
    """投保基本信息 and 发票信息 (DG-INS-07, 08), under the limit that it is begun from."""

    conditions = (
        *INVOICE_RULES,
        ShownIf(("declarations",), "guarantee_use", PER_DECLARATION),
        NotBefore("end_date", "start_date", Text("止期不能早于起期", "The end cannot be before the beginning")),
    )

    customs_code = registration()
    guarantee_use = choice(Text("使用类型", "Use"), USES, required=True)
    customs_office = choice(Text("注册海关", "Customs of registration"), OFFICES, required=True)
    declaration_office = choice(Text("申报地海关", "Customs of declaration"), OFFICES, required=True)
    declarations = rows(
        Text("报关单号", "Declarations"),
        DeclarationRow,
        most=50,
        hint=Text("按报关单担保时填写，可填多个", "For a guarantee of single declarations, as many as it is for"),
    )
    guarantee_amount = amount(Text("保险金额(元)", "Guaranteed amount (CNY)"), required=True, least="0.01")
    start_date = day(Text("保险期间起", "From"), required=True)
    end_date = day(Text("保险期间止", "Until"), required=True)
    remark = line(Text("备注", "Remark"), longest=500, control="area")
