"""The shipment report of a claim: made of documents in order, agreed to by card and seal, sent with the claim."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hub_data_sandbox.adapter import PARTNER, sandbox
from hub_data_sandbox.simulator.scenario import SCENARIO
from sqlalchemy import select

from hub import registry
from hub.business import KINDS
from hub.config import PartnerSettings
from hub.errors import InvalidInput, NotAllowed, SignatureRefused, Stale
from hub.services import actions, claim_report, drafts, papers
from hub.services.questions import Questions, open_questions
from hub.services.shapes import BusinessObject, DocumentRow
from hub.store import tables
from hub.store.engine import reading
from hub.testing import pki
from hub.testing.simulator import controls
from hub.testing.simulator.canonical import other_side
from hub.testing.simulator.server import Keys, Options, Simulator, make_desk
from tests.services.conftest import USCC, World
from tests.services.office import Office, office

FIRST, SECOND, FOREIGN = "224820260000000001", "224820260000000002", "224820260000000003"
CLAIM_ID = "c" * 32
DRAFT = {"case_text": "买方失联"}


def shipment(number: str, **more: Any) -> dict[str, Any]:
    return {
        "contract_or_lc_no": "HT-1",
        "invoice_no": f"INV-{number[-1]}",
        "hs_code": "1002900000",
        "shipped_on": date(2026, 11, 20),
        "declaration_no": number,
        "origin_cert_no": "",
        "payment_method": "OA",
        "payment_term": "60天",
        "invoice_amount_usd": Decimal("30000.00"),
        "received_amount_usd": Decimal("10000.00"),
        "claim_amount_usd": Decimal("20000.00"),
        "collection_status": "PARTIAL",
        **more,
    }


def values(*shipments: dict[str, Any]) -> dict[str, Any]:
    """A whole claim, as its form gives it."""
    empty = dict.fromkeys(("buyer_no", "financing_bank_bic", "financing_bank_name"), "")
    banks = {
        f"{bank}_bank_{name}": ""
        for bank in ("issuing", "confirming")
        for name in ("bic", "name", "country", "address")
    }
    flags = ("recovery_entrusted", "trade_financed", "claim_right_transferred", "indemnity_transferred", "bank_urged")
    return {
        **empty,
        **banks,
        **dict.fromkeys((*flags, "receivable_assigned"), False),
        "financing_amount": None,
        "claimant": "示例进出口有限公司",
        "buyer_code": "MF100001",
        "buyer_name_en": "EXAMPLE BUYER 01 A/S",
        "shipments": list(shipments),
        "loss_cause": "BUYER_DEFAULT",
        "cause_text": "买方拖欠货款",
        "case_text": "买方失联",
        "mitigation_text": "已发函催收",
    }


@dataclass
class Desk:
    """Somebody with a card who fills in a claim; the source of trade data answers over real HTTP."""

    office: Office
    questions: Questions
    seal: BusinessObject

    def make(self, *shipments: dict[str, Any]) -> BusinessObject:
        self.pass_time()
        claim_report.make(self.questions, self.office.session.actor, CLAIM_ID, shipments)
        return self.claim

    def agree(self) -> BusinessObject:
        self.pass_time()
        return self.office.act(self.claim, "agree", {"seal_no": self.seal.number})

    def submit(self, *shipments: dict[str, Any], **more: Any) -> BusinessObject:
        return self.office.act(self.claim, "submit", values(*shipments) | more)

    def register(self) -> BusinessObject:
        """A buyer that the insurer's list lacks."""
        facts = {"name_en": "NEW BUYER LTD", "country": "GBR", "address_en": "1 Example Street"}
        return self.office.act(self.office.begin("buyer", "sinosure"), "register", facts)

    def hear(self, type: str, obj: BusinessObject, **body: Any) -> None:
        """The insurer says something about ``obj`` as it stands."""
        self.pass_time()
        world = self.office.world
        with reading(world.runtime.engine) as connection:
            last = select(tables.outbox.c.message_id).where(tables.outbox.c.business_key == obj.number)
            answered = connection.execute(last.order_by(tables.outbox.c.seq.desc()).limit(1)).scalar_one()
        message = world.message(type, obj.number, {obj.kind.number: obj.number, **body}, correlation_id=answered)
        assert world.push(message).code == "0000"

    def give_code(self, buyer: BusinessObject) -> None:
        self.hear("BuyerCode", buyer, buyer_code="MF900001", coded_at=self.office.world.clock.now())

    def pass_time(self) -> None:
        """The report's events are told by the clock."""
        self.office.world.clock.move(timedelta(seconds=1))

    def sent(self) -> bytes:
        """The latest message out."""
        with reading(self.office.world.runtime.engine) as connection:
            return bytes(connection.execute(select(tables.outbox_raw.c.content)).scalars().all()[-1])

    def papers(self, kind: str) -> list[tuple[DocumentRow, bytes]]:
        return [row for row in self.office.papers(self.claim) if row[0].kind == kind]

    @property
    def claim(self) -> BusinessObject:
        return self.office.world.object("claim", "SP20261120000000001")


