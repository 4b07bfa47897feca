"""What a cargo application tells (货物运输险投保单, spec.md 12.4): codes, the rules of its form as data, fields; manual
S3:403-545.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from hub.business.kind import RETURNED, Field
from hub.contract.text import Text

INVOICE_TYPES: Mapping[str, Text] = {
    "ELECTRONIC": Text("电子发票", "Electronic invoice"),
    "PAPER": Text("纸质普通发票", "Plain paper invoice"),
    "SPECIAL": Text("纸质专票", "Special VAT paper invoice"),
    "NONE": Text("无需开具发票", "No invoice needed"),
}
CARRIAGE: Mapping[str, Text] = {
    "CONTAINER": Text("集装箱", "Container"),
    "BREAK_BULK": Text("件杂货", "Break bulk"),
    "BULK": Text("散装", "Bulk"),
    "RO_RO": Text("滚装", "Roll-on roll-off"),
    "OTHER": Text("其他", "Other"),
}
ID_TYPES: Mapping[str, Text] = {
    "USCC": Text("统一社会信用代码", "Unified social credit code"),
    "ORG": Text("组织机构代码", "Organisation code"),
    "FOREIGN": Text("境外注册号", "Foreign registration no."),
    "OTHER": Text("其他", "Other"),
}

GOODS_CATEGORIES: Mapping[str, Text] = {
    text.zh: text
    for text in (
        Text("活动物;动物产品", "Live animals; animal products"),
        Text("植物产品", "Vegetable products"),
        Text("动、植物油、脂、蜡;精制食用油脂", "Animal or vegetable fats, oils and waxes"),
        Text("食品;饮料、酒及醋;烟草及制品", "Food; beverages, spirits and vinegar; tobacco"),
        Text("矿产品", "Mineral products"),
        Text("化学工业及其相关工业的产品", "Products of the chemical and allied industries"),
        Text("塑料及其制品;橡胶及其制品", "Plastics and rubber, and articles thereof"),
        Text("革、毛皮及制品;箱包;肠线制品", "Leather and furskins; travel goods"),
        Text("木及制品;木炭;软木;编结品", "Wood and articles of wood; charcoal; cork; plaits"),
        Text("木浆等;废纸;纸、纸板及其制品", "Wood pulp; waste paper; paper and paperboard"),
        Text("纺织原料及纺织制品", "Textiles and textile articles"),
        Text(
            "鞋帽伞等;已加工的羽毛及其制品;人造花;人发制品",
            "Footwear, headgear, umbrellas; feathers; artificial flowers",
        ),
        Text("矿物材料制品;陶瓷品;玻璃及制品", "Articles of stone; ceramics; glass"),
        Text("珠宝、贵金属及制品;仿首饰;硬币", "Pearls, precious metals, imitation jewellery; coin"),
        Text("贱金属及其制品", "Base metals and articles thereof"),
        Text("机电、音像设备及其零件、附件", "Machinery, electrical and audiovisual equipment"),
        Text("车辆、航空器、船舶及运输设备", "Vehicles, aircraft, vessels and transport equipment"),
        Text("光学、医疗等仪器;钟表;乐器", "Optical and medical instruments; clocks; musical instruments"),
        Text("武器、弹药及其零件、附件", "Arms and ammunition"),
        Text("杂项制品", "Miscellaneous manufactured articles"),
        Text("艺术品、收藏品及古物", "Works of art, collectors' pieces and antiques"),
        Text("特殊交易品及未分类商品", "Special transactions and goods not classified"),
    )
}
"""The 22 sections of the customs' commodity classification (商品分类), by the customs' short names."""
CURRENCIES: Mapping[str, Text] = {
    "CNY": Text("人民币", "Renminbi (CNY)"),
    "USD": Text("美元", "US dollar (USD)"),
    "EUR": Text("欧元", "Euro (EUR)"),
    "HKD": Text("港币", "Hong Kong dollar (HKD)"),
    "JPY": Text("日元", "Yen (JPY)"),
    "GBP": Text("英镑", "Pound sterling (GBP)"),
}

MARKUPS = tuple(map(Decimal, ("0", "5", "10", "15", "20", "25", "30")))
"""加成比例 in per cent, to choose from (12.4); an agreement says how much it allows."""
USUAL_MARKUP = "10"

# The rules of the form, as data (CG-INS-05, CG-INS-07, 12.4)

EITHER_OR = ("invoice_no", "transport_doc_no")
"""At least one of the two."""
INVOICE_FIELDS = (
    "invoice_title", "invoice_tax_no", "invoice_address", "invoice_email", "invoice_phone", "invoice_bank",
    "invoice_account",
)  # fmt: skip
"""The block that 无需开具发票 hides."""
INVOICE = ("invoice_type", *INVOICE_FIELDS)
INVOICE_REQUIRED: Mapping[str, frozenset[str]] = {
    "ELECTRONIC": frozenset(INVOICE_FIELDS[:5]),
    "PAPER": frozenset(INVOICE_FIELDS[:5]),
    "SPECIAL": frozenset(INVOICE_FIELDS),
    "NONE": frozenset(),
}
"""Invoice type -> what then has to be filled."""

TERM = (
    Field("name", Text("特殊约定名称", "Special term")),
    Field("content", Text("特殊约定内容", "What it says")),
)
"""The columns of 特殊约定, of an agreement and of an application (S3:435-438)."""
FIELDS = (
    Field("application_no", Text("投保单号", "Application no."), key=True),
    Field("agreement_no", Text("协议编号", "Agreement no."), key=True),
    Field("proposal_no", Text("保险公司受理号", "Insurer's reference"), key=True),
    Field("product_name", Text("险种", "Product")),
    Field("enterprise_name", Text("企业名称", "Enterprise")),
    Field("applicant_contact", Text("联系人", "Contact"), personal=True),
    Field("applicant_phone", Text("联系电话", "Phone"), personal=True),
    Field("applicant_address", Text("地址", "Address")),
    Field("insured_name", Text("被保险人名称", "Insured")),
    Field("insured_id_type", Text("证件类型", "Kind of id"), choices=ID_TYPES),
    Field("insured_id_no", Text("证件号码", "Id no.")),
    Field("insured_contact", Text("被保险人联系人", "Insured's contact"), personal=True),
    Field("insured_phone", Text("被保险人电话", "Insured's phone"), personal=True),
    Field("insured_address", Text("被保险人地址", "Insured's address")),
    Field("goods_category", Text("货物大类", "Goods category"), choices=GOODS_CATEGORIES),
    Field("goods_code", Text("货物细类", "Goods code")),
    Field("packaging", Text("货物包装", "Packaging")),
    Field("goods_description", Text("货物标的描述信息", "Description of the goods")),
    Field("packages_and_weight", Text("包装及件数/重量", "Packages and weight")),
    Field("marks", Text("标记/唛头", "Marks")),
    Field("invoice_type", Text("发票类型", "Kind of invoice"), choices=INVOICE_TYPES),
    Field("invoice_title", Text("发票抬头", "Invoice title")),
    Field("invoice_tax_no", Text("企业税号", "Tax no.")),
    Field("invoice_address", Text("企业地址", "Address on the invoice")),
    Field("invoice_email", Text("联系人邮箱", "E-mail for the invoice"), personal=True),
    Field("invoice_phone", Text("联系人电话", "Phone for the invoice"), personal=True),
    Field("invoice_bank", Text("开户银行", "Bank")),
    Field("invoice_account", Text("银行账号", "Bank account"), personal=True),
    Field("invoice_no", Text("发票号", "Invoice no."), key=True),
    Field("transport_doc_no", Text("提单/运单号", "Bill of lading or waybill no."), key=True),
    Field("voyage_no", Text("航次/航班/车次/车牌号", "Voyage, flight, train or plate no.")),
    Field("vessel_name", Text("船舶名称", "Vessel")),
    Field("carriage", Text("运载方式", "Carriage"), choices=CARRIAGE),
    Field("bulk", Text("是否大宗散装运输", "Bulk cargo"), bool),
    Field("departure_date", Text("起运日期", "Departure"), date, key=True),
    Field("arrival_date", Text("预计抵达日期", "Expected arrival"), date),
    Field("origin_country", Text("起运地国家/地区", "Country of departure")),
    Field("origin_province", Text("起运地省份", "Province of departure")),
    Field("origin_city", Text("起运地城市", "City of departure")),
    Field("origin_port", Text("起运港名称", "Port of departure")),
    Field("origin_description", Text("起运港描述", "About the port of departure")),
    Field("destination_country", Text("目的地国家/地区", "Country of destination")),
    Field("destination_province", Text("目的地省份", "Province of destination")),
    Field("destination_city", Text("目的地城市", "City of destination")),
    Field("destination_port", Text("目的港名称", "Port of destination")),
    Field("destination_description", Text("目的地描述", "About the destination")),
    Field("via_description", Text("途径港描述", "Ports of call")),
    Field("letter_of_credit", Text("是否使用信用证", "Letter of credit"), bool),
    Field("letter_of_credit_no", Text("信用证号码", "Letter of credit no.")),
    Field("claim_place", Text("赔款偿付地点", "Claims payable at")),
    Field("strikes_cover", Text("罢工险", "Strikes risks"), bool),
    Field("war_cover", Text("战争险", "War risks"), bool),
    Field("other_cover", Text("其他附加险", "Other additional cover")),
    Field("invoice_amount", Text("发票金额", "Invoice amount"), Decimal, currency="currency"),
    Field("currency", Text("币制", "Currency"), choices=CURRENCIES),
    Field("markup_percent", Text("加成比例(%)", "Mark-up (%)"), Decimal),
    Field("insured_amount", Text("保险金额", "Insured amount"), Decimal, currency="currency"),
    Field("rate_permille", Text("保险费率(‰)", "Rate (‰)"), Decimal),
    Field("premium", Text("保费", "Premium"), Decimal, currency="currency"),
    Field("special_term", Text("特殊约定", "Special terms"), list, rows=TERM),
    Field("premium_due", Text("应缴保费", "Premium due"), Decimal, currency="premium_currency"),
    Field("premium_currency", Text("应缴保费币制", "Currency of the premium due")),
    Field("due_date", Text("缴费截止日期", "Premium due by"), date),
    RETURNED,
    Field("policy_no", Text("保单号", "Policy no."), key=True),
    Field("applied_at", Text("投保日期", "Applied"), datetime, key=True),
    Field(
        "fault",
        Text("数据审核意见", "Faults found"),
        list,
        rows=(Field("field", Text("字段", "Field")), Field("words", Text("问题说明", "What is wrong"))),
    ),
    Field("reason", Text("原因", "Reason")),
    Field("cancel_reason", Text("撤销原因", "Reason for cancelling")),
)
