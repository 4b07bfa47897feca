"""The keys of a kit run: made once, known to nobody, valid at the kit's time."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from hub.testing.kit.samples import NOW
from hub.testing.pki import KeySigner, issue_partner, make_authority

HUB = "swhub"  # our code as sender and receiver


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Signers; ``stranger`` and ``expired`` are those that nobody may believe."""

    hub: KeySigner = field(repr=False)  # RSA: its signatures repeat to the byte
    partner: KeySigner = field(repr=False)
    stranger: KeySigner = field(repr=False)
    expired: KeySigner = field(repr=False)


@cache
def keys() -> Keys:
    """The keys of this process."""
    root, long_ago = make_authority("kit", NOW - timedelta(days=1000)), NOW - timedelta(days=900)
    other = make_authority("other", NOW)
    return Keys(
        hub=KeySigner(issue_partner(root, "hub", NOW)),
        partner=KeySigner(issue_partner(root, "partner", NOW, algorithm="ecdsa-sha256")),
        stranger=KeySigner(issue_partner(other, "partner", NOW, algorithm="ecdsa-sha256")),
        expired=KeySigner(issue_partner(root, "partner", long_ago, algorithm="ecdsa-sha256", days=30)),
    )
