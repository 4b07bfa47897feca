"""A programme between the hub and its insurer: the list, offers, free reports on buyers, losses that become claims."""

import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select

from hub.business import KINDS
from hub.business.programme import PROGRAMMES, used_up
from hub.contract.message import NO_ENTERPRISE, Attachment
from hub.contract.money import Money
from hub.contract.outcome import Outcome, OutcomeClass
from hub.delivery.outbox import Sent
from hub.errors import InvalidInput, NotAllowed
from hub.services import actions, calendar, drafts, eligibility, results
from hub.services.objects import Tenant
from hub.services.shapes import BusinessObject
from hub.store import tables
from hub.store.engine import reading, writing
from hub.xml.catalogue import default_catalogue
from hub.xml.reader import read
from tests.services.conftest import OTHER, PDF, START, USCC, World

SZ = "shenzhen-2022"
FREE = PROGRAMMES[SZ].free_reports
EXPORTS = Money(Decimal("8000000.00"), "USD")
BUYER = {"buyer_code": "", "buyer_name_en": "EXAMPLE BUYER A/S", "buyer_country": "DNK"}
REQUEST = {**BUYER, "buyer_address_en": "", "registration_no": "", "remark": ""}
INVOICE = {
    "invoice_no": "INV-1",
    "due_on": date(2026, 10, 31),
    "invoice_amount_usd": Decimal("30000.00"),
    "received_amount_usd": Decimal("10000.00"),
}
LOSS = {
    **BUYER,
    "invoices": [INVOICE],
    "risk": "OVERDUE",
    "loss_text": "买方逾期未付款。",
    "contact_name": "王小明",
    "contact_phone": "13800000000",
}


def policy(world: World, number: str = "P-1", uscc: str = USCC, programme: str | None = SZ) -> None:
    """A policy from the counter."""
    body = {
        "policy_no": number,
        "policy_type": "信保易保单",
        "product_name": "小微信保易",
        "enterprise_name": "示例进出口有限公司",
        "effective_date": date(2026, 1, 1),
        "expiry_date": date(2026, 12, 31),
        "status_code": "1",
        "issued_at": world.clock.now(),
    } | ({"programme": programme} if programme else {})
    world.push(world.message("OfflinePolicy", number, body, enterprise=uscc))


def begin(world: World, kind: str, number: str = "P-1", uscc: str = USCC, programme: str = SZ) -> BusinessObject:
    opening = {"policy_no": number, "programme": programme, "enterprise_name": "示例进出口有限公司"}
    actor = world.actor(uscc=uscc)
    return drafts.begin(world.runtime, actor, KINDS[kind], uuid.uuid4().hex, "sinosure", opening)


def submit(world: World, obj: BusinessObject, values: Mapping[str, Any]) -> BusinessObject:
    actor = world.actor(uscc=obj.enterprise)
    return actions.perform(world.runtime, actor, obj.kind.code, obj.id, "submit", values, obj.revision)


def request(world: World, uscc: str = USCC, number: str = "P-1") -> BusinessObject:
    return submit(world, begin(world, "buyer_report", number, uscc), REQUEST)


def sent(world: World, type: str) -> list[Any]:
    with reading(world.runtime.engine) as connection:
        table = tables.outbox
        return list(connection.execute(select(table).where(table.c.type == f"{type}/1.0").order_by(table.c.seq)))


def body(world: World, message_id: str) -> Mapping[str, Any]:
    """What stands in the bytes that wait in the outbox."""
    with reading(world.runtime.engine) as connection:
        table = tables.outbox_raw
        content = connection.execute(select(table.c.content).where(table.c.message_id == message_id)).scalar_one()
    element = read(content)
    element.remove(element[-1])  # the signature
    return default_catalogue().of(element).decode(element).body


def confirmed(world: World) -> None:
    """Two companies on the confirmed list."""
    rows = [(USCC, "示例进出口有限公司", EXPORTS), (OTHER, "另一家公司", Money(Decimal("1.05"), "USD"))]
    eligibility.add(world.runtime, "clerk", SZ, rows)
    eligibility.publish(world.runtime, "clerk", SZ, START.date() + timedelta(days=1))
    world.clock.move(timedelta(days=3))
    eligibility.confirm(world.runtime, "clerk", SZ)


