"""The cargo application (货物运输险投保单, spec.md 12.3-12.5): drafted under an agreement, checked, underwritten,
issued and paid, or cancelled on the way. Manual S3:403-545.

Its money is ours only until the insurer has spoken: 保费仅供参考, ``premium_due`` is what has to be paid.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.business import premiums
from hub.business.acts import Action, Actor, Need, Payable, Sends
from hub.business.enclosures import Enclosure
from hub.business.kind import RETURNED, Derived, Field, Kind
from hub.business.numbers import NumberFormat
from hub.business.roles import OPERATORS
from hub.business.states import BACK, By, EventType, Next, State, Track, Transition
from hub.contract.money import Money
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

DEFAULT_MARKUP = Decimal(10)  # per cent
MARKUPS = (Decimal(0), Decimal(5), Decimal(10), Decimal(20), Decimal(30))

INSURED_FORMULA = Text("保险金额 = 发票金额 × (1 + 加成比例)", "Insured amount = invoice amount × (1 + mark-up)")
PREMIUM_FORMULA = Text("保费 = 保险金额 × 保险费率(‰)", "Premium = insured amount × rate (‰)")
PREMIUM_NOTE = Text("保费仅供参考", "For reference only: the insurer's figure counts")


def insured_amount(invoice: Money, markup_percent: Decimal) -> Money:
    """INSURED_FORMULA, half up to the cent (CG-INS-08, G-19)."""
    return invoice.times(1 + markup_percent / 100)


def premium(insured: Money, rate_permille: Decimal) -> Money:
    """PREMIUM_FORMULA, half up to the cent; the rate is in per mille (C-60)."""
    return insured.times(rate_permille / 1000)


DERIVED = (
    Derived(
        "insured_amount",
        ("invoice_amount", "currency", "markup_percent"),
        lambda amount, currency, markup: insured_amount(Money(amount, currency), markup).amount,
    ),
    Derived(
        "premium",
        ("insured_amount", "currency", "rate_permille"),
        lambda insured, currency, rate: premium(Money(insured, currency), rate).amount,
    ),
)


STRIKES, WAR = "STRIKES", "WAR"
"""The codes by which an agreement names the two covers that an application has a field for."""


def additional(agreement: Mapping[str, Any]) -> dict[str, str]:
    """Code -> name of the covers that an agreement has beside its main ones (CG-INS-09)."""
    return {row["code"]: row["name"] for row in agreement.get("coverage") or () if not row["main"]}


SENT = (
    "application_no", "agreement_no", "product_name", "enterprise_name", "applicant_contact", "applicant_phone",
    "applicant_address", "insured_name", "insured_id_type", "insured_id_no", "insured_contact", "insured_phone",
    "insured_address", "goods_category", "goods_code", "packaging", "goods_description", "packages_and_weight", "marks",
    *INVOICE, "invoice_no", "transport_doc_no", "voyage_no", "vessel_name", "carriage", "bulk",
    "departure_date", "arrival_date", "origin_country", "origin_province", "origin_city", "origin_port",
    "origin_description", "destination_country", "destination_province", "destination_city", "destination_port",
    "destination_description", "via_description", "letter_of_credit", "letter_of_credit_no", "claim_place",
    "strikes_cover", "war_cover", "other_cover", "invoice_amount", "currency", "markup_percent", "insured_amount",
    "rate_permille", "premium", "special_term",
)  # fmt: skip
"""What goes to the insurer under its own name, where it was filled in; the envelope's sequence is the version."""


