"""How the lines of business are shown. Adding a line is one file here, its forms and templates, one name below."""

from web.lines import cargo, claim, inquiry, micro_policy, payment, risk_info
from web.lines.presentation import LineView

LINE_VIEWS: tuple[LineView, ...] = (
    micro_policy.VIEW,
    inquiry.VIEW,
    claim.VIEW,
    risk_info.VIEW,
    cargo.VIEW,
    payment.VIEW,
)
"""In the order of the menu."""
