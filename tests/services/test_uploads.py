"""Files in parts: whatever comes twice, at once or out of order, the file is the file; on both databases."""

import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hub.business import KINDS
from hub.business.acts import Actor
from hub.business.claim import MATERIAL
from hub.business.enclosures import MIB
from hub.errors import InvalidInput, Stale
from hub.services import drafts, uploads
from hub.services.uploads import Place
from hub.store import tables
from hub.store.engine import reading
from tests.services.conftest import USCC, World

ACTOR = Actor(account="a", name="王小明", enterprise=USCC, role="OP")
SCAN = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
PART = 1_000


def claim(world: World) -> Place:
    """A claim that was just begun."""
    obj = drafts.begin(world.runtime, ACTOR, KINDS["claim"], uuid.uuid4().hex, "sinosure")
    return Place("claim", obj.id, "submit")


def announce(world: World, at: Place, upload_id: str) -> int:
    return uploads.begin(world.runtime, ACTOR, at, MATERIAL, upload_id, "a.png", len(SCAN))


def send(world: World, at: Place, upload_id: str, start: int) -> int:
    return uploads.append(world.runtime, ACTOR, at, upload_id, start, SCAN[start : start + PART])


def finish(world: World, at: Place, upload_id: str) -> None:
    """As a page does: ask how much is there, and go on."""
    received = announce(world, at, upload_id)
    while received < len(SCAN):
        received = send(world, at, upload_id, received)


def kept(world: World) -> list[tuple[int, str]]:
    with reading(world.runtime.engine) as connection:
        rows = connection.execute(select(tables.upload.c.received, tables.upload.c.digest))
        return [(row.received, row.digest) for row in rows]


def test_one_file_sent_by_eight_at_once_is_whole_and_there_once(world: World) -> None:
    at, upload_id = claim(world), uuid.uuid4().hex
    announce(world, at, upload_id)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: finish(world, at, upload_id), range(8)))

    assert kept(world) == [(len(SCAN), sha256(SCAN).hexdigest())]
    assert uploads.read(world.runtime, ACTOR, at, upload_id).content == SCAN


def test_the_same_file_under_eight_names_at_once_is_there_once(world: World) -> None:
    at = claim(world)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: finish(world, at, uuid.uuid4().hex), range(8)))

    assert kept(world) == [(len(SCAN), sha256(SCAN).hexdigest())]


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tried=st.lists(st.integers(0, len(SCAN)), max_size=20))
def test_parts_out_of_their_place_change_nothing(sqlite_world: World, tried: Sequence[int]) -> None:
    at, upload_id = claim(sqlite_world), uuid.uuid4().hex
    announce(sqlite_world, at, upload_id)
    for start in tried:
        send(sqlite_world, at, upload_id, start)

    finish(sqlite_world, at, upload_id)

    assert uploads.read(sqlite_world.runtime, ACTOR, at, upload_id).content == SCAN


def test_fifty_megabytes_in_pieces_are_taken_and_one_octet_more_is_not(sqlite_world: World) -> None:
    """A-10, with what Sinosure's messages hold."""
    at = claim(sqlite_world)

    def announced(size: int) -> int:
        return uploads.begin(sqlite_world.runtime, ACTOR, at, MATERIAL, uuid.uuid4().hex, "a.png", size)

    assert [announced(5 * MIB) for _ in range(10)] == [0] * 10
    with pytest.raises(InvalidInput) as refused:
        announced(1)
    assert "50MB" in refused.value.fields[MATERIAL].zh


def test_a_file_that_brings_more_than_it_announced_is_refused(sqlite_world: World) -> None:
    at, upload_id = claim(sqlite_world), uuid.uuid4().hex
    announce(sqlite_world, at, upload_id)

    with pytest.raises(InvalidInput):
        uploads.append(sqlite_world.runtime, ACTOR, at, upload_id, 0, SCAN + b"more")
    assert kept(sqlite_world) == [(0, None)]


@pytest.mark.parametrize("size", [0, -1])
def test_a_file_without_content_is_not_begun(sqlite_world: World, size: int) -> None:
    at = claim(sqlite_world)

    with pytest.raises(InvalidInput):
        uploads.begin(sqlite_world.runtime, ACTOR, at, MATERIAL, uuid.uuid4().hex, "a.png", size)


def test_a_file_that_was_begun_anew_while_it_was_examined_does_not_pass_as_the_examined_one(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    at, name, real = claim(sqlite_world), uuid.uuid4().hex, uploads.examine

    def examine(content: bytes, types: frozenset[str]) -> str:
        monkeypatch.undo()
        uploads.remove(sqlite_world.runtime, ACTOR, at, name)
        uploads.begin(sqlite_world.runtime, ACTOR, at, MATERIAL, name, "a.png", 100)
        return real(content, types)

    monkeypatch.setattr(uploads, "examine", examine)

    with pytest.raises(Stale):
        uploads.take(sqlite_world.runtime, ACTOR, at, MATERIAL, name, "a.png", SCAN)