def application(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Body of CargoApplication: all blocks of 12.4; without an invoice its block stays here."""
    dropped = INVOICE_FIELDS if content["invoice_type"] == "NONE" else ()
    body = {name: content[name] for name in SENT if name not in dropped and content.get(name) not in (None, "", [])}
    return body | {"applied_at": now} | actor.signer


def cancellation(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Body of CargoCancellation."""
    reason = {"reason": content["cancel_reason"]} if content.get("cancel_reason") else {}
    return {"application_no": content["application_no"], "requested_at": now} | reason | actor.signer


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
    Field("invoice_amount", Text("发票金额", "Invoice amount"), Decimal),
    Field("currency", Text("币制", "Currency"), choices=CURRENCIES),
    Field("markup_percent", Text("加成比例(%)", "Mark-up (%)"), Decimal),
    Field("insured_amount", Text("保险金额", "Insured amount"), Decimal),
    Field("rate_permille", Text("保险费率(‰)", "Rate (‰)"), Decimal),
    Field("premium", Text("保费", "Premium"), Decimal),
    Field("special_term", Text("特殊约定", "Special terms"), list, rows=TERM),
    Field("premium_due", Text("应缴保费", "Premium due"), Decimal),
    Field("premium_currency", Text("应缴保费币制", "Currency of the premium due")),
    Field("due_date", Text("缴费截止日期", "Premium due by"), date),
    RETURNED,
    Field("policy_no", Text("保单号", "Policy no."), key=True),
    Field(
        "fault",
        Text("数据审核意见", "Faults found"),
        list,
        rows=(Field("field", Text("字段", "Field")), Field("words", Text("问题说明", "What is wrong"))),
    ),
    Field("reason", Text("原因", "Reason")),
    Field("cancel_reason", Text("撤销原因", "Reason for cancelling")),
)

DUE = "ISSUED_UNPAID"
EVENTS = (
    EventType("begun", By.ENTERPRISE, Text("企业新建投保单", "Begun by the enterprise"), phase="start"),
    EventType("submitted", By.ENTERPRISE, Text("企业提交投保单", "Submitted by the enterprise")),
    EventType("delivered", By.SYSTEM, Text("保险公司已签收", "Received and signed for by the insurer")),
    EventType("undelivered", By.SYSTEM, Text("发送未成功", "Could not be delivered")),
    EventType("data_check_failed", By.PARTNER, Text("数据审核失败", "Data check failed"), decision="data_check"),
    EventType("data_check_passed", By.PARTNER, Text("数据审核成功", "Data check passed"), decision="data_check"),
    EventType("underwriting_pending", By.PARTNER, Text("进入待核保", "Waiting for the underwriter")),
    EventType("manual_review", By.PARTNER, Text("转人工复核", "Referred to manual review")),
    EventType(
        "underwriting_failed",
        By.PARTNER,
        Text("核保未通过", "Not passed by automatic underwriting"),
        decision="underwriting",
    ),
    EventType("declined", By.PARTNER, Text("保险公司拒保", "Declined by the insurer"), decision="underwriting"),
    EventType("issued", By.PARTNER, Text("保险公司出单，待缴费", "Issued; premium due"), decision="underwriting"),
    EventType("cancel_requested", By.ENTERPRISE, Text("企业申请撤销", "Cancellation requested by the enterprise")),
    EventType("cancel_undelivered", By.SYSTEM, Text("撤销申请发送未成功", "The cancellation could not be delivered")),
    EventType(
        "cancel_refused",
        By.PARTNER,
        Text("保险公司不同意撤销", "Cancellation refused by the insurer"),
        decision="cancellation",
    ),
    EventType("cancelled", By.PARTNER, Text("保险公司同意撤销", "Cancelled by the insurer"), decision="cancellation"),
    *premiums.EVENTS,
    EventType("policy_effective", By.SYSTEM, Text("保单正式生效", "The policy is in force"), phase="end"),
    EventType(
        "policy_terminated", By.SYSTEM, Text("保险公司注销保单", "The insurer cancelled the policy"), phase="end"
    ),
    EventType("deleted", By.ENTERPRISE, Text("企业删除投保单", "Deleted by the enterprise"), phase="end"),
)

