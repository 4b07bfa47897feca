"""What a user may enter: the form's rules, the portal's and the partner's on top, and the message schema they equal."""

from dataclasses import replace
from typing import Any

import pytest

from hub.contract.capability import CapabilitySheet
from hub.errors import InvalidInput
from hub.xml.catalogue import default_catalogue
from tests.web.world import SHEET
from web import portal
from web.forms.micro_confirmation import MicroConfirmation
from web.forms.rules import NO_SPECIALS, stricter

GOOD = {
    "contact_name": "王小明",
    "contact_phone": "029-80000000",
    "contact_mobile": "13800000000",
    "contact_email": "trade@example.cn",
    "remark": "",
    "declaration_accepted": "yes",
}


def wrong(values: dict[str, str], form: MicroConfirmation | None = None) -> dict[str, Any]:
    try:
        (form or MicroConfirmation()).check({**GOOD, **values})
    except InvalidInput as error:
        return error.fields
    return {}


def test_a_complete_form_gives_its_values_without_the_tick() -> None:
    values = MicroConfirmation().check({**GOOD, "csrf_token": "x", "contact_name": "  王小明 ", "remark": "一\r\n二"})
    assert values == {
        "contact_name": "王小明",
        "contact_phone": "029-80000000",
        "contact_mobile": "13800000000",
        "contact_email": "trade@example.cn",
        "remark": "一\n二",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contact_name", ""),
        ("contact_name", "王"),
        ("contact_name", "王" * 51),
        ("contact_name", "王\n明"),
        ("contact_phone", "1234"),
        ("contact_phone", "029 8000 0000"),
        ("contact_phone", "1" * 21),
        ("contact_mobile", ""),
        ("contact_mobile", "1380000000"),
        ("contact_mobile", "23800000000"),
        ("contact_mobile", "+0123456"),
        ("contact_email", ""),
        ("contact_email", "trade.example.cn"),
        ("contact_email", "trade@example"),
        ("contact_email", "a" * 65 + "@example.cn"),
        ("remark", "字" * 501),
        ("declaration_accepted", ""),
        ("declaration_accepted", "no"),
    ],
)
def test_a_wrong_value_names_its_field_in_both_languages(field: str, value: str) -> None:
    found = wrong({field: value})
    assert list(found) == [field]
    assert found[field].zh != found[field].en


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contact_name", "Li Ming"),
        ("contact_phone", ""),
        ("contact_mobile", "+85291234567"),
        ("contact_email", "a_b-c@x-y.example.cn"),
        ("remark", "字" * 500),
    ],
)
def test_a_right_value_passes(field: str, value: str) -> None:
    assert wrong({field: value}) == {}


@pytest.mark.parametrize(
    ("email", "accepted"), [("a.b@c.com", True), ("a_b@c.com", False), ("a-b@c.com", False), ("a@c-d.com", False)]
)
def test_a_portal_with_the_plain_rule_refuses_special_characters(email: str, accepted: bool) -> None:
    """Acceptance example A-08."""
    rules = stricter(replace(portal.load("standard"), email="plain"), None)
    found = wrong({"contact_email": email}, MicroConfirmation(rules))
    assert found == ({} if accepted else {"contact_email": NO_SPECIALS})


def test_a_partner_can_ask_for_plainer_addresses_than_the_portal() -> None:
    sheet = CapabilitySheet.parse(SHEET.format(quirks='[quirks]\nemail_pattern = "[a-z0-9.]+@[a-z0-9.]+"'))
    rules = stricter(portal.load("standard"), sheet)
    assert wrong({"contact_email": "a-b@c.com"}, MicroConfirmation(rules)) == {"contact_email": NO_SPECIALS}
    assert wrong({"contact_email": "a.b@c.com"}, MicroConfirmation(rules)) == {}


OF_THE_MESSAGE = {  # fields of PolicyConfirmation that no user types
    "application_no", "declaration_version", "declaration_hash", "accepted_at", "reading_evidence", "agreement_no",
    "data_authorisation_id", "signer_certificate_serial",
}  # fmt: skip
ESCAPED = str.maketrans({"\\": ""})


def test_the_form_asks_for_exactly_the_fields_of_the_message() -> None:
    shape = default_catalogue().message("PolicyConfirmation", "1.0").shape
    typed = {name for name, field in MicroConfirmation().shown().items() if field["control"] != "tick"}
    assert typed == set(shape.by_key) - OF_THE_MESSAGE


@pytest.mark.parametrize("name", ["contact_name", "contact_phone", "contact_mobile", "contact_email", "remark"])
def test_form_and_schema_agree_on_what_a_value_may_be(name: str) -> None:
    field = MicroConfirmation().shown()[name]
    shape = default_catalogue().message("PolicyConfirmation", "1.0").shape.by_key[name]
    assert field["required"] is shape.required
    assert shape.max_length in (None, field["longest"])
    assert (shape.min_length or 1) == field["shortest"]
    patterns = {pattern.translate(ESCAPED) for pattern in shape.patterns}
    assert patterns <= {str(field.get("pattern", "")).translate(ESCAPED)}
    assert field["label"].zh == shape.label.zh
