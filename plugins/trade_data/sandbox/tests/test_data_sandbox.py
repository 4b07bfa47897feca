"""Look-ups over real HTTP: what the source tells, whom it tells it, and what its README says."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hub_data_sandbox.adapter import PARTNER, sandbox, sheet
from hub_data_sandbox.simulator.scenario import SCENARIO

from hub import registry
from hub.business.acts import Actor
from hub.clock import MovableClock
from hub.config import DeliverySettings, HubSettings, PartnerSettings, Settings
from hub.contract.message import OutMessage
from hub.crypto.keys import KeySigner
from hub.runtime import Runtime
from hub.services import audit, trade_data
from hub.services.questions import Questions, open_questions
from hub.store import tables
from hub.store.engine import open_engine, reading
from hub.testing import pki
from hub.testing.simulator import controls
from hub.testing.simulator.canonical import other_side
from hub.testing.simulator.controls import CONTROLS
from hub.testing.simulator.server import Keys, Options, Simulator, make_desk

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
USCC, OTHER, FIRM = "91610000MA6TX00X1A", "91310000MA00OTHE2Y", "西安某某进出口有限公司"
EXPORT, IMPORT, CERTIFICATE = "224820260000000001", "224820261000000001", "C263702000010001"
README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
ASKING = Actor(account="a-1", name="王小明", enterprise=USCC, role="OP")


@dataclass
class World:
    """A hub's questions and the source that answers them."""

    questions: Questions
    source: Simulator

    def declare(self, number: str, uscc: str = USCC) -> None:
        controls.control(
            self.source.desk, {"do": "declare", "uscc": uscc, "enterprise_name": FIRM, "declaration_no": number}
        )

    def check(self, *numbers: str, **more: Any) -> dict[str, str]:
        """Number -> result."""
        rows = trade_data.check(self.questions, ASKING, [{"declaration_no": number, **more} for number in numbers])
        return {row.number: row.result for row in rows}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    root = pki.make_authority("test", NOW)
    hub, partner = pki.issue_partner(root, "hub", NOW), pki.issue_partner(root, PARTNER, NOW)
    files = {"key": partner.key, "certificate": partner.certificate, "hub_certificate": hub.certificate}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    options = Options.read({name: tmp_path / name for name in files} | {"seed": "seven", "late": 3.0})
    clock = MovableClock(at=NOW)
    desk = make_desk(PARTNER, SCENARIO, other_side(sheet(), "swhub"), options, Keys.read(options), clock)
    with ExitStack() as stack:
        source = stack.enter_context(Simulator(desk))
        runtime = Runtime(
            settings=Settings(
                home=tmp_path,
                hub=HubSettings(code="swhub"),
                delivery=DeliverySettings(answer_seconds=1.0),
                partners={
                    PARTNER: PartnerSettings(
                        address=f"{source.address}/messages", certificates=(tmp_path / "certificate",)
                    )
                },
            ),
            engine=open_engine(f"sqlite:///{tmp_path}/hub.db"),
            registry=registry.of([sandbox()]),
            signer=KeySigner.from_pem(hub.key, hub.certificate),
            clock=clock,
        )
        tables.metadata.create_all(runtime.engine)
        stack.callback(runtime.engine.dispose)
        questions = open_questions(runtime)
        stack.callback(questions.transport.close)
        yield World(questions, source)


def test_a_declaration_brings_its_transport_document_along(world):
    world.declare(EXPORT)

    assert world.check(EXPORT) == {EXPORT: "OK", "BL0000000001": "OK"}


def test_what_the_report_needs_of_a_declaration_comes_with_it(world):
    world.declare(EXPORT)

    declaration, transport = trade_data.check(world.questions, ASKING, [{"declaration_no": EXPORT}])

    assert declaration.data is not None
    assert (declaration.data["consignor"], declaration.data["goods"][0]["hs_code"]) == (FIRM, "1002900000")
    assert transport.data is not None
    assert transport.data["shipper"] == FIRM


