"""From a page's request to the card and back: one try, one verified signature, every fault told."""

import base64
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from hub_card_softcard import desk
from hub_card_softcard.cardfile import read_card, set_tries, write_card

from hub.cards import challenge
from hub.cards.agent.drivers import check_signed, discover
from hub.cards.agent.lane import Signed, SignJob
from hub.cards.agent.policy import WAITS, AgentRefused
from hub.cards.challenge import Purpose, make_binding
from hub.cards.suites import read_certificate, verify_signature
from hub.cards.trust import verify
from hub.contract.card import CardFault, CardIdentity
from hub.testing.pki import Identity, KeySigner

from .conftest import NOW, ORIGIN, PIN, Desk, Pki, decode


def test_the_hub_believes_what_the_agent_gives_out(desk_of_cards: Desk) -> None:
    payload = desk_of_cards.login()
    status, answer = desk_of_cards.page().sign(payload)
    assert status == 200
    signature, certificate = decode(answer["signature"]), decode(answer["certificate"])
    card = verify(payload, answer["algorithm"], signature, certificate, desk_of_cards.pki.trust, NOW)
    assert (card.holder, card.role) == ("张三", "LP")


def test_cards_are_shown_with_tries_and_factory_pin(desk_of_cards: Desk) -> None:
    _, answer, _ = desk_of_cards.page().call("GET", "/cards")
    shown = {card["token"]: (card["tries_left"], card["factory_pin"], card["algorithm"]) for card in answer["cards"]}
    assert shown == {"softcard:LP1": (6, False, "ecdsa-sha256"), "softcard:OP1": (6, True, "rsa-sha256")}


@pytest.mark.parametrize(
    ("purpose", "matter"),
    [(Purpose.APPLICATION, ""), (Purpose.AGREEMENT, ""), (Purpose.PAYMENT, "保险费 1,000.00 人民币")],
)
def test_binding_acts_are_signed(desk_of_cards: Desk, purpose: Purpose, matter: str) -> None:
    common = {"origin": ORIGIN, "nonce": "n", "number": "P-1", "receiver": "演示银行", "digest": "ab" * 32}
    payload = make_binding(purpose, now=NOW, matter=matter, **common)
    status, answer = desk_of_cards.page().sign(payload, token="softcard:OP1")
    assert status == 200
    certificate = read_certificate(decode(answer["certificate"]))
    verify_signature(answer["algorithm"], certificate, decode(answer["signature"]), challenge.frame(payload))


@pytest.mark.parametrize("payload", ["raw data", "00" * 32, '{"purpose":"LOGIN"}', "<SignedInfo/>"])
def test_raw_data_is_never_signed_and_costs_no_try(desk_of_cards: Desk, payload: str) -> None:
    status, answer = desk_of_cards.page().sign(payload, pin="wrong")
    assert (status, answer["fault"], desk_of_cards.tries()) == (422, "PAYLOAD", 6)


def test_a_payload_of_another_site_is_never_signed(desk_of_cards: Desk) -> None:
    status, answer = desk_of_cards.page().sign(desk_of_cards.login("http://127.0.0.1:8080"))
    assert (status, answer["fault"]) == (403, "PAYLOAD_ORIGIN")


def test_a_wrong_pin_costs_exactly_one_try_and_tells_how_many_are_left(desk_of_cards: Desk) -> None:
    status, answer = desk_of_cards.page().sign(desk_of_cards.login(), pin="wrong")
    assert (status, answer["fault"], answer["tries_left"], desk_of_cards.tries()) == (422, "PIN_WRONG", 5, 5)


def test_after_a_wrong_pin_the_next_try_waits(desk_of_cards: Desk) -> None:
    page = desk_of_cards.page()
    page.sign(desk_of_cards.login(), pin="wrong")
    status, answer = page.sign(desk_of_cards.login())
    assert (status, answer["fault"], answer["retry_after"], desk_of_cards.tries()) == (429, "BACK_OFF", 2, 5)
    desk_of_cards.clock.move(timedelta(seconds=2))
    assert page.sign(desk_of_cards.login())[0] == 200
    assert desk_of_cards.tries() == 6


def test_the_pauses_grow(desk_of_cards: Desk) -> None:
    page = desk_of_cards.page()
    waits = []
    for wait in WAITS[:4]:
        page.sign(desk_of_cards.login(), pin="wrong")
        waits.append(page.sign(desk_of_cards.login())[1]["retry_after"])
        desk_of_cards.clock.move(timedelta(seconds=wait))
    page.sign(desk_of_cards.login())
    assert waits == list(WAITS[:4])


def wear_down(slot_desk: Desk) -> None:
    """Leave LP1 with one try, without the agent."""
    set_tries(slot_desk.slot / "LP1.card", 1)


def test_the_last_try_needs_its_own_confirmation(desk_of_cards: Desk) -> None:
    wear_down(desk_of_cards)
    status, answer = desk_of_cards.page().sign(desk_of_cards.login(), pin="wrong")
    assert (status, answer["fault"], desk_of_cards.tries()) == (409, "FINAL_TRY", 1)