STATES = (
    State(
        "DRAFT", Text("暂存", "Draft"), "draft", Next.ENTERPRISE, hint=Text("请补充完整并提交", "Complete and submit")
    ),
    State("DELETED", Text("已删除", "Deleted"), "ended", Next.NOBODY, hidden=True),
    State("SUBMITTED", Text("已提交", "Submitted"), "running", Next.PARTNER, hint=Text("等待数据审核", "Data check")),
    State(
        "SEND_FAILED",
        Text("发送失败", "Not delivered"),
        "failed",
        Next.ENTERPRISE,
        hint=Text("未送达保险公司，可修改后再次提交", "Not delivered; you may submit again"),
        notice=Text("货运险投保单未送达保险公司", "A cargo application could not be delivered"),
    ),
    State(
        "DATA_CHECK_FAILED",
        Text("数据审核失败", "Data check failed"),
        "action",
        Next.ENTERPRISE,
        hint=Text("请按审核意见修改后提交", "Correct the faults and submit again"),
        notice=Text("货运险投保单数据审核失败，请修改", "The data of a cargo application need correction"),
    ),
    State(
        "DATA_CHECK_PASSED",
        Text("数据审核成功", "Data check passed"),
        "running",
        Next.PARTNER,
        hint=Text("随后进行核保", "Underwriting follows"),
    ),
    State(
        "UNDERWRITING_PENDING",
        Text("待核保", "Awaiting underwriting"),
        "running",
        Next.PARTNER,
        hint=Text("保险公司核保", "The insurer underwrites"),
    ),
    State(
        "UNDERWRITING_FAILED",
        Text("核保未通过", "Underwriting not passed"),
        "failed",
        Next.ENTERPRISE,
        hint=Text("可撤销投保单", "You may cancel the application"),
        notice=Text("货运险投保单核保未通过", "A cargo application did not pass underwriting"),
    ),
    State(
        "MANUAL_REVIEW",
        Text("转人工复核", "Manual review"),
        "running",
        Next.PARTNER,
        hint=Text("保险公司人工复核", "The insurer reviews by hand"),
    ),
    State(
        "DECLINED",
        Text("拒保", "Declined"),
        "failed",
        Next.ENTERPRISE,
        hint=Text("可修改后重新投保", "You may change it and apply again"),
        notice=Text("货运险投保单被拒保", "A cargo application was declined"),
    ),
    State(
        DUE,
        Text("已出单未缴费", "Issued, unpaid"),
        "action",
        Next.ENTERPRISE,
        hint=Text("请缴纳保费", "Pay the premium"),
        notice=Text("货运险已出单，请缴费", "A cargo policy was issued: please pay the premium"),
    ),
    *premiums.states(
        Text("货运险", "cargo"),
        failed=Text("请重新支付", "Pay again"),
        paid=Text("等待保单正式生效", "The policy comes into force"),
    ),
    State("EFFECTIVE", Text("已生效", "In force"), "done", Next.NOBODY),
    State("TERMINATED", Text("保单已注销", "Policy cancelled"), "ended", Next.NOBODY),
    State(
        "CANCELLING",
        Text("撤销中", "Cancellation requested"),
        "running",
        Next.PARTNER,
        hint=Text("等待保险公司答复", "Waiting for the insurer's answer"),
    ),
    State(
        "CANCELLED",
        Text("已撤销", "Cancelled"),
        "ended",
        Next.NOBODY,
        notice=Text("货运险投保单已撤销", "A cargo application was cancelled"),
    ),
)

EDITABLE = ("DRAFT", "SEND_FAILED", "DATA_CHECK_FAILED", "DECLINED")
CANCELLABLE = ("DATA_CHECK_PASSED", "UNDERWRITING_PENDING", "UNDERWRITING_FAILED", "MANUAL_REVIEW")
CHECKING = ("SUBMITTED", "SEND_FAILED")
UNDERWRITING = (*CHECKING, "DATA_CHECK_PASSED", "UNDERWRITING_PENDING")
UNPAID = premiums.unpaid(DUE)
ANSWERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "data_check_failed": ("DATA_CHECK_FAILED", CHECKING),
    "data_check_passed": ("DATA_CHECK_PASSED", CHECKING),
    "underwriting_pending": ("UNDERWRITING_PENDING", UNDERWRITING[:3]),
    "manual_review": ("MANUAL_REVIEW", UNDERWRITING),
    "underwriting_failed": ("UNDERWRITING_FAILED", UNDERWRITING),
    "declined": ("DECLINED", (*UNDERWRITING, "MANUAL_REVIEW")),
    "issued": (DUE, (*UNDERWRITING, "MANUAL_REVIEW")),
    "policy_effective": ("EFFECTIVE", (*UNDERWRITING, "MANUAL_REVIEW", *UNPAID, "PAYING", "PAID")),
}
"""Answer -> state, and the states before it: an answer that overtook others counts at once (X-04)."""

