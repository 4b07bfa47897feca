"""The chain: entries that hold the hash of the one before, and heads of all chains, signed by the hub.

Each business object has a chain of its own, written under the lock that every act on the object holds anyway: the link
is there when the act is committed, and no two objects ever wait for each other. What one chain alone cannot show, that
its end was cut off or that it was exchanged as a whole, the heads show: from time to time the hub signs the root of a
tree (RFC 9162, 2.1) over the entries that no head covers yet, together with the hash of the head before.
Pure functions; what is hashed is kept as the exact text that was hashed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import Any

import orjson

from hub.cards.refusal import CardRefused
from hub.cards.suites import read_certificate, verify_signature
from hub.contract.adapters import Signer
from hub.contract.text import Text

VERSION = 1
FIRST = "0" * 64  # what the first entry, or the first head, holds as the hash of the one before
CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
MAGIC = b"SWHUB-HEAD-1\n"  # a signature over a head can never pass for one over anything else
LEAF, NODE = b"\x00", b"\x01"  # a tree's leaf can never pass for one of its nodes

RULES: Mapping[str, Text] = {
    "form": Text("不是规范格式的证据条目", "not an entry in canonical form"),
    "hash": Text("内容与其摘要不一致", "the content does not fit its hash"),
    "number": Text("序号不连续：有条目缺失、重复或被调换", "the numbers do not run on: missing, double or moved"),
    "previous": Text("与前一条目不衔接：有条目缺失或被替换", "it does not follow the one before: missing or replaced"),
    "tree": Text("条目不在链首签名的范围内", "the signed head does not cover the entry"),
    "head_signature": Text("链首签名无效", "the signature of the head is not valid"),
}
"""What can be wrong with a chain."""


class Broken(Exception):
    """A chain does not hold. ``rule`` is a row of RULES, ``where`` names the entry or head."""

    def __init__(self, rule: str, where: str) -> None:
        super().__init__(f"{where}: {rule}")
        self.rule = rule
        self.where = where


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry as it is kept."""

    chain: str  # id of the business object, or of a message that belongs to none yet
    n: int  # 1, 2, 3 ... within the chain
    body: str  # canonical JSON; what is hashed
    hash: str  # SHA-256 of the body, hex

    @property
    def facts(self) -> dict[str, Any]:
        """The body, read."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass(frozen=True, kw_only=True)
class Head:
    """A signed head: all entries of one stretch of time, and all heads before it."""

    n: int
    body: str
    hash: str
    algorithm: str
    signature: bytes
    certificate: bytes  # DER, of the hub

    @property
    def facts(self) -> dict[str, Any]:
        """The body, read: n, at, previous, count, root."""
        found: dict[str, Any] = json.loads(self.body)
        return found


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces: one text for one value. Raises TypeError for what is no JSON value."""
    return orjson.dumps(value, option=CANONICAL).decode()


def digest(content: str | bytes) -> str:
    """SHA-256 of a file or of a text in UTF-8, hex."""
    return sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def link(chain: str, previous: Entry | None, facts: Mapping[str, Any], at: datetime) -> Entry:
    """The next entry of a chain. ``facts`` are JSON values."""
    n, before = (1, FIRST) if previous is None else (previous.n + 1, previous.hash)
    place = {"version": VERSION, "chain": chain, "n": n, "previous": before, "at": stamp(at)}
    body = canonical({**facts, **place})
    return Entry(chain=chain, n=n, body=body, hash=digest(body))


def check_chain(entries: Sequence[Entry]) -> None:
    """Return when these are all entries of one chain from its beginning on, in order. Raises Broken."""
    for entry in entries:
        check_entry(entry)
    for place, entry in enumerate(entries, start=1):
        if entry.n != place or entry.chain != entries[0].chain:
            raise Broken("number", name(entry))
    befores = [FIRST, *(entry.hash for entry in entries)]
    for before, entry in zip(befores, entries, strict=False):
        if entry.facts["previous"] != before:
            raise Broken("previous", name(entry))


def check_entry(entry: Entry) -> None:
    """Return when the entry by itself is what it says. Raises Broken: form, hash, number."""
    facts = _read(entry.body, name(entry))
    if digest(entry.body) != entry.hash:
        raise Broken("hash", name(entry))
    if (facts.get("chain"), facts.get("n")) != (entry.chain, entry.n):
        raise Broken("number", name(entry))


