"""What a claim tells (spec.md 9): its shipments, the banks and questions of the case, and all its fields; manual
S2:474-719. Amounts are US dollars (S2:609).
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from hub.business.kind import Field
from hub.business.numbers import NumberFormat
from hub.business.programme import FIELD, PAYOUT_NOTE
from hub.contract.text import Text

LETTER_OF_CREDIT = "LC"
PAYMENT_METHODS: Mapping[str, Text] = {
    LETTER_OF_CREDIT: Text("信用证 (L/C)", "Letter of credit (L/C)"),
    "DP": Text("付款交单 (D/P)", "Documents against payment (D/P)"),
    "DA": Text("承兑交单 (D/A)", "Documents against acceptance (D/A)"),
    "OA": Text("赊销 (O/A)", "Open account (O/A)"),
}
COLLECTION: Mapping[str, Text] = {
    "UNPAID": Text("未收汇", "Nothing received"),
    "PARTIAL": Text("部分收汇", "Received in part"),
    "FULL": Text("全部收汇", "Received in full"),
}
CAUSES: Mapping[str, Text] = {
    "BUYER_INSOLVENCY": Text("买方破产或无力偿付债务", "The buyer is insolvent"),
    "BUYER_DEFAULT": Text("买方拖欠货款", "The buyer does not pay"),
    "BUYER_REFUSAL": Text("买方拒绝接收货物", "The buyer refuses the goods"),
    "BANK_INSOLVENCY": Text("开证行破产、停业或被接管", "The issuing bank is insolvent"),
    "BANK_DEFAULT": Text("开证行拖欠", "The issuing bank does not pay"),
    "BANK_REFUSAL": Text("开证行拒绝承兑", "The issuing bank refuses to accept"),
    "POLITICAL": Text("政治风险", "Political risk"),
}
"""The perils of short-term export credit insurance."""

QUESTIONS: Mapping[str, Text] = {
    "recovery_entrusted": Text("是否委托保险人追讨", "Is the insurer entrusted with the recovery?"),
    "trade_financed": Text("是否已办理贸易融资", "Was trade finance taken?"),
    "claim_right_transferred": Text("是否已签署《索赔权转让协议》", "Was the right to claim transferred?"),
    "indemnity_transferred": Text("是否已签署《赔款转让协议》", "Was the indemnity transferred?"),
    "bank_urged": Text("是否已向保兑行/开证行催款", "Were the banks urged to pay?"),
    "receivable_assigned": Text("是否已签署《应收账款转让协议》", "Was the receivable assigned?"),
}
"""The six questions of 案件信息 (S2:503-509); none has a default."""

BANKS: Mapping[str, Text] = {
    "issuing_bank": Text("开证行", "Issuing bank"),
    "confirming_bank": Text("保兑行", "Confirming bank"),
}
BANK_FIELDS: Mapping[str, Text] = {
    "bic": Text("SWIFT码", "SWIFT code"),
    "name": Text("英文名称", "English name"),
    "country": Text("所属国家地区", "Country"),
    "address": Text("英文地址", "English address"),
}
BANK_FACTS: Mapping[str, Text] = {
    f"{bank}_{name}": Text(f"{owner.zh}{label.zh}", f"{owner.en}: {label.en}")
    for bank, owner in BANKS.items()
    for name, label in BANK_FIELDS.items()
}
FINANCING: Mapping[str, Text] = {
    "financing_bank_bic": Text("融资银行SWIFT码", "Financing bank: SWIFT code"),
    "financing_bank_name": Text("融资银行名称", "Financing bank: name"),
    "financing_amount": Text("融资金额（美元）", "Amount financed (USD)"),
}
"""Required where trade finance was taken (S2:576)."""

REPORTED = ("declaration_no", "origin_cert_no")
"""The numbers of a shipment whose change makes the report stale."""

NUMBERS = NumberFormat(prefix="SP", digits=9)

SHIPMENT = (
    Field("serial", Text("出运信息流水号", "Serial")),
    Field("contract_or_lc_no", Text("合同号/信用证号", "Contract or L/C no.")),
    Field("invoice_no", Text("发票号", "Invoice no.")),
    Field("hs_code", Text("海关商品编号", "Tariff no.")),
    Field("shipped_on", Text("出运日期", "Shipped on"), date),
    Field("declaration_no", Text("报关单号", "Declaration no.")),
    Field("origin_cert_no", Text("原产地证编号", "Certificate of origin no.")),
    Field("payment_method", Text("支付方式", "Payment method"), choices=PAYMENT_METHODS),
    Field("payment_term", Text("支付期限", "Payment term")),
    Field("invoice_amount_usd", Text("发票金额（美元）", "Invoice amount (USD)"), Decimal),
    Field("received_amount_usd", Text("已收汇金额（美元）", "Received (USD)"), Decimal),
    Field("claim_amount_usd", Text("索赔金额（美元）", "Claimed (USD)"), Decimal),
    Field("collection_status", Text("收汇状态", "Collection"), choices=COLLECTION),
)

REPORT_ROW = tuple(row for row in SHIPMENT if row.name in ("serial", *REPORTED))

FIELDS = (
    Field("claim_no", Text("索赔申请号", "Claim no."), key=True),
    Field("policy_no", Text("保险单号", "Policy no."), key=True),
    Field("loss_no", Text("报案编号", "Loss report no."), key=True),
    FIELD,
    Field("enterprise_name", Text("企业名称", "Enterprise")),
    Field("insured", Text("被保险人", "Insured")),
    Field("claimant", Text("索赔申请人", "Claimant")),
    Field("buyer_code", Text("买方代码", "Buyer code"), key=True),
    Field("buyer_no", Text("新建买方临时编号", "Temporary no. of a new buyer"), key=True),
    Field("buyer_name_en", Text("买方英文名称", "Buyer's English name")),
    *(Field(name, label) for name, label in BANK_FACTS.items()),
    *(Field(name, label, bool) for name, label in QUESTIONS.items()),
    *(Field(name, label, Decimal if name == "financing_amount" else str) for name, label in FINANCING.items()),
    Field("shipments", Text("出运信息", "Shipments"), list, rows=SHIPMENT),
    Field("total_usd", Text("索赔金额合计（美元）", "Sum claimed (USD)"), Decimal),
    Field(
        "expected_usd",
        Text(f"预计赔付（美元，{PAYOUT_NOTE.zh}）", f"Expected payment (USD). {PAYOUT_NOTE.en}"),
        Decimal,
    ),
    Field("loss_cause", Text("致损原因", "Cause of loss"), choices=CAUSES),
    Field("cause_text", Text("索赔原因描述", "Description of the cause")),
    Field("case_text", Text("案情说明", "Facts of the case")),
    Field("mitigation_text", Text("减损措施", "Mitigation")),
    Field("supplement_text", Text("补充说明", "Further explanation")),
    Field("report_rows", Text("出运数据报告所含单证", "Documents in the shipment report"), list, rows=REPORT_ROW),
    Field("report_signed_at", Text("出运数据报告签章时间", "Shipment report sealed at"), datetime),
    Field("document_version", Text("出运数据报告版本", "Version of the shipment report")),
    Field("seal_no", Text("签署印章", "Seal")),
    Field("submitted_at", Text("提交时间", "Submitted"), datetime),
    Field("reason", Text("原因", "Reason")),
    Field("manager_name", Text("客户经理", "Account manager"), personal=True),
    Field("manager_phone", Text("客户经理电话", "Account manager's telephone"), personal=True),
    Field("paid_amount_usd", Text("赔付金额（美元）", "Paid (USD)"), Decimal),
    Field("paid_on", Text("赔付日期", "Paid on"), date),
    Field("progress_text", Text("赔付说明", "About the settlement")),
)


def serials(claim_no: str, count: int) -> list[str]:
    """出运信息流水号: the claim's day and sequence, then the line, 20 digits (S2:637)."""
    stem = claim_no.removeprefix(NUMBERS.prefix)
    return [f"{stem}{place:03}" for place in range(1, count + 1)]
