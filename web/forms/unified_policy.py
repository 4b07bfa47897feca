"""The forms of a programme's services (spec SZ-18, SZ-20). A test holds them equal to their messages."""

from hub.business.loss_report import RISKS
from hub.contract.text import Text
from web.forms.base import Form, rows
from web.forms.claim import NUMBER
from web.forms.controls import amount, choice, day, line
from web.forms.countries import countries
from web.forms.people import NAME, PHONE


class OverseasBuyer(Form):
    """Who the buyer is."""

    buyer_code = line(Text("买方代码", "Buyer code"), longest=64, rule=NUMBER)
    buyer_name_en = line(Text("买方英文名称", "Buyer's English name"), required=True, longest=200, rule=NAME)
    buyer_country = choice(Text("买方所属国家（地区）", "Buyer's country or region"), countries(), required=True)


class InvoiceRow(Form):
    """One invoice that is not paid, or not in full."""

    invoice_no = line(Text("发票号", "Invoice no."), required=True, longest=64, rule=NUMBER)
    due_on = day(Text("应收款日", "Due on"), required=True)
    invoice_amount_usd = amount(Text("发票金额（美元）", "Invoice amount (USD)"), required=True)
    received_amount_usd = amount(Text("已收汇金额（美元）", "Received (USD)"), required=True)


class LossReportForm(OverseasBuyer):
    """What is overdue or in danger, and whom to call."""

    invoices = rows(Text("发票", "Invoices"), InvoiceRow, least=1, most=100)
    risk = choice(Text("报案原因", "Reason"), RISKS, control="radio", required=True)
    loss_text = line(Text("情况说明", "What happened"), required=True, longest=2000, control="area")
    contact_name = line(
        Text("联系人", "Contact"), required=True, shortest=2, longest=50, rule=NAME, autocomplete="name"
    )
    contact_phone = line(
        Text("联系电话", "Telephone"), required=True, longest=20, rule=PHONE, control="tel", autocomplete="tel"
    )


class BuyerReportForm(OverseasBuyer):
    """Whose credit is to be looked into."""

    buyer_address_en = line(Text("买方英文地址", "Buyer's English address"), longest=300, rule=NAME)
    registration_no = line(Text("买方注册登记号", "Buyer's registration no."), longest=64, rule=NAME)
    remark = line(Text("备注", "Remark"), longest=500, control="area")
