"""Evidence in the store: written with the act, covered by signed heads, and whatever is edited afterwards is found."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from hub.business.acts import Actor
from hub.errors import SignatureRefused, Unavailable
from hub.evidence import chain
from hub.services import actions, evidence, evidence_check
from hub.services.evidence_check import Report
from hub.store import tables
from hub.store.engine import reading, writing
from tests.plans import explain
from tests.services.conftest import VALUES, World

TABLE = tables.evidence


def confirm(world: World, number: str = "XW2026-1") -> Actor:
    """An offer comes and is confirmed with the card."""
    world.push(world.offer(number))
    card = world.card()
    session = world.login(card)
    obj = world.object()
    answer = world.answer(session, card, VALUES)
    actions.perform(world.runtime, session.actor, obj.kind.code, obj.id, "confirm", VALUES, obj.revision, answer)
    return session.actor


def entries(world: World) -> list[dict[str, Any]]:
    with reading(world.runtime.engine) as connection:
        rows = connection.execute(select(TABLE).order_by(TABLE.c.seq)).all()
    return [chain.json.loads(row.body) for row in rows]


def checked(world: World) -> Report:
    with reading(world.runtime.engine) as connection:
        return evidence_check.check(connection)


def rules(world: World) -> set[str]:
    return {fault.rule for fault in checked(world).faults}


def change(world: World, *statements: Any) -> None:
    """What somebody does who has the database and not the hub's key."""
    with writing(world.runtime.engine) as connection:
        for statement in statements:
            connection.execute(statement)


def test_an_act_with_the_card_is_proved_by_text_signature_certificate_and_message(world: World) -> None:
    confirm(world)

    offered, submitted, sent = entries(world)
    signature = submitted["signature"]
    with reading(world.runtime.engine) as connection:
        message = connection.execute(select(tables.outbox_raw.c.digest)).scalar_one()
        kept = set(connection.execute(select(tables.blob.c.digest)).scalars())
    assert (offered["event"]["name"], submitted["event"]["name"], sent["what"]) == ("offered", "submitted", "sent")
    assert chain.digest(signature["shown"]) in signature["payload"]
    assert {signature["certificate"], *signature["issuers"], *signature["revocation"]} <= kept
    assert (len(signature["issuers"]), len(signature["revocation"]), sent["message"]["digest"]) == (1, 1, message)


def test_a_partners_message_is_proved_with_its_digest_and_signer(world: World) -> None:
    world.push(world.offer())

    with reading(world.runtime.engine) as connection:
        row = connection.execute(select(tables.inbox)).one()
    assert entries(world)[0]["message"] == {
        "way": "in",
        "id": row.message_id,
        "type": "PolicyOffer/1.0",
        "digest": row.digest,
        "partner": "sinosure",
        "signer": row.signer,
    }


def test_a_message_that_waits_for_its_object_is_proved_before_it_is_acknowledged(world: World) -> None:
    world.push(world.review("10", None))

    parked = entries(world)
    world.push(world.offer())

    assert [entry["what"] for entry in parked] == ["received"]
    assert [entry["what"] for entry in entries(world)] == ["received", "event", "event"]
    assert checked(world).faults == []


def test_a_refused_act_leaves_no_entry(world: World) -> None:
    world.push(world.offer())
    before = len(entries(world))
    obj, session = world.object(), world.login(world.card())

    with pytest.raises(SignatureRefused):
        actions.perform(world.runtime, session.actor, obj.kind.code, obj.id, "confirm", VALUES, obj.revision)

    assert len(entries(world)) == before


def test_heads_cover_everything_once(world: World) -> None:
    confirm(world)

    covered = [evidence.seal(world.runtime), evidence.seal(world.runtime)]
    world.push(world.offer("XW2026-2"))
    covered.append(evidence.seal(world.runtime))

    report = checked(world)
    assert covered == [3, 0, 1]
    assert (report.entries, report.heads, report.waiting, report.faults) == (4, 2, 0, [])


def test_many_workers_sign_no_entry_twice_and_forget_none(world: World) -> None:
    for number in range(30):
        world.push(world.offer(f"XW2026-{number}"))

    with ThreadPoolExecutor(4) as pool:
        covered = list(pool.map(lambda _: evidence.seal(world.runtime), range(8)))

    report = checked(world)
    assert sum(covered) == 30
    assert (report.waiting, report.faults) == (0, [])


def test_acts_on_many_objects_at_once_make_whole_chains(world: World) -> None:
    messages = [world.seal(world.offer(f"XW2026-{number}")) for number in range(12)]
    later = [world.seal(world.review("10", None, f"XW2026-{number}")) for number in range(12)]

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(world.push, [*messages, *later, *messages]))

    report = checked(world)
    assert {answer.code for answer in answers} == {"0000"}
    assert report.faults == []


