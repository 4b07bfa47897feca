"""Rules that the reference insurer is exempt from, on a partner whose sheet calls for them; and what partners add."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hub_bank_iso20022.codes import PAYMENT
from hub_sinosure.adapter import SinosureAdapter, sinosure

from hub.contract.adapters import Context
from hub.contract.capability import Hours
from hub.contract.message import CanonicalMessage, OutMessage
from hub.testing.kit.case import EXEMPT, FAILED, PASSED, TODO, run
from hub.testing.kit.cases import CASES
from hub.testing.kit.find import NotFound, partner, subjects
from hub.testing.kit.samples import body
from hub.testing.kit.subject import Partner
from hub.xml.catalogue import default_catalogue

BY_NAME = {case.name: case for case in CASES}
CONFIRM = "micro_policy.confirm"
PAYS = ("PolicyConfirmation/1.0", "PolicyIssued/1.0")  # the second has an amount
HOURS = Hours.parse("Asia/Shanghai Mon-Sat 08:30-20:00")


def declaring(reference: Partner, kind: type[SinosureAdapter] = SinosureAdapter, **changes: Any) -> Partner:
    honest = sinosure()
    capabilities = {**honest.sheet.capabilities, CONFIRM: replace(honest.sheet[CONFIRM], **changes)}
    sheet = replace(honest.sheet, capabilities=capabilities)
    return partner(reference.plugin, reference.folder, kind(catalogue=honest.catalogue, sheet=sheet))


def without_amounts(reference: Partner) -> Partner:
    """The same partner, offering nothing that sends an amount."""
    honest = sinosure()
    sheet = replace(honest.sheet, capabilities={name: honest.sheet[name] for name in (CONFIRM, "micro_policy.query")})
    return partner(reference.plugin, reference.folder, replace(honest, sheet=sheet))


def outcome(name: str, subject: Partner) -> str:
    return run(BY_NAME[name], subject).outcome


class SendsCents(SinosureAdapter):
    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        amount = message.body.get("insured_amount")
        if amount is None:
            return super().build(message, ctx)
        cents = {**amount, "amount": amount["amount"] / 100}
        return super().build(replace(message, body={**message.body, "insured_amount": cents}), ctx)


class RoundsWhatIsWrong(SinosureAdapter):
    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        amount = message.body.get("insured_amount")
        if amount is None:
            return super().build(message, ctx)
        exact = {**amount, "amount": Decimal(f"{amount['amount']:.2f}")}
        return super().build(replace(message, body={**message.body, "insured_amount": exact}), ctx)


class AlwaysOpen(Hours):
    def next_open(self, now: datetime) -> datetime:
        return now


OUTWARD = ("an_amount_that_goes_out_is_the_same_to_the_cent", "a_float_or_a_third_decimal_is_refused")


@pytest.mark.parametrize("name", OUTWARD)
def test_amounts_that_go_out_are_tried_as_soon_as_the_sheet_has_some(name, sinosure):
    assert outcome(name, without_amounts(sinosure)) == EXEMPT
    assert outcome(name, declaring(sinosure, sends=PAYS)) == PASSED


@pytest.mark.parametrize(("kind", "name"), [(SendsCents, OUTWARD[0]), (RoundsWhatIsWrong, OUTWARD[1])])
def test_an_adapter_that_spoils_what_goes_out_is_found(kind, name, sinosure):
    assert outcome(name, declaring(sinosure, kind, sends=PAYS)) == FAILED


def test_hours_are_tried_as_soon_as_the_sheet_has_some(sinosure):
    closed_never = AlwaysOpen(HOURS.zone, HOURS.days, HOURS.opens, HOURS.closes)

    assert outcome("partner_hours_open_again", sinosure) == EXEMPT
    assert outcome("partner_hours_open_again", declaring(sinosure, hours=HOURS)) == PASSED
    assert outcome("partner_hours_open_again", declaring(sinosure, hours=closed_never)) == FAILED


def test_a_partner_without_a_query_is_exempt_from_the_rules_about_it(sinosure):
    capabilities = {name: replace(row, query=None) for name, row in sinosure.adapter.sheet.capabilities.items()}
    silent = replace(sinosure.adapter, sheet=replace(sinosure.adapter.sheet, capabilities=capabilities))
    subject = partner(sinosure.plugin, sinosure.folder, silent)

    assert outcome("never_seen_allows_a_resend", subject) == EXEMPT


def test_bodies_of_a_partner_take_the_place_of_those_that_are_made(sinosure):
    own = {"product": "XWXBY", "content_version": "7", "html_zh": "<p>一</p>", "html_en": "<p>one</p>"}
    samples = SimpleNamespace(BODIES={"Introduction/1.0": [own]})
    subject = partner(sinosure.plugin, sinosure.folder, sinosure.adapter, samples)

    said = [sample.message.body for sample in subject.incoming if sample.message.type == "Introduction"]

    assert said == [own]
    assert outcome("every_declared_message_is_understood", subject) == PASSED


@pytest.mark.parametrize(("name", "said"), [("PaymentResult.TxSts", PASSED), ("PaymentResult.TxStatus", FAILED)])
def test_a_status_table_may_be_named_after_the_field_as_the_partner_writes_it(name, said):
    (bank,) = subjects("bank_iso20022", Path())
    statuses = [replace(table, name=name) if table is PAYMENT else table for table in bank.adapter.statuses]
    subject = partner(bank.plugin, bank.folder, replace(bank.adapter, statuses=statuses))

    assert outcome("every_table_is_of_a_field_that_may_come_in", subject) == said


@pytest.mark.parametrize(("incoming", "said"), [("none", PASSED), ("todo", TODO), ("", FAILED)])
def test_a_partner_that_sends_nothing_by_itself_has_to_say_so(incoming, said, sinosure):
    deaf = {name: replace(row, receives=()) for name, row in sinosure.adapter.sheet.capabilities.items()}
    adapter = replace(sinosure.adapter, sheet=replace(sinosure.adapter.sheet, capabilities=deaf, incoming=incoming))
    subject = partner(sinosure.plugin, sinosure.folder, adapter)

    assert outcome("what_the_partner_sends_by_itself_is_declared", subject) == said


def test_a_partner_may_bring_its_own_voice(sinosure):
    samples = SimpleNamespace(make_voice=lambda adapter: adapter.sheet.partner)

    assert partner(sinosure.plugin, sinosure.folder, sinosure.adapter, samples).voice == "sinosure"


def test_an_adapter_written_by_hand_has_to_and_is_told_so_in_one_line(sinosure):
    stranger = SimpleNamespace(sheet=sinosure.adapter.sheet)

    with pytest.raises(NotFound, match=r"^sinosure: .*write make_voice\(adapter\).* in tests/kit_samples.py$"):
        partner(sinosure.plugin, sinosure.folder, stranger)  # type: ignore[arg-type]


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("declared", default_catalogue().types())
def test_every_message_that_we_know_has_a_sample(declared, full):
    type, _, version = declared.partition("/")
    schema = default_catalogue().message(type, version)

    made = body(schema, {}, full=full)

    assert {part.key for part in schema.shape.children if part.required} <= set(made)
    assert made == body(schema, {}, full=full)


def test_a_full_sample_has_more_than_a_short_one():
    schema = default_catalogue().message("PolicyConfirmation", "1.0")

    assert set(body(schema, {}, full=True)) == {part.key for part in schema.shape.children}
    assert set(body(schema, {}, full=False)) == {part.key for part in schema.shape.children if part.required}