def name(entry: Entry) -> str:
    """How an entry is called in findings."""
    return f"{entry.chain}/{entry.n}"


def root(leaves: Sequence[str]) -> str:
    """The root of the tree over these hashes. At least one."""
    return _root([sha256(LEAF + bytes.fromhex(leaf)).digest() for leaf in leaves]).hex()


def path(leaves: Sequence[str], index: int) -> list[str]:
    """What proves that leaf number ``index`` is under the root: its neighbours on the way up."""
    return [step.hex() for step in _path([sha256(LEAF + bytes.fromhex(leaf)).digest() for leaf in leaves], index)]


def climb(leaf: str, index: int, count: int, steps: Iterable[str]) -> str:
    """The root that ``leaf`` at ``index`` of ``count`` and its path lead to (RFC 9162, 2.1.3.2). Raises ValueError."""
    if not 0 <= index < count:
        raise ValueError(f"leaf {index} of {count}")
    node, last = sha256(LEAF + bytes.fromhex(leaf)).digest(), count - 1
    for step in map(bytes.fromhex, steps):
        if last == 0:
            raise ValueError("the path is too long")
        if index % 2 or index == last:
            node = sha256(NODE + step + node).digest()
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            node = sha256(NODE + node + step).digest()
        index, last = index // 2, last // 2
    if last:
        raise ValueError("the path is too short")
    return node.hex()


def sign_head(signer: Signer, previous: Head | None, leaves: Sequence[str], at: datetime) -> Head:
    """The head over these entries, which no head covered before."""
    facts = {
        "version": VERSION,
        "n": 1 if previous is None else previous.n + 1,
        "previous": FIRST if previous is None else previous.hash,
        "at": stamp(at),
        "count": len(leaves),
        "root": root(leaves),
    }
    body = canonical(facts)
    return Head(
        n=int(str(facts["n"])),
        body=body,
        hash=digest(body),
        algorithm=signer.algorithm,
        signature=signer.sign(MAGIC + body.encode()),
        certificate=signer.certificate,
    )


def check_head(head: Head) -> None:
    """Return when the head is what it says and its certificate signed it. Raises Broken."""
    where = f"head {head.n}"
    facts = _read(head.body, where)
    if digest(head.body) != head.hash:
        raise Broken("hash", where)
    if facts.get("n") != head.n:
        raise Broken("number", where)
    try:
        verify_signature(head.algorithm, read_certificate(head.certificate), head.signature, MAGIC + head.body.encode())
    except CardRefused:
        raise Broken("head_signature", where) from None


def check_heads(heads: Sequence[Head]) -> None:
    """Return when these are all heads from the first on, each signed and following the one before. Raises Broken."""
    for place, head in enumerate(heads, start=1):
        if head.n != place:
            raise Broken("number", f"head {place}")
        check_head(head)
    if heads and heads[0].facts["previous"] != FIRST:
        raise Broken("previous", "head 1")
    for before, head in pairwise(heads):
        if head.facts["previous"] != before.hash:
            raise Broken("previous", f"head {head.n}")


def stamp(at: datetime) -> str:
    """A time as entries and heads hold it: UTC, to the microsecond."""
    return _stamp(at.astimezone(UTC))


@lru_cache(maxsize=1024)  # the entries of one act have one time
def _stamp(utc: datetime) -> str:
    return utc.isoformat(timespec="microseconds")


def read_stamp(text: str) -> datetime:
    """The time of an entry. Raises ValueError."""
    return datetime.fromisoformat(text)


def _read(body: str, where: str) -> dict[str, Any]:
    try:
        facts = json.loads(body)
        good = isinstance(facts, dict) and canonical(facts) == body
    except (ValueError, TypeError, RecursionError):  # TypeError: no text that UTF-8 can hold, no number of 64 bits
        good = False
    if not good:
        raise Broken("form", where)
    return dict(facts)


def _root(nodes: Sequence[bytes]) -> bytes:
    if len(nodes) == 1:
        return nodes[0]
    half = _half(len(nodes))
    return sha256(NODE + _root(nodes[:half]) + _root(nodes[half:])).digest()


def _path(nodes: Sequence[bytes], index: int) -> list[bytes]:
    if len(nodes) == 1:
        return []
    half = _half(len(nodes))
    if index < half:
        return [*_path(nodes[:half], index), _root(nodes[half:])]
    return [*_path(nodes[half:], index - half), _root(nodes[:half])]


def _half(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << (count - 1).bit_length() - 1
