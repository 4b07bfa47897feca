"""The entry form 询保申请 (spec.md 10, S2:740-786). A test holds it equal to the message Inquiry."""

from hub.business.inquiry import TOPICS
from hub.contract.text import Text
from web.forms.base import Form
from web.forms.conditions import RequiredIf
from web.forms.controls import choice, line, region
from web.forms.people import EMAIL, MOBILE, NAME, PHONE


class InquiryForm(Form):
    """Who asks, where to reach them, and what it is about."""

    conditions = (RequiredIf(("request",), "topic", ("OTHER",)),)

    enterprise_name = line(
        Text("公司名称", "Company"), required=True, longest=100, rule=NAME, autocomplete="organization"
    )
    region_code = region(Text("注册地址", "Registered in"), required=True)
    address = line(Text("详细地址", "Address"), required=True, longest=200, rule=NAME, autocomplete="street-address")
    contact_name = line(Text("联系人", "Contact"), required=True, longest=50, rule=NAME, autocomplete="name")
    contact_mobile = line(
        Text("联系手机", "Mobile"), required=True, longest=16, rule=MOBILE, control="tel", autocomplete="tel"
    )
    contact_phone = line(
        Text("联系固话", "Fixed line"), required=True, longest=20, rule=PHONE, control="tel", autocomplete="tel"
    )
    contact_email = line(
        Text("联系邮箱", "E-mail"), required=True, longest=254, rule=EMAIL, control="email", autocomplete="email"
    )
    topic = choice(Text("询保内容", "What it is about"), TOPICS, control="radio", required=True, default="INSURE")
    request = line(
        Text("其他需求", "Further wishes"),
        longest=500,
        control="area",
        hint=Text("选择“我有其他需求”时必填，最多500字", "Required for the third choice; at most 500 characters"),
    )
