"""How the lines of business are shown. Adding a line is one file here, its forms and templates, one name below."""

from web.lines import (
    agreement,
    cargo,
    claim,
    duty,
    inquiry,
    micro_policy,
    payment,
    risk_info,
    seal,
    shared_claim,
    unified_policy,
)
from web.lines.presentation import LineView

LINE_VIEWS: tuple[LineView, ...] = (
    agreement.VIEW,
    micro_policy.VIEW,
    claim.VIEW,
    inquiry.VIEW,
    risk_info.VIEW,
    seal.VIEW,
    cargo.VIEW,
    payment.VIEW,
    duty.VIEW,
    shared_claim.VIEW,
    unified_policy.VIEW,
)
"""In the order of the menu (PT-13, PT-14)."""
