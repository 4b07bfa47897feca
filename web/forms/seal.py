"""The forms of 印章管理 (spec.md 6.2, S2:419-421)."""

import re

from hub.business.seal import TYPES
from hub.business.terms import TERMS
from hub.contract.text import Text
from web.forms.base import Form
from web.forms.controls import Rule, choice, line, pick
from web.forms.people import NAME

ENGRAVED = Rule(re.compile(r"[0-9]{13}"), Text("格式有误，请填写13位数字", "13 digits, please"))


class RenewalForm(Form):
    """For how long."""

    term = choice(Text("有效期限", "Valid for"), TERMS, control="radio", required=True, default="1")


class AssignmentForm(Form):
    """Who signs under it."""

    operator = pick(
        Text("操作员姓名", "Operator's name"),
        hint=Text("由所选人员签署使用；法人可使用全部印章", "Signs under it; the legal person may under any seal"),
        renews=False,
    )


class SealForm(AssignmentForm, RenewalForm):
    """Whose seal, of what type, for how long."""

    seal_type = choice(
        Text("印章类型", "Type of seal"),
        TYPES,
        control="radio",
        required=True,
        default="COMPANY",
        hint=Text("签署服务协议须选择公司章", "The service agreement asks for a company seal"),
    )
    engraved_no = line(
        Text("印章防伪编码", "Number engraved"),
        longest=13,
        rule=ENGRAVED,
        hint=Text("实体印章下弧的13位编码，没有可不填", "The 13 digits on the lower arc of the seal, if it has any"),
    )


class RevocationForm(Form):
    """Why it is revoked."""

    reason = line(Text("注销原因", "Why it is revoked"), required=True, longest=200, rule=NAME)