def test_the_confirmed_companies_go_to_the_insurer_in_one_message(world: World) -> None:
    confirmed(world)
    calendar.run(world.runtime)
    calendar.run(world.runtime)

    (message,) = sent(world, "EligibleCompanies")
    told = body(world, message.message_id)
    assert [(row["uscc"], row["exports_usd"]) for row in told["company"]] == [
        (USCC, Decimal("8000000.00")),
        (OTHER, Decimal("1.05")),
    ]
    assert (told["programme"], told["programme_year"], told["cover_to"]) == (SZ, 2022, date(2023, 6, 30))
    assert message.enterprise == NO_ENTERPRISE


def test_more_companies_than_fit_into_one_message_go_in_several(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eligibility, "AT_ONCE", 1)
    confirmed(sqlite_world)
    calendar.run(sqlite_world.runtime)

    lists = [body(sqlite_world, row.message_id)["company"] for row in sent(sqlite_world, "EligibleCompanies")]
    assert sorted(row["uscc"] for (row,) in lists) == sorted((USCC, OTHER))


@pytest.mark.parametrize(
    ("kind", "state", "after"),
    [(OutcomeClass.ACCEPTED, "ACKED", "DELIVERED"), (OutcomeClass.NOT_SENT, "DEAD", "SEND_FAILED")],
)
def test_the_authority_sees_whether_the_insurer_has_the_list(
    kind: OutcomeClass, state: str, after: str, sqlite_world: World
) -> None:
    world = sqlite_world
    confirmed(world)
    calendar.run(world.runtime)
    (message,) = sent(world, "EligibleCompanies")
    with writing(world.runtime.engine) as connection:
        results.settle(connection, Sent.of(message, state), Outcome(kind=kind), world.clock.now())
    with reading(world.runtime.engine) as connection:
        (found,) = eligibility.told(connection, SZ)

    assert (found.states["state"], len(found.content["company"])) == (after, 2)


