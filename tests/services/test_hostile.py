"""Hostile messages at the door: each is refused, leaves one audit line, and touches neither network nor file."""

import re
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from hub.store import tables
from hub.store.engine import reading
from hub.testing import pki
from hub.xml.catalogue import default_catalogue
from hub.xml.dialect import seal
from hub.xml.signature import sign
from tests.services.conftest import START, World

Spoil = Callable[[World, bytes], bytes]


def doctype(entities: str, use: str) -> Spoil:
    return lambda _, content: re.sub(
        rb"<Message", f"<!DOCTYPE Message [{entities}]>\n<Message".encode(), content, count=1
    ).replace(b"XWXBY", use.encode())


def wrapped(_: World, content: bytes) -> bytes:
    """The signed message moved aside, a forged one in its place."""
    inner = content.partition(b"?>\n")[2]
    forged = inner.replace("小微信保易".encode(), b"forged")
    return forged.replace(b"<Body>", b"<Body>" + inner, 1)


def signed_by(**changes: Any) -> Spoil:
    def spoil(world: World, _: bytes) -> bytes:
        authority = pki.make_authority("别的机构", START)
        now = START + changes.get("age", timedelta(0))
        stranger = pki.issue_partner(authority, "sinosure", now, algorithm="ecdsa-sha256", days=changes.get("days", 30))
        return seal(default_catalogue(), world.offer(), pki.KeySigner(stranger))

    return spoil


HOSTILE: dict[str, Spoil] = {
    "external entity": doctype('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"),
    "network entity": doctype('<!ENTITY x SYSTEM "http://127.0.0.1:1/x">', "&x;"),
    "entity bomb": doctype('<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">', "&b;"),
    "depth": lambda _, content: content.replace(b"<Body>", b"<Body>" + b"<a>" * 100_000, 1),
    "100,000 attributes": lambda _, content: content.replace(
        b"<Body>", b"<Body " + b" ".join(b'a%d="1"' % number for number in range(100_000)) + b">", 1
    ),
    "wrapped signature": wrapped,
    "second body": lambda _, content: content.replace(b"</Body>", b"</Body><Body><x/></Body>", 1),
    "comment in a value": lambda _, content: content.replace(b"XWXBY", b"XW<!-- -->XBY"),
    "instruction in a value": lambda _, content: content.replace(b"XWXBY", b"XW<?x y?>XBY"),
    "inclusion": lambda _, content: content.replace(
        b"<Body>", b'<Body><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>', 1
    ),
    "wrong algorithm": lambda _, content: content.replace(b"ecdsa-sha256", b"ecdsa-sha1"),
    "keyed hash": lambda _, content: re.sub(rb"xmldsig-more#ecdsa-sha256", b"xmldsig#hmac-sha1", content),
    "foreign certificate": signed_by(),
    "expired certificate": signed_by(age=timedelta(days=-90)),
    "one changed letter": lambda _, content: content.replace("小微信保易".encode(), "小微信保难".encode()),
    "half": lambda _, content: content[: len(content) // 2],
    "UTF-16": lambda _, content: content.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "UTF-7": lambda _, content: content.replace(b"UTF-8", b"UTF-7", 1),
    "nothing": lambda _, __: b"",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_with_one_audit_line_and_nothing_else_happens(
    name: str, sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = sqlite_world
    content = HOSTILE[name](world, world.seal(world.offer()))
    world.push(world.offer("WARM"))  # schemas are read once
    monkeypatch.setattr(socket, "socket", None)
    monkeypatch.setattr("builtins.open", None)

    answer = world.push(content)

    monkeypatch.undo()
    with reading(world.runtime.engine) as connection:
        lines = connection.execute(select(tables.audit.c.what)).scalars().all()
        objects = connection.execute(select(func.count()).select_from(tables.business_object)).scalar_one()
    assert answer.code[0] in "01"
    assert 400 <= answer.status < 500
    assert lines == ["message.refused"]
    assert objects == 1


def test_what_breaks_the_schema_is_explained_in_both_languages_without_personal_data(sqlite_world: World) -> None:
    world = sqlite_world
    offer = world.offer()
    bad = seal_unchecked(world, offer, {"contact_phone": "not a phone 13912345678"})

    answer = world.push(bad)

    with reading(world.runtime.engine) as connection:
        [detail] = connection.execute(select(tables.audit.c.detail)).scalars().all()
    assert answer.code == "0002"
    assert "ContactPhone" in detail["explanation"][0]["path"]
    assert all(row["zh"] and row["en"] for row in detail["explanation"])
    assert "13912345678" not in str(detail)


def seal_unchecked(world: World, message: Any, changes: dict[str, Any]) -> bytes:
    """Signed, though it breaks its schema."""
    schema = default_catalogue().message(message.type, message.version)
    return sign(schema.encode(replace(message, body={**message.body, **changes})), world.insurer)
