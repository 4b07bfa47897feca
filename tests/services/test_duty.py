"""Duty guarantees through the hub: letter, limit, application, policy; and figures that are told again and again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from hub_cargo_yunfan.adapter import yunfan
from hub_sinosure.adapter import sinosure
from sqlalchemy import func, select

from hub import registry
from hub.business.numbers import SHANGHAI
from hub.cards.challenge import parse
from hub.contract.message import Attachment, Raw
from hub.delivery import receiver
from hub.documents import sign
from hub.documents.signed import ranges
from hub.errors import InvalidInput, NotAllowed, NotFound
from hub.services import calendar, evidence, ledger, nonces, papers
from hub.services.objects import Tenant
from hub.services.paging import Query
from hub.services.shapes import BusinessObject
from hub.store import tables
from hub.store.engine import reading
from tests.services.conftest import USCC, World
from tests.services.office import Office, office

LIMIT = {
    "enterprise_name": "示例进出口有限公司", "contact_name": "王小明", "contact_phone": "010-65300000",
    "legal_person": "李某", "customs_code": "1101961234", "customs_office": "0100",
    "applied_amount": Decimal("1000.00"), "guarantee_use": "SUMMARY", "remark": "",
}  # fmt: skip
GUARANTEE = {
    "customs_code": "1101961234", "customs_office": "0100", "declaration_office": "2200", "guarantee_use": "PERIOD",
    "declarations": [], "rate_percent": Decimal("2.30"), "start_date": date(2026, 12, 1),
    "end_date": date(2027, 5, 31), "invoice_type": "NONE", "remark": "",
}  # fmt: skip


@dataclass
class Desk:
    """An operator with a card, and the insurer at the door."""

    world: World
    operator: Office
    seal: BusinessObject

    def say(self, type: str, key: str, body: Mapping[str, Any], **more: Any) -> str:
        """A message of the insurer; the code of the hub's receipt."""
        message = self.world.message(type, key, dict(body), sender="yunfan", **more)
        return self.deliver(self.world.seal(message))

    def deliver(self, content: bytes) -> str:
        self.world.clock.move(timedelta(milliseconds=1))
        raw = Raw(content=content, received_at=self.world.clock.now())
        return receiver.receive(self.world.runtime, "yunfan", raw, "127.0.0.1").code

    def authorise(self) -> BusinessObject:
        letter = self.operator.begin("duty_authorisation", "yunfan")
        return self.operator.act(letter, "submit", {"term": "1", "seal_no": self.seal.number})

    def authorised(self) -> BusinessObject:
        letter = self.authorise()
        said = {"authorisation_no": letter.number, "result_code": "Q1", "decided_at": self.world.clock.now()}
        self.say("DutyAuthorisationResult", letter.number, said)
        return self.operator.now(letter)

    def granted(self, total: str = "1000.00") -> BusinessObject:
        """A limit, applied for and granted, with its first row."""
        self.authorised()
        limit = self.operator.act(self.operator.begin("duty_limit", "yunfan"), "submit", LIMIT)
        said = {
            "apply_no": limit.number, "limit_no": "E1", "result_code": "E1", "total_amount": Decimal(total),
            "rate_percent": Decimal("2.30"), "expiry_date": date(2027, 11, 19), "decided_at": self.world.clock.now(),
        }  # fmt: skip
        self.say("DutyLimitResult", limit.number, said)
        self.say("DutyLimitChange", limit.number, self.change(limit, total, "0.00"))
        return self.operator.now(limit)

    def change(self, limit: BusinessObject, total: str, used: str, **more: Any) -> dict[str, Any]:
        figures = {"total_amount": Decimal(total), "used_amount": Decimal(used)}
        left = {"remaining_amount": figures["total_amount"] - figures["used_amount"]}
        kept = {"apply_no": limit.number, "limit_no": "E1", "expiry_date": date(2027, 11, 19)}
        return kept | figures | left | {"changed_at": self.world.clock.now()} | more

    def apply(self, limit: BusinessObject, amount: str) -> BusinessObject:
        values = GUARANTEE | {"apply_no": limit.number, "limit_no": "E1", "guarantee_amount": Decimal(amount)}
        return self.operator.act(self.operator.begin("duty_application", "yunfan"), "submit", values)

    def left(self, limit: BusinessObject) -> Decimal:
        with reading(self.world.runtime.engine) as connection:
            return ledger.balance(connection, f"limit:{limit.number}", "CNY").amount

    def listed(self, kind: str, filters: Mapping[str, str]) -> list[str]:
        with reading(self.world.runtime.engine) as connection:
            return [row.id for row in Tenant(connection, USCC).page(kind, Query(filters=filters)).rows]

    def history(self) -> list[BusinessObject]:
        with reading(self.world.runtime.engine) as connection:
            return list(Tenant(connection, USCC).page("duty_limit_change", Query()).rows)