@pytest.fixture
def desk(sqlite_world: World, tmp_path: Path) -> Iterator[Desk]:
    world, now = sqlite_world, sqlite_world.clock.now()
    root = pki.make_authority("test", now)
    source = pki.issue_partner(root, PARTNER, now)
    files = {"key": source.key, "certificate": source.certificate}
    files["hub_certificate"] = ssl.DER_cert_to_PEM_cert(world.runtime.signer.certificate).encode()
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    options = Options.read({name: tmp_path / name for name in files} | {"seed": "seven", "late": 3.0})
    with ExitStack() as stack:
        speech = other_side(sandbox().sheet, world.runtime.settings.hub.code)
        played = make_desk(PARTNER, SCENARIO, speech, options, Keys.read(options), world.clock)
        running = stack.enter_context(Simulator(played))
        address = PartnerSettings(address=f"{running.address}/messages", certificates=(tmp_path / "certificate",))
        settings = replace(world.runtime.settings, partners={**world.runtime.settings.partners, PARTNER: address})
        adapters = [*world.runtime.registry.partners.values(), sandbox()]
        world.runtime = replace(world.runtime, settings=settings, registry=registry.of(adapters))
        questions = open_questions(world.runtime)
        stack.callback(questions.transport.close)
        for number, uscc in ((FIRST, USCC), (SECOND, USCC), (FOREIGN, "91310000MA00OTHE2Y")):
            wanted = {"uscc": uscc, "enterprise_name": "示例进出口有限公司", "declaration_no": number}
            controls.control(running.desk, {"do": "declare", **wanted})
        assert world.push(world.policy()).code == "0000"
        desk = office(world)
        seal = desk.make_seal()
        opening = {"policy_no": "P-1", "insured": "示例进出口有限公司"}
        drafts.begin(world.runtime, desk.session.actor, KINDS["claim"], CLAIM_ID, "sinosure", opening)
        yield Desk(desk, questions, seal)


def contracted(desk: Desk) -> None:
    """The service agreement is signed by both."""
    agreement = desk.office.sign(desk.seal)
    desk.office.world.push(desk.office.countersigned(agreement))


def test_a_report_is_made_agreed_to_and_travels_with_the_claim(desk: Desk) -> None:
    contracted(desk)
    assert desk.make(shipment(FIRST), shipment(SECOND)).states["ack"] == "GENERATED"
    assert desk.agree().states["ack"] == "CONFIRMED"

    claim = desk.submit(shipment(FIRST), shipment(SECOND))

    ((row, content),) = desk.papers("report")
    assert claim.states["state"] == "SUBMITTED"
    assert papers.check(desk.office.world.runtime, claim, row, content).good
    assert row.digest.encode() in desk.sent()


def test_the_code_that_a_new_buyer_has_by_now_goes_out_with_the_claim(desk: Desk) -> None:
    contracted(desk)
    desk.make(shipment(FIRST))
    desk.agree()
    buyer = desk.register()
    desk.give_code(buyer)

    claim = desk.submit(shipment(FIRST), buyer_code="", buyer_no=buyer.number)

    assert (claim.content["buyer_no"], claim.content["buyer_code"]) == (buyer.number, "MF900001")
    assert b"<BuyerCode>MF900001</BuyerCode>" in desk.sent()


def test_a_code_that_comes_after_the_claim_goes_out_when_it_is_submitted_again(desk: Desk) -> None:
    contracted(desk)
    desk.make(shipment(FIRST))
    desk.agree()
    buyer = desk.register()
    claim = desk.submit(shipment(FIRST), buyer_code="", buyer_no=buyer.number)
    assert b"<BuyerCode>" not in desk.sent()
    desk.give_code(buyer)
    now = desk.office.world.clock.now()
    desk.hear("ClaimReceipt", claim, status_code="20", manager_name="张", manager_phone="010-1", reviewed_at=now)

    desk.submit(shipment(FIRST), buyer_code="", buyer_no=buyer.number)

    assert b"<BuyerCode>MF900001</BuyerCode>" in desk.sent()


