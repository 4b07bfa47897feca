"""What a user may enter: the form's rules, the portal's and the partner's on top, and the message schema they equal."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from hub.contract.capability import CapabilitySheet
from hub.contract.text import Text
from hub.errors import InvalidInput
from hub.xml.catalogue import default_catalogue
from tests.web.world import SHEET
from web import portal
from web.forms.base import Form
from web.forms.cargo_application import CargoApplicationForm
from web.forms.cargo_appointment import CargoAppointmentForm
from web.forms.claim import BuyerForm, BuyerSearch, ClaimForm, ClaimSupplementForm
from web.forms.conditions import OneOf, RequiredIf, ShownIf
from web.forms.controls import amount, choice, day, line
from web.forms.countries import countries
from web.forms.duty import DutyApplicationForm, DutyLimitForm, DutyTopUpForm
from web.forms.inquiry import InquiryForm
from web.forms.micro_confirmation import MicroConfirmation
from web.forms.payment import PaymentAgreementForm, PaymentOrderForm
from web.forms.rules import NO_SPECIALS, stricter
from web.forms.unified_policy import BuyerReportForm, LossReportForm
from web.lines import LINE_VIEWS

GOOD = {
    "contact_name": "王小明",
    "contact_phone": "029-80000000",
    "contact_mobile": "13800000000",
    "contact_email": "trade@example.cn",
    "remark": "",
    "declaration_accepted": "yes",
}


def wrong(values: dict[str, str], form: Form | None = None) -> dict[str, Any]:
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


INQUIRY_OF_THE_MESSAGE = {"inquiry_no", "region_name", "submitted_at"}


@pytest.mark.parametrize("name", [name for name in InquiryForm().fields if name not in ("region_code", "topic")])
def test_the_inquirys_form_and_schema_agree_on_what_a_value_may_be(name: str) -> None:
    field = InquiryForm().shown()[name]
    shape = default_catalogue().message("Inquiry", "1.0").shape.by_key[name]
    assert field["required"] is shape.required
    assert shape.max_length in (None, field["longest"])
    assert (shape.min_length or 1) == field["shortest"]
    patterns = {pattern.translate(ESCAPED) for pattern in shape.patterns}
    assert patterns <= {str(field.get("pattern", "")).translate(ESCAPED)}
    assert field["label"].zh == shape.label.zh


def test_one_character_names_the_contact_of_an_inquiry() -> None:
    assert "contact_name" not in wrong({"contact_name": "王"}, InquiryForm())


def test_the_inquirys_form_asks_for_exactly_the_fields_and_choices_of_the_message() -> None:
    shape = default_catalogue().message("Inquiry", "1.0").shape
    assert set(InquiryForm().fields) == set(shape.by_key) - INQUIRY_OF_THE_MESSAGE
    assert shape["topic"].enumeration == tuple(InquiryForm().shown()["topic"]["options"])


TEXT = Text("选项", "Option")


class Toy(Form):
    """Every control and every condition once."""

    conditions = (
        RequiredIf(("bank",), "invoice", ("PAPER",)),
        ShownIf(("bank", "sum"), "invoice", ("PAPER", "ELECTRONIC")),
        OneOf(("bill", "voyage"), Text("至少填一个", "Fill in one of them")),
    )
    invoice = choice(Text("发票", "Invoice"), {"PAPER": TEXT, "ELECTRONIC": TEXT, "NONE": TEXT}, required=True)
    bank = line(Text("银行", "Bank"), longest=20)
    sum = amount(Text("金额", "Amount"), required=True, least="0.01")
    bill = line(Text("提单", "Bill"), longest=20)
    voyage = line(Text("航次", "Voyage"), longest=20)
    leaves = day(Text("起运", "Leaves"))


FULL = {"invoice": "PAPER", "bank": "某银行", "sum": "1000.10", "bill": "B1", "leaves": "2026-11-20"}


def toy(**typed: str) -> dict[str, Any]:
    try:
        return Toy().check({**FULL, **typed})
    except InvalidInput as error:
        return {name: text.en for name, text in error.fields.items()}


def test_values_come_typed_and_exact() -> None:
    assert toy() == {
        "invoice": "PAPER",
        "bank": "某银行",
        "sum": Decimal("1000.10"),
        "bill": "B1",
        "voyage": "",
        "leaves": date(2026, 11, 20),
    }


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"bank": ""}, {"bank": "This is required"}),
        ({"bank": "", "invoice": "ELECTRONIC"}, None),
        ({"sum": "", "invoice": "NONE"}, None),
        ({"sum": ""}, {"sum": "This is required"}),
        ({"bill": ""}, {"bill": "Fill in one of them", "voyage": "Fill in one of them"}),
        ({"bill": "", "voyage": "V1"}, None),
        ({"invoice": "GOLD"}, {"invoice": "Choose from the list"}),
        ({"sum": "1.001"}, {"sum": "A number not below 0.01 with at most 2 decimals"}),
        ({"sum": "0"}, {"sum": "A number not below 0.01 with at most 2 decimals"}),
        ({"sum": "1e3"}, {"sum": "A number not below 0.01 with at most 2 decimals"}),
        ({"sum": "NaN"}, {"sum": "A number not below 0.01 with at most 2 decimals"}),
        ({"sum": "12345678901234567.00"}, {"sum": "A number not below 0.01 with at most 2 decimals"}),
        ({"leaves": "2026-02-30"}, {"leaves": "A date, such as 2026-11-20"}),
        ({"leaves": ""}, None),
    ],
)
def test_the_rules_between_fields_hold_on_the_server(typed: dict[str, str], wrong: dict[str, str] | None) -> None:
    found = toy(**typed)
    assert found == wrong if wrong else "invoice" in found


def test_what_is_hidden_does_not_count_whatever_was_typed() -> None:
    found = toy(invoice="NONE", sum="not a number")
    assert (found["bank"], found["sum"]) == ("", None)


def test_content_stands_in_the_controls_as_it_was_typed() -> None:
    content = {"sum": Decimal("1000.10"), "leaves": date(2026, 11, 20), "bank": "某银行"}
    assert Toy().entered(content) == {
        "invoice": "", "bank": "某银行", "sum": "1000.10", "bill": "", "voyage": "", "leaves": "2026-11-20",
    }  # fmt: skip


APPOINTMENT_OF_THE_MESSAGE = {"appointment_no", "enterprise_name", "appointed_at"}
APPLICATION_OF_THE_MESSAGE = {
    "application_no", "enterprise_name", "insured_amount", "premium", "applied_at", "signer_certificate_serial",
    "agreement_no", "product_name", "rate_permille",
}  # fmt: skip
OF_THE_LIMIT = {"apply_no", "limit_no"}
UNDER_A_POLICY = {"policy_no", "programme", "enterprise_name"}
ENTERED = (
    ("CargoAppointment", CargoAppointmentForm, APPOINTMENT_OF_THE_MESSAGE),
    ("CargoApplication", CargoApplicationForm, APPLICATION_OF_THE_MESSAGE),
    ("ClaimSubmission", ClaimForm, {"claim_no", "policy_no", "loss_no", "insured", "total_usd", "submitted_at"}),
    ("ClaimSupplement", ClaimSupplementForm, {"claim_no", "submitted_at"}),
    ("LossReport", LossReportForm, {"loss_no", "total_usd", "submitted_at", *UNDER_A_POLICY}),
    ("BuyerReportRequest", BuyerReportForm, {"report_no", "requested_at", *UNDER_A_POLICY}),
    ("NewBuyer", BuyerForm, {"buyer_no", "submitted_at"}),
    ("BuyerQuery", BuyerSearch, {"page"}),
    ("DutyLimitApplication", DutyLimitForm, {"apply_no", "applied_at"}),
    ("DutyTopUp", DutyTopUpForm, {"top_up_no", "applied_at", *OF_THE_LIMIT}),
    (
        "DutyApplication",
        DutyApplicationForm,
        {
            "application_no",
            "insured_name",
            "enterprise_name",
            "premium",
            "applied_at",
            "signer_certificate_serial",
            "rate_percent",
            *OF_THE_LIMIT,
        },
    ),
)


@pytest.mark.parametrize(("type", "form", "of_the_message"), ENTERED, ids=[row[0] for row in ENTERED])
def test_a_form_asks_for_exactly_the_fields_of_its_message(type: str, form: Any, of_the_message: set[str]) -> None:
    shape = default_catalogue().message(type, "1.0").shape

    asked = {name for name, row in form().shown().items() if row["control"] != "tick"}

    assert asked == set(shape.by_key) - of_the_message


@pytest.mark.parametrize(
    ("type", "form", "name"),
    [
        (type, form, name)
        for type, form, _ in ENTERED
        for name, row in form().shown().items()
        if row["control"] != "tick"
    ],
)
def test_a_form_and_its_schema_agree_on_what_a_value_may_be(type: str, form: Any, name: str) -> None:
    field = form().shown()[name]
    shape = default_catalogue().message(type, "1.0").shape.by_key[name]
    patterns = {pattern.translate(ESCAPED) for pattern in shape.patterns}

    assert field["required"] is shape.required or field["control"] in ("box", "rows", "chosen")
    assert shape.enumeration in ((), tuple(field.get("options", ())))
    if field["control"] in ("text", "area", "tel", "email", "place"):
        assert shape.max_length is None or field["longest"] <= shape.max_length
        assert patterns <= {str(field.get("pattern", "")).translate(ESCAPED)}


def test_every_country_is_an_alpha_3_code_with_two_names() -> None:
    found = countries()

    assert next(iter(found)) == "CHN"
    assert found["DEU"] == Text("德国", "Germany")
    assert 240 < len(found) < 260
    assert len({text.zh for text in found.values()}) == len(found)
    assert all(re.fullmatch("[A-Z]{3}", code) and text.zh != text.en for code, text in found.items())


CARGO_TYPED = {
    "insured_name": "某公司",
    "goods_category": "机电、音像设备及其零件、附件", "goods_code": "8517", "packaging": "纸箱", "marks": "N/M",
    "invoice_type": "NONE", "invoice_no": "INV1", "voyage_no": "046E", "bulk": "no", "departure_date": "2026-11-28",
    "arrival_date": "2026-12-20", "origin_port": "上海港", "origin_description": "洋山", "destination_port": "Hamburg",
    "destination_description": "Hamburg", "claim_place": "Hamburg", "war_cover": "yes", "invoice_amount": "100000.00",
    "currency": "USD", "markup_percent": "10",
}  # fmt: skip


def cargo(**typed: str) -> dict[str, Any]:
    try:
        return CargoApplicationForm().check({**CARGO_TYPED, **typed})
    except InvalidInput as error:
        return {name: text.en for name, text in error.fields.items()}


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"invoice_no": ""}, {"invoice_no", "transport_doc_no"}),
        ({"invoice_no": "", "transport_doc_no": "MAEU1"}, set()),
        (
            {"invoice_type": "ELECTRONIC"},
            {"invoice_title", "invoice_tax_no", "invoice_address", "invoice_email", "invoice_phone"},
        ),
        ({"letter_of_credit": "yes"}, {"letter_of_credit_no"}),
        ({"letter_of_credit": "yes", "letter_of_credit_no": "LC1"}, set()),
        ({"arrival_date": "2026-11-27"}, {"arrival_date"}),
        ({"arrival_date": "2026-11-28"}, set()),
        ({"bulk": ""}, {"bulk"}),
        ({"origin_country": "CHN", "origin_province": "江苏省", "origin_city": "苏州市"}, set()),
        ({"origin_country": "CHN", "origin_province": "江苏省", "origin_city": "西安市"}, {"origin_city"}),
        ({"origin_country": "CHN", "origin_province": "江南省"}, {"origin_province"}),
        ({"destination_country": "DEU", "destination_city": "Hamburg"}, set()),
    ],
)
def test_the_rules_of_a_cargo_application(typed: dict[str, str], wrong: set[str]) -> None:
    found = cargo(**typed)

    assert set(found) == wrong if wrong else found["currency"] == "USD"


def test_a_special_invoice_needs_a_bank_account_besides() -> None:
    plain, special = (cargo(invoice_type=kind) for kind in ("PAPER", "SPECIAL"))

    assert set(special) - set(plain) == {"invoice_bank", "invoice_account"}


def test_yes_no_and_a_box_are_booleans() -> None:
    found = cargo()

    assert (found["bulk"], found["war_cover"], found["strikes_cover"]) == (False, True, False)
    assert CargoApplicationForm().entered({"bulk": True, "war_cover": False})["bulk"] == "yes"


TERM = {"name": "免赔", "content": "5%"}
OFFERED = {"strikes_cover": {"yes": "STRIKES"}, "war_cover": {}, "other_cover": {"偷窃险": Text("偷窃险", "偷窃险")}}


def under(**typed: str) -> dict[str, Any]:
    """The application under an agreement that offers this and one special term."""
    form = CargoApplicationForm(picks={**OFFERED, "special_term": {"免赔": TERM}})
    return form.check(form.gather(MultiDict(CARGO_TYPED | typed)))


def test_only_what_the_agreement_offers_is_asked_for_and_counts() -> None:
    shown = CargoApplicationForm(picks=OFFERED).shown()
    found = under(war_cover="yes", strikes_cover="yes", other_cover="偷窃险")

    assert ["strikes_cover" in shown, "war_cover" in shown] == [True, False]
    assert [found[name] for name in OFFERED] == [True, False, "偷窃险"]


def test_what_the_agreement_does_not_offer_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        under(other_cover="地震险")

    assert list(refused.value.fields) == ["other_cover"]


def test_special_terms_are_those_of_the_agreement_that_are_ticked() -> None:
    assert under(special_term="免赔")["special_term"] == [TERM]
    assert under(special_term="自拟")["special_term"] == under()["special_term"] == []


@pytest.mark.parametrize("name", sorted({name for view in LINE_VIEWS for name in view.forms}))
def test_every_form_reads_an_empty_page(name: str) -> None:
    form = next(view.forms[name] for view in LINE_VIEWS if name in view.forms).schema()

    assert set(form.gather(MultiDict())) == set(form.fields)
    assert set(form.brought(MultiDict())) <= set(form.fields)


def test_chosen_records_come_with_the_page_and_go_back_to_it() -> None:
    form, posted = PaymentOrderForm(), MultiDict([("bill", "a1"), ("bill", "b2"), ("purpose", "")])
    typed = form.gather(posted)

    assert typed["item"] == [{"bill": "a1"}, {"bill": "b2"}]
    assert [pair for pair in form.spread(typed) if pair[0] == "bill"] == [("bill", "a1"), ("bill", "b2")]


@pytest.mark.parametrize("number", ["91000000DEM000014X", "91000000DEM00001", "91000000dem000014k"])
def test_a_tax_number_has_its_check_digit(number: str) -> None:
    given = {"payee": "yunfan", "tax_no": number, "payer_account": "6222000000000001", "accepted": "yes"}

    with pytest.raises(InvalidInput) as refused:
        PaymentAgreementForm().check(given)

    assert list(refused.value.fields) == ["tax_no"]


@pytest.mark.parametrize(
    ("code", "fits"),
    [
        ("BKCHCNBJ", True),
        ("BKCHCNBJ300", True),
        ("BKCHXXBJ", False),  # there is no such country
        ("BKCHCNB", False),
        ("BKCHCNBJ3", False),
        ("bkchcnbj", False),
        ("BKCH CNBJ", False),
    ],
)
def test_a_swift_code_has_eight_or_eleven_characters_and_an_existing_country(code: str, fits: bool) -> None:
    found = ClaimForm().right({"issuing_bank_bic": code})["issuing_bank_bic"]

    assert found == (code if fits else "")


@pytest.mark.parametrize("typed", ["2026/11/10", "10.11.2026", "20261110", "2026-11-31", "2026-11-10T00:00", "昨天"])
def test_a_day_in_another_form_or_none_at_all_is_named(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        BuyerForm().check({"name_en": "A", "country": "DNK", "address_en": "B", "founded_on": typed})

    assert list(refused.value.fields) == ["founded_on"]
