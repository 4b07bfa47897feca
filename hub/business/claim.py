"""Claims under credit insurance (索赔申请, spec.md 9, SM-CLM): shipments, banks and facts of a loss, reviewed and paid
by the insurer. Messages MSG-CLM-01..06; manual S2:474-719. Amounts are US dollars (S2:609).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.business import sending
from hub.business.acts import Action, Actor, Need, Paper, Sends
from hub.business.buyer import BUYER
from hub.business.enclosures import Enclosure
from hub.business.kind import Derived, Effect, Field, Kind, Line
from hub.business.numbers import SHANGHAI, NumberFormat
from hub.business.programme import FIELD, PAYOUT_NOTE, claimable_until, expected
from hub.business.roles import ANYONE, CARD_HOLDERS
from hub.business.states import BACK, By, EventType, Next, State, Track, Transition
from hub.contract.text import Text

MESSAGES = {
    "ClaimSubmission/1.0": "MSG-CLM-01",
    "ClaimSupplement/1.0": "MSG-CLM-01",
    "ClaimWithdrawal/1.0": "MSG-CLM-01",
    "ClaimReceipt/1.0": "MSG-CLM-02",
    "BuyerQuery/1.0": "MSG-CLM-03",
    "BuyerList/1.0": "MSG-CLM-03",
    "NewBuyer/1.0": "MSG-CLM-04",
    "BuyerCode/1.0": "MSG-CLM-05",
    "ClaimProgress/1.0": "MSG-CLM-06",
}

REPORT, REPORT_DRAFT = "report", "report_draft"
MATERIAL = "material"
EVIDENCE = Enclosure(code=MATERIAL, described=True)
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

# What is wrong with a claim beyond its single fields (CI-CLM-13, CI-CLM-27)

REPORT_NEEDED = Text("请先生成并确认出运数据报告", "Make the shipment report first, and agree to it")
AGREEMENT_NEEDED = Text(
    "请先签署《中国国际贸易单一窗口出口信用保险服务协议》，签约完成后才能提交索赔申请",
    "Sign the service agreement first: a claim is submitted once it is signed by all",
)
NO_POLICY = Text("没有这张保险单", "There is no such policy")
BUYER_NOT_SUBMITTED = Text("该新建买方尚未提交给保险公司", "This new buyer was not submitted to the insurer yet")
NO_BUYER = Text("没有这个新建买方", "There is no such new buyer")
OTHER_CODE = Text("与该新建买方的买方代码不一致", "The insurer has given this new buyer another code")
OVER_INVOICE = Text("已收汇金额不能大于发票金额", "More was received than invoiced")
OVER_REST = Text(
    "索赔金额须大于0，且不大于发票金额减已收汇金额", "More than 0, and no more than is still open of the invoice"
)
IN_FUTURE = Text("出运日期不能晚于今天", "The shipment cannot be in the future")
NOT_COVERED = Text("出运日期不在保险期间内", "The shipment is not within the policy period")
TWICE = Text("发票号和报关单号与前面的出运信息重复", "The same invoice and declaration stand further up")
BANK_NEEDED = Text(
    "支付方式为信用证或已填写该银行时必填", "Required for a letter of credit, or with any other of the bank"
)


def faults(content: Mapping[str, Any], linked: Mapping[str, Mapping[str, Any]], now: datetime) -> dict[str, Text]:
    """Control -> what the user reads; empty when the claim may be submitted."""
    found: dict[str, Text] = {}
    policy = linked.get("policy_no")
    if policy is None:
        found["policy_no"] = NO_POLICY
    elif (until := claimable_until(policy)) and now.astimezone(SHANGHAI).date() > until:
        found["policy_no"] = _too_late(until)
    if content.get("buyer_no") and "buyer_no" not in linked:
        found["buyer_no"] = NO_BUYER
    elif content.get("buyer_no") and not linked["buyer_no"].get("name_en"):
        found["buyer_no"] = BUYER_NOT_SUBMITTED
    elif content.get("buyer_no") and _differ(content.get("buyer_code"), linked["buyer_no"].get("buyer_code")):
        found["buyer_code"] = OTHER_CODE
    shipments: Sequence[Mapping[str, Any]] = content.get("shipments") or []
    found |= _report_faults(shipments, content)
    seen: set[tuple[str, str]] = set()
    for place, row in enumerate(shipments):
        found |= {f"shipments-{place}-{name}": text for name, text in _line_faults(row, policy or {}, now, seen)}
    credit = any(row["payment_method"] == LETTER_OF_CREDIT for row in shipments)
    return found | _bank_faults(content, "issuing_bank", credit) | _bank_faults(content, "confirming_bank", False)


def report_rows(claim_no: str, shipments: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a report is about: of each shipment its serial, its declaration and its certificate."""
    numbered = zip(shipments, serials(claim_no, len(shipments)), strict=True)
    return [{"serial": serial} | {name: row.get(name) or "" for name in REPORTED} for row, serial in numbered]