def test_a_certificate_of_origin_is_looked_up_where_one_is_named(world):
    wanted = {"uscc": USCC, "enterprise_name": FIRM, "certificate_no": CERTIFICATE, "invoice_no": "INV-1"}
    controls.control(world.source.desk, {"do": "certify", **wanted})

    assert world.check(EXPORT, origin_cert_no=CERTIFICATE) == {EXPORT: "NOT_FOUND", CERTIFICATE: "OK"}


def test_another_enterprises_declaration_is_not_told_and_leaves_an_audit_line(world):
    world.declare(EXPORT, uscc=OTHER)

    assert world.check(EXPORT) == {EXPORT: "NOT_OWNED"}
    with reading(world.questions.runtime.engine) as connection:
        (line,) = audit.lines(connection, what="trade_data")
    assert line.detail == {"documents": [{"DeclarationQuery": EXPORT}]}


def test_an_import_declaration_is_the_wrong_kind_for_a_claim(world):
    world.declare(IMPORT)

    assert world.check(IMPORT) == {IMPORT: "WRONG_TYPE"}


@pytest.mark.parametrize("number", ["224820260999999999", "224820260888888888"])
def test_a_source_that_fails_is_not_available_and_says_nothing_of_the_data(world, number):
    world.declare(number)

    assert world.check(number) == {number: "UNAVAILABLE"}


@pytest.mark.parametrize("fault", ["wrong_signature", "html_502", "silence", "truncated"])
def test_an_answer_that_cannot_be_believed_is_no_answer(world, fault):
    world.declare(EXPORT)
    controls.control(world.source.desk, {"do": "fault", "fault": fault, "on": "answer", "types": ["DeclarationQuery"]})

    assert world.check(EXPORT) == {EXPORT: "UNAVAILABLE"}


def test_a_number_that_two_lines_name_is_asked_for_once(world, monkeypatch):
    world.declare(EXPORT)
    sent: list[OutMessage] = []
    send = type(world.questions.transport).send
    monkeypatch.setattr(
        type(world.questions.transport), "send", lambda self, adapter, out: sent.append(out) or send(self, adapter, out)
    )

    world.check(EXPORT, EXPORT)

    assert len(sent) == 2


def test_a_source_that_does_not_answer_is_asked_no_more(world, monkeypatch):
    asked: list[str] = []
    ask = Questions.ask
    monkeypatch.setattr(Questions, "ask", lambda self, **more: asked.append(more["number"]) or ask(self, **more))
    silent = [f"2248888888888{place:05}" for place in range(5)]

    found = world.check(*silent, EXPORT)

    assert asked == silent[:2]
    assert set(found.values()) == {"UNAVAILABLE"}


def test_without_a_source_every_document_is_unavailable(world):
    bare = Runtime(**{**vars(world.questions.runtime), "registry": registry.of([])})

    rows = trade_data.check(open_questions(bare), ASKING, [{"declaration_no": EXPORT, "origin_cert_no": CERTIFICATE}])

    assert {row.result for row in rows} == {"UNAVAILABLE"}


def table(head: str) -> list[list[str]]:
    lines = README.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(f"| {head} |")) + 2
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_the_readme_lists_messages_options_controls_and_magic_values():
    rows = sheet().capabilities.values()
    declared = {(name.partition("/")[0], "out") for row in rows for name in row.sends}
    declared |= {(name.partition("/")[0], "answer") for row in rows for name in row.answers}

    assert {(name, way) for name, way, _ in table("message | direction")} == declared
    assert table("option") == [[row.name, row.metadata["help"]] for row in fields(Options)]
    assert {row[0] for row in table("do")} == set(CONTROLS) | set(SCENARIO.controls)
    assert table("DeclarationNo contains") == [[row.contains, row.fault] for row in SCENARIO.rules if row.contains]