def test_what_is_signed_is_what_was_shown_byte_for_byte(desk: Desk) -> None:
    desk.make(shipment(FIRST))
    desk.agree()

    ((_, shown),), ((_, signed),) = desk.papers("report_draft"), desk.papers("report")

    assert signed.startswith(shown)


@pytest.mark.parametrize("number", [FOREIGN, "224820260000000099", "224820260999999999"])
def test_without_every_document_in_order_there_is_no_report(desk: Desk, number: str) -> None:
    with pytest.raises(InvalidInput):
        desk.make(shipment(FIRST), shipment(number))

    assert desk.claim.states["ack"] == "NONE"
    assert desk.papers("report_draft") == []


def test_agreeing_to_the_report_keeps_what_was_typed_into_the_claim(desk: Desk) -> None:
    runtime, actor = desk.office.world.runtime, desk.office.session.actor
    drafts.save(runtime, actor, "claim", CLAIM_ID, "claim", DRAFT, None)
    desk.make(shipment(FIRST))

    desk.agree()

    with reading(runtime.engine) as connection:
        assert [row.values for row in connection.execute(select(tables.draft))] == [DRAFT]


def test_a_declaration_that_changed_since_blocks_the_claim_and_is_named(desk: Desk) -> None:
    contracted(desk)
    desk.make(shipment(FIRST))
    desk.agree()

    with pytest.raises(InvalidInput) as refused:
        desk.submit(shipment(SECOND))

    assert SECOND in refused.value.fields["shipments-0-declaration_no"].zh


def test_a_report_that_nobody_agreed_to_blocks_the_claim(desk: Desk) -> None:
    contracted(desk)
    desk.make(shipment(FIRST))

    with pytest.raises(InvalidInput) as refused:
        desk.submit(shipment(FIRST))

    assert "报告" in refused.value.fields[""].zh


def test_without_the_agreement_signed_by_both_a_claim_is_filled_in_and_not_submitted(desk: Desk) -> None:
    desk.office.sign(desk.seal)
    desk.make(shipment(FIRST))
    desk.agree()

    with pytest.raises(NotAllowed) as refused:
        desk.submit(shipment(FIRST))

    assert "服务协议" in refused.value.text.zh


def test_a_report_made_again_while_the_card_signs_is_not_the_one_that_was_signed(desk: Desk) -> None:
    seen = desk.make(shipment(FIRST))
    chosen = {"seal_no": desk.seal.number}
    card = desk.office.answer(seen, "agree", chosen)
    again = desk.make(shipment(SECOND))

    with pytest.raises(Stale):
        desk.office.act(seen, "agree", chosen, card)
    with pytest.raises(SignatureRefused):
        desk.office.act(again, "agree", chosen, card)


def test_a_cancelled_report_is_not_agreed_to(desk: Desk) -> None:
    seen = desk.make(shipment(FIRST))

    desk.pass_time()
    runtime, actor = desk.office.world.runtime, desk.office.session.actor
    cancelled = actions.perform(runtime, actor, "claim", seen.id, "cancel", {}, seen.revision)

    assert cancelled.states["ack"] == "NONE"
    assert cancelled.content["report_rows"] is None
    with pytest.raises(NotAllowed):
        desk.agree()


def test_a_submitted_claim_gets_no_new_report(desk: Desk) -> None:
    contracted(desk)
    desk.make(shipment(FIRST))
    desk.agree()
    desk.submit(shipment(FIRST))

    with pytest.raises(NotAllowed):
        desk.make(shipment(FIRST))


def test_a_returned_claim_is_submitted_again_with_the_report_that_it_has(desk: Desk) -> None:
    contracted(desk)
    desk.make(shipment(FIRST))
    desk.agree()
    claim = desk.submit(shipment(FIRST))
    world = desk.office.world
    body = {"claim_no": claim.number, "status_code": "20", "reason": "请补充", "reviewed_at": world.clock.now()}
    world.push(world.message("ClaimReceipt", claim.number, body))
    assert desk.claim.states["state"] == "RETURNED"

    again = desk.submit(shipment(FIRST, claim_amount_usd=Decimal("19000.00")))

    assert (again.states["state"], again.submission) == ("SUBMITTED", 2)
