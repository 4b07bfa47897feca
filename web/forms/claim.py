"""The forms of 索赔申请 (spec.md 9.8, manual S2:497-682). A test holds them equal to ClaimSubmission and NewBuyer."""

import re

from marshmallow import ValidationError
from stdnum import bic

from hub.business.buyer import BUSINESS_NATURES, COMPANY_NATURES
from hub.business.claim_case import CAUSES, COLLECTION, FINANCING, PAYMENT_METHODS, QUESTIONS
from hub.contract.text import Text
from web.forms.base import Form, rows
from web.forms.conditions import OneOf, RequiredIf, ShownIf
from web.forms.controls import Rule, amount, choice, day, flag, line, pick, tick
from web.forms.countries import countries
from web.forms.people import EMAIL, NAME, PHONE

NUMBER = Rule(re.compile(r"[^ \t\n\r]{1,64}"), Text("格式有误，编号中不能有空格", "A number without blanks"))
HS_CODE = Rule(re.compile(r"[0-9]{8,10}"), Text("格式有误，请填写8至10位数字", "8 to 10 digits"))
DECLARATION = Rule(re.compile(r"[0-9]{18}"), Text("格式有误，报关单号为18位数字", "18 digits"))
CERTIFICATE = Rule(
    re.compile(r"[0-9A-Z\-/]{6,32}"), Text("格式有误，请填写6至32位大写字母或数字", "6 to 32 capital letters or digits")
)
YEAR = Rule(re.compile(r"[12][0-9]{3}"), Text("格式有误，请填写四位年份", "A year of four digits"))
NO_BIC = Text("格式有误，SWIFT码为8位或11位，如 BKCHCNBJ", "A SWIFT code has 8 or 11 characters, such as BKCHCNBJ")
BUYER_NEEDED = Text("请填写买方代码，或新建买方的临时编号", "The buyer's code, or the temporary number of a new buyer")


class Bic(Rule):
    """ISO 9362: bank, an existing country, place, branch."""

    def __call__(self, value: str) -> None:
        """Raises ValidationError."""
        super().__call__(value)
        if value and not bic.is_valid(value):
            raise ValidationError([self.text])


