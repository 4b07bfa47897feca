"""The entry form 货运险预约 (spec.md 12.1, CG-APT-04..07). A test holds it equal to the message CargoAppointment."""

from hub.business.cargo import TRANSPORT_MODES
from hub.business.cargo_case import CURRENCIES, GOODS_CATEGORIES
from hub.contract.text import Text
from web.forms.base import Form
from web.forms.controls import amount, choice, line
from web.forms.people import EMAIL, NAME, PHONE


class CargoAppointmentForm(Form):
    """Whom the insurer may call, and what is shipped."""

    contact_name = line(Text("联系人", "Contact"), required=True, longest=50, rule=NAME, autocomplete="name")
    contact_phone = line(
        Text("联系人电话", "Contact phone"), required=True, longest=20, rule=PHONE, control="tel", autocomplete="tel"
    )
    contact_email = line(
        Text("联系人邮箱", "Contact e-mail"), longest=254, rule=EMAIL, control="email", autocomplete="email"
    )
    transport_mode = choice(Text("主要运输方式", "Main mode of transport"), TRANSPORT_MODES, required=True)
    goods_category = choice(Text("主要货物类别", "Main goods"), GOODS_CATEGORIES, required=True)
    trade_countries = line(Text("主要贸易国家/地区", "Main trading countries"), longest=200, rule=NAME)
    yearly_value = amount(Text("预计年进出口货值", "Expected yearly value of goods"))
    yearly_currency = choice(Text("货值币制", "Currency of the yearly value"), CURRENCIES, default="CNY")
    remark = line(Text("备注", "Remark"), longest=500, control="area")
