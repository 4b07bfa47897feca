"""Files that were kept for something that never came are swept; what anything refers to stays; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.contract.message import Attachment
from hub.services import attaching, blobs, record
from hub.store import tables
from hub.store.engine import reading, writing
from tests.services.conftest import World
from tests.services.office import office

PNG = "image/png"


def ahead(world: World, content: bytes) -> str:
    with writing(world.runtime.engine) as connection:
        return blobs.keep_ahead(connection, content, PNG, world.clock.now())


def audited(world: World) -> list[dict[str, list[str]]]:
    with reading(world.runtime.engine) as connection:
        return list(
            connection.execute(select(tables.audit.c.detail).where(tables.audit.c.what == "files.swept")).scalars()
        )


def there(world: World, digest: str) -> bool:
    with reading(world.runtime.engine) as connection:
        return blobs.held(connection, digest)


@pytest.mark.parametrize(("hours", "swept"), [(23, 0), (25, 1)])
def test_a_file_that_nothing_came_to_refer_to_goes_after_a_day_with_an_audit_line(
    world: World, hours: int, swept: int
) -> None:
    digest = ahead(world, b"refused")
    world.clock.move(timedelta(hours=hours))

    assert blobs.sweep(world.runtime) == swept

    assert there(world, digest) is not bool(swept)
    assert audited(world) == [{"digests": [digest]}] * swept


def test_a_file_that_became_a_document_stays(world: World) -> None:
    world.push(world.offer())
    digest = ahead(world, b"scan")
    file = Attachment(name="a.png", media_type=PNG, sha256=digest, content=b"scan")
    with writing(world.runtime.engine) as connection:
        obj = record.lock_id(connection, world.object().id)
        attaching.store_document(connection, obj, "offer", file, source="hub", message_id=None, now=world.clock.now())
    world.clock.move(timedelta(hours=25))

    assert blobs.sweep(world.runtime) == 0

    assert there(world, digest)
    assert audited(world) == []


def test_a_file_that_was_kept_again_is_waited_for_again(world: World) -> None:
    ahead(world, b"second try")
    world.clock.move(timedelta(hours=20))
    digest = ahead(world, b"second try")
    world.clock.move(timedelta(hours=20))

    assert blobs.sweep(world.runtime) == 0

    assert there(world, digest)


def test_what_evidence_alone_refers_to_is_never_swept(world: World) -> None:
    with writing(world.runtime.engine) as connection:
        digest = blobs.keep(connection, b"a certificate", blobs.CERTIFICATE)
    world.clock.move(timedelta(days=400))

    assert blobs.sweep(world.runtime) == 0

    assert there(world, digest)


@pytest.mark.parametrize("first", ["for good", "ahead"])
def test_what_is_kept_for_good_too_is_never_swept(world: World, first: str) -> None:
    for how in ("for good", "ahead") if first == "for good" else ("ahead", "for good"):
        with writing(world.runtime.engine) as connection:
            if how == "ahead":
                digest = blobs.keep_ahead(connection, b"the same bytes", PNG, world.clock.now())
            else:
                digest = blobs.keep(connection, b"the same bytes", blobs.CERTIFICATE)
    world.clock.move(timedelta(hours=25))

    assert blobs.sweep(world.runtime) == 0

    assert there(world, digest)


def test_a_document_that_the_card_did_not_sign_goes_and_the_signed_one_stays(world: World) -> None:
    desk = office(world)
    draft, chosen = desk.begin("agreement", "sinosure"), {"seal_no": desk.make_seal().number}
    desk.answer(draft, "sign", chosen)  # shown, and cancelled
    world.clock.move(timedelta(seconds=1))
    signed = desk.act(draft, "sign", chosen)
    world.clock.move(timedelta(hours=25))

    assert blobs.sweep(world.runtime) == 2  # what was prepared for either

    ((row, content),) = desk.papers(signed)
    assert there(world, row.digest)
    assert content