@pytest.mark.parametrize("confirmed", [1, "true", None, []])
def test_only_true_confirms_the_last_try(desk_of_cards: Desk, confirmed: object) -> None:
    wear_down(desk_of_cards)
    _, answer = desk_of_cards.page().sign(desk_of_cards.login(), final_try_confirmed=confirmed)
    assert answer["fault"] == "FINAL_TRY"


def test_a_confirmed_last_try_that_is_wrong_locks_the_card(desk_of_cards: Desk) -> None:
    wear_down(desk_of_cards)
    page = desk_of_cards.page()
    status, answer = page.sign(desk_of_cards.login(), pin="wrong", final_try_confirmed=True)
    assert (status, answer["fault"], answer["tries_left"]) == (423, "PIN_LOCKED", 0)
    assert page.sign(desk_of_cards.login(), final_try_confirmed=True)[1]["fault"] == "PIN_LOCKED"


def test_a_confirmed_last_try_that_is_right_gives_all_tries_back(desk_of_cards: Desk) -> None:
    wear_down(desk_of_cards)
    assert desk_of_cards.page().sign(desk_of_cards.login(), final_try_confirmed=True)[0] == 200
    assert desk_of_cards.tries() == 6


def test_two_clicks_with_a_wrong_pin_cost_one_try(desk_of_cards: Desk) -> None:
    page, payload = desk_of_cards.page(), desk_of_cards.login()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: page.sign(payload, pin="wrong")[1]["fault"], range(8)))
    assert sorted(answers) == ["BACK_OFF"] * 7 + ["PIN_WRONG"]
    assert desk_of_cards.tries() == 5


@pytest.mark.parametrize("at", ["open", "sign"])
@pytest.mark.parametrize("fault", CardFault)
def test_every_fault_of_a_card_reaches_the_page(desk_of_cards: Desk, fault: CardFault, at: str) -> None:
    desk_of_cards.faults(f'["LP1"]\nat = "{at}"\nfault = "{fault.name}"\n')
    status, answer = desk_of_cards.page().sign(desk_of_cards.login())
    assert status >= 400
    assert (answer["fault"], answer["zh"], answer["en"]) == (fault.name, fault.value.zh, fault.value.en)


def test_a_missing_reader_reaches_the_page_when_no_driver_sees_cards(desk_of_cards: Desk) -> None:
    desk_of_cards.faults('["*"]\nat = "list"\nfault = "NO_READER"\n')
    status, answer, _ = desk_of_cards.page().call("GET", "/cards")
    assert (status, answer["fault"]) == (409, "NO_READER")


def test_a_card_that_is_pulled_is_no_card(desk_of_cards: Desk) -> None:
    page = desk_of_cards.page()
    page.call("GET", "/cards")
    desk.remove(desk_of_cards.slot, "LP1")
    assert page.sign(desk_of_cards.login())[1]["fault"] == "NO_CARD"
    desk.insert(desk_of_cards.slot, "LP1")
    assert page.sign(desk_of_cards.login())[0] == 200


def test_an_unknown_token_is_no_card(desk_of_cards: Desk) -> None:
    assert desk_of_cards.page().sign(desk_of_cards.login(), token="softcard:../../x")[1]["fault"] == "NO_CARD"


def test_an_expired_card_is_told_before_a_try(desk_of_cards: Desk) -> None:
    desk.expire(desk_of_cards.slot, "LP1", NOW)
    _, answer = desk_of_cards.page().sign(desk_of_cards.login(), pin="wrong")
    assert (answer["fault"], desk_of_cards.tries()) == ("CERT_EXPIRED", 6)


@pytest.mark.parametrize(
    ("script", "status", "fault"), [("hang = 600", 504, "SILENT"), ("crash = true", 502, "DRIVER")]
)
def test_a_driver_that_hangs_or_crashes_is_ended_and_the_next_call_works(
    desk_of_cards: Desk, script: str, status: int, fault: str
) -> None:
    page = desk_of_cards.page()
    desk_of_cards.faults(f'["LP1"]\nat = "sign"\n{script}\n')
    told = page.sign(desk_of_cards.login())
    assert (told[0], told[1]["fault"]) == (status, fault)
    desk_of_cards.faults("")
    assert page.sign(desk_of_cards.login())[0] == 200


def test_a_card_that_hangs_does_not_hold_up_another(desk_of_cards: Desk) -> None:
    page = desk_of_cards.page()
    page.sign(desk_of_cards.login(), token="softcard:OP1")
    desk_of_cards.faults('["LP1"]\nat = "open"\nhang = 600\n')
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(page.sign, desk_of_cards.login())
        status, _ = page.sign(desk_of_cards.login(), token="softcard:OP1")
        assert (status, hanging.done()) == (200, False)
    assert hanging.result()[1]["fault"] == "SILENT"


