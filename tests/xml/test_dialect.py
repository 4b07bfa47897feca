from dataclasses import replace
from datetime import timedelta

import pytest

from hub.contract.adapters import Refusal
from hub.contract.message import Verdict
from hub.contract.outcome import OutcomeClass as Kind
from hub.contract.receipt import RECEIPT_CODES
from hub.contract.text import Text
from hub.xml.dialect import UNREAD, digest, seal

REF = "SX-77"


@pytest.fixture
def sent(dialect, confirmation, context):
    return dialect.build(confirmation, context).content


@pytest.fixture
def asking(context, sent):
    """The context in which the answer to ``sent`` is parsed."""
    return replace(context, sent_digest=digest(sent))


@pytest.fixture
def answer(catalogue, confirmation, partner, sent, now):
    """What the partner may answer, right by default."""

    def _answer(type, signer=partner, envelope=None, **body):
        usual = {
            "Receipt": {
                "request_id": confirmation.message_id,
                "request_digest": digest(sent),
                "code": "0000",
                "text": "已接收",
                "partner_ref": REF,
                "received_at": now,
            },
            "StatusAnswer": {"request_id": confirmation.message_id, "seen": True},
        }[type]
        message = replace(
            confirmation,
            type=type,
            message_id="5f2504e0-4f89-41d3-9a0c-0305e82c3309",
            sender="sinosure",
            receiver="hub",
            body=usual | body,
        )
        return seal(catalogue, replace(message, **(envelope or {})), signer)

    return _answer


def test_a_built_message_opens_on_the_other_side(dialect, sheet, confirmation, context, hub, sent, raw):
    other = replace(
        dialect,
        sheet=replace(
            sheet,
            partner="hub",
            capabilities={"all": replace(sheet["micro_policy"], receives=("PolicyConfirmation/1.0",))},
        ),
    )
    opened = other.open(raw(sent), replace(context, hub="sinosure", trusted=(hub.certificate,)))
    assert (opened.canonical, opened.digest, opened.signer) == (confirmation, digest(sent), "51a")


def test_a_message_that_breaks_its_schema_is_never_built(dialect, confirmation, context):
    with pytest.raises(Refusal) as refused:
        dialect.build(replace(confirmation, body={**confirmation.body, "contact_name": "x"}), context)
    assert (refused.value.code, len(refused.value.explanation)) == ("0002", 1)


def test_an_offer_is_opened_from_its_verified_bytes(dialect, offer, signed, context, raw):
    opened = dialect.open(raw(signed), context)
    assert (opened.partner, opened.canonical, opened.digest) == ("sinosure", offer, digest(signed))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sender": "picc"}, "1004"),
        ({"receiver": "other-hub"}, "2001"),
        ({"type": "PolicyIssued"}, "0005"),
        ({"created_at": timedelta(minutes=16)}, "1005"),
        ({"created_at": timedelta(days=-31)}, "1005"),
    ],
)
def test_a_right_message_at_the_wrong_door_is_refused(
    change, code, dialect, offer, issued, context, catalogue, partner, raw, now
):
    change = {name: now + value if isinstance(value, timedelta) else value for name, value in change.items()}
    message = replace(issued if "type" in change else offer, **change)
    with pytest.raises(Refusal) as refused:
        dialect.open(raw(seal(catalogue, message, partner)), context)
    assert refused.value.code == code


@pytest.mark.parametrize("age", [timedelta(minutes=15), timedelta(days=-30)])
def test_the_edges_of_the_window_are_inside(age, dialect, offer, context, catalogue, partner, raw, now):
    assert dialect.open(raw(seal(catalogue, replace(offer, created_at=now + age), partner)), context)


def test_the_signature_is_checked_before_anything_it_covers(dialect, offer, context, catalogue, stranger, raw):
    content = seal(catalogue, replace(offer, sender="picc", receiver="x-1"), stranger)
    with pytest.raises(Refusal, match="1003"):
        dialect.open(raw(content), context)


def test_a_signed_accepting_receipt_is_accepted(dialect, confirmation, asking, answer, raw, now):
    content = answer("Receipt")
    outcome = dialect.parse_response(raw(content), confirmation, asking)
    assert (outcome.kind, outcome.partner_ref, outcome.code) == (Kind.ACCEPTED, REF, "0000")
    assert (outcome.answer, outcome.occurred_at) == (content, now)


