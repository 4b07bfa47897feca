"""Sinosure's messages about claims (索赔申请) and new buyers -> what they mean for our objects."""

from collections.abc import Mapping

from hub.contract.meaning import Says
from hub_sinosure import codes

SAYS: Mapping[str, Says] = {
    "ClaimReceipt/1.0": Says("claim", "claim_no", "reviewed_at", code="status_code", codes=codes.CLAIM_REVIEW),
    "ClaimProgress/1.0": Says(
        "claim", "claim_no", "happened_at", code="status_code", codes=codes.CLAIM_PROGRESS, answers=False
    ),
    "BuyerCode/1.0": Says("buyer", "buyer_no", "coded_at", event="coded"),
}
