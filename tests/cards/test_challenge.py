"""Typed payloads: made by the hub, read by the agent, checked again by the hub."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cards import challenge
from hub.cards.challenge import ACTS, BINDING, COMMON, Purpose, check, frame, make_binding, make_login, parse
from hub.cards.refusal import CardRefused

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
ORIGIN = "https://hub.example"
NONCE = "n" * 43
DIGEST = "ab" * 32
MATTER = "向云帆财产保险支付 55.00 CNY"
TEXTS = st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=64)


def binding(**changes: object) -> str:
    usual = {
        "origin": ORIGIN,
        "nonce": NONCE,
        "now": NOW,
        "number": "P-1",
        "receiver": "演示银行",
        "digest": DIGEST,
        "matter": MATTER,
    }
    return make_binding(Purpose.PAYMENT, **usual | changes)  # type: ignore[arg-type]


def expect(**changes: object) -> dict[str, object]:
    usual = {"purpose": Purpose.PAYMENT, "origin": ORIGIN, "nonce": NONCE, "now": NOW}
    return usual | {"number": "P-1", "receiver": "演示银行", "digest": DIGEST, "matter": MATTER} | changes


def test_a_login_says_what_it_is_and_names_neither_site_nor_nonce() -> None:
    payload = make_login(ORIGIN, NONCE, NOW)
    assert json.loads(payload)["title"] == "登录单一窗口金融服务"
    assert NONCE not in payload
    assert "hub.example" not in payload


def test_the_signed_bytes_begin_with_a_mark_no_other_signature_of_the_hub_has() -> None:
    assert frame(make_login(ORIGIN, NONCE, NOW)).startswith(b'SWHUB-CARD-1\n{"issued_at":"2026-11-20T01:00:00Z"')


@pytest.mark.parametrize("purpose", Purpose)
def test_every_purpose_has_a_title_in_both_languages_and_the_common_fields(purpose: Purpose) -> None:
    act = ACTS[purpose]
    assert act.title.zh != act.title.en
    own = {
        Purpose.LOGIN: COMMON,
        Purpose.PAYMENT: BINDING | {"matter"},
        Purpose.DOCUMENT: BINDING | {"document"},
        Purpose.AUTHORITY: BINDING | {"matter"},
    }
    assert act.fields == own.get(purpose, BINDING)


@given(number=TEXTS, receiver=TEXTS)
def test_what_was_made_is_read_back_and_accepted(number: str, receiver: str) -> None:
    payload = binding(number=number, receiver=receiver)
    read = check(payload, **expect(number=number, receiver=receiver))  # type: ignore[arg-type]
    assert (read.number, read.receiver, read.digest) == (number, receiver, DIGEST)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"origin": "https://evil.example"}, "wrong_origin"),
        ({"nonce": "m" * 43}, "wrong_nonce"),
        ({"purpose": Purpose.AGREEMENT}, "wrong_act"),
        ({"number": "P-2"}, "wrong_act"),
        ({"receiver": "别的银行"}, "wrong_act"),
        ({"digest": "cd" * 32}, "wrong_act"),
        ({"now": NOW + challenge.LIFE + timedelta(seconds=1)}, "stale"),
        ({"now": NOW - challenge.SKEW - timedelta(seconds=1)}, "stale"),
    ],
)
def test_a_payload_that_is_not_the_one_asked_for_is_refused(changes: dict[str, object], code: str) -> None:
    with pytest.raises(CardRefused) as refused:
        check(binding(), **expect(**changes))  # type: ignore[arg-type]
    assert refused.value.code == code


def test_the_last_second_of_five_minutes_still_counts() -> None:
    assert check(binding(), **expect(now=NOW + challenge.LIFE)).number == "P-1"  # type: ignore[arg-type]


GOOD = json.loads(binding())


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "[]",
        "raw data to be signed",
        "[" * 4000,
        "1" * 4000,
        "x" * 5000,
        "\ud800",
        json.dumps(GOOD),  # spaces
        binding()[:-1] + ',"zz":"1"}',
        binding().replace('"purpose"', '"purpose":"PAYMENT","purpose"'),
        json.dumps({**GOOD, "number": "a\u202eb"}, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        json.dumps({**GOOD, "number": 5}, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        json.dumps({**GOOD, "purpose": []}, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        json.dumps({**GOOD, "purpose": "RAW"}, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        json.dumps({**GOOD, "title": "登录"}, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        json.dumps({**GOOD, "digest": "AB" * 32}, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        json.dumps({**GOOD, "issued_at": "2026-13-01T00:00:00Z"}, ensure_ascii=False, sort_keys=True),
    ],
)
def test_anything_but_a_canonical_typed_payload_is_malformed(payload: str) -> None:
    with pytest.raises(CardRefused, match="malformed"):
        parse(payload)


@given(st.text(max_size=300))
def test_no_text_makes_the_reader_fail_otherwise(text: str) -> None:
    with pytest.raises(CardRefused, match="malformed"):
        parse(text)


@given(data=st.data())
def test_one_changed_character_is_never_the_payload_asked_for(data: st.DataObject) -> None:
    payload = binding()
    place = data.draw(st.integers(0, len(payload) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda char: char != payload[place]))
    with pytest.raises(CardRefused):
        check(payload[:place] + other + payload[place + 1 :], **expect())  # type: ignore[arg-type]


@pytest.mark.parametrize("origin", ["hub.example", "https://hub.example/", "https://HUB.example", "null", "file://"])
def test_an_origin_that_no_browser_sends_is_a_programming_error(origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        make_login(origin, NONCE, NOW)


def test_nonces_hold_256_bits_and_do_not_repeat() -> None:
    nonces = {challenge.new_nonce() for _ in range(100)}
    assert len(nonces) == 100
    assert min(map(len, nonces)) == 43
