"""The portal guangdong-2024: reading for ten seconds, then seal, agreement, data authorisation (spec 6; S1:32-81)."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hub_sinosure.adapter import sinosure

from hub import registry
from hub.business.acts import Actor
from hub.business.micro_application import confirmation
from hub.services.drafts import OWN
from hub.services.shapes import BusinessObject, thaw
from hub.store import tables
from tests.web.test_acts import TYPED, A
from tests.web.world import OURS, PDF, Browser, World
from web.app import create_app

STAGES = (("seal", "made", OWN), ("agreement", "signed", "acme"), ("authorisation", "given", "acme"))
ACTOR = Actor(account="a-1", name="王法人", enterprise=OURS, role="LP")


@pytest.fixture
def guangdong(world: World) -> Browser:
    """The legal person before that portal."""
    web = replace(world.runtime.settings.web, profile="guangdong-2024")
    runtime = replace(world.runtime, settings=replace(world.runtime.settings, web=web))
    return Browser(create_app(runtime), world.enter("LP"))


def stand(world: World, upto: int = len(STAGES), seal_type: str = "COMPANY") -> None:
    """The first stages are done."""
    for number, (kind, event, partner) in enumerate(STAGES[:upto]):
        obj = replace(world, partner=partner).create(kind, f"N{number}", OURS, "begun", {})
        world.event(obj, event, **({"seal_type": seal_type} if kind == "seal" else {}))


def test_seals_and_authorisations_are_listed_with_their_days(world: World, guangdong: Browser) -> None:
    days = {"valid_from": date(2026, 11, 20), "valid_until": date(2027, 11, 19)}
    world.event(replace(world, partner=OWN).create("seal", "YZ1", OURS, "begun", {}), "made", **days)
    world.event(world.create("authorisation", "SQ1", OURS, "begun", {}), "given", **days)

    for path in ("/seal/seal", "/agreement/authorisation"):
        assert "2027-11-19" in guangdong.get(path).text


def test_signing_again_names_the_reason_and_looks_for_seals_that_were_made_meanwhile(world: World) -> None:
    runtime = replace(world.runtime, registry=registry.of([sinosure()]))
    of_insurer = replace(world, partner="sinosure")
    obj = of_insurer.event(of_insurer.create("agreement", "FW1", OURS, "begun", {}), "signed")
    of_insurer.event(obj, "seal_ended", reason="签署所用印章已过期")
    user = Browser(create_app(runtime), world.enter("LP"))

    text = user.get(f"/agreement/agreement/{obj.id}/sign").text

    assert "<b>原因：</b>签署所用印章已过期" in text
    assert 'data-renew="' in text


def opened(user: Browser, obj: BusinessObject, action: str) -> dict[str, Any]:
    found: dict[str, Any] = user.post(f"{A}/{obj.id}/{action}/reading", {}).get_json()
    return found


def send(user: Browser, obj: BusinessObject, action: str, **more: str) -> Any:
    return user.post(f"{A}/{obj.id}/{action}", {"revision": str(obj.revision), **TYPED, **more})


def read_and_send(world: World, user: Browser, obj: BusinessObject, action: str) -> Any:
    token = opened(user, obj, action)["token"]
    world.clock.move(timedelta(seconds=10))
    return send(user, obj, action, reading=token)


def state(world: World) -> str:
    (row,) = (row for row in world.rows(tables.business_object) if row.kind == "micro_application")
    return str(row.state)


def test_what_was_authorised_last_year_is_skipped_and_the_application_goes_out(
    world: World, guangdong: Browser
) -> None:
    stand(world)

    answer = read_and_send(world, guangdong, world.offer(), "confirm")

    assert answer.status_code == 303
    assert len(world.rows(tables.outbox)) == 1


def test_without_authorisation_what_was_confirmed_waits_and_nothing_is_sent(world: World, guangdong: Browser) -> None:
    obj = world.offer()

    answer = read_and_send(world, guangdong, obj, "hold")

    assert answer.headers["Location"] == f"{A}/{obj.id}/finish"
    assert (state(world), world.rows(tables.outbox)) == ("AUTH_PENDING", [])


def test_nobody_gets_past_the_authorisation_by_the_direct_way(world: World, guangdong: Browser) -> None:
    obj = world.offer()

    answer = send(guangdong, obj, "confirm", reading="")

    assert answer.status_code == 409
    assert state(world) == "PENDING_CONFIRM"


def test_nor_by_the_last_step(world: World, guangdong: Browser) -> None:
    stand(world, 2)
    obj = world.event(world.offer(), "held")

    answer = guangdong.post(f"{A}/{obj.id}/finish", {"revision": str(obj.revision)})

    assert "请先完成企业数据授权" in answer.text
    assert (answer.status_code, state(world)) == (409, "AUTH_PENDING")


@pytest.mark.parametrize(
    ("done", "link", "said"),
    [
        (0, "/seal/seal/new?partner=own", 0),
        (1, "/agreement/agreement/new?partner=acme", 1),
        (2, "/agreement/authorisation/new?partner=acme", 2),
    ],
)
def test_who_comes_back_goes_on_at_the_first_stage_that_is_not_done(
    world: World, guangdong: Browser, done: int, link: str, said: int
) -> None:
    stand(world, done)
    world.clock.move(timedelta(minutes=10))
    obj = world.event(world.offer(), "held")

    text = guangdong.get(f"{A}/{obj.id}/finish").text

    assert f'href="{link}"' in text
    assert text.count("已完成(去年)") == said


def test_a_seal_of_another_type_is_not_the_company_seal_that_is_asked_for(world: World, guangdong: Browser) -> None:
    stand(world, seal_type="FINANCE")
    obj = world.offer()

    read_and_send(world, guangdong, obj, "hold")

    assert state(world) == "AUTH_PENDING"


def test_with_all_stages_done_the_last_button_sends_it(world: World, guangdong: Browser) -> None:
    obj = world.event(world.offer(), "held", contact_name="王小明", contact_mobile="13800000000")
    stand(world)

    answer = guangdong.post(f"{A}/{obj.id}/finish", {"revision": str(obj.revision)})

    assert answer.status_code == 303
    assert (state(world), len(world.rows(tables.outbox))) == ("SUBMITTED", 1)


def test_what_is_sent_in_the_end_says_when_it_was_accepted_what_was_read_and_what_stands(
    world: World, guangdong: Browser
) -> None:
    obj = world.offer()
    read_and_send(world, guangdong, obj, "hold")
    accepted = world.clock.now()
    stand(world)
    world.clock.move(timedelta(minutes=10))

    guangdong.post(f"{A}/{obj.id}/finish", {"revision": str(obj.revision + 1)})

    (row,) = (row for row in world.rows(tables.business_object) if row.kind == "micro_application")
    body = confirmation(thaw(row).content, ACTOR, world.clock.now())
    assert row.state == "SUBMITTED"
    assert body["accepted_at"] == accepted
    assert body["reading_evidence"] == {"document_sha256": sha256(PDF).hexdigest(), "seconds": 10}
    assert (body["agreement_no"], body["data_authorisation_id"]) == ("N1", "N2")


def test_an_authorisation_that_was_revoked_is_asked_for_again(world: World, guangdong: Browser) -> None:
    stand(world, 2)
    given = world.event(world.create("authorisation", "SQ1", OURS, "begun", {}), "given")
    world.event(given, "revoked")
    obj = world.event(world.offer(), "held")

    text = guangdong.get(f"{A}/{obj.id}/finish").text

    assert "/agreement/authorisation/new" in text


@pytest.mark.parametrize("spoil", ["none", "early", "other object", "forged"])
def test_a_form_whose_document_was_not_read_is_refused_by_the_server(
    world: World, guangdong: Browser, spoil: str
) -> None:
    stand(world)
    obj = world.offer()
    read = world.offer("XW2026-00018234") if spoil == "other object" else obj
    token = opened(guangdong, read, "confirm")["token"]
    world.clock.move(timedelta(seconds=9 if spoil == "early" else 10))
    told = {"none": "", "forged": token[:-4] + "AAAA"}.get(spoil, token)

    answer = send(guangdong, obj, "confirm", reading=told)

    assert (answer.status_code, world.rows(tables.outbox)) == (422, [])
    assert "请勾选并查看单证满10秒后再确认投保" in answer.text


def test_the_page_is_told_which_document_and_for_how_long(world: World, guangdong: Browser) -> None:
    stand(world)

    told = opened(guangdong, world.offer(), "confirm")

    assert (told["seconds"], told["title"]) == (10, "小微企业投保单(待确认)")
    assert told["path"] == f"/documents/{world.document_id()}"


def test_the_seal_is_saved_under_the_name_that_the_manual_gives_it(world: World, guangdong: Browser) -> None:
    text = guangdong.get("/seal/seal/new?partner=own").text

    assert "保存印章并生成协议" in text


def test_other_portals_hold_nothing_back(world: World, user: Browser) -> None:
    text = user.get(f"{A}/{world.offer().id}/confirm").text

    assert "data-reading-url" not in text
    assert user.get(f"{A}/{world.rows(tables.business_object)[0].id}/hold").status_code == 409


def test_an_address_with_special_characters_is_refused_in_the_manuals_words(world: World, guangdong: Browser) -> None:
    stand(world)

    answer = send(guangdong, world.offer(), "confirm", contact_email="trade_dept@example.cn")

    assert "邮箱不能包含中划线(-)、下划线(_)等特殊符号" in answer.text


def test_the_list_leads_to_the_offer_and_on_to_what_is_missing(world: World, guangdong: Browser) -> None:
    offer = world.offer()
    held = world.event(world.offer("XW2026-00018234"), "held")

    text = guangdong.get(A).text

    assert f'href="{A}/{offer.id}/hold"' in text
    assert f'href="{A}/{held.id}/finish"' in text
    assert f"{A}/{offer.id}/confirm" not in text