APPLICATION = Kind(
    code="cargo_application",
    label=Text("货运险投保单", "Cargo application"),
    number="application_no",
    title="product_name",
    numbers=NumberFormat(prefix="HY", digits=8),
    fields=FIELDS,
    derived=DERIVED,
    events=EVENTS,
    tracks=(
        Track(
            name="state",
            label=Text("数据状态", "Status"),
            states=STATES,
            transitions=(
                Transition(None, "begun", "DRAFT"),
                Transition("DRAFT", "deleted", "DELETED"),
                *(Transition(source, "submitted", "SUBMITTED") for source in EDITABLE),
                Transition("SUBMITTED", "undelivered", "SEND_FAILED"),
                *(
                    Transition(source, event, target)
                    for event, (target, sources) in ANSWERS.items()
                    for source in sources
                ),
                *(Transition(source, "cancel_requested", "CANCELLING") for source in CANCELLABLE),
                Transition("CANCELLING", "cancel_undelivered", BACK),
                Transition("CANCELLING", "cancel_refused", BACK),
                Transition("CANCELLING", "cancelled", "CANCELLED"),
                *premiums.moves(DUE, "policy_effective"),
                *(
                    Transition(source, "policy_terminated", "TERMINATED")
                    for source in ("EFFECTIVE", *premiums.UNSETTLED)
                ),
            ),
        ),
    ),
    actions=(
        Action(
            name="submit",
            label=Text("提交", "Submit"),
            event="submitted",
            roles=OPERATORS,
            form="cargo_application",
            encloses=(Enclosure(code="attachment"),),
            needs=(
                Need(
                    "cargo_agreement",
                    frozenset({"VALID"}),
                    Text(
                        "请先与该保险机构签署货运险协议，协议有效后方可投保",
                        "Sign a cargo agreement with this insurer first: you may apply while it is valid",
                    ),
                ),
            ),
            signed=True,
            primary=True,
            sends=Sends(type="CargoApplication", version="1.0", capability="cargo.apply", compose=application),
            waiting=Text(
                "投保单已提交，等待保险公司确认收到",
                "Application handed in; waiting for the insurer to confirm it arrived",
            ),
            done=Text("保险公司已收到投保单", "The insurer has received the application"),
        ),
        Action(
            name="cancel",
            label=Text("撤销", "Cancel"),
            event="cancel_requested",
            roles=OPERATORS,
            question=Text("是否撤销该投保单？", "Cancel this application?"),
            sends=Sends(
                type="CargoCancellation",
                version="1.0",
                capability="cargo.cancel",
                compose=cancellation,
                failed="cancel_undelivered",
            ),
            waiting=Text("撤销申请已提交，等待保险公司确认收到", "Cancellation handed in; waiting for the insurer"),
            done=Text("保险公司已收到撤销申请，请等待答复", "The insurer has the cancellation; its answer follows"),
        ),
        Action(
            name="delete",
            label=Text("删除", "Delete"),
            event="deleted",
            roles=OPERATORS,
            question=Text("是否删除该投保单？", "Delete this application?"),
            done=Text("投保单已删除", "Application deleted"),
            opens=False,
        ),
    ),
    documents={"attachment": Text("附件", "Enclosed file")},
    links={"agreement_no": "cargo_agreement", "policy_no": "cargo_policy"},
    payable=Payable(
        states=frozenset(premiums.payable(DUE)),
        amount="premium_due",
        currency="premium_currency",
        due="due_date",
    ),
)
