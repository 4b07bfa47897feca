"""A bundle of a whole micro-policy journey: it proves the case by itself, and no byte of it can change unseen."""

import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from hub.contract.message import Raw, Verdict
from hub.contract.outcome import Outcome, OutcomeClass
from hub.contract.receipt import ACCEPTED
from hub.delivery.outbox import Sent, move
from hub.errors import NotFound
from hub.evidence import archive, bundle, chain, rules
from hub.evidence.verify import examine
from hub.services import actions, evidence_check, evidence_export, results
from hub.store import tables
from hub.store.engine import reading, writing
from hub.testing import pki
from tests.services.conftest import VALUES, World

NUMBER = "XW2026-1"


def journey(world: World) -> None:
    """Offer, confirmation with the card, the insurer's signed receipt, approval, policy."""
    world.push(world.offer())
    card = world.card()
    session = world.login(card)
    obj = world.object()
    answer = world.answer(session, card, VALUES)
    actions.perform(world.runtime, session.actor, obj.kind.code, obj.id, "confirm", VALUES, obj.revision, answer)
    message_id = deliver(world)
    world.clock.move(timedelta(hours=1))
    world.push(world.review("10", message_id, policy_no="P-1"))
    world.push(world.policy())


def deliver(world: World) -> str:
    """The insurer takes the confirmation and answers with its signed receipt."""
    with writing(world.runtime.engine) as connection:
        row = connection.execute(select(tables.outbox, tables.outbox_raw.c.content).join(tables.outbox_raw)).one()
        now = world.clock.now()
        move(connection, row.message_id, before={"QUEUED"}, to="ACKED", now=now)
        outcome = Outcome(kind=OutcomeClass.ACCEPTED, code=ACCEPTED, answer=receipt(world, row.content))
        connection.execute(
            insert(tables.attempt).values(
                message_id=row.message_id, no=1, purpose="send", fence=1, started_at=now, finished_at=now,
                outcome=outcome.kind.value, answer=outcome.answer,
            )
        )  # fmt: skip
        results.settle(connection, Sent.of(row, "ACKED"), outcome, now)
    return str(row.message_id)


def receipt(world: World, content: bytes) -> bytes:
    """What the insurer's own system would answer."""
    ctx = replace(world.runtime.context("sinosure"), signer=world.insurer)
    verdict = Verdict(code=ACCEPTED, text="已接收")
    raw = Raw(content=content, received_at=world.clock.now())
    return world.runtime.registry.partner("sinosure").receipt(raw, None, verdict, ctx).content


@pytest.fixture
def made(sqlite_world: World) -> bytes:
    """The bundle of the journey."""
    journey(sqlite_world)
    return evidence_export.export(sqlite_world.runtime, NUMBER)


def files(data: bytes) -> dict[str, bytes]:
    return archive.read(data)


def found(data: bytes) -> list[tuple[str, str]]:
    return [(finding.file, finding.rule) for finding in examine(data).findings]


def resigned(contents: Mapping[str, bytes], world: World) -> bytes:
    """What the hub itself could make of other files: listed and signed anew."""
    kept = {name: content for name, content in contents.items() if name not in (bundle.MANIFEST, bundle.SIGNATURE)}
    manifest = json.loads(contents[bundle.MANIFEST])
    manifest["files"] = {name: chain.digest(content) for name, content in kept.items()}
    kept[bundle.MANIFEST] = chain.canonical(manifest).encode()
    signer = world.runtime.signer
    value = signer.sign(bundle.MAGIC + kept[bundle.MANIFEST])
    kept[bundle.SIGNATURE] = bundle.signature(signer.algorithm, signer.certificate, value)
    return archive.write(kept)


def test_a_whole_journey_is_proved(world: World) -> None:
    journey(world)

    result = examine(evidence_export.export(world.runtime, NUMBER), world.runtime.signer.certificate)

    assert result.findings == []
    assert (result.entries, result.cards, result.unsigned) == (7, 1, 0)
    assert result.messages == 8  # offer, confirmation, review, policy; the insurer's receipt; three of ours


