"""How the lines of business are shown. Adding a line is one file here, its forms and templates, one name below."""

from web.lines import cargo, claim, inquiry, micro_policy, payment
from web.lines.presentation import LineView

LINE_VIEWS: tuple[LineView, ...] = (micro_policy.VIEW, inquiry.VIEW, claim.VIEW, cargo.VIEW, payment.VIEW)
