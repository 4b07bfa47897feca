"""Seals and the service agreement: who may make what, what the card signs, and what the insurer's answer changes."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hub_bank_iso20022.adapter import iso20022
from hub_sinosure.adapter import sinosure
from sqlalchemy import select

from hub import registry
from hub.business import KINDS
from hub.business.kind import OWN
from hub.cards.trust import read_card
from hub.config import CentreSettings
from hub.documents.texts import WORDINGS
from hub.errors import InvalidInput, NotAllowed, SignatureRefused
from hub.services import accounts, actions, calendar, drafts, nonces, papers, wordings
from hub.services.objects import Tenant
from hub.store import tables
from hub.store.engine import reading, writing
from hub.testing import pki
from tests.services.conftest import OTHER, USCC, World
from tests.services.office import Office, office


@pytest.fixture
def desk(sqlite_world: World) -> Office:
    """Of the legal person."""
    return office(sqlite_world)


def test_from_the_seal_to_the_agreement_signed_by_both(world: World) -> None:
    desk = office(world)
    agreement = desk.sign(desk.make_seal())
    assert agreement.states["state"] == "SIGNING"

    answer = world.push(desk.countersigned(agreement))

    assert answer.code == "0000"
    found = {row.source: (row, content) for row, content in desk.papers(agreement)}
    assert desk.now(agreement).states["state"] == "SIGNED"
    assert found["sinosure"][1].startswith(found["hub"][1])
    assert papers.check(world.runtime, agreement, *found["sinosure"]).good


def test_with_its_key_the_data_centre_signs_its_part_first(sqlite_world: World, tmp_path: Path) -> None:
    world, now = sqlite_world, sqlite_world.clock.now()
    centre = pki.issue_partner(pki.make_authority("示例机构", now), "数据中心", now)
    at = CentreSettings(key=tmp_path / "centre.key.pem", certificate=tmp_path / "centre.crt.pem")
    (tmp_path / "centre.crt.pem").write_bytes(centre.certificate)
    settings = replace(world.runtime.settings, centre=at)
    desk = office(replace(world, runtime=replace(world.runtime, settings=settings, centre=pki.KeySigner(centre))))
    agreement = desk.sign(desk.make_seal())

    desk.world.push(desk.countersigned(agreement))

    found = {row.source: (row, content) for row, content in desk.papers(agreement)}
    checked = papers.check(desk.world.runtime, agreement, *found["sinosure"])
    assert [row.field for row in checked.signatures] == ["centre", "enterprise", "insurer"]
    assert checked.good


def test_the_message_carries_the_signed_document_and_the_cards_serial(desk: Office) -> None:
    agreement = desk.sign(desk.make_seal())

    with reading(desk.world.runtime.engine) as connection:
        content = connection.execute(select(tables.outbox_raw.c.content)).scalar_one()

    assert desk.papers(agreement)[0][0].digest.encode() in content
    assert f"{desk.session.actor.certificate}".encode() in content


def by_password(world: World) -> Office:
    """Of somebody who logged in by password; a card is bound to the account."""
    desk = office(world, "OP")
    actor = replace(desk.session.actor, role="PW", certificate=None)
    return replace(desk, session=replace(desk.session, actor=actor, fingerprint=None))


def test_after_a_login_by_password_the_accounts_card_signs_the_agreement_and_is_named(desk: Office) -> None:
    clerk = by_password(desk.world)
    seal = desk.make_seal(operator=clerk.session.account_id)

    agreement = clerk.sign(seal)

    with reading(desk.world.runtime.engine) as connection:
        event = connection.execute(select(tables.event).where(tables.event.c.name == "signed")).one()
    assert agreement.states["state"] == "SIGNING"
    assert (event.actor["role"], event.actor["certificate"]) == ("PW", read_card(clerk.card.x509).serial)


def test_after_a_login_by_password_another_accounts_card_does_not_sign(desk: Office) -> None:
    clerk = by_password(desk.world)
    seal = desk.make_seal(operator=clerk.session.account_id)

    with pytest.raises(SignatureRefused, match="does not belong"):
        replace(clerk, card=desk.card).sign(seal)


def test_an_account_without_a_card_signs_nothing(desk: Office) -> None:
    clerk = by_password(desk.world)
    seal = desk.make_seal(operator=clerk.session.account_id)
    with writing(desk.world.runtime.engine) as connection:
        accounts.unbind_cards(connection, clerk.session.account_id, "lost", desk.world.clock.now())

    with pytest.raises(NotAllowed, match="No card is bound"):
        clerk.sign(seal)


def test_a_seal_is_valid_for_the_years_chosen_and_expires(desk: Office) -> None:
    seal = desk.make_seal(term="1")
    assert seal.content["valid_until"] == date(2027, 11, 19)

    desk.world.clock.move(timedelta(days=366))
    calendar.run(desk.world.runtime)

    assert desk.now(seal).states["state"] == "EXPIRED"


def test_only_the_legal_person_makes_seals(sqlite_world: World) -> None:
    with pytest.raises(NotAllowed):
        office(sqlite_world, "OP").make_seal()


def test_a_seal_is_not_made_without_the_card(desk: Office) -> None:
    obj = desk.begin("seal", OWN)

    with pytest.raises(SignatureRefused):
        actions.perform(desk.world.runtime, desk.session.actor, "seal", obj.id, "make", desk.seal(), obj.revision)


def test_the_card_signs_what_the_seal_will_be(desk: Office) -> None:
    obj = desk.begin("seal", OWN)
    card = desk.answer(obj, "make", desk.seal())

    with pytest.raises(SignatureRefused):
        desk.act(obj, "make", desk.seal(term="3"), card)


@pytest.mark.parametrize("spoil", ["revoked", "contract", "unknown"])
def test_only_a_valid_company_seal_can_be_chosen(desk: Office, spoil: str) -> None:
    seal = desk.make_seal(seal_type="CONTRACT" if spoil == "contract" else "COMPANY")
    if spoil == "revoked":
        seal = desk.act(seal, "revoke", {"reason": "更换印章"})
    chosen = replace(seal, number="YZ000") if spoil == "unknown" else seal

    with pytest.raises(InvalidInput) as refused:
        desk.sign(chosen)

    assert set(refused.value.fields) == {"seal_no"}


def test_an_operator_signs_under_the_seals_that_are_assigned_to_her_only(desk: Office) -> None:
    clerk = office(desk.world, "OP")
    mine, others = desk.make_seal(operator=clerk.session.account_id), desk.make_seal()
    with reading(desk.world.runtime.engine) as connection:
        offered = [row.number for row in papers.seals(Tenant(connection, USCC), clerk.session.actor)]

    with pytest.raises(SignatureRefused, match="not assigned to your account"):
        clerk.sign(others)

    assert offered == [mine.number]
    with reading(desk.world.runtime.engine) as connection:
        (line,) = connection.execute(select(tables.audit).where(tables.audit.c.what == "signature.refused")).all()
    assert (line.who, line.detail["action"]) == (clerk.session.account_id, "sign")


def test_a_seal_passes_to_another_person_by_the_legal_persons_card(desk: Office) -> None:
    clerk = office(desk.world, "OP")
    seal = desk.make_seal(operator=clerk.session.account_id)

    assigned = desk.act(seal, "assign", {"operator": desk.session.account_id})

    assert assigned.content["operator_name"] == desk.session.actor.name
    with pytest.raises(SignatureRefused, match="not assigned to your account"):
        clerk.sign(assigned)


@pytest.mark.parametrize("stranger", ["", "f" * 32, "another"])
def test_a_seal_is_assigned_to_nobody_but_the_enterprises_own_people(desk: Office, stranger: str) -> None:
    now = desk.world.clock.now()
    with writing(desk.world.runtime.engine) as connection:
        accounts.register_enterprise(connection, OTHER, "他人贸易有限公司", now)
        other = accounts.add_account(connection, enterprise=OTHER, name="他人", role="OP", now=now)

    with pytest.raises(InvalidInput) as refused:
        desk.make_seal(operator=other if stranger == "another" else stranger)

    assert set(refused.value.fields) == {"operator"}


def test_a_signature_for_one_seal_does_not_count_for_another(desk: Office) -> None:
    first, second = desk.make_seal(), desk.make_seal()
    obj = desk.begin("agreement", "sinosure")
    card = desk.answer(obj, "sign", {"seal_no": first.number})

    with pytest.raises(SignatureRefused):
        desk.act(obj, "sign", {"seal_no": second.number}, card)


def test_what_was_prepared_for_another_act_cannot_be_put_in_its_place(desk: Office) -> None:
    seal = desk.make_seal()
    obj = desk.begin("agreement", "sinosure")
    values = {"seal_no": seal.number}
    card = desk.answer(obj, "sign", values)
    with writing(desk.world.runtime.engine) as connection:
        nonces.bind(connection, card.nonce, "0" * 64, "0" * 64)

    with pytest.raises(SignatureRefused):
        desk.act(obj, "sign", values, card)


def test_a_bank_with_agreements_of_its_own_is_not_asked_to_sign_this_one() -> None:
    found = registry.of([sinosure(), iso20022()])

    assert set(drafts.receivers(found, KINDS["agreement"])) == {"sinosure"}
    assert set(drafts.receivers(found, KINDS["payment_agreement"])) == {"iso20022"}


def test_an_enterprise_has_one_agreement(desk: Office) -> None:
    desk.begin("agreement", "sinosure")

    with pytest.raises(NotAllowed):
        desk.begin("agreement", "sinosure")


def refusal(desk: Office, number: str) -> dict[str, Any]:
    """MSG-AGR-03."""
    reason = "请核对企业名称。"
    return {"agreement_no": number, "status_code": "20", "reason": reason, "changed_at": desk.world.clock.now()}


def test_a_refused_agreement_is_signed_again(desk: Office) -> None:
    seal = desk.make_seal()
    agreement = desk.sign(seal)
    desk.world.push(desk.world.message("AgreementEnded", agreement.number, refusal(desk, agreement.number)))
    failed = desk.now(agreement)
    assert (failed.states["state"], failed.content["reason"]) == ("FAILED", "请核对企业名称。")

    again = desk.act(failed, "sign", {"seal_no": seal.number})

    assert (again.states["state"], again.content["reason"]) == ("SIGNING", None)


@pytest.mark.parametrize("ended", ["expired", "revoked"])
def test_a_seal_that_ends_asks_for_a_new_signature_with_another(desk: Office, ended: str) -> None:
    seal = desk.make_seal(term="1")
    agreement = desk.sign(seal)
    desk.world.push(desk.countersigned(agreement))

    if ended == "revoked":
        desk.act(seal, "revoke", {"reason": "更换印章"})
    else:
        desk.world.clock.move(timedelta(days=366))
        calendar.run(desk.world.runtime)

    assert desk.now(agreement).states["state"] == "SUPERSEDED"
    assert desk.now(seal).states["state"] == ended.upper()


@pytest.mark.parametrize(("ended", "reason"), [("expired", "签署所用印章已过期"), ("revoked", "签署所用印章已注销")])
def test_a_seal_that_ends_before_the_insurer_has_sealed_ends_the_signing_too(
    desk: Office, ended: str, reason: str
) -> None:
    seal = desk.make_seal(term="1")
    agreement = desk.sign(seal)

    if ended == "revoked":
        desk.act(seal, "revoke", {"reason": "更换印章"})
    else:
        desk.world.clock.move(timedelta(days=366))
        calendar.run(desk.world.runtime)

    failed = desk.now(agreement)
    assert (failed.states["state"], failed.content["reason"]) == ("FAILED", reason)


def test_signing_that_ended_with_its_seal_begins_again_with_another(desk: Office) -> None:
    seal = desk.make_seal()
    agreement = desk.sign(seal)
    desk.act(seal, "revoke", {"reason": "更换印章"})

    again = desk.act(desk.now(agreement), "sign", {"seal_no": desk.make_seal().number})

    assert (again.states["state"], again.content["reason"]) == ("SIGNING", None)


def test_the_insurers_seal_that_comes_after_all_that_does_not_bring_the_agreement_back(desk: Office) -> None:
    seal = desk.make_seal()
    agreement = desk.sign(seal)
    desk.act(seal, "revoke", {"reason": "更换印章"})

    desk.world.push(desk.countersigned(agreement))

    assert desk.now(agreement).states["state"] == "SUPERSEDED"


def test_a_new_version_asks_for_a_new_signature_and_the_old_one_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = office(world)
    seal = desk.make_seal()
    agreement = desk.sign(seal)
    world.push(desk.countersigned(agreement))
    newer = replace(WORDINGS["service_agreement"], version="2027-1")
    monkeypatch.setitem(WORDINGS, "service_agreement", newer)  # type: ignore[arg-type]

    assert [wordings.outdate(world.runtime) for _ in range(2)] == [1, 0]

    old = desk.now(agreement)
    assert (old.states["state"], len(desk.papers(old))) == ("SUPERSEDED", 2)
    assert desk.act(old, "sign", {"seal_no": seal.number}).content["document_version"] == "2027-1"


def test_what_was_signed_in_the_present_wording_stands(desk: Office) -> None:
    agreement = desk.sign(desk.make_seal())
    desk.world.push(desk.countersigned(agreement))

    assert wordings.outdate(desk.world.runtime) == 0


def test_a_seal_that_was_replaced_on_the_agreement_may_end(desk: Office) -> None:
    old, new = desk.make_seal(term="1"), desk.make_seal(term="3")
    agreement = desk.sign(old)
    desk.world.push(desk.world.message("AgreementEnded", agreement.number, refusal(desk, agreement.number)))
    desk.act(desk.now(agreement), "sign", {"seal_no": new.number})
    desk.world.push(desk.countersigned(agreement))

    desk.act(old, "revoke", {"reason": "更换印章"})

    assert desk.now(agreement).states["state"] == "SIGNED"


def test_a_file_that_was_altered_on_its_way_back_is_told(desk: Office) -> None:
    agreement = desk.sign(desk.make_seal())
    row, content = desk.papers(agreement)[0]
    place = content.index(b"/Title") + 20

    checked = papers.check(desk.world.runtime, agreement, row, content[:place] + b"x" + content[place + 1 :])

    assert not checked.good


def test_another_enterprises_seal_cannot_be_chosen(desk: Office) -> None:
    seal = desk.make_seal()

    with reading(desk.world.runtime.engine) as connection:
        assert papers.seals(Tenant(connection, OTHER), desk.session.actor) == []
        assert [row.number for row in papers.seals(Tenant(connection, USCC), desk.session.actor)] == [seal.number]
