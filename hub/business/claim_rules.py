"""What stands against submitting a claim, beyond its single fields (CI-CLM-13, CI-CLM-27)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from hub.business.claim_case import BANK_FIELDS, LETTER_OF_CREDIT
from hub.business.numbers import SHANGHAI
from hub.business.programme import claimable_until
from hub.contract.text import Text

NO_POLICY = Text("没有这张保险单", "There is no such policy")
BUYER_NOT_SUBMITTED = Text("该新建买方尚未提交给保险公司", "This new buyer was not submitted to the insurer yet")
NO_BUYER = Text("没有这个新建买方", "There is no such new buyer")
OTHER_CODE = Text("与该新建买方的买方代码不一致", "The insurer has given this new buyer another code")
OVER_INVOICE = Text("已收汇金额不能大于发票金额", "More was received than invoiced")
OVER_REST = Text(
    "索赔金额须大于0，且不大于发票金额减已收汇金额", "More than 0, and no more than is still open of the invoice"
)
ALL_RECEIVED = Text("已全部收汇的发票不能索赔", "Nothing is left to claim of an invoice that was paid in full")
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
    seen: set[tuple[str, str]] = set()
    for place, row in enumerate(shipments):
        found |= {f"shipments-{place}-{name}": text for name, text in _line_faults(row, policy or {}, now, seen)}
    credit = any(row["payment_method"] == LETTER_OF_CREDIT for row in shipments)
    return found | _bank_faults(content, "issuing_bank", credit) | _bank_faults(content, "confirming_bank", False)


def _differ(typed: str | None, given: str | None) -> bool:
    return bool(typed and given and typed != given)


def _too_late(until: date) -> Text:
    return Text(
        f"该保险单的索赔期限已于{until}届满，请联系保险公司",
        f"Claims under this policy ended on {until}: please contact the insurer",
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
    if row["collection_status"] == "FULL":
        yield "collection_status", ALL_RECEIVED
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
