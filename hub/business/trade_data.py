"""Trade data (spec CI-CLM-29..36, SM-CHK): which documents are looked up for a shipment, and what the check says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.contract.text import Text

FOUND, OK, NOT_OWNED, UNAVAILABLE = "FOUND", "OK", "NOT_OWNED", "UNAVAILABLE"

RESULTS: Mapping[str, Text] = {
    OK: Text("数据正常", "Data in order"),
    "NOT_FOUND": Text("未查询到符合条件的数据", "No matching data found"),
    NOT_OWNED: Text("非本企业数据", "Data of another enterprise"),
    "WRONG_TYPE": Text("单证类型不符", "Not the kind of document needed"),
    UNAVAILABLE: Text("查询服务暂不可用", "The look-up service is not available"),
}
"""S2:656-658 for the first two; the others are ours (CI-CLM-32)."""

ADVICE: Mapping[str, Text] = {
    "NOT_FOUND": Text("请检查编号是否录入有误", "Check the number for typing errors"),
    NOT_OWNED: Text("仅收发货人能查询，请核对编号", "Only its consignor or consignee may look it up: check the number"),
    "WRONG_TYPE": Text("索赔需要出口报关单，请核对编号", "A claim needs an export declaration: check the number"),
    UNAVAILABLE: Text("请稍后重试", "Try again later"),
}


@dataclass(frozen=True, kw_only=True)
class LookUp:
    """One kind of document: the question, and where the answer says what was found and whose it is."""

    label: Text
    capability: str
    question: str
    asks: tuple[str, ...]  # fields of the question; the last one is the document's own number
    found: str  # element of the answer that holds the document
    owner: str | None  # field of the document with the USCC of its party; None where the document names none
    columns: Mapping[str, Text]  # of the table of results (CI-CLM-33..35), among the numbers and the document's fields
    facts: Mapping[str, Text]  # the document's fields in the order of the report (S2:639-650)


DECLARATION = LookUp(
    label=Text("报关单", "Declaration"),
    capability="trade_data.declaration",
    question="DeclarationQuery",
    asks=("declaration_no",),
    found="declaration",
    owner="consignor_uscc",
    columns={
        "declaration_no": Text("报关单编号", "Declaration no."),
        "consignor": Text("收发货人", "Consignor"),
        "declaration_unit": Text("申报单位", "Declared by"),
        "transport_document_no": Text("提运单号", "Transport document no."),
        "trade_country": Text("贸易国（地区）", "Trading country"),
        "declared_on": Text("申报日期", "Declared on"),
    },
    facts={
        "declaration_no": Text("报关单编号", "Declaration no."),
        "exit_customs": Text("出境关别", "Customs of exit"),
        "export_date": Text("出口日期", "Exported on"),
        "declaration_customs": Text("申报地海关", "Customs of declaration"),
        "consignor": Text("境内收发货人", "Domestic party"),
        "transport_mode": Text("运输方式", "Mode of transport"),
        "vessel_name": Text("运输工具名称", "Vessel or vehicle"),
        "destination_port": Text("指运港", "Port of destination"),
        "declaration_unit": Text("申报单位", "Declared by"),
        "trade_country": Text("贸易国（地区）", "Trading country"),
        "voyage_no": Text("航次号", "Voyage no."),
        "transport_document_no": Text("提运单号", "Transport document no."),
        "entry_unit": Text("录入单位", "Entered by"),
        "overseas_party": Text("境外收发货人", "Overseas party"),
        "trade_terms": Text("成交方式", "Terms of trade"),
        "contract_no": Text("合同协议号", "Contract no."),
        "packages": Text("件数", "Packages"),
        "gross_weight": Text("毛重（千克）", "Gross weight (kg)"),
        "containers": Text("集装箱号/规格/自重（千克）", "Containers: no./size/tare (kg)"),
    },
)
TRANSPORT = LookUp(
    label=Text("提运单", "Transport document"),
    capability="trade_data.transport",
    question="TransportQuery",
    asks=("declaration_no", "transport_document_no"),
    found="transport_document",
    owner=None,  # names its parties in words; whoever may see the declaration may see it
    columns={
        "declaration_no": Text("报关单编号", "Declaration no."),
        "transport_document_no": Text("提运单号", "Transport document no."),
        "house_no": Text("分运单号", "House bill no."),
        "vessel_name": Text("运输工具名称", "Vessel or vehicle"),
        "voyage_no": Text("航次号", "Voyage no."),
        "shipper": Text("发货人", "Shipper"),
        "consignee": Text("收货人", "Consignee"),
        "declared_on": Text("申报日期", "Declared on"),
    },
    facts={
        "master_no": Text("提运单号", "Transport document no."),
        "house_no": Text("分运单号", "House bill no."),
        "vessel_name": Text("运输工具名称", "Vessel or vehicle"),
        "voyage_no": Text("航次号", "Voyage no."),
        "shipper": Text("发货人", "Shipper"),
        "consignee": Text("收货人", "Consignee"),
        "declared_on": Text("申报日期", "Declared on"),
    },
)
CERTIFICATE: Mapping[str, Text] = {
    "certificate_no": Text("原产地证编号", "Certificate no."),
    "certificate_type": Text("证书类型", "Type"),
    "applicant": Text("申请人", "Applicant"),
    "invoice_no": Text("发票号", "Invoice no."),
    "issued_on": Text("签证日期", "Issued on"),
}
ORIGIN = LookUp(
    label=Text("原产地证", "Certificate of origin"),
    capability="trade_data.origin",
    question="OriginQuery",
    asks=("certificate_no",),
    found="certificate",
    owner="applicant_uscc",
    columns=CERTIFICATE,
    facts=CERTIFICATE,
)
LOOK_UPS = (DECLARATION, TRANSPORT, ORIGIN)

GOODS: Sequence[tuple[Text, tuple[str, ...]]] = (
    (Text("序号", "No."), ("item_no",)),
    (Text("商品编码", "Tariff no."), ("hs_code",)),
    (Text("商品名称、规格型号", "Goods"), ("goods_name",)),
    (Text("成交数量及单位", "Quantity"), ("quantity", "unit")),
    (Text("单价", "Unit price"), ("unit_price",)),
    (Text("总价", "Amount"), ("amount",)),
    (Text("币制", "Currency"), ("currency",)),
    (Text("法定数量及单位", "Legal quantity"), ("legal_quantity", "legal_unit")),
    (Text("原产国（地区）", "Country of origin"), ("origin_country",)),
)
"""The columns of a declaration's goods (S2:650): heading, and the fields that stand in it."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What the check says of one document; ``data`` is the document where it is in order."""

    look_up: LookUp
    numbers: Mapping[str, str]
    result: str
    data: Mapping[str, Any] | None = None

    @property
    def number(self) -> str:
        """The document's own number."""
        return self.numbers[self.look_up.asks[-1]]


def judge(look_up: LookUp, numbers: Mapping[str, str], answer: Mapping[str, Any], enterprise: str) -> Checked:
    """What ``answer`` comes to for ``enterprise``.

    A source should keep other parties' data to itself (S2:629); should one give it out, the hub does not.
    """
    data = answer.get(look_up.found)
    if answer["result_code"] != FOUND or data is None:
        result = UNAVAILABLE if answer["result_code"] == FOUND else answer["result_code"]
        return Checked(look_up=look_up, numbers=numbers, result=result)
    if any(answer.get(name, number) != number for name, number in numbers.items()):
        return Checked(look_up=look_up, numbers=numbers, result=UNAVAILABLE)
    if look_up.owner is not None and data[look_up.owner] != enterprise:
        return Checked(look_up=look_up, numbers=numbers, result=NOT_OWNED)
    return Checked(look_up=look_up, numbers=numbers, result=OK, data=data)