EXPECTED = {"0": Kind.REFUSED_FORM, "1": Kind.REFUSED_FORM, "2": Kind.REFUSED_BUSINESS, "3": Kind.THROTTLED}


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("code", [code for code in RECEIPT_CODES if code not in ("0000", "2010")])
def test_every_refusing_code_has_its_outcome(code, status, dialect, confirmation, asking, answer, raw):
    outcome = dialect.parse_response(raw(answer("Receipt", code=code, text="不行"), status), confirmation, asking)
    assert (outcome.kind, outcome.code) == (EXPECTED[code[0]], code)
    assert outcome.text == Text("不行", RECEIPT_CODES[code].en)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, Kind.PARTNER_CONFIG), (403, Kind.PARTNER_CONFIG), (429, Kind.THROTTLED)]
    + [(status, Kind.UNKNOWN) for status in (200, 201, 204, 302, 400, 404, 409, 500, 502, 503, 504)],
)
@pytest.mark.parametrize("content", [b"", b"OK", b"<html><body>Bad gateway", b"\x00", b"<Message/>"])
def test_without_a_receipt_only_three_statuses_say_anything(content, status, kind, dialect, confirmation, asking, raw):
    outcome = dialect.parse_response(raw(content, status, Retry_After="120"), confirmation, asking)
    assert outcome.kind is kind
    assert outcome.retry_after == (120.0 if kind is Kind.THROTTLED else None)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "1003", Kind.PARTNER_CONFIG),
        (401, "1002", Kind.PARTNER_CONFIG),
        (403, "2003", Kind.REFUSED_BUSINESS),
        (403, "0002", Kind.REFUSED_FORM),
    ],
)
def test_forbidden_means_our_enrolment_unless_the_receipt_says_what_else(
    status, code, kind, dialect, confirmation, asking, answer, raw
):
    outcome = dialect.parse_response(raw(answer("Receipt", code=code), status), confirmation, asking)
    assert (outcome.kind, outcome.code) == (kind, code)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 502, 503, 504, 302])
def test_an_accepting_receipt_under_a_failing_status_is_unknown(status, dialect, confirmation, asking, answer, raw):
    outcome = dialect.parse_response(raw(answer("Receipt"), status), confirmation, asking)
    assert outcome.kind is Kind.UNKNOWN


def test_busy_is_believed_when_it_is_signed(dialect, confirmation, asking, answer, raw):
    content = answer("Receipt", code="3001", text="忙")
    when = {"retry_after": "Mon, 02 Mar 2026 08:31:00 GMT"}
    outcome = dialect.parse_response(raw(content, 503, **when), confirmation, asking)
    assert (outcome.kind, outcome.retry_after) == (Kind.THROTTLED, 60.0)


@pytest.mark.parametrize("header", ["", "soon", "-5", "１２", "Mon, 02 Mar 2026"])
def test_a_retry_after_that_cannot_be_read_is_none(header, dialect, confirmation, asking, raw):
    assert dialect.parse_response(raw(b"", 429, Retry_After=header), confirmation, asking).retry_after is None