def test_without_an_insurer_nothing_is_confirmed(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.registry.Registry.offers", lambda *_: False)
    with pytest.raises(NotAllowed, match="No insurer"):
        eligibility.confirm(sqlite_world.runtime, "clerk", SZ)


def test_an_offer_of_the_programme_waits_for_the_company_with_its_year(sqlite_world: World) -> None:
    offer = sqlite_world.offer()
    sqlite_world.push(
        sqlite_world.message("PolicyOffer", "XW2026-1", {**offer.body, "programme": SZ, "programme_year": 2022})
    )

    found = sqlite_world.object()
    assert (found.states["state"], found.content["programme"], found.content["programme_year"]) == (
        "PENDING_CONFIRM", SZ, "2022"
    )  # fmt: skip


def test_a_policy_from_the_counter_is_there_to_read_and_asks_for_nothing(sqlite_world: World) -> None:
    policy(sqlite_world)

    found = sqlite_world.object("policy", "P-1")
    assert found.states == {"state": "EFFECTIVE", "ack": None}


def test_a_company_reads_how_far_it_is_with_its_policy(sqlite_world: World) -> None:
    def reads() -> str:
        with reading(sqlite_world.runtime.engine) as connection:
            return eligibility.standing(connection, SZ, USCC, sqlite_world.clock.now()).zh

    seen = [reads()]
    confirmed(sqlite_world)
    seen.append(reads())
    offer = sqlite_world.offer()
    sqlite_world.push(sqlite_world.message("PolicyOffer", "XW2026-1", {**offer.body, "programme": SZ}))
    seen.append(reads())
    policy(sqlite_world)
    seen.append(reads())

    assert seen == ["不在名单中", "本年度统保已结束，未领取", "待确认保单已送达，请确认投保", "保障中"]


def test_a_fourth_report_is_refused_and_names_the_rule(world: World) -> None:
    policy(world)
    for _ in range(FREE):
        request(world)
    fourth = begin(world, "buyer_report")
    with pytest.raises(NotAllowed) as refused:
        submit(world, fourth, REQUEST)

    assert refused.value.text == used_up(PROGRAMMES[SZ])
    assert len(sent(world, "BuyerReportRequest")) == FREE


def test_what_would_be_refused_is_refused_before_a_card_is_asked_for(sqlite_world: World) -> None:
    policy(sqlite_world)
    for _ in range(FREE):
        request(sqlite_world)
    fourth = begin(sqlite_world, "buyer_report")
    with pytest.raises(NotAllowed) as refused:
        actions.signing_payload(
            sqlite_world.runtime, sqlite_world.actor(), "buyer_report", fourth.id, "submit", REQUEST, "nonce"
        )

    assert refused.value.text == used_up(PROGRAMMES[SZ])


def test_of_requests_at_one_time_as_many_are_taken_as_are_free(world: World) -> None:
    policy(world)
    begun = [begin(world, "buyer_report") for _ in range(FREE + 2)]

    def tried(obj: BusinessObject) -> bool:
        try:
            submit(world, obj, REQUEST)
        except NotAllowed:
            return False
        return True

    with ThreadPoolExecutor(len(begun)) as pool:
        taken = list(pool.map(tried, begun))

    assert taken.count(True) == len(sent(world, "BuyerReportRequest")) == FREE


def test_what_brings_no_report_is_not_counted_and_others_have_their_own(world: World) -> None:
    policy(world)
    policy(world, "P-2", OTHER)
    *_, last = (request(world) for _ in range(FREE))
    (*_, message) = sent(world, "BuyerReportRequest")
    answer = {"report_no": last.number, "result_code": "20", "reason": "未查到", "answered_at": world.clock.now()}
    world.push(world.message("BuyerReport", last.number, answer, correlation_id=message.message_id))
    again = request(world)

    assert world.object("buyer_report", last.number).states["state"] == "REJECTED"
    assert again.states["state"] == "SUBMITTED"
    assert request(world, OTHER, "P-2").states["state"] == "SUBMITTED"


def test_only_a_policy_of_the_programme_brings_reports(sqlite_world: World) -> None:
    policy(sqlite_world, programme=None)
    with pytest.raises(InvalidInput):
        request(sqlite_world)


def test_a_report_that_nobody_asked_for_is_there_to_read_once(sqlite_world: World) -> None:
    world = sqlite_world
    paper = Attachment(name="提单报告.pdf", media_type="application/pdf", sha256=sha256(PDF).hexdigest(), content=PDF)
    told = {"title": "提单报告", "enterprise_name": "示例进出口有限公司", "provided_at": START, "report_no": "TD-1"}
    for _ in range(2):
        world.push(world.message("LadingReport", "TD-1", told, attachments=(paper,)))

    found = world.object("lading_report", "TD-1")
    with reading(world.runtime.engine) as connection:
        mine = Tenant(connection, USCC)
        (document,), notices = mine.documents(found), mine.notices()
    assert (found.states["state"], document.kind, document.digest) == ("PROVIDED", "lading_report", paper.sha256)
    assert len(notices) == 1


def test_a_loss_report_becomes_a_claim_and_says_which(sqlite_world: World) -> None:
    world = sqlite_world
    policy(world)
    loss = submit(world, begin(world, "loss_report"), LOSS)
    (message,) = sent(world, "LossReport")
    answer = {"loss_no": loss.number, "status_code": "10", "case_no": "AJ-1", "answered_at": world.clock.now()}
    world.push(world.message("LossReportAnswer", loss.number, answer, correlation_id=message.message_id))
    taken_up = world.object("loss_report", loss.number)
    claim = drafts.begin(
        world.runtime,
        world.actor(),
        KINDS["claim"],
        uuid.uuid4().hex,
        "sinosure",
        {"policy_no": "P-1", "programme": SZ, "loss_no": loss.number},
    )
    with writing(world.runtime.engine) as connection:
        from_draft = actions.record.lock_id(connection, claim.id)
        new = actions.NewEvent(name="submitted", identity="t", occurred_at=world.clock.now(), submission=1)
        actions.record.record(connection, from_draft, new, world.clock.now())

    after = world.object("loss_report", loss.number)
    assert body(world, message.message_id)["total_usd"] == Decimal("20000.00")
    assert (taken_up.states["state"], taken_up.content["case_no"]) == ("ACKNOWLEDGED", "AJ-1")
    assert (after.states["state"], after.content["claim_no"]) == ("CONVERTED", claim.number)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"due_on": START.date()}, "invoices-0-due_on"),
        ({"received_amount_usd": Decimal("30000.01")}, "invoices-0-received_amount_usd"),
    ],
)
def test_a_loss_report_that_contradicts_itself_says_where(
    changes: dict[str, Any], place: str, sqlite_world: World
) -> None:
    policy(sqlite_world)
    with pytest.raises(InvalidInput) as refused:
        submit(sqlite_world, begin(sqlite_world, "loss_report"), {**LOSS, "invoices": [{**INVOICE, **changes}]})

    assert list(refused.value.fields) == [place]


def test_a_change_of_risk_is_reported_before_anything_is_due(sqlite_world: World) -> None:
    policy(sqlite_world)
    invoice = {**INVOICE, "due_on": date(2027, 1, 31)}

    done = submit(sqlite_world, begin(sqlite_world, "loss_report"), {**LOSS, "risk": "BUYER", "invoices": [invoice]})

    assert done.states["state"] == "SUBMITTED"
