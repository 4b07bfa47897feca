"""Sample messages, made from the shapes that the XSDs declare. Deterministic: the same schema gives the same samples.

What a shape cannot say (a code that has a meaning) comes from the plugin's status tables; whatever else a partner
needs stands in ``tests/kit_samples.py`` beside the plugin, as ``BODIES``.
"""

import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any

from hub.contract.adapters import Refusal
from hub.contract.message import Attachment, CanonicalMessage
from hub.contract.status import StatusRow, StatusTable
from hub.testing.pattern import matching
from hub.xml.catalogue import MessageSchema
from hub.xml.codec import Shape, snake
from hub.xml.layout import Layout
from hub.xml.own import OwnSchema

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # the time at which all cases happen
USCC = "91610000MA6TX00X1A"
IDS = uuid.UUID("6f1d9f64-0f5b-4c7e-8a55-9b1f7a2c3d4e")
PDF = b"%PDF-1.7 kit\n"
PAPER = Attachment(name="单证.pdf", media_type="application/pdf", sha256=hashlib.sha256(PDF).hexdigest(), content=PDF)
TABLE_NAME = re.compile(r"(?P<type>\w+)\.(?P<field>\w+)(?:\((?P<beside>\w+)\))?")

HINTS = (
    "样本{key}", "KIT-{key}", "13912345678", "kit@example.com", "USD", "10", "2026-1", USCC, USCC[8:17], "5a1d",
    "KIT", "ab" * 32, "7f2504e0-4f89-41d3-9a0c-0305e82c33aa", "2026-11-20", "100", "0000",
    "224820260000000001", "20261120000000001001", "1002900000", "BKCHCNBJ", "2026",
)  # fmt: skip
"""Texts for a pattern, the first that fits is taken; ``{key}`` makes the values of two fields different."""
NUMBERED = ("_no", "_id", "_key", "_ref", "_number")  # fields whose value is plain ASCII first
VALUES: Mapping[str, Sequence[Any]] = {
    "int": (1, 2026),
    "bool": (True,),
    "decimal": (Decimal("14723.07"), Decimal("1.5")),
    "date": (date(2026, 11, 20),),
    "datetime": (NOW,),
    "bytes": (PDF,),
}
PICKS = 3  # rounds in which other values are tried when a whole message is refused


class Unsampled(Exception):
    """No sample can be made of this message; ``BODIES`` in kit_samples.py has to bring one."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One message with what is known about it."""

    name: str  # "ReviewResult/1.0 ResultCode=10 full"
    message: CanonicalMessage = field(repr=False)
    table: StatusTable | None = None
    row: StatusRow | None = None  # the code it carries, and what that means
    key: str = ""  # where in the body the code stands


def texts(shape: Shape) -> Iterator[str]:
    """What satisfies every pattern, length and enumeration of ``shape``: hints, else a text made from a pattern."""
    hints = HINTS if not shape.key.endswith(NUMBERED) else (HINTS[1], *HINTS)
    made = chain.from_iterable(map(matching, shape.patterns))
    for hint in chain(shape.enumeration, hints, made):
        text = hint.replace("{key}", shape.key)[: shape.max_length]
        fits = len(text) >= (shape.min_length or 0) and (not shape.enumeration or text in shape.enumeration)
        if fits and all(re.fullmatch(pattern, text) for pattern in shape.patterns):
            yield text


def value(shape: Shape, *, full: bool, pick: int = 0) -> Any:
    """One value for ``shape``: a typed leaf or a group. Raises Unsampled."""
    if shape.kind == "group":
        return {child.key: _several(child, full=full, pick=pick) for child in shape.children if child.required or full}
    found = list(texts(shape)) if shape.kind in ("str", "token") else list(VALUES[shape.kind])
    if not found:
        raise Unsampled(f"{shape.name}: no hint fits {shape.patterns or shape.enumeration}")
    return found[min(pick, len(found) - 1)]


def _several(shape: Shape, *, full: bool, pick: int) -> Any:
    one = value(shape, full=full, pick=pick)
    return [one] if shape.many else one


def body(schema: MessageSchema, fixed: Mapping[str, Any], *, full: bool) -> dict[str, Any]:
    """A valid body with the ``fixed`` values; with ``full`` as many optional elements as it may have at once."""
    for pick in range(PICKS):
        made: dict[str, Any] = value(schema.shape, full=False, pick=pick) | fixed
        optional = [child for child in schema.shape.children if child.key not in made]
        if not _valid(schema, made):  # a branch of a choice is missing
            branches = (made | {child.key: _several(child, full=True, pick=pick)} for child in optional)
            made = next((branch for branch in branches if _valid(schema, branch)), {})
        if made and full:
            made = _filled(schema, made)
        if made:
            return made
    raise Unsampled(f"{schema.type}/{schema.version}: no valid body could be made")


def _filled(schema: MessageSchema, made: dict[str, Any]) -> dict[str, Any]:
    for child in schema.shape.children:
        if child.key in made:
            continue
        for pick in range(PICKS):
            grown = made | {child.key: _several(child, full=True, pick=pick)}
            if _valid(schema, grown):
                made = grown
                break
    return made


def _valid(schema: MessageSchema, made: Mapping[str, Any]) -> bool:
    try:
        schema.validate(schema.encode(envelope(schema.type, schema.version, made, sender="kit", receiver="kit")))
    except Refusal:
        return False
    return True


def envelope(
    type: str, version: str, made: Mapping[str, Any], *, sender: str, receiver: str, answers: bool = False, no: int = 1
) -> CanonicalMessage:
    """A message around a body; its id comes from what it is, so that a run can be repeated."""
    numbers = [text for key, text in made.items() if key.endswith("_no") and isinstance(text, str)]
    return CanonicalMessage(
        type=type,
        version=version,
        message_id=str(uuid.uuid5(IDS, f"{sender} {receiver} {type} {version} {no}")),
        sender=sender,
        receiver=receiver,
        enterprise=USCC,
        business_key=numbers[0] if numbers else "KIT-1",
        sequence=1,
        created_at=NOW,
        body=made,
        correlation_id=str(uuid.uuid5(IDS, f"answered {type} {no}")) if answers else None,
        attachments=(PAPER,),
    )


def named(schema: MessageSchema | OwnSchema, layout: Layout | None, field: str) -> str:
    """Our key of a field as the hub's message has it, or else as the partner writes it; empty when neither does."""
    ours = snake(field)
    if ours not in schema.shape.by_key and layout is not None:
        ours = layout.key(field) or ""
    return ours if ours in schema.shape.by_key else ""


def coded(
    schema: MessageSchema | OwnSchema, layout: Layout | None, tables: Sequence[StatusTable]
) -> Iterator[tuple[StatusTable, StatusRow, str, dict[str, Any]]]:
    """(table, row, our key, fixed values) for each code of a table called ``Type.Field`` or ``Type.Field(Other)``."""
    for table in tables:
        found = TABLE_NAME.fullmatch(table.name)
        key = named(schema, layout, found["field"]) if found and found["type"] == schema.type else ""
        if found is None or not key:
            continue
        beside = named(schema, layout, found["beside"] or "")
        fixed = {beside: _several(schema.shape[beside], full=True, pick=0)} if beside else {}
        for row in table:
            yield table, row, key, fixed | {key: row.code}