def is_stale(shipments: Sequence[Mapping[str, Any]], content: Mapping[str, Any]) -> bool:
    """Whether there is a report, and the numbers that it is about have changed since (STALE of SM-RPT)."""
    reported = content.get("report_rows")
    if not reported:
        return False
    return [[row.get(name) or "" for name in REPORTED] for row in shipments] != [
        [row[name] for name in REPORTED] for row in reported
    ]


def _report_faults(shipments: Sequence[Mapping[str, Any]], content: Mapping[str, Any]) -> dict[str, Text]:
    """A report that is not agreed to, the numbers that it lacks, or has too many (CI-CLM-43, CI-CLM-44)."""
    if not content.get("report_signed_at"):
        return {"": REPORT_NEEDED}
    reported = content["report_rows"]
    found = {
        f"shipments-{place}-{name}": _stale(row.get(name) or reported[place][name])
        for place, row in enumerate(shipments[: len(reported)])
        for name in REPORTED
        if (row.get(name) or "") != reported[place][name]
    }
    more = {
        f"shipments-{place}-declaration_no": _stale(row["declaration_no"])
        for place, row in enumerate(shipments)
        if place >= len(reported)
    }
    gone = "、".join(row["declaration_no"] for row in reported[len(shipments) :])
    return found | more | ({"shipments": _stale(gone)} if gone else {})


def _differ(typed: str | None, given: str | None) -> bool:
    return bool(typed and given and typed != given)


def _too_late(until: date) -> Text:
    return Text(
        f"该保险单的索赔期限已于{until}届满，请联系保险公司",
        f"Claims under this policy ended on {until}: please contact the insurer",
    )


def _stale(number: str) -> Text:
    return Text(
        f"出运数据报告已过期：{number} 有变动，请重新生成报告",
        f"The shipment report is out of date: {number} has changed; make the report again",
    )


def _line_faults(
    row: Mapping[str, Any], policy: Mapping[str, Any], now: datetime, seen: set[tuple[str, str]]
) -> Iterator[tuple[str, Text]]:
    number = row["invoice_no"], row["declaration_no"]
    if number in seen:
        yield "invoice_no", TWICE
    seen.add(number)
    if row["shipped_on"] > now.astimezone(SHANGHAI).date():
        yield "shipped_on", IN_FUTURE
    first, last = policy.get("effective_date"), policy.get("expiry_date")
    if (first and row["shipped_on"] < first) or (last and row["shipped_on"] > last):
        yield "shipped_on", NOT_COVERED
    rest = row["invoice_amount_usd"] - row["received_amount_usd"]
    if rest < 0:
        yield "received_amount_usd", OVER_INVOICE
    elif not 0 < row["claim_amount_usd"] <= rest:
        yield "claim_amount_usd", OVER_REST


def _bank_faults(content: Mapping[str, Any], bank: str, involved: bool) -> dict[str, Text]:
    names = [f"{bank}_{name}" for name in BANK_FIELDS]
    if not involved and not any(content.get(name) for name in names):
        return {}
    return {name: BANK_NEEDED for name in names if not content.get(name)}


# What the hub adds and sends

SUBMITTED = (
    "claim_no", "policy_no", "loss_no", "insured", "claimant", "buyer_code", "buyer_no", "buyer_name_en", *BANK_FACTS,
    *QUESTIONS, *FINANCING, "shipments", "total_usd", "loss_cause", "cause_text", "case_text", "mitigation_text",
    "submitted_at",
)  # fmt: skip


