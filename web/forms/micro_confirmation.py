"""The entry form 小微信保易投保 (spec.md 5.2). A test holds it equal to the message PolicyConfirmation."""

import re

from hub.contract.text import Text
from web.forms.base import Form, Rule, line, tick

NAME = Rule(re.compile(r"[^ \t\n\r]+( +[^ \t\n\r]+)*"), Text("格式有误，请填写一行文字", "One line of text, please"))
PHONE = Rule(
    re.compile(r"[0-9+\-]{5,20}"),
    Text("格式有误，电话只能包含数字、-、+，5至20位", "Digits, - and + only, 5 to 20 characters"),
)
MOBILE = Rule(
    re.compile(r"1[0-9]{10}|\+[1-9][0-9]{6,14}"),
    Text("格式有误，请填写11位手机号，境外号码以+国家代码开头", "11 digits starting with 1, or + and the country code"),
)
EMAIL = Rule(
    re.compile(r"[A-Za-z0-9!#$%&'*+\/=?^_`\{\|\}~.\-]{1,64}@[A-Za-z0-9\-]{1,63}(\.[A-Za-z0-9\-]{1,63})+"),
    Text("格式有误，请填写完整的邮箱地址，如 name@example.cn", "A complete address, such as name@example.cn"),
)


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