def test_two_hundred_requests_on_two_cards_cross_no_signature(desk_of_cards: Desk) -> None:
    page = desk_of_cards.page()
    payloads = [desk_of_cards.login() for _ in range(200)]
    certificates = {"softcard:LP1": desk_of_cards.pki.legal, "softcard:OP1": desk_of_cards.pki.operator}

    def ask(number: int) -> bool:
        token = list(certificates)[number % 2]
        status, answer = page.sign(payloads[number], token=token)
        assert status == 200, answer
        certificate: Identity = certificates[token]
        assert decode(answer["certificate"]) == certificate.der
        data = challenge.frame(payloads[number])
        verify_signature(certificate.algorithm, certificate.x509, decode(answer["signature"]), data)
        return True

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(ask, range(200))) == 200


def test_no_pin_reaches_a_log_or_an_answer(
    desk_of_cards: Desk, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    page, wrong = desk_of_cards.page(), f"{PIN}-wrong"
    with caplog.at_level(logging.DEBUG):
        answers = [page.sign(desk_of_cards.login(), pin=wrong), page.sign(desk_of_cards.login(), token=PIN)]
        for script in ("crash = true", 'fault = "READER_RESET"', 'fault = "NO_SUCH_FAULT"', ""):
            desk_of_cards.clock.move(timedelta(minutes=1))
            desk_of_cards.faults(f'["LP1"]\nat = "open"\n{script}\n' if script else "")
            answers.append(page.sign(desk_of_cards.login()))
    assert [status for status, _ in answers] == [422, 409, 502, 503, 502, 200]
    printed = capfd.readouterr()
    assert PIN not in repr(answers) + caplog.text + printed.out + printed.err


def test_the_log_tells_purpose_and_card_but_not_what_was_signed(
    desk_of_cards: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    common = {"origin": ORIGIN, "nonce": "n", "number": "PAY-77", "receiver": "演示银行", "digest": "ab" * 32}
    payload = make_binding(Purpose.PAYMENT, now=NOW, matter="保险费 1,000.00 人民币", **common)
    with caplog.at_level(logging.INFO):
        desk_of_cards.page().sign(payload)
    assert "signed purpose=PAYMENT" in caplog.text
    assert "card=softcard:LP1" in caplog.text
    assert "PAY-77" not in caplog.text


def test_a_pin_in_a_job_is_not_shown() -> None:
    job = SignJob(driver="softcard", token="LP1", pin=PIN, data=b"", now=NOW, final_try_confirmed=False)
    assert PIN not in repr(job)


def signed(identity: Identity, data: bytes, **changes: object) -> Signed:
    usual = {"token": "x", "label": "x", "certificate": identity.der, "not_after": NOW, "algorithm": identity.algorithm}
    return Signed(signature=KeySigner(identity).sign(data), card=CardIdentity(**usual | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda good: replace(good, signature=good.signature[:-1] + bytes([good.signature[-1] ^ 1])), "SIGNATURE"),
        (lambda good: replace(good, card=replace(good.card, certificate=b"no certificate")), "SIGNATURE"),
        (lambda good: replace(good, card=replace(good.card, algorithm="sm2-sm3")), "ALGORITHM"),
        (lambda good: replace(good, card=replace(good.card, algorithm="rsa-sha256")), "ALGORITHM"),
    ],
)
def test_a_signature_that_does_not_verify_never_leaves_the_agent(
    pki: Pki, spoil: Callable[[Signed], Signed], fault: str
) -> None:
    good = signed(pki.legal, b"data")
    check_signed(good, b"data")
    with pytest.raises(AgentRefused, match=fault):
        check_signed(spoil(good), b"data")


def test_a_card_whose_key_is_not_its_certificates_gives_nothing_out(desk_of_cards: Desk) -> None:
    path = desk_of_cards.slot / "LP1.card"
    card = read_card(path)
    other = base64.b64encode(desk_of_cards.pki.card().der).decode()
    write_card(path, replace(card.header, certificate=other), card.sealed_key, card.tries_left)
    status, answer = desk_of_cards.page().sign(desk_of_cards.login())
    assert (status, answer["fault"], "signature" in answer) == (502, "SIGNATURE", False)


def test_only_card_drivers_are_found_among_the_plugins() -> None:
    assert all(source.name.startswith("card_") for source in discover({}))


def test_drivers_with_settings_come_first_in_the_settings_order() -> None:
    names = [source.name for source in discover({"card_softcard": {}, "card_eport": {}})]
    assert names == ["card_softcard", "card_eport", *sorted(set(names) - {"card_softcard", "card_eport"})]


def test_the_agent_outlives_its_drivers(desk_of_cards: Desk) -> None:
    desk_of_cards.faults('["LP1"]\nat = "open"\ncrash = true\n')
    desk_of_cards.page().sign(desk_of_cards.login())
    assert desk_of_cards.page().call("GET", "/hello")[0] == 200