BIC = Bic(re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?"), NO_BIC)


DECLARATION_OF_CLAIM = Text(
    "索赔申明：本企业保证所填内容和所附材料真实、完整，同意保险公司据此审核，并承担相应责任",
    "Declaration: what is stated and enclosed is true and complete; the insurer may rely on it, and we answer for it",
)

LISTED = (
    "invoice_no", "invoice_amount_usd", "declaration_no", "shipped_on", "payment_method", "claim_amount_usd",
)  # fmt: skip
"""What the list of shipments shows (S2:590-591)."""


class ShipmentRow(Form):
    """One 出运信息; amounts in US dollars."""

    contract_or_lc_no = line(Text("合同号/信用证号", "Contract or L/C no."), required=True, longest=64, rule=NAME)
    invoice_no = line(Text("发票号", "Invoice no."), required=True, longest=64, rule=NUMBER)
    hs_code = line(Text("海关商品编号", "Tariff no."), required=True, longest=10, rule=HS_CODE)
    shipped_on = day(Text("出运日期", "Shipped on"), required=True)
    declaration_no = line(Text("报关单号", "Declaration no."), required=True, longest=18, rule=DECLARATION)
    origin_cert_no = line(Text("原产地证编号", "Certificate of origin no."), longest=32, rule=CERTIFICATE)
    payment_method = choice(Text("支付方式", "Payment method"), PAYMENT_METHODS, required=True)
    payment_term = line(Text("支付期限", "Payment term"), required=True, longest=60, rule=NAME)
    invoice_amount_usd = amount(Text("发票金额（美元）", "Invoice amount (USD)"), required=True)
    received_amount_usd = amount(Text("已收汇金额（美元）", "Received (USD)"), required=True)
    claim_amount_usd = amount(Text("索赔金额（美元）", "Claimed (USD)"), required=True)
    collection_status = choice(Text("收汇状态", "Collection"), COLLECTION, required=True)


class ClaimForm(Form):
    """买方信息, 银行信息, 案件信息, 出运信息, 说明."""

    conditions = (
        OneOf(("buyer_code", "buyer_no"), BUYER_NEEDED),
        ShownIf(tuple(FINANCING), "trade_financed", ("yes",)),
        RequiredIf(tuple(FINANCING), "trade_financed", ("yes",)),
    )

    claimant = line(Text("索赔申请人", "Claimant"), required=True, longest=200, rule=NAME)
    buyer_code = line(Text("买方代码", "Buyer code"), longest=64, rule=NUMBER)
    buyer_no = line(Text("新建买方临时编号", "Temporary no. of a new buyer"), longest=64, rule=NUMBER)
    buyer_name_en = line(Text("买方英文名称", "Buyer's English name"), required=True, longest=200, rule=NAME)
    issuing_bank_bic = line(Text("开证行SWIFT码", "Issuing bank: SWIFT code"), longest=11, rule=BIC)
    issuing_bank_name = line(Text("开证行英文名称", "Issuing bank: English name"), longest=140, rule=NAME)
    issuing_bank_country = choice(Text("开证行所属国家地区", "Issuing bank: country"), countries())
    issuing_bank_address = line(Text("开证行英文地址", "Issuing bank: English address"), longest=200, rule=NAME)
    confirming_bank_bic = line(Text("保兑行SWIFT码", "Confirming bank: SWIFT code"), longest=11, rule=BIC)
    confirming_bank_name = line(Text("保兑行英文名称", "Confirming bank: English name"), longest=140, rule=NAME)
    confirming_bank_country = choice(Text("保兑行所属国家地区", "Confirming bank: country"), countries())
    confirming_bank_address = line(Text("保兑行英文地址", "Confirming bank: English address"), longest=200, rule=NAME)
    recovery_entrusted = flag(QUESTIONS["recovery_entrusted"], required=True, control="radio")
    trade_financed = flag(QUESTIONS["trade_financed"], required=True, control="radio")
    claim_right_transferred = flag(QUESTIONS["claim_right_transferred"], required=True, control="radio")
    indemnity_transferred = flag(QUESTIONS["indemnity_transferred"], required=True, control="radio")
    bank_urged = flag(QUESTIONS["bank_urged"], required=True, control="radio")
    receivable_assigned = flag(QUESTIONS["receivable_assigned"], required=True, control="radio")
    financing_bank_bic = line(FINANCING["financing_bank_bic"], longest=11, rule=BIC)
    financing_bank_name = line(FINANCING["financing_bank_name"], longest=140, rule=NAME)
    financing_amount = amount(FINANCING["financing_amount"])
    shipments = rows(
        Text("出运信息", "Shipments"),
        ShipmentRow,
        least=1,
        most=500,
        listed=LISTED,
        imported=True,
    )
    loss_cause = choice(Text("致损原因", "Cause of loss"), CAUSES, required=True, searched=True)
    cause_text = line(Text("索赔原因描述", "Description of the cause"), required=True, longest=2000, control="area")
    case_text = line(Text("案情说明", "Facts of the case"), required=True, longest=2000, control="area")
    mitigation_text = line(Text("减损措施", "Mitigation"), required=True, longest=2000, control="area")
    declaration_accepted = tick(DECLARATION_OF_CLAIM)


class ReportForm(Form):
    """Agreeing to the shipment report (S2:652): under which seal."""

    seal_no = pick(
        Text("公司章", "Company seal"),
        hint=Text(
            "仅可选择有效的公司章；没有可选的印章时，请由法人在“印章管理”制作后刷新",
            "Valid company seals only. If there is none, the legal person makes one under Seals; then look again",
        ),
    )


class ClaimSupplementForm(Form):
    """What the insurer asked for besides."""

    supplement_text = line(Text("补充说明", "Further explanation"), required=True, longest=2000, control="area")


class BuyerSearch(Form):
    """What the insurer's list of buyers is asked by; empty asks for all."""

    name_en = line(Text("买方英文名称", "English name"), longest=200, rule=NAME)
    country = choice(Text("所属国家（地区）", "Country or region"), countries())
    buyer_code = line(Text("买方代码", "Buyer code"), longest=64, rule=NUMBER)


class BuyerForm(Form):
    """新建买方信息 (spec.md 9.8.2)."""

    name_en = line(Text("买方英文名称", "English name"), required=True, longest=200, rule=NAME)
    country = choice(Text("所属国家（地区）", "Country or region"), countries(), required=True)
    address_en = line(Text("买方英文地址", "English address"), required=True, longest=300, rule=NAME)
    name_zh = line(Text("买方中文名称", "Chinese name"), longest=200, rule=NAME)
    short_name = line(Text("买方简称", "Short name"), longest=60, rule=NAME)
    registration_region = line(Text("注册区域", "Region of registration"), longest=100, rule=NAME)
    registration_address = line(Text("注册地址", "Registered address"), longest=300, rule=NAME)
    address_zh = line(Text("买方中文地址", "Chinese address"), longest=300, rule=NAME)
    founded_on = day(Text("成立日期", "Founded on"))
    registration_year = line(Text("注册年份", "Year of registration"), longest=4, rule=YEAR)
    ceo_name = line(Text("CEO姓名", "Chief executive"), longest=60, rule=NAME)
    cfo_name = line(Text("CFO姓名", "Chief financial officer"), longest=60, rule=NAME)
    buyer_phone = line(Text("买方电话", "Telephone"), longest=20, rule=PHONE, control="tel")
    buyer_fax = line(Text("买方传真", "Fax"), longest=20, rule=PHONE, control="tel")
    buyer_contact = line(Text("联系人", "Contact"), longest=60, rule=NAME)
    registration_no = line(Text("注册登记号", "Registration no."), longest=64, rule=NAME)
    net_assets_usd = amount(Text("资产净值（美元）", "Net assets (USD)"))
    yearly_sales_usd = amount(Text("年销售额（美元）", "Yearly sales (USD)"))
    website = line(Text("网站地址", "Web site"), longest=200, rule=NAME)
    buyer_email = line(Text("电子邮件", "E-mail"), longest=254, rule=EMAIL, control="email")
    listed = flag(Text("是否上市公司", "Listed company?"))
    governmental = flag(Text("是否政府机构", "Government body?"))
    stock_code = line(Text("股票代码", "Stock code"), longest=20, rule=NAME)
    tax_no = line(Text("税号", "Tax no."), longest=40, rule=NAME)
    business_nature = choice(Text("经营性质", "Kind of business"), BUSINESS_NATURES)
    company_nature = choice(Text("企业性质", "Kind of company"), COMPANY_NATURES)
    remark = line(Text("备注", "Remark"), longest=500, control="area")
