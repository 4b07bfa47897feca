"""An insurer that does not push: the hub asks its postbox. A separately installed plugin of this harness alone."""

import base64
import json
from collections.abc import Sequence
from dataclasses import replace

from hub_sinosure.adapter import SinosureAdapter, sinosure

from hub.contract.adapters import Context
from hub.contract.hooks import hookimpl
from hub.contract.message import OutMessage, Raw

PARTNER = "postbox"


class PostboxAdapter(SinosureAdapter):
    """Sinosure's messages under another name, and a postbox of numbered letters."""

    def poll(self, cursor: str, ctx: Context) -> OutMessage:
        return OutMessage(content=b"", path=f"letters/{cursor or '0'}")

    def parse_poll(self, raw: Raw, cursor: str, ctx: Context) -> tuple[Sequence[Raw], str]:
        letters = [base64.b64decode(text) for text in json.loads(raw.content)]
        return [Raw(content=letter, received_at=ctx.now) for letter in letters], str(int(cursor or 0) + len(letters))


def postbox() -> PostboxAdapter:
    real = sinosure()
    return PostboxAdapter(catalogue=real.catalogue, sheet=replace(real.sheet, partner=PARTNER))


@hookimpl
def insurer_adapters() -> Sequence[PostboxAdapter]:
    return [postbox()]
