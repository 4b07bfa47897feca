"""Online payment on the screen: the agreement as a document, banks by their names."""

import io
import re
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from pypdf import PdfReader

from hub.business import KINDS
from hub.business.payment_terms import DIGEST, VERSION
from hub.contract.message import Attachment
from hub.services.shapes import BusinessObject
from tests.web.world import OURS, PDF, THEIRS, Browser, World

CARD, ACCOUNT = "ab" * 32, "6222000000004321"
WORDS = {"text_version": VERSION, "text_hash": DIGEST}


@pytest.fixture
def payer(open_browser: Callable[..., Browser]) -> Browser:
    return open_browser("LP", fingerprint=CARD)


def agreement(world: World, enterprise: str = OURS, **more: Any) -> BusinessObject:
    """A signed one."""
    content = {
        "request_no": "QY-1", "bank_name": "示例银行", "enterprise_name": "陕西示例进出口有限公司", "payee": "acme",
        "tax_no": OURS, "payer_account": world.runtime.vault.seal(ACCOUNT, enterprise), "payee_name": "示例保险",
        "payee_account": "6222000000009999", **WORDS, **more,
    }  # fmt: skip
    begun = world.create("payment_agreement", "QY-1", enterprise, "begun", content)
    world.event(begun, "requested")
    return world.event(begun, "signed", agreement_no="AGR-1")


def test_an_agreement_can_be_seen_downloaded_and_printed_with_its_account_masked(payer: Browser, world: World) -> None:
    path = f"/payment/payment_agreement/{agreement(world).id}"

    page = payer.get(path).text
    answer = payer.get(f"{path}/prints/agreement")

    assert re.findall(rf'href="{path}/prints/agreement(\?download=1)?"', page) == ["", "?download=1", ""]
    assert answer.mimetype == "application/pdf"
    said = "".join(PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().split())
    assert "AGR-1" in said
    assert "4321" in said
    assert ACCOUNT not in said


@pytest.mark.parametrize(
    ("more", "enterprise", "name"),
    [({"text_hash": "0" * 64}, OURS, "agreement"), ({}, THEIRS, "agreement"), ({}, OURS, "other")],
    ids=["other words", "another enterprise's", "no such document"],
)
def test_nothing_else_is_printed(
    more: dict[str, str], enterprise: str, name: str, payer: Browser, world: World
) -> None:
    found = agreement(world, enterprise, **more)

    assert payer.get(f"/payment/payment_agreement/{found.id}/prints/{name}").status_code == 404


@pytest.mark.parametrize(
    ("stored", "english"), [("示例信用保险公司", "Acme Credit Insurance"), ("某银行城东支行", "某银行城东支行")]
)
def test_a_stored_name_is_read_as_its_installed_partner_has_it(
    stored: str, english: str, payer: Browser, world: World
) -> None:
    found = agreement(world, payee_name=stored)
    business = KINDS["cargo_application"].label
    item = {"bill": "1", "business": business.zh, "business_no": "HY-1", "amount": Decimal("1.00"), "currency": "CNY"}
    paid = {"order_no": "JF-1", "payee_name": stored, "payee": "acme", "item": [item]}
    order = world.create("payment_order", "JF-1", OURS, "begun", paid)
    world.event(order, "ordered")

    for path in ("/payment/payment_order", f"/payment/payment_agreement/{found.id}"):
        assert (stored in payer.get(path).text, english in payer.english().get(path).text) == (True, True)
        payer.client.delete_cookie("language")
    assert f"<td>{business.en}</td>" in payer.english().get(f"/payment/payment_order/{order.id}").text


def test_only_the_legal_person_looks_into_the_agreements_and_an_operator_is_told_so(
    payer: Browser, world: World, open_browser: Callable[..., Browser]
) -> None:
    found = agreement(world)
    paid = world.create("payment_order", "JF-1", OURS, "begun", {"order_no": "JF-1", "agreement_no": "AGR-1"})
    operator = open_browser("OP", fingerprint="cd" * 32)
    paths = ["/payment/payment_agreement", f"/payment/payment_agreement/{found.id}"]

    answers = [(payer.get(path).status_code, operator.get(path)) for path in paths]

    assert [(ours, theirs.status_code) for ours, theirs in answers] == [(200, 403), (200, 403)]
    assert "请用法人卡登录办理" in answers[0][1].text
    assert paths[1] not in operator.get(f"/payment/payment_order/{paid.id}").text


