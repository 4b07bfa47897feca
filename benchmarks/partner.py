"""The insurer's side for messages on their way out: a signed receipt for every POST. It believes what it gets."""

import re
from collections.abc import Callable
from hashlib import sha256

from benchmarks.reference import Reference
from benchmarks.world import HUB, INSURER, Folder

HEADER = re.compile(rb"<MessageId>([^<]+)</MessageId>.*?<BusinessKey>([^<]+)</BusinessKey>", re.DOTALL)


def answering(folder: Folder) -> Callable[[bytes], tuple[int, bytes]]:
    """Status and receipt for one message."""
    side = Reference(folder, "", me=INSURER, partner=HUB)

    def answer(content: bytes) -> tuple[int, bytes]:
        found = HEADER.search(content)
        if found is None:
            return 400, b""
        identity, key = found[1].decode(), found[2].decode()
        return 200, side.receipt(identity, sha256(content).hexdigest(), key)

    return answer
