"""The control's messages, pure: calls and answers in JSON, and the text blocks that large ones travel in.

    call      {"_method": "cus-sec_SpcSignDataAsPEM", "_id": 7, "args": {"inData": "...", "passwd": "..."}}
    answer    {"_id": 7, "_method": "...", "_status": "00", "_args": {"Result": true, "Data": [...], "Error": []}}

``_status`` stays "00" also when the call failed; ``Result`` tells. A message of more than 120 KiB goes in blocks, each
under a header of 128 characters; the receiver asks for the next one with ``_nextBlock``.
"""

import json
import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

GREETING = "open"
NEXT = "_nextBlock"
LIMIT = 120 * 1024  # characters that travel in one piece
MARK = "BLOCKTXT"
HEADER = (8, 4, 4, 16, 8, 4, 36, 4, 44)  # mark, checks of all and block, sizes of both, count, group, number, zeros
HEADER_SIZE = sum(HEADER)


class Garbled(ValueError):
    """This is not the control's dialect."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the control answered to one call."""

    id: int | None
    method: str
    done: bool = False
    data: Sequence[str] = field(default=(), repr=False)
    error: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Block:
    """One piece of a large message."""

    total: str  # check of the whole text
    count: int
    number: int  # from 1
    group: str
    text: str = field(repr=False)


def call(method: str, id: int, args: Mapping[str, str]) -> str:
    """A call of the control."""
    return json.dumps({"_method": method, "_id": id, "args": dict(args)}, ensure_ascii=False)


def answer(text: str | bytes) -> Answer:
    """The control's answer, its greeting or its wish for the next block. Raises Garbled."""
    try:
        said = json.loads(text)
        args = said.get("_args") or {}
        return Answer(
            id=said.get("_id"),
            method=said["_method"],
            done=args.get("Result") is True,
            data=_texts(args.get("Data")),
            error=_texts(args.get("Error")),
        )
    except (ValueError, KeyError, AttributeError, TypeError):
        raise Garbled("no answer of the control") from None


def crc(text: str) -> str:
    """CRC-16/MODBUS over the low byte of each UTF-16 unit, bytes swapped: four upper-case hex digits."""
    value = 0xFFFF
    for byte in text.encode("utf-16-le")[::2]:
        value = (value >> 8) ^ TABLE[(value ^ byte) & 0xFF]
    return f"{value & 0xFF:02X}{value >> 8:02X}"


def split(text: str, group: str = "") -> list[str]:
    """``text`` as it travels: itself, or its blocks."""
    if len(text) <= LIMIT:
        return [text]
    group, total = group or str(uuid.uuid4()), crc(text)
    size = LIMIT - HEADER_SIZE
    count = math.ceil(len(text) / size)
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return [
        f"{MARK}{total}{crc(piece)}{len(text):016d}{len(piece):08d}{count:04d}{group}{number:04d}{0:044d}{piece}"
        for number, piece in enumerate(pieces, 1)
    ]


def block(text: str) -> Block | None:
    """The block that ``text`` is; None for a message in one piece. Raises Garbled when a check or a size is wrong."""
    if not text.startswith(MARK):
        return None
    fields, start = [], 0
    for width in HEADER:
        fields.append(text[start : start + width])
        start += width
    piece = text[HEADER_SIZE:]
    if fields[2] != crc(piece) or not fields[4].isdecimal() or int(fields[4]) != len(piece):
        raise Garbled("block: check or size")
    return Block(total=fields[1], count=int(fields[5]), number=int(fields[7]), group=fields[6], text=piece)


def join(blocks: Sequence[Block]) -> str:
    """The message of all its blocks. Raises Garbled when one is missing, foreign or out of order."""
    text = "".join(one.text for one in blocks)
    numbers = [one.number for one in blocks]
    if len({(one.group, one.count) for one in blocks}) != 1 or numbers != list(range(1, blocks[0].count + 1)):
        raise Garbled("blocks: number or group")
    if crc(text) != blocks[0].total:
        raise Garbled("blocks: check of the whole")
    return text


def _texts(value: Any) -> Sequence[str]:
    return tuple(str(part) for part in value) if isinstance(value, list) else ()


def _row(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ (0xA001 if value & 1 else 0)
    return value


TABLE = tuple(_row(byte) for byte in range(256))
