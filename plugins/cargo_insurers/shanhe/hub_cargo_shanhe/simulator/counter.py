"""The counter where the hub asks for news: the other side of wire.py."""

from collections.abc import Sequence

from hub.contract.adapters import Context, Refusal
from hub.contract.message import Raw
from hub.xml.codec import CodecError
from hub.xml.reader import read
from hub.xml.signature import verify
from hub_cargo_shanhe.adapter import shanhe
from hub_cargo_shanhe.wire import ANSWER, INVALID, QUESTION


class ShanheCounter:
    """hub.testing.simulator.desk.Counter."""

    def asked(self, raw: Raw, ctx: Context) -> int:
        """The place up to which the hub has read. Raises Refusal."""
        verified = verify(read(raw.content), ctx.trusted, ctx.now)
        try:
            return int(QUESTION.read(verified.element).get("place", 0))
        except CodecError as error:
            raise Refusal(INVALID, str(error)) from error

    def told(self, documents: Sequence[bytes], asked: int, place: int, ctx: Context) -> bytes:
        """The signed answer."""
        said = {"asked": asked, "place": place, "documents": [{"content": content} for content in documents]}
        return shanhe().pack(ANSWER.write(said), ctx.signer)