EDITS: dict[str, tuple[Any, set[str]]] = {
    "an entry deleted": (lambda seq: [delete(TABLE).where(TABLE.c.seq == seq)], {"number", "tree"}),
    "the last entry deleted": (lambda seq: [delete(TABLE).where(TABLE.c.seq == seq + 1)], {"tree", "no_entry"}),
    "two entries swapped": (
        lambda seq: [
            update(TABLE).where(TABLE.c.seq == seq).values(n=99),
            update(TABLE).where(TABLE.c.seq == seq + 1).values(n=2),
            update(TABLE).where(TABLE.c.seq == seq).values(n=3),
        ],
        {"number"},
    ),
    "a word of an entry changed": (
        lambda seq: [update(TABLE).where(TABLE.c.seq == seq).values(body=TABLE.c.body + " ")],
        {"form"},
    ),
    "an entry moved under another head": (
        lambda seq: [update(TABLE).where(TABLE.c.seq == seq).values(head=2)],
        {"tree"},
    ),
    "an event edited": (
        lambda _: [update(tables.event).where(tables.event.c.name == "submitted").values(submission=7)],
        {"no_event"},
    ),
    "an event added": (
        lambda _: [
            insert(tables.event).from_select(
                ["object_id", "name", "identity", "submission", "occurred_at", "recorded_at", "content", "late"],
                select(
                    *(tables.event.c[name] for name in ("object_id", "name")),
                    tables.event.c.identity + "x",
                    *(tables.event.c[name] for name in ("submission", "occurred_at", "recorded_at", "content", "late")),
                ).where(tables.event.c.name == "offered"),
            )
        ],
        {"no_entry"},
    ),
    "a message's bytes changed": (
        lambda _: [update(tables.inbox_raw).values(content=b"<other/>")],
        {"bytes"},
    ),
    "a message exchanged": (
        lambda _: [
            update(tables.outbox_raw).values(content=b"<other/>", digest=chain.digest("<other/>")),
        ],
        {"no_entry"},
    ),
    "a document's bytes changed": (
        lambda _: [update(tables.blob).where(tables.blob.c.media_type == "application/pdf").values(content=b"%PDF-2")],
        {"bytes"},
    ),
    "a head's signature changed": (
        lambda _: [update(tables.evidence_head).where(tables.evidence_head.c.n == 1).values(signature=b"0")],
        {"head_signature"},
    ),
    "a head deleted": (
        lambda _: [delete(tables.evidence_head).where(tables.evidence_head.c.n == 1)],
        {"number", "tree"},
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_is_edited_in_the_store_is_found(sqlite_world: World, edit: str) -> None:
    confirm(sqlite_world)
    evidence.seal(sqlite_world.runtime)
    sqlite_world.push(sqlite_world.offer("XW2026-2"))
    evidence.seal(sqlite_world.runtime)
    with reading(sqlite_world.runtime.engine) as connection:
        second = connection.execute(select(TABLE.c.seq).where(TABLE.c.n == 2)).scalar_one()
    assert rules(sqlite_world) == set()

    statements, expected = EDITS[edit]
    change(sqlite_world, *statements(second))

    assert expected <= rules(sqlite_world)


def test_a_store_that_was_signed_anew_is_found_by_a_head_noted_outside(sqlite_world: World) -> None:
    confirm(sqlite_world)
    evidence.seal(sqlite_world.runtime)
    noted = checked(sqlite_world).latest

    change(sqlite_world, update(TABLE).values(head=None), delete(tables.evidence_head))
    sqlite_world.clock.move(timedelta(seconds=1))
    evidence.seal(sqlite_world.runtime)

    with reading(sqlite_world.runtime.engine) as connection:
        assert evidence.has_head(connection, checked(sqlite_world).latest)
        assert not evidence.has_head(connection, noted)


def test_binding_acts_stop_while_no_head_can_be_signed(world: World) -> None:
    world.push(world.offer())
    world.clock.move(timedelta(hours=4, seconds=1))
    obj = world.object()

    with pytest.raises(Unavailable):
        actions.perform(world.runtime, world.actor("PW"), obj.kind.code, obj.id, "confirm", VALUES, obj.revision)
    evidence.seal(world.runtime)
    after = actions.perform(world.runtime, world.actor("PW"), obj.kind.code, obj.id, "confirm", VALUES, obj.revision)

    assert after.states["state"] == "SUBMITTED"


def test_however_much_is_covered_the_oldest_that_waits_is_found_by_its_own_index(engine: Engine) -> None:
    columns = {"at": datetime.now(UTC), "body": "{}", "hash": "0" * 64}
    rows = [{"chain": f"{n}", "n": 1, "head": 1 if n < 5000 else None, **columns} for n in range(5010)]
    with writing(engine) as connection:
        connection.execute(insert(tables.evidence), rows)
        connection.exec_driver_sql("ANALYZE evidence")
        plan = explain(connection, evidence.OLDEST._for(connection.dialect, {}), {})

    assert "ix_evidence_waiting" in str(plan)
    assert "SORT" not in str(plan).upper()


def test_an_operator_is_called_when_no_head_can_be_signed_and_told_when_one_can(sqlite_world: World) -> None:
    class Mute:
        algorithm, certificate = "ecdsa-sha256", sqlite_world.runtime.signer.certificate

        def sign(self, data: bytes) -> bytes:
            raise OSError("token removed")

    sqlite_world.push(sqlite_world.offer())
    sqlite_world.clock.move(timedelta(seconds=61))
    with pytest.raises(OSError, match="token removed"):
        evidence.tend(replace(sqlite_world.runtime, signer=Mute()))
    during = alerts(sqlite_world)

    evidence.tend(sqlite_world.runtime)

    assert (during, alerts(sqlite_world)) == (["evidence"], [])


def alerts(world: World) -> list[str]:
    with reading(world.runtime.engine) as connection:
        wanted = select(tables.alert.c.key).where(tables.alert.c.closed_at.is_(None))
        return list(connection.execute(wanted).scalars())