WRONG = {
    "other digest": {"request_digest": "00" * 32},
    "other request": {"request_id": "00000000-0000-4000-8000-000000000000"},
    "unread request": {"request_id": UNREAD},
    "other sender": {"envelope": {"sender": "picc"}},
    "other receiver": {"envelope": {"receiver": "hub-2"}},
    "unknown code": {"code": "9999"},
    "not seen": {"code": "2010"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_receipt_for_something_else_is_unknown(wrong, dialect, confirmation, asking, answer, raw):
    assert dialect.parse_response(raw(answer("Receipt", **wrong)), confirmation, asking).kind is Kind.UNKNOWN


@pytest.mark.parametrize(("code", "kind"), [("0002", "REFUSED_FORM"), ("1001", "REFUSED_FORM"), ("2003", "UNKNOWN")])
def test_a_partner_that_could_not_read_our_message_may_leave_its_id_out(
    code, kind, dialect, confirmation, asking, answer, raw
):
    receipt = answer("Receipt", request_id=UNREAD, code=code)

    assert dialect.parse_response(raw(receipt, 422), confirmation, asking).kind.name == kind


def test_a_receipt_that_a_stranger_signed_is_unknown(dialect, confirmation, asking, answer, stranger, raw):
    outcome = dialect.parse_response(raw(answer("Receipt", signer=stranger)), confirmation, asking)
    assert outcome.kind is Kind.UNKNOWN


def test_a_receipt_is_never_believed_without_the_digest_of_what_was_sent(dialect, confirmation, context, answer, raw):
    assert dialect.parse_response(raw(answer("Receipt")), confirmation, context).kind is Kind.UNKNOWN


def test_a_receipt_cut_or_changed_anywhere_is_never_accepted(dialect, confirmation, asking, answer, raw):
    content = answer("Receipt")
    for place in range(0, len(content), 97):
        for broken in (content[:place], content[:place] + b"\x01" + content[place + 1 :]):
            assert dialect.parse_response(raw(broken), confirmation, asking).kind is Kind.UNKNOWN


def test_the_question_names_the_message_and_is_signed(dialect, catalogue, confirmation, context, hub, take):
    asked = take(dialect.query(confirmation, context).content, trusted=(hub.certificate,))
    assert (asked.type, asked.body) == ("StatusQuery", {"request_id": confirmation.message_id})
    assert (asked.sender, asked.receiver, asked.correlation_id) == ("hub", "sinosure", confirmation.message_id)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"seen": False}, Kind.NOT_SENT),
        ({"seen": False, "code": "2010", "text": "未收到"}, Kind.NOT_SENT),
        ({"seen": False, "code": "0000"}, Kind.UNKNOWN),
        ({"code": "0000", "partner_ref": REF}, Kind.ACCEPTED),
        ({"code": "0002"}, Kind.REFUSED_FORM),
        ({"code": "2003"}, Kind.REFUSED_BUSINESS),
        ({"code": "2010"}, Kind.UNKNOWN),
        ({"code": "9000"}, Kind.UNKNOWN),
        ({}, Kind.UNKNOWN),
        ({"seen": False, "request_id": "00000000-0000-4000-8000-000000000000"}, Kind.UNKNOWN),
        ({"seen": False, "envelope": {"sender": "picc"}}, Kind.UNKNOWN),
    ],
)
def test_an_answer_about_a_message_has_its_outcome(body, kind, dialect, confirmation, context, answer, raw):
    assert dialect.parse_query(raw(answer("StatusAnswer", **body)), confirmation, context).kind is kind


@pytest.mark.parametrize("minutes", [-16, 16])
def test_never_seen_it_is_not_believed_when_it_is_not_fresh(minutes, dialect, confirmation, context, answer, raw, now):
    old = answer("StatusAnswer", seen=False, envelope={"created_at": now + timedelta(minutes=minutes)})
    assert dialect.parse_query(raw(old), confirmation, context).kind is Kind.UNKNOWN


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_a_failing_status_of_a_question_says_nothing_about_the_message(
    status, dialect, confirmation, context, answer, raw
):
    for content in (b"", answer("StatusAnswer", seen=False)):
        assert dialect.parse_query(raw(content, status), confirmation, context).kind is Kind.UNKNOWN


def test_a_receipt_does_not_answer_a_question(dialect, confirmation, context, answer, raw):
    assert dialect.parse_query(raw(answer("Receipt")), confirmation, context).kind is Kind.UNKNOWN


def test_our_receipt_names_message_digest_and_verdict(dialect, signed, context, hub, take, raw, offer):
    message = dialect.open(raw(signed), context)
    verdict = Verdict(code="0000", text="已接收")
    said = take(dialect.receipt(raw(signed), message, verdict, context).content, trusted=(hub.certificate,))
    assert said.body["request_id"] == said.correlation_id == offer.message_id
    assert (said.body["request_digest"], said.body["code"], said.body["text"]) == (digest(signed), "0000", "已接收")
    assert (said.sender, said.receiver, said.enterprise) == ("hub", "sinosure", offer.enterprise)


def test_a_receipt_for_octets_that_could_not_be_read_is_signed_too(dialect, context, hub, take, raw):
    verdict = Verdict(code="0001", text="报文不是格式正确的XML", detail="line 1\x00\ud800\ufffe")
    said = take(dialect.receipt(raw(b"junk"), None, verdict, context).content, trusted=(hub.certificate,))
    assert (said.body["request_id"], said.body["request_digest"], said.correlation_id) == (
        UNREAD,
        digest(b"junk"),
        None,
    )
    assert said.body["text"] == "报文不是格式正确的XML line 1"


def test_the_dialect_has_all_that_a_partner_adapter_needs_but_parse(dialect):
    needed = ("build", "parse_response", "query", "parse_query", "open", "receipt", "sheet")
    assert all(hasattr(dialect, name) for name in needed)
