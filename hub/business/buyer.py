"""A foreign buyer that the insurer's list lacks (新建买方信息, spec.md 9.8.2, SM-BUYER): registered under a temporary
number until the insurer gives it a code. Messages MSG-CLM-04..05; manual S2:526-550.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.business import sending
from hub.business.acts import Action, Actor, Sends
from hub.business.kind import Field, Kind
from hub.business.numbers import NumberFormat
from hub.business.roles import ANYONE
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.contract.text import Text

BUSINESS_NATURES: Mapping[str, Text] = {
    "WHOLESALE": Text("批发", "Wholesale"),
    "RETAIL": Text("零售", "Retail"),
    "PRODUCTION": Text("生产", "Production"),
    "AGENCY": Text("代理", "Agency"),
}
COMPANY_NATURES: Mapping[str, Text] = {
    "PRIVATE": Text("私营", "Private"),
    "STATE": Text("国营", "State-owned"),
    "CHINESE": Text("中资", "Chinese-funded"),
    "SUBSIDIARY": Text("子公司", "Subsidiary"),
    "AFFILIATE": Text("联号", "Affiliate"),
}

FACTS = (
    Field("name_en", Text("买方英文名称", "English name"), key=True),
    Field("country", Text("所属国家（地区）", "Country or region")),
    Field("address_en", Text("买方英文地址", "English address")),
    Field("name_zh", Text("买方中文名称", "Chinese name")),
    Field("short_name", Text("买方简称", "Short name")),
    Field("registration_region", Text("注册区域", "Region of registration")),
    Field("registration_address", Text("注册地址", "Registered address")),
    Field("address_zh", Text("买方中文地址", "Chinese address")),
    Field("founded_on", Text("成立日期", "Founded on"), date),
    Field("registration_year", Text("注册年份", "Year of registration")),
    Field("ceo_name", Text("CEO姓名", "Chief executive"), personal=True),
    Field("cfo_name", Text("CFO姓名", "Chief financial officer"), personal=True),
    Field("buyer_phone", Text("买方电话", "Telephone"), personal=True),
    Field("buyer_fax", Text("买方传真", "Fax"), personal=True),
    Field("buyer_contact", Text("联系人", "Contact"), personal=True),
    Field("registration_no", Text("注册登记号", "Registration no.")),
    Field("net_assets_usd", Text("资产净值（美元）", "Net assets (USD)"), Decimal),
    Field("yearly_sales_usd", Text("年销售额（美元）", "Yearly sales (USD)"), Decimal),
    Field("website", Text("网站地址", "Web site")),
    Field("buyer_email", Text("电子邮件", "E-mail"), personal=True),
    Field("listed", Text("是否上市公司", "Listed company?"), bool),
    Field("governmental", Text("是否政府机构", "Government body?"), bool),
    Field("stock_code", Text("股票代码", "Stock code")),
    Field("tax_no", Text("税号", "Tax no.")),
    Field("business_nature", Text("经营性质", "Kind of business"), choices=BUSINESS_NATURES),
    Field("company_nature", Text("企业性质", "Kind of company"), choices=COMPANY_NATURES),
    Field("remark", Text("备注", "Remark")),
)
"""In the manual's order, the three required ones first."""


def new_buyer(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of NewBuyer; what was left empty is left out."""
    names = ("buyer_no", *(row.name for row in FACTS))
    return sending.filled(content, names) | {"submitted_at": now}


BUYER = Kind(
    code="buyer",
    label=Text("新建买方", "New buyer"),
    number="buyer_no",
    title="name_en",
    numbers=NumberFormat(prefix="MF", digits=6),
    fields=(
        Field("buyer_no", Text("新建买方临时编号", "Temporary no."), key=True),
        *FACTS,
        Field("buyer_code", Text("买方代码", "Buyer code"), key=True),
    ),
    events=(
        EventType("begun", By.ENTERPRISE, Text("企业新建买方", "Begun by the enterprise"), phase="start"),
        EventType("registered", By.ENTERPRISE, Text("企业提交买方信息", "Submitted by the enterprise")),
        EventType("delivered", By.SYSTEM, Text("保险公司已签收", "Received and signed for by the insurer")),
        EventType("undelivered", By.SYSTEM, Text("发送未成功", "Could not be delivered")),
        EventType("coded", By.PARTNER, Text("保险公司赋予买方代码", "Code given by the insurer"), phase="end"),
        EventType("deleted", By.ENTERPRISE, Text("企业删除", "Deleted by the enterprise"), phase="end"),
    ),
    tracks=(
        Track(
            name="state",
            label=Text("买方状态", "Status"),
            states=(
                State("DRAFT", Text("暂存", "Draft"), "draft", Next.ENTERPRISE),
                State(
                    "NEW_PENDING_CODE",
                    Text("待编码", "Waiting for its code"),
                    "running",
                    Next.PARTNER,
                    hint=Text("可用临时编号先提交索赔申请", "A claim may be submitted with the temporary number"),
                ),
                State(
                    "SEND_FAILED",
                    Text("发送失败", "Not delivered"),
                    "failed",
                    Next.ENTERPRISE,
                    notice=Text("新建买方未送达保险公司", "A new buyer could not be delivered to the insurer"),
                ),
                State(
                    "REGISTERED",
                    Text("已编码", "Has its code"),
                    "done",
                    Next.NOBODY,
                    notice=Text("保险公司已赋予买方代码", "The insurer has given a buyer its code"),
                ),
                State("DELETED", Text("已删除", "Deleted"), "ended", Next.NOBODY, hidden=True),
            ),
            transitions=(
                Transition(None, "begun", "DRAFT"),
                Transition("DRAFT", "registered", "NEW_PENDING_CODE"),
                Transition("SEND_FAILED", "registered", "NEW_PENDING_CODE"),
                Transition("NEW_PENDING_CODE", "undelivered", "SEND_FAILED"),
                Transition("NEW_PENDING_CODE", "coded", "REGISTERED"),
                Transition("SEND_FAILED", "coded", "REGISTERED"),
                Transition("DRAFT", "deleted", "DELETED"),
            ),
        ),
    ),
    actions=(
        Action(
            name="register",
            label=Text("提交", "Submit"),
            event="registered",
            roles=ANYONE,
            form="buyer",
            primary=True,
            sends=Sends(type="NewBuyer", version="1.0", capability="claim.new_buyer", compose=new_buyer),
            waiting=Text("买方信息已提交，等待保险公司确认收到", "Buyer handed in; waiting for the insurer"),
            done=Text("保险公司已收到买方信息，请等待买方代码", "The insurer has it; the buyer's code follows"),
        ),
        Action(
            name="delete",
            label=Text("删除", "Delete"),
            event="deleted",
            roles=ANYONE,
            question=Text("是否删除该买方？", "Delete this buyer?"),
            done=Text("买方已删除", "Buyer deleted"),
            opens=False,
        ),
    ),
)
