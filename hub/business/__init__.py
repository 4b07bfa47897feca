"""The lines of business, each declared as data in a file of its own. Adding a line is one file and one name here."""

from collections.abc import Mapping

from hub.business import cargo, inquiry, micro_policy, payment
from hub.business.lifecycle import Kind, Line

LINES: tuple[Line, ...] = (micro_policy.LINE, inquiry.LINE, cargo.LINE, payment.LINE)
KINDS: Mapping[str, Kind] = {kind.code: kind for line in LINES for kind in line.kinds}
