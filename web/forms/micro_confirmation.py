"""The entry form 小微信保易投保 (spec.md 5.2). A test holds it equal to the message PolicyConfirmation."""

from hub.contract.text import Text
from web.forms.base import Form
from web.forms.controls import line, tick
from web.forms.people import EMAIL, MOBILE, NAME, PHONE


class MicroConfirmation(Form):
    """Whom the insurer may reach about this policy, and the accepted declaration."""

    contact_name = line(
        Text("主要联系人姓名", "Contact name"), required=True, shortest=2, longest=50, rule=NAME, autocomplete="name"
    )
    contact_phone = line(
        Text("主要联系人电话", "Contact phone"), longest=20, rule=PHONE, control="tel", autocomplete="tel"
    )
    contact_mobile = line(
        Text("主要联系人手机", "Contact mobile"),
        required=True,
        longest=16,
        rule=MOBILE,
        control="tel",
        autocomplete="tel",
    )
    contact_email = line(
        Text("主要联系人邮箱", "Contact e-mail"),
        required=True,
        longest=254,
        rule=EMAIL,
        control="email",
        autocomplete="email",
    )
    remark = line(
        Text("备注", "Remark"),
        longest=500,
        control="area",
        hint=Text("选填，最多500字（Ctrl+Enter 换行）", "Optional, at most 500 characters (Ctrl+Enter: new line)"),
    )
    declaration_accepted = tick(Text("我已认真阅读以上内容并同意", "I have read the above carefully and agree"))
