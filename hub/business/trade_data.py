"""Trade data (spec CI-CLM-29..36, SM-CHK): which documents are looked up for a shipment, and what the check says."""

from collections.abc import Mapping
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


DECLARATION = LookUp(
    label=Text("报关单", "Declaration"),
    capability="trade_data.declaration",
    question="DeclarationQuery",
    asks=("declaration_no",),
    found="declaration",
    owner="consignor_uscc",
)
TRANSPORT = LookUp(
    label=Text("提运单", "Transport document"),
    capability="trade_data.transport",
    question="TransportQuery",
    asks=("declaration_no", "transport_document_no"),
    found="transport_document",
    owner=None,  # names its parties in words; whoever may see the declaration may see it
)
ORIGIN = LookUp(
    label=Text("原产地证", "Certificate of origin"),
    capability="trade_data.origin",
    question="OriginQuery",
    asks=("certificate_no",),
    found="certificate",
    owner="applicant_uscc",
)


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
