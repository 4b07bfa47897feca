"""The entry form 货物运输险投保 (spec.md 12.4, S3:409-444). A test holds it equal to the message CargoApplication."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from hub.business.cargo_amounts import INSURED_FORMULA
from hub.business.cargo_case import (
    CARRIAGE,
    CURRENCIES,
    EITHER_OR,
    GOODS_CATEGORIES,
    ID_TYPES,
    MARKUPS,
    USUAL_MARKUP,
)
from hub.contract.text import Text
from web.forms.base import Form
from web.forms.conditions import NotBefore, OneOf, RequiredIf, ShownIf
from web.forms.controls import Rule, amount, box, choice, chosen, day, flag, line, offered
from web.forms.countries import countries
from web.forms.invoice import INVOICE_RULES, InvoiceForm, text
from web.forms.people import PHONE
from web.forms.places import CHINA, Listed, place

NUMBER = Rule(re.compile(r"[^ \t\n\r]{1,64}"), Text("格式有误，编号不能含空格", "A number without blanks"))
EITHER = Text("发票号和提单/运单号至少填一个", "Fill in the invoice no. or the bill of lading no.")


def percents(values: Iterable[Decimal]) -> Mapping[str, Text]:
    """Numbers to choose from, as they read."""
    plain = (format(value.normalize(), "f") for value in values)
    return {text: Text(f"{text}%", f"{text}%") for text in plain}


CREDIT = {"yes": Text("使用", "Yes"), "no": Text("不使用", "No")}


class CargoCancellationForm(Form):
    """Why an application is to be cancelled (MSG-CG-08), for those who want to say it."""

    cancel_reason = line(Text("撤销原因", "Reason for cancelling"), longest=500, control="area")


class CargoApplicationForm(InvoiceForm):
    """One voyage of goods, to be insured under an agreement, which says itself what it is and what it costs."""

    conditions = (
        OneOf(EITHER_OR, EITHER),
        *INVOICE_RULES,
        ShownIf(("letter_of_credit_no",), "letter_of_credit", ("yes",)),
        RequiredIf(("letter_of_credit_no",), "letter_of_credit", ("yes",)),
        *(Listed(f"{end}_country", f"{end}_province", f"{end}_city") for end in ("origin", "destination")),
        NotBefore(
            "arrival_date",
            "departure_date",
            Text("预计抵达日期不能早于起运日期", "The arrival cannot be before the departure"),
        ),
    )

    applicant_contact = text("联系人", "Contact", 50)
    applicant_phone = line(Text("联系电话", "Phone"), longest=20, rule=PHONE, control="tel")
    applicant_address = text("地址", "Address", 200)
    insured_name = text("被保险人名称", "Insured", 200, required=True)
    insured_id_type = choice(Text("证件类型", "Kind of id"), ID_TYPES)
    insured_id_no = line(Text("证件号码", "Id no."), longest=64, rule=NUMBER)
    insured_contact = text("被保险人联系人", "Insured's contact", 50)
    insured_phone = line(Text("被保险人电话", "Insured's phone"), longest=20, rule=PHONE, control="tel")
    insured_address = text("被保险人地址", "Insured's address", 200)
    goods_category = choice(Text("货物大类", "Goods category"), GOODS_CATEGORIES, required=True)
    goods_code = text(
        "货物细类", "Goods code", 16, required=True, hint=Text("税则号列，如 8517", "Tariff heading, e.g. 8517")
    )
    packaging = text("货物包装", "Packaging", 100, required=True)
    goods_description = line(Text("货物标的描述信息", "Description of the goods"), longest=500, control="area")
    packages_and_weight = line(Text("包装及件数/重量", "Packages and weight"), longest=200)
    marks = line(Text("标记/唛头", "Marks"), longest=500, required=True, control="area")
    invoice_no = line(
        Text("发票号", "Invoice no."),
        longest=64,
        rule=NUMBER,
        hint=Text("和运单号码至少填一个", "This or the waybill no."),
    )
    transport_doc_no = text(
        "提单/运单号", "Bill of lading no.", 35, hint=Text("和发票号码至少填一个", "This or the invoice no.")
    )
    voyage_no = text("航次/航班/车次/车牌号", "Voyage, flight, train or plate no.", 50, required=True)
    vessel_name = text("船舶名称", "Vessel", 100)
    carriage = choice(Text("运载方式", "Carriage"), CARRIAGE, default="CONTAINER")
    bulk = flag(Text("是否大宗散装运输", "Bulk cargo"), required=True, default="no")
    departure_date = day(Text("起运日期", "Departure"), required=True)
    arrival_date = day(Text("预计抵达日期", "Expected arrival"), required=True)
    origin_country = choice(Text("起运地国家/地区", "Country of departure"), countries(), default=CHINA)
    origin_province = place(Text("起运地省份", "Province of departure"), "origin_country")
    origin_city = place(Text("起运地城市", "City of departure"), "origin_country", "origin_province")
    origin_port = text("起运港名称", "Port of departure", 100, required=True)
    origin_description = text("起运港描述", "About the port of departure", 200, required=True)
    destination_country = choice(Text("目的地国家/地区", "Country of destination"), countries())
    destination_province = place(Text("目的地省份", "Province of destination"), "destination_country")
    destination_city = place(Text("目的地城市", "City of destination"), "destination_country", "destination_province")
    destination_port = text("目的港名称", "Port of destination", 100, required=True)
    destination_description = text("目的地描述", "About the destination", 200, required=True)
    via_description = text("途径港描述", "Ports of call", 200)
    letter_of_credit = flag(Text("是否使用信用证", "Letter of credit"), default="no", options=CREDIT)
    letter_of_credit_no = line(Text("信用证号码", "Letter of credit no."), longest=64, rule=NUMBER)
    claim_place = text("赔款偿付地点", "Claims payable at", 100, required=True)
    strikes_cover = box(Text("罢工险", "Strikes risks"))
    war_cover = box(Text("战争险", "War risks"))
    other_cover = offered(Text("其他附加险", "Other additional cover"))
    invoice_amount = amount(Text("发票金额", "Invoice amount"), required=True, least="0.01")
    currency = choice(Text("币制", "Currency"), CURRENCIES, required=True, default="CNY")
    markup_percent = amount(
        Text("加成比例", "Mark-up"),
        required=True,
        places=2,
        digits=5,
        unit="%",
        default=USUAL_MARKUP,
        hint=INSURED_FORMULA,
        options=percents(MARKUPS),
    )
    special_term = chosen(Text("特殊约定", "Special terms"), "name", Text("添加特殊约定", "Add a special term"))