def submission(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """The time, and a serial for each shipment."""
    rows = content["shipments"]
    numbered = zip(rows, serials(content["claim_no"], len(rows)), strict=True)
    return {"shipments": [{**row, "serial": serial} for row, serial in numbered], "submitted_at": now}


def agreement(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """When the report was agreed to."""
    return {"report_signed_at": now}


def cancellation(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """There is no report any more."""
    return {"report_rows": None, "report_signed_at": None}


def serials(claim_no: str, count: int) -> list[str]:
    """出运信息流水号: the claim's day and sequence, then the line, 20 digits (S2:637)."""
    stem = claim_no.removeprefix(NUMBERS.prefix)
    return [f"{stem}{place:03}" for place in range(1, count + 1)]


def claim(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of ClaimSubmission; what was left empty is left out."""
    body = sending.filled(content, SUBMITTED)
    rows = content["shipments"]
    return body | {"shipments": [{name: cell for name, cell in row.items() if cell not in (None, "")} for row in rows]}


def supplement(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of ClaimSupplement."""
    return {"claim_no": content["claim_no"], "supplement_text": content["supplement_text"], "submitted_at": now}


def withdrawal(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of ClaimWithdrawal."""
    return {"claim_no": content["claim_no"], "requested_at": now}


def total(shipments: Sequence[Mapping[str, Any]]) -> Decimal | None:
    """The sum of what is claimed; None while a line has no amount."""
    amounts = [row.get("claim_amount_usd") for row in shipments]
    return None if None in amounts else sum((amount for amount in amounts if amount), Decimal(0))


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

EVENTS = (
    EventType("begun", By.ENTERPRISE, Text("企业新建索赔申请", "Begun by the enterprise"), phase="start"),
    EventType("report_made", By.ENTERPRISE, Text("生成出运数据报告", "Shipment report made"), series="report"),
    EventType(
        "report_agreed", By.ENTERPRISE, Text("企业确认出运数据报告", "Shipment report agreed to"), series="report"
    ),
    EventType(
        "report_cancelled", By.ENTERPRISE, Text("企业取消出运数据报告", "Shipment report cancelled"), series="report"
    ),
    EventType("submitted", By.ENTERPRISE, Text("企业提交索赔申请", "Submitted by the enterprise")),
    EventType("supplemented", By.ENTERPRISE, Text("企业补充材料", "Further material by the enterprise")),
    EventType("delivered", By.SYSTEM, Text("保险公司已签收", "Received and signed for by the insurer")),
    EventType("undelivered", By.SYSTEM, Text("发送未成功", "Could not be delivered")),
    EventType("supplement_undelivered", By.SYSTEM, Text("补充材料发送未成功", "The material could not be delivered")),
    EventType("withdrawal_requested", By.ENTERPRISE, Text("企业申请撤回", "Withdrawal requested by the enterprise")),
    EventType("withdrawal_undelivered", By.SYSTEM, Text("撤回申请发送未成功", "The request could not be delivered")),
    EventType("withdrawal_refused", By.PARTNER, Text("保险公司不同意撤回", "Withdrawal not agreed by the insurer")),
    EventType("review_begun", By.PARTNER, Text("保险公司开始审核", "Review begun by the insurer")),
    EventType("supplement_required", By.PARTNER, Text("保险公司要求补充材料", "Further material asked for")),
    EventType("withdrawn", By.PARTNER, Text("保险公司同意撤回", "Withdrawal agreed by the insurer"), decision="review"),
    EventType("returned", By.PARTNER, Text("保险公司退回", "Returned by the insurer"), decision="review"),
    EventType("accepted", By.PARTNER, Text("保险公司受理", "Accepted by the insurer"), decision="review"),
    EventType("declined", By.PARTNER, Text("保险公司拒赔", "Declined by the insurer"), decision="review"),
    EventType("paid", By.PARTNER, Text("保险公司赔付", "Paid by the insurer"), phase="end"),
    EventType("closed", By.PARTNER, Text("保险公司结案", "Closed by the insurer"), phase="end"),
    EventType("deleted", By.ENTERPRISE, Text("企业删除", "Deleted by the enterprise"), phase="end"),
)

STATES = (
    State(
        "DRAFT",
        Text("暂存", "Draft"),
        "draft",
        Next.ENTERPRISE,
        hint=Text("请填写完整后提交", "Complete and submit it"),
    ),
    State(
        "SUBMITTED",
        Text("已提交", "Submitted"),
        "running",
        Next.PARTNER,
        hint=Text("等待保险公司审核，审核前可撤回", "The insurer reviews it; until then you may withdraw it"),
    ),
    State(
        "SEND_FAILED",
        Text("发送失败", "Not delivered"),
        "failed",
        Next.ENTERPRISE,
        hint=Text("未送达保险公司，可再次提交", "Not delivered; you may submit it again"),
        notice=Text("索赔申请未送达保险公司", "A claim could not be delivered to the insurer"),
    ),
    State("IN_REVIEW", Text("审核中", "Under review"), "running", Next.PARTNER),
    State(
        "SUPPLEMENT_REQUIRED",
        Text("补充材料", "Material needed"),
        "action",
        Next.ENTERPRISE,
        hint=Text("请按保险公司要求补充材料", "Send what the insurer asks for"),
        notice=Text("保险公司要求为索赔申请补充材料", "The insurer asks for further material for a claim"),
    ),
    State(
        "RETURNED",
        Text("退回", "Returned"),
        "action",
        Next.ENTERPRISE,
        hint=Text("请按退回原因修改后重新提交", "Correct it as the reason says and submit it again"),
        notice=Text("索赔申请被退回", "A claim was returned"),
    ),
    State("WITHDRAWING", Text("撤回中", "Withdrawal requested"), "running", Next.PARTNER),
    State(
        "WITHDRAWN",
        Text("已撤回", "Withdrawn"),
        "ended",
        Next.NOBODY,
        notice=Text("索赔申请已撤回", "A claim was withdrawn"),
    ),
    State(
        "ACCEPTED",
        Text("受理", "Accepted"),
        "running",
        Next.PARTNER,
        hint=Text("等待保险公司赔付", "The insurer settles it"),
        notice=Text("保险公司已受理索赔申请", "The insurer has accepted a claim"),
    ),
    State(
        "DECLINED",
        Text("拒赔", "Declined"),
        "failed",
        Next.NOBODY,
        notice=Text("索赔申请被拒赔", "A claim was declined"),
    ),
    State(
        "PAID",
        Text("已赔付", "Paid"),
        "done",
        Next.PARTNER,
        notice=Text("索赔申请已赔付", "A claim was paid"),
    ),
    State("CLOSED", Text("结案", "Closed"), "ended", Next.NOBODY, notice=Text("索赔申请已结案", "A claim was closed")),
    State("DELETED", Text("已删除", "Deleted"), "ended", Next.NOBODY, hidden=True),
)

EDITABLE = ("DRAFT", "SEND_FAILED", "RETURNED")
WAITING = ("SUBMITTED", "SEND_FAILED", "WITHDRAWING")
REVIEWED = (*WAITING, "IN_REVIEW", "SUPPLEMENT_REQUIRED")
ANSWERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "review_begun": ("IN_REVIEW", WAITING),
    "supplement_required": ("SUPPLEMENT_REQUIRED", (*WAITING, "IN_REVIEW")),
    "returned": ("RETURNED", REVIEWED),
    "accepted": ("ACCEPTED", REVIEWED),
    "declined": ("DECLINED", REVIEWED),
    "withdrawn": ("WITHDRAWN", WAITING),
    "paid": ("PAID", (*REVIEWED, "ACCEPTED")),
    "closed": ("CLOSED", (*REVIEWED, "ACCEPTED", "PAID", "DECLINED")),
}
"""Answer -> state, and the states before it: an answer that overtook others counts at once (X-04)."""

CLAIM = Kind(
    code="claim",
    label=Text("索赔申请", "Claim"),
    number="claim_no",
    title="buyer_name_en",
    numbers=NUMBERS,
    fields=FIELDS,
    derived=(
        Derived("total_usd", ("shipments",), total),
        Derived("expected_usd", ("programme", "total_usd"), expected),
    ),
    events=EVENTS,
    tracks=(
        Track(
            name="state",
            label=Text("索赔申请状态", "Status"),
            states=STATES,
            transitions=(
                Transition(None, "begun", "DRAFT"),
                Transition("DRAFT", "deleted", "DELETED"),
                *(Transition(source, "submitted", "SUBMITTED") for source in EDITABLE),
                Transition("SUBMITTED", "undelivered", "SEND_FAILED"),
                Transition("SUPPLEMENT_REQUIRED", "supplemented", "IN_REVIEW"),
                Transition("IN_REVIEW", "supplement_undelivered", "SUPPLEMENT_REQUIRED"),
                Transition("SUBMITTED", "withdrawal_requested", "WITHDRAWING"),
                Transition("WITHDRAWING", "withdrawal_undelivered", BACK),
                Transition("WITHDRAWING", "withdrawal_refused", BACK),
                *(
                    Transition(source, event, target)
                    for event, (target, sources) in ANSWERS.items()
                    for source in sources
                ),
            ),
        ),
        Track(
            name="ack",  # the enterprise's own track: its word on the report (SM-RPT; stale is what faults() says)
            label=Text("出运数据报告", "Shipment report"),
            states=(
                State("NONE", Text("未生成", "Not made"), "draft", Next.ENTERPRISE),
                State("GENERATED", Text("待确认", "To be agreed to"), "action", Next.ENTERPRISE),
                State("CONFIRMED", Text("已确认", "Agreed"), "done", Next.NOBODY),
            ),
            transitions=(
                Transition(None, "begun", "NONE"),
                *(Transition(source, "report_made", "GENERATED") for source in ("NONE", "GENERATED", "CONFIRMED")),
                Transition("GENERATED", "report_agreed", "CONFIRMED"),
                Transition("GENERATED", "report_cancelled", "NONE"),
            ),
        ),
    ),
    documents={
        REPORT: Text("信用保险索赔出运数据报告", "Shipment report of the claim"),
        REPORT_DRAFT: Text("信用保险索赔出运数据报告（待确认）", "Shipment report of the claim, to be agreed to"),
        MATERIAL: Text("贸易单证和损失证明文件", "Trade documents and evidence of the loss"),
    },
    actions=(
        Action(
            name="submit",
            label=Text("提交", "Submit"),
            event="submitted",
            roles=ANYONE,
            form="claim",
            adds=submission,
            encloses=(EVIDENCE,),
            faults=faults,
            needs=(Need("agreement", frozenset({"SIGNED"}), AGREEMENT_NEEDED),),
            signed=True,
            primary=True,
            sends=Sends(
                type="ClaimSubmission", version="1.0", capability="claim.submit", compose=claim, documents=(REPORT,)
            ),
            waiting=Text("索赔申请已提交，等待保险公司确认收到", "Claim handed in; waiting for the insurer"),
            done=Text("保险公司已收到索赔申请", "The insurer has received the claim"),
        ),
        Action(
            name="supplement",
            label=Text("补充材料", "Send further material"),
            event="supplemented",
            roles=ANYONE,
            form="claim_supplement",
            encloses=(EVIDENCE,),
            signed=True,
            primary=True,
            sends=Sends(
                type="ClaimSupplement",
                version="1.0",
                capability="claim.supplement",
                compose=supplement,
                failed="supplement_undelivered",
            ),
            waiting=Text("补充材料已提交，等待保险公司确认收到", "Material handed in; waiting for the insurer"),
            done=Text("保险公司已收到补充材料", "The insurer has received the material"),
        ),
        Action(
            name="agree",
            label=Text("同意", "Agree"),
            event="report_agreed",
            roles=CARD_HOLDERS,
            form="claim_report",
            adds=agreement,
            paper=Paper(kind=REPORT, wording="shipment_report", seal="seal_no", printed=REPORT_DRAFT),
            stepup=True,
            opens=False,
            primary=True,
            done=Text("出运数据报告已签章，可提交索赔申请", "The shipment report is sealed: you may submit the claim"),
        ),
        Action(
            name="cancel",
            label=Text("取消出运数据报告", "Cancel the shipment report"),
            event="report_cancelled",
            roles=ANYONE,
            question=Text("是否取消这份出运数据报告？", "Cancel this shipment report?"),
            adds=cancellation,
            opens=False,
            done=Text("出运数据报告已取消", "The shipment report is cancelled"),
        ),
        Action(
            name="withdraw",
            label=Text("撤回", "Withdraw"),
            event="withdrawal_requested",
            roles=ANYONE,
            question=Text("是否撤回该索赔申请？", "Withdraw this claim?"),
            sends=Sends(
                type="ClaimWithdrawal",
                version="1.0",
                capability="claim.withdraw",
                compose=withdrawal,
                failed="withdrawal_undelivered",
            ),
            opens=False,
            waiting=Text("撤回申请已提交，等待保险公司确认收到", "Withdrawal handed in; waiting for the insurer"),
            done=Text("保险公司已收到撤回申请，请等待答复", "The insurer has the request; its answer follows"),
        ),
        Action(
            name="delete",
            label=Text("删除", "Delete"),
            event="deleted",
            roles=ANYONE,
            question=Text("是否删除该索赔申请？", "Delete this claim?"),
            done=Text("索赔申请已删除", "Claim deleted"),
            opens=False,
        ),
    ),
    links={"policy_no": "policy", "buyer_no": "buyer", "loss_no": "loss_report"},
    learned={"buyer_code": "buyer_no"},
    effects=(Effect("SUBMITTED", "loss_no", "converted", carries=("claim_no",)),),
)

LINE = Line(code="claim", label=Text("索赔申请", "Claims"), kinds=(CLAIM, BUYER), messages=MESSAGES)
