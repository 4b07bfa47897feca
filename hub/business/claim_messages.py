"""What the hub adds to a claim that is handed in, and the bodies of its messages (MSG-CLM-01)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from hub.business import sending
from hub.business.acts import Actor
from hub.business.claim_case import BANK_FACTS, FINANCING, QUESTIONS, serials

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