def test_any_program_opens_it(made: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == files(made)


def test_it_can_be_read_in_both_languages(made: bytes) -> None:
    text, html = files(made)["index.txt"].decode(), files(made)["index.html"].decode()

    for words in ("企业确认投保", "审核通过", "Approved", "卡签名", "示例进出口有限公司", "王小明", "投保单.pdf"):
        assert words in text
        assert words in html
    assert "<script" not in html


def test_the_verifier_needs_no_hub(made: bytes, tmp_path: Path) -> None:
    path = tmp_path / "case.zip"
    path.write_bytes(made)
    program = (
        "import runpy, sys\n"
        "def refuse(event, _):\n"
        "    assert event not in ('socket.connect', 'socket.getaddrinfo', 'sqlite3.connect'), event\n"
        "sys.addaudithook(refuse)\n"
        f"sys.argv = ['verify', {str(path)!r}]\n"
        "code = 0\n"
        "try: runpy.run_module('hub.evidence.verify', run_name='__main__')\n"
        "except SystemExit as ended: code = ended.code\n"
        "assert 'sqlalchemy' not in sys.modules; sys.exit(code)"
    )

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith(f"✓ {NUMBER}")


def test_a_thousand_changed_bytes_are_a_thousand_findings(made: bytes) -> None:
    source = random.Random("a thousand bytes")

    for _ in range(1_000):
        changed = bytearray(made)
        place = source.randrange(len(made))
        changed[place] ^= source.randrange(1, 256)
        findings = examine(bytes(changed)).findings
        assert findings, f"byte {place}"
        assert all(finding.file and finding.rule in rules.RULES for finding in findings)


def test_a_changed_byte_inside_a_file_names_the_file(made: bytes) -> None:
    for name, content in files(made).items():
        place = made.index(content) + len(content) // 2
        changed = made[:place] + bytes([made[place] ^ 1]) + made[place + 1 :]
        assert name in {file for file, _ in found(changed)}, name


def test_bytes_before_behind_and_between_are_found(made: bytes) -> None:
    assert found(b"x" + made)
    assert found(made + b"x") == [("(archive)", "container")]
    assert found(made[:-1]) == [("(archive)", "container")]
    assert found(b"") == [("(archive)", "container")]


def test_the_certificate_that_was_asked_for_is_demanded(made: bytes, sqlite_world: World) -> None:
    stranger = pki.issue_partner(sqlite_world.authority, "other", sqlite_world.clock.now())

    assert [finding.rule for finding in examine(made, stranger.der).findings] == ["hub"]


@pytest.mark.parametrize("dropped", [1, 2, 3, 4, 5])
def test_an_entry_that_the_hub_leaves_out_is_found(made: bytes, sqlite_world: World, dropped: int) -> None:
    contents = files(made)
    folder = next(name for name in contents if name.startswith("entries/micro_application")).rpartition("/")[0]

    del contents[f"{folder}/{dropped:04}.json"]

    assert {rule for _, rule in found(resigned(contents, sqlite_world))} & {"number", "tree"}


def test_entries_that_the_hub_swaps_are_found(made: bytes, sqlite_world: World) -> None:
    contents = files(made)
    one, two = (name for name in sorted(contents) if name.endswith(("0002.json", "0003.json")))
    contents[one], contents[two] = contents[two], contents[one]

    assert {rule for _, rule in found(resigned(contents, sqlite_world))} >= {"number"}


def test_an_entry_that_the_hub_writes_anew_is_found(made: bytes, sqlite_world: World) -> None:
    contents = files(made)
    name = next(name for name in sorted(contents) if name.endswith("/0002.json"))
    contents[name] = contents[name].replace("王小明".encode(), "王大明".encode())

    rules = {rule for _, rule in found(resigned(contents, sqlite_world))}

    assert {"previous", "tree", "card_text"} <= rules


def test_an_answer_of_the_partner_that_is_exchanged_in_the_store_is_found(world: World) -> None:
    journey(world)
    with writing(world.runtime.engine) as connection:
        connection.execute(update(tables.attempt).values(answer=b"<other/>"))

    with reading(world.runtime.engine) as connection:
        faults = evidence_check.check(connection).faults
    named = found(evidence_export.export(world.runtime, NUMBER))
    assert [(fault.where.partition(" ")[0], fault.rule) for fault in faults] == [("answer", "bytes")]
    assert [(name.partition("/")[0], rule) for name, rule in named] == [("answers", "missing")]


def test_a_document_that_the_hub_exchanges_is_found(made: bytes, sqlite_world: World) -> None:
    contents = files(made)
    name = next(name for name in contents if name.startswith("documents/"))
    contents[name] = b"%PDF-1.7 another offer"

    assert (name, "digest") in found(resigned(contents, sqlite_world))


def test_a_document_that_the_hub_leaves_out_is_found(made: bytes, sqlite_world: World) -> None:
    contents = files(made)
    name = next(name for name in contents if name.startswith("documents/"))
    del contents[name]

    assert found(resigned(contents, sqlite_world)) == [(name, "missing")]


@pytest.mark.parametrize("instead", [None, b"", b"{}", b"[]", b"null", b'"\xff"', b'{"n":{}}'])
def test_a_bundle_that_somebody_signs_himself_ends_in_findings_and_never_in_an_error(
    made: bytes, sqlite_world: World, instead: bytes | None
) -> None:
    whole = files(made)

    for name in whole:
        contents = {other: content for other, content in whole.items() if other != name}
        if instead is not None:
            contents[name] = instead
        spoilt = archive.write(contents) if name.startswith("manifest") else resigned(contents, sqlite_world)
        free = name.startswith(("index.", "receipts/"))  # held by the manifest alone: no entry tells of them
        assert examine(spoilt).findings or free, name


def test_a_card_certificate_that_has_ended_since_still_proves_its_day(sqlite_world: World) -> None:
    journey(sqlite_world)
    sqlite_world.clock.move(timedelta(days=365 * 9))

    result = examine(evidence_export.export(sqlite_world.runtime, NUMBER))

    assert (result.findings, result.cards) == ([], 1)


def test_a_number_that_nothing_carries_is_refused(world: World) -> None:
    with pytest.raises(NotFound):
        evidence_export.export(world.runtime, NUMBER)


def test_application_and_policy_come_together_under_either_number(world: World) -> None:
    journey(world)

    folders = {
        name.split("/")[1].rpartition("-")[0]
        for name in files(evidence_export.export(world.runtime, NUMBER))
        if name.startswith("entries/")
    }

    assert folders == {"micro_application", "policy"}
