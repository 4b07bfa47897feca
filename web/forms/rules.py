"""Rules that come on top of a form's own: from the portal's profile and from the partner's capability sheet."""

import re
from collections.abc import Mapping, Sequence

from hub.contract.capability import CapabilitySheet
from hub.contract.text import Text
from web.forms.controls import Rule
from web.portal import Portal

NO_SPECIALS = Text(
    "邮箱不能包含中划线(-)、下划线(_)等特殊符号",
    "The address must not contain hyphens (-), underscores (_) or the like",
)
PLAIN_EMAIL = re.compile(r"[A-Za-z0-9.]+@[A-Za-z0-9.]+")  # spec CI-GD-06


def stricter(portal: Portal, sheet: CapabilitySheet | None) -> Mapping[str, Sequence[Rule]]:
    """Further rules by kind of control. The sheet's quirk ``email_pattern`` is what the partner's system takes."""
    rules = [Rule(PLAIN_EMAIL, NO_SPECIALS)] if portal.email == "plain" else []
    pattern = sheet.quirks.get("email_pattern") if sheet else None
    if pattern:
        rules.append(Rule(re.compile(pattern), NO_SPECIALS))
    return {"email": rules}
