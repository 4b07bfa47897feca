"""The lines of business, each declared as data in a file of its own. Adding a line is one file and one name here."""

from collections.abc import Mapping

from hub.business import (
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
from hub.business.kind import Kind, Line, by_code, right
from hub.contract.text import Text

LINES: tuple[Line, ...] = (
    micro_policy.LINE,
    inquiry.LINE,
    claim.LINE,
    risk_info.LINE,
    cargo.LINE,
    duty.LINE,
    payment.LINE,
    agreement.LINE,
    seal.LINE,
    shared_claim.LINE,
    unified_policy.LINE,
)
KINDS: Mapping[str, Kind] = by_code(kind for line in LINES for kind in line.kinds)

MANAGE_CARDS = "cards.manage"
RIGHTS: Mapping[str, Text] = {
    right(kind, action): Text(f"{kind.label.zh}：{action.label.zh}", f"{kind.label.en}: {action.label.en}")
    for kind in KINDS.values()
    for action in kind.actions
    if action.delegable
} | {MANAGE_CARDS: Text("管理操作员的卡", "Manage the operators' cards")}
"""What a legal person may let a named operator do (ROLE-06)."""