@pytest.fixture
def desk(sqlite_world: World) -> Desk:
    return made(sqlite_world)


def made(world: World) -> Desk:
    runtime, partners = world.runtime, world.runtime.settings.partners
    settings = replace(runtime.settings, partners=partners | {"yunfan": partners["sinosure"]})
    world.runtime = replace(runtime, settings=settings, registry=registry.of([sinosure(), yunfan()]))
    operator = office(world, "OP")
    return Desk(world, operator, office(world).make_seal(operator=operator.session.account_id))


def test_the_letter_is_signed_under_the_seal_and_confirmed(desk: Desk) -> None:
    letter = desk.authorised()

    (row, content) = desk.operator.papers(letter)[0]
    assert letter.states["state"] == "AUTHORISED"
    assert letter.content["valid_until"] == date(2027, 11, 19)
    assert papers.check(desk.world.runtime, letter, row, content).good


def test_what_the_page_shows_of_a_letter_is_byte_for_byte_what_the_card_signs(desk: Desk) -> None:
    runtime, operator = desk.world.runtime, desk.operator
    letter, values = operator.begin("duty_authorisation", "yunfan"), {"term": "1", "seal_no": desk.seal.number}
    answer = operator.answer(letter, "submit", values)

    shown = papers.shown(runtime, nonces.digest(answer.nonce), answer.browser)

    assert parse(answer.signature.payload).digest == sign.waiting(shown)
    signed = operator.papers(operator.act(letter, "submit", values, answer))[0][1]
    start, end, *_ = ranges(shown)[-1]
    assert (signed[: start + 1], signed[end - 1 :]) == (shown[: start + 1], shown[end - 1 :])


def test_a_letter_is_shown_to_the_browser_that_signs_it_and_as_long_as_it_may(desk: Desk) -> None:
    runtime, operator = desk.world.runtime, desk.operator
    letter, values = operator.begin("duty_authorisation", "yunfan"), {"term": "1", "seal_no": desk.seal.number}
    answer = operator.answer(letter, "submit", values)
    reference = nonces.digest(answer.nonce)

    with pytest.raises(NotFound):
        papers.shown(runtime, reference, "another browser")
    desk.world.clock.move(timedelta(minutes=6))
    with pytest.raises(NotFound):
        papers.shown(runtime, reference, answer.browser)


def test_a_letter_may_be_revoked_and_ends_by_itself(desk: Desk) -> None:
    revoked = desk.operator.act(desk.authorised(), "revoke", {})
    other = desk.authorised()
    desk.world.clock.move(timedelta(days=366))
    calendar.run(desk.world.runtime)

    assert desk.operator.now(revoked).states["state"] == "REVOKED"
    assert desk.operator.now(other).states["state"] == "EXPIRED"


def test_without_a_letter_no_limit_is_applied_for(desk: Desk) -> None:
    limit = desk.operator.begin("duty_limit", "yunfan")

    with pytest.raises(NotAllowed, match="credit authorisation"):
        desk.operator.act(limit, "submit", LIMIT)


def test_a_list_goes_by_the_day_of_submission_and_what_was_refused_before_is_settled(desk: Desk) -> None:
    desk.authorised()
    limit = desk.operator.begin("duty_limit", "yunfan")
    evidence.seal_all(desk.world.runtime)
    desk.world.clock.move(timedelta(days=2))
    limit = desk.operator.act(limit, "submit", LIMIT)
    said = {"apply_no": limit.number, "result_code": "E9", "reason": "资料不全", "decided_at": desk.world.clock.now()}
    assert desk.say("DutyLimitResult", limit.number, said) == "0000"
    refused = desk.operator.now(limit)
    desk.world.clock.move(timedelta(hours=1))

    again = desk.operator.act(refused, "submit", LIMIT)

    handed_in = again.content["applied_at"].astimezone(SHANGHAI).date().isoformat()
    found = [desk.listed("duty_limit", {f"applied_at_{end}": handed_in}) for end in ("from", "to")]
    begun = again.created_at.astimezone(SHANGHAI).date().isoformat()
    assert (refused.content["reason"], again.content["reason"]) == ("资料不全", None)
    assert [*found, desk.listed("duty_limit", {"applied_at_to": begun})] == [[limit.id], [limit.id], []]


