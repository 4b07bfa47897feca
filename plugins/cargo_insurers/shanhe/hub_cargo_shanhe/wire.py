"""Shanhe pushes nothing: POST .../poll with the place read so far, and what is new comes back, signed as a whole.

    HY0001 asks     BODY/WZ the place read so far (0 at first), BODY/TS at most so many
    HY0002 answers  BODY/YWZ the place asked for, BODY/WZ the next one, BODY/BW * one document each, in base64

The documents are messages of tables.py, each with a signature of its own. What stood at one place stays there: the same
question gets the same documents.
"""

from collections.abc import Sequence

from hub.contract.adapters import Context, Refusal
from hub.contract.convert import BASE64, INT, STAMP14
from hub.contract.message import OutMessage, Raw
from hub.xml.codec import CodecError
from hub.xml.layout import Fixed, Layout, Row, Rows
from hub.xml.reader import read
from hub.xml.signature import verify
from hub.xml.translated import Translated

PATH = "/poll"
MOST = 20  # documents in one answer
INVALID, OTHER_QUESTION = "0002", "1005"

QUESTION = Layout(
    "HYBX",
    (
        Fixed("HEAD/JYDM", "HY0001"),
        Row("asker", "HEAD/FSF"),
        Row("asked_at", "HEAD/FSSJ", STAMP14),
        Row("place", "BODY/WZ", INT),
        Row("most", "BODY/TS", INT),
    ),
)
ANSWER = Layout(
    "HYBX",
    (
        Fixed("HEAD/JYDM", "HY0002"),
        Row("asked", "BODY/YWZ", INT),
        Row("place", "BODY/WZ", INT),
        Rows("documents", "BODY/BW", (Row("content", ".", BASE64),)),
    ),
)


def question(dialect: Translated, place: str, ctx: Context) -> OutMessage:
    """What is new since ``place``?"""
    asked = {"asker": ctx.hub, "asked_at": ctx.now, "place": int(place or 0), "most": MOST}
    content_type = f"application/xml; charset={dialect.encoding}"
    return OutMessage(content=dialect.pack(QUESTION.write(asked), ctx.signer), content_type=content_type, path=PATH)


def news(raw: Raw, place: str, ctx: Context) -> tuple[Sequence[Raw], str]:
    """The documents and the next place. Raises Refusal for an answer that nobody signed, or to another question."""
    verified = verify(read(raw.content), ctx.trusted, ctx.now)
    try:
        said = ANSWER.read(verified.element)
    except CodecError as error:
        raise Refusal(INVALID, str(error)) from error
    if said.get("asked") != int(place or 0) or said.get("place", 0) < said["asked"]:
        raise Refusal(OTHER_QUESTION, "the answer to another question")
    contents = [row["content"] for row in said.get("documents", ())]
    return [Raw(content=content, received_at=raw.received_at) for content in contents], str(said["place"])
