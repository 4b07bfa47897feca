"""A unified-policy programme at the simulated insurer, over real HTTP: offers, reports on buyers, loss reports."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hub_sinosure.simulator import policies

from hub.contract.message import NO_ENTERPRISE
from hub.contract.outcome import OutcomeClass

USCC, SECOND = "91610000MA6TX00X1A", "91440300MA5EXAM01A"
BUYER = {"buyer_name_en": "EXAMPLE BUYER A/S", "buyer_country": "DNK"}
UNDER = {"programme": "shenzhen-2022", "policy_no": "XB2026-1", "enterprise_name": "西安某某进出口有限公司"}


def send(world, type: str, number: str, enterprise: str = USCC, **body):
    return world.hub.send(world.address, world.hub.message(type, number, enterprise, body)).kind


def tell_list(world, number: str = "MD1", *companies: str, until: date = date(2023, 6, 30)):
    rows = [{"uscc": uscc, "name": "甲公司", "exports_usd": Decimal("1.00")} for uscc in companies or (USCC, SECOND)]
    return send(
        world, "EligibleCompanies", number, NO_ENTERPRISE, list_no=number, programme="shenzhen-2022",
        programme_year=2022, base_year=2021, cover_from=date(2022, 7, 1), cover_to=until, company=rows,
        confirmed_at=world.clock.now(),
    )  # fmt: skip


def ask(world, number: str = "ZX1", **more):
    body = {"report_no": number, **UNDER, **BUYER, "requested_at": world.clock.now()} | more
    return send(world, "BuyerReportRequest", number, **body)


def report_loss(world, words: str = "逾期未付款"):
    invoice = {
        "invoice_no": "INV-1",
        "due_on": date(2026, 10, 31),
        "invoice_amount_usd": Decimal("30000.00"),
        "received_amount_usd": Decimal("0.00"),
    }
    return send(
        world, "LossReport", "BA1", loss_no="BA1", **UNDER, **BUYER, invoices=[invoice], total_usd=Decimal("30000.00"),
        risk="OVERDUE", loss_text=words, contact_name="王小明", contact_phone="13800000000",
        submitted_at=world.clock.now(),
    )  # fmt: skip


def test_every_company_of_a_list_gets_one_offer_with_the_programme_and_its_year(world):
    assert tell_list(world) is OutcomeClass.ACCEPTED
    tell_list(world, "MD2", USCC)
    world.pass_time(3)

    offers = [row.canonical for row in world.hub.taken if row.canonical.type == "PolicyOffer"]
    assert sorted(row.enterprise for row in offers) == sorted((USCC, SECOND))
    assert {(row.body["programme"], row.body["programme_year"]) for row in offers} == {("shenzhen-2022", 2022)}


def test_the_same_list_is_taken_once(world):
    tell_list(world)

    assert tell_list(world) is OutcomeClass.REFUSED_BUSINESS


def test_a_policy_of_the_programme_names_it_and_ends_with_it(world):
    tell_list(world, "MD1", USCC, until=date(2027, 6, 30))
    world.pass_time(3)
    world.confirm(world.last("PolicyOffer").body["application_no"])
    world.pass_time(6)

    body = world.last("PolicyIssued").body
    assert (body["programme"], body["effective_date"], body["expiry_date"]) == (
        "shenzhen-2022", date(2026, 11, 20), date(2027, 6, 30)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (datetime(2022, 6, 30, 15, 59, tzinfo=UTC), (date(2022, 7, 1), date(2023, 6, 30))),
        (datetime(2022, 6, 30, 16, tzinfo=UTC), (date(2022, 7, 1), date(2023, 6, 30))),
        (datetime(2022, 7, 6, 1, tzinfo=UTC), (date(2022, 7, 6), date(2023, 6, 30))),
        (datetime(2026, 11, 20, 1, tzinfo=UTC), (date(2026, 11, 20), date(2027, 11, 19))),
    ],
)
def test_a_policy_covers_the_programmes_days_or_what_is_left_of_them(today, days, world):
    world.clock.at = today

    assert policies.cover(world.insurer.desk, ("2022-07-01", "2023-06-30")) == days


def test_a_report_on_a_buyer_comes_as_a_pdf(world):
    assert ask(world) is OutcomeClass.ACCEPTED
    world.pass_time(2)

    answer = world.last("BuyerReport")
    assert world.events() == ["provided"]
    assert [file.name for file in answer.attachments] == ["海外买家资信报告.pdf"]


def test_a_buyer_that_is_not_found_has_no_report_and_may_be_asked_for_again(world):
    ask(world, buyer_name_en="NOBODY LTD")
    world.pass_time(2)
    again = ask(world)
    world.pass_time(2)

    assert again is OutcomeClass.ACCEPTED
    assert world.events() == ["rejected", "provided"]
    assert ask(world) is OutcomeClass.REFUSED_BUSINESS


def test_a_loss_report_is_taken_up_with_a_case_number_and_closed_by_hand(world):
    assert report_loss(world) is OutcomeClass.ACCEPTED
    world.pass_time(2)
    taken_up = world.last("LossReportAnswer")
    world.control(do="close_loss", loss_no="BA1")

    assert world.events() == ["acknowledged", "closed"]
    assert taken_up.body["case_no"].startswith("AJ")
    assert taken_up.correlation_id is not None


def test_a_loss_report_may_meet_silence(world):
    report_loss(world, "沉默")
    world.pass_time(5)

    assert world.events() == []


def test_a_policy_from_the_counter_is_told(world):
    told = world.control(do="offline_policy", uscc=USCC, enterprise_name="甲公司", programme="shenzhen-2022")

    assert world.events() == ["collected_offline"]
    assert world.last("OfflinePolicy").body["policy_no"] == told["policy_no"]