def paid(world: World, number: str, **more: Any) -> BusinessObject:
    """An order for the bill of this number."""
    bill = world.create("cargo_application", number, OURS, "begun", {"application_no": number})
    label = KINDS["cargo_application"].label.zh
    item = {"bill": bill.id, "business": label, "business_no": number, "amount": Decimal("1.00"), "currency": "CNY"}
    order = world.create(
        "payment_order", f"JF-{number}", OURS, "begun", {"order_no": f"JF-{number}", "item": [item], **more}
    )
    return world.event(order, "ordered", ordered_at=world.clock.now())


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("business_no=HY-1", ["JF-HY-1"]),
        ("business_no=BD-", ["JF-HY-1"]),
        ("business_no=BD-7", []),
        ("business=货运险投保单&payee=acme", ["JF-HY-2"]),
        ("business=货运险", []),
        ("bank_serial=S9", ["JF-HY-2"]),
        ("ordered_at_from=2030-01-01", []),
    ],
)
def test_payments_are_found_by_policy_or_application_business_insurer_serial_and_day(
    asked: str, found: list[str], payer: Browser, world: World
) -> None:
    paid(world, "HY-1")
    paid(world, "HY-2", payee="acme", bank_serial="S9")
    world.create("cargo_policy", "BD-1", OURS, "effective", {"policy_no": "BD-1", "application_no": "HY-1"})
    world.create("cargo_policy", "BD-7", THEIRS, "effective", {"policy_no": "BD-7", "application_no": "HY-1"})

    text = payer.get(f"/payment/payment_order?{asked}").text

    assert re.findall(r'<th scope="row" class="number">(JF-HY-\d)<', text) == found


def test_the_amounts_of_a_payments_bills_stand_as_amounts_do_with_their_currencys_name(
    payer: Browser, world: World
) -> None:
    path = f"/payment/payment_order/{paid(world, 'HY-1').id}"
    assert '<td class="amount">1.00</td><td>人民币</td>' in payer.get(path).text
    assert '<td class="amount">1.00</td><td>CNY</td>' in payer.english().get(path).text


def test_a_payment_leads_to_its_bills_their_policies_and_the_invoice(payer: Browser, world: World) -> None:
    order = paid(world, "HY-1")
    path = f"/payment/payment_order/{order.id}"
    before = payer.get(path).text
    file = Attachment(name="发票.pdf", media_type="application/pdf", sha256=sha256(PDF).hexdigest(), content=PDF)
    said = {"policy_no": "BD-1", "application_no": "HY-1"}
    policy = world.create("cargo_policy", "BD-1", OURS, "effective", said, {"premium_invoice": file})

    after = payer.get(path).text

    bill = order.content["item"][0]["bill"]
    assert all(f'href="/cargo/cargo_application/{bill}">HY-1<' in text for text in (before, after))
    assert "尚未出单" in before
    assert f'href="/cargo/cargo_policy/{policy.id}">BD-1<' in after
    assert f'href="/documents/{world.document_id()}" data-title="保费电子发票 BD-1"' in after


def test_banks_and_insurers_are_chosen_by_code_under_their_names(payer: Browser, world: World) -> None:
    paid(world, "HY-1", payee="acme")

    text = payer.english().get("/payment/payment_order").text

    assert '<option value="货运险投保单">Cargo application</option>' in text
    assert 'name="partner"' in text


def test_what_is_not_due_is_left_out_of_a_payment_by_name(payer: Browser, world: World) -> None:
    due = world.create("cargo_application", "HY-1", OURS, "begun", {"application_no": "HY-1"})
    world.event(due, "submitted")
    world.event(due, "issued", premium_due=Decimal("55.00"), premium_currency="CNY")
    draft = world.create("cargo_application", "HY-2", OURS, "begun", {"application_no": "HY-2"})
    strange = world.create("cargo_application", "HY-3", THEIRS, "begun", {"application_no": "HY-3"})

    text = payer.get(f"/pay?bill={due.id}&bill={draft.id}&bill={strange.id}").text

    assert re.findall(r'value="([0-9a-f]{32})" data-cents="5500"[^>]* checked', text) == [due.id]
    assert re.findall(r"<p>(HY-\d) 当前状态为“暂存”，不是待缴费，未列入本次支付</p>", text) == ["HY-2"]


def test_the_form_of_a_payment_belongs_to_the_bills_that_it_is_reached_from(
    open_browser: Callable[..., Browser], world: World
) -> None:
    clerk = open_browser("OP", fingerprint=CARD)
    due = world.create("cargo_application", "HY-1", OURS, "begun", {"application_no": "HY-1"})
    world.event(due, "submitted")
    world.event(due, "issued", premium_due=Decimal("55.00"), premium_currency="CNY")
    source = f"payment_agreement/{agreement(world).id}"

    text = clerk.get(f"/payment/payment_order/new?from={source}&bill={due.id}").text

    assert 'data-menu="/pay"' in text
    assert re.findall(r'<a data-tab href="([^"]*)" aria-current="page"', text) == ["/pay"]
    assert re.findall(r'<a class="btn" data-back href="([^"]*)"', text) == ["/pay"]