def test_from_the_letter_to_the_policy_and_back(world: World) -> None:
    desk = made(world)
    limit = desk.granted()
    applied = desk.apply(limit, "400.00")
    assert (applied.states["state"], desk.left(limit)) == ("SUBMITTED", Decimal("600.00"))

    now, pdf = world.clock.now(), b"%PDF-1.7 paper"
    paper = Attachment(name="电子投保单.pdf", media_type="application/pdf", sha256=sha256(pdf).hexdigest(), content=pdf)
    said = {"application_no": applied.number, "result_code": "G2", "premium_due": Decimal("9.20"), "decided_at": now}
    desk.say("DutyUnderwriting", applied.number, said | {"premium_currency": "CNY"}, attachments=(paper,))
    assert desk.operator.now(applied).states["state"] == "PAYMENT_PENDING"
    assert [row.kind for row, _ in desk.operator.papers(applied)] == ["application"]

    policy = {"policy_no": "GP1", "application_no": applied.number, "status_code": "P1", "stated_at": now}
    desk.say("DutyPolicy", "GP1", policy | {"expiry_date": date(2027, 5, 31)})
    world.clock.move(timedelta(seconds=1))
    desk.say("DutyLimitChange", limit.number, desk.change(limit, "1000.00", "400.00", application_no=applied.number))
    assert (desk.operator.now(applied).states["state"], desk.left(limit)) == ("ISSUED", Decimal("600.00"))

    desk.say("DutyPolicy", "GP1", policy | {"status_code": "P5"})
    world.clock.move(timedelta(seconds=1))
    desk.say("DutyLimitChange", limit.number, desk.change(limit, "1000.00", "0.00", application_no=applied.number))
    assert (desk.operator.now(applied).states["state"], desk.left(limit)) == ("RELEASED", Decimal("1000.00"))
    assert [row.content["used_amount"] for row in desk.history()] == [Decimal(n) for n in ("0.00", "400.00", "0.00")]


def test_of_two_changes_in_one_second_the_later_told_one_stands(desk: Desk) -> None:
    limit = desk.granted()
    at = desk.world.clock.now()

    for used in ("100.00", "300.00", "200.00"):
        desk.say("DutyLimitChange", limit.number, desk.change(limit, "1000.00", used, changed_at=at))

    assert desk.left(limit) == Decimal("800.00")


def test_what_the_insurers_last_figures_would_still_allow_is_refused_at_its_field(desk: Desk) -> None:
    limit = desk.granted()
    desk.apply(limit, "700.00")

    with pytest.raises(InvalidInput) as refused:
        desk.apply(limit, "300.01")

    assert refused.value.fields["guarantee_amount"].en == "More than is left of the limit: 300.00"


def test_what_an_application_has_taken_itself_is_its_own_when_it_applies_again(desk: Desk) -> None:
    limit = desk.granted()
    first = desk.apply(limit, "700.00")
    second = desk.apply(limit, "300.00")
    with reading(desk.world.runtime.engine) as connection:
        tenant = Tenant(connection, USCC)

        assert tenant.room(first, first.content) == {"limit_left": Decimal("700.00")}
        assert tenant.room(second, second.content) == {"limit_left": Decimal("300.00")}


def test_one_change_told_again_and_again_is_one_row(desk: Desk) -> None:
    limit = desk.granted()
    said = desk.change(limit, "1000.00", "250.00")
    same = desk.world.seal(desk.world.message("DutyLimitChange", limit.number, said, sender="yunfan"))

    codes = {desk.deliver(same) for _ in range(60)}
    codes |= {desk.say("DutyLimitChange", limit.number, said) for _ in range(60)}  # under ids of their own

    assert codes == {"0000"}
    assert len(desk.history()) == 2
    assert desk.left(limit) == Decimal("750.00")


def test_figures_that_do_not_add_up_stand_in_the_history_and_nowhere_else(desk: Desk) -> None:
    limit = desk.granted()

    desk.say("DutyLimitChange", limit.number, desk.change(limit, "1000.00", "5.00", remaining_amount=Decimal("1.00")))

    assert desk.history()[0].content["deviation"] == Decimal("-994.00")
    assert (desk.operator.now(limit).content["used_amount"], desk.left(limit)) == (Decimal("0.00"), Decimal("1000.00"))


def test_a_claim_is_read_and_nothing_can_be_done_to_it(desk: Desk) -> None:
    said = {"claim_no": "C1", "policy_no": "P1", "product": "CARGO", "status_code": "L1"}
    desk.say("SharedClaim", "C1", said | {"stated_at": desk.world.clock.now()})
    desk.say("SharedClaim", "C1", said | {"status_code": "L3", "stated_at": desk.world.clock.now()})

    with reading(desk.world.runtime.engine) as connection:
        (claim,) = Tenant(connection, USCC).page("shared_claim", Query()).rows
        sent = connection.execute(select(func.count()).select_from(tables.outbox)).scalar_one()
    assert (claim.states["state"], claim.kind.actions, sent) == ("SETTLED", (), 0)
