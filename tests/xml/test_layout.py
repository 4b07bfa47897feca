"""A partner's XML as a table: written and read by the same rows, awkward names included."""

from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from hub.contract.adapters import Refusal
from hub.contract.convert import FEN, ID32, YUAN
from hub.xml.codec import CodecError, Shape
from hub.xml.layout import Fixed, Layout, Left, Levels, Row, Rows, Signed, encoded
from hub.xml.reader import read

PAYMENT = Layout(
    "CMS",
    (
        Fixed("eb/pub/TransCode", "PAYENT"),
        Row("header.message_id", "eb/pub/fSeqno", ID32),
        Row("amount", "eb/in/PayAmt", FEN),
        Row("currency", "eb/in/PayAmt/@Ccy"),
        Row("payee.name", "eb/in/收款人-名称"),
        Row("purpose", "eb/in/Use", blank=True),
        Rows("items", "eb/in/rd", (Row("no", "@no"), Row("policy_no", "InsNo"), Row("amount", "Amt", FEN))),
        Left("remark", "the bank has no place for it"),
    ),
)
BODY = {
    "amount": Decimal("14723.01"),
    "currency": "CNY",
    "payee": {"name": "某保险公司"},
    "items": [{"no": "1", "policy_no": "P1", "amount": Decimal("14723.01")}],
}
HEADER = {"header": {"message_id": "7f2504e0-4f89-41d3-9a0c-0305e82c33aa"}}
DOCUMENT = (
    "<CMS><eb><pub><TransCode>PAYENT</TransCode><fSeqno>7f2504e04f8941d39a0c0305e82c33aa</fSeqno></pub>"
    '<in><PayAmt Ccy="CNY">1472301</PayAmt><收款人-名称>某保险公司</收款人-名称><Use/>'
    '<rd no="1"><InsNo>P1</InsNo><Amt>1472301</Amt></rd></in></eb></CMS>'
)


def text(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode").replace("></Use>", "/>")


def test_a_message_is_written_in_the_order_of_the_rows() -> None:
    assert text(PAYMENT.write(BODY | HEADER)) == DOCUMENT


def test_what_was_written_is_read_by_the_same_rows() -> None:
    assert PAYMENT.read(etree.fromstring(DOCUMENT)) == BODY | HEADER


def test_one_element_may_be_two_values_of_ours_and_is_written_once() -> None:
    layout = Layout("Pay", (Row("order_no", "No", also="header.business_key"),))

    assert text(layout.write({"order_no": "JF1"})) == "<Pay><No>JF1</No></Pay>"
    assert layout.read(etree.fromstring("<Pay><No>JF1</No></Pay>")) == {
        "order_no": "JF1",
        "header": {"business_key": "JF1"},
    }
    assert layout.names("header.business_key")


def test_a_value_that_the_partner_has_no_place_for_is_left_out_when_the_table_says_so() -> None:
    assert text(PAYMENT.write(BODY | HEADER | {"remark": "x"})) == DOCUMENT


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"discount": "x"}, "discount"),
        ({"payee": {"name": "x", "bic": "y"}}, "payee.bic"),
        ({"items": [{"amount": Decimal(1), "tax": "x"}]}, "items.0.tax"),
        ({"items": [{"amount": Decimal("0.001")}]}, "items.0.amount"),
        ({"items": "x"}, "items"),
        ({"amount": 14723.01}, "amount"),
        ({"payee": {"name": "\0"}}, "payee.name"),
    ],
)
def test_a_value_without_a_row_or_of_another_kind_is_refused_naming_its_path(change: dict[str, Any], path: str) -> None:
    with pytest.raises(CodecError) as refused:
        PAYMENT.write(BODY | change)
    assert refused.value.path == path


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ("PAYENT", "QPAYENT", "/eb/pub/TransCode"),
        (">1472301</PayAmt>", ">14723.01</PayAmt>", "/eb/in/PayAmt"),
        ("CMS>", "SMC>", "/SMC"),
    ],
)
def test_another_message_and_a_value_of_another_kind_are_refused_naming_the_partners_path(
    before: str, after: str, path: str
) -> None:
    with pytest.raises(CodecError) as refused:
        PAYMENT.read(etree.fromstring(DOCUMENT.replace(before, after)))
    assert refused.value.path == path


def test_namespaces_are_prefixes_of_the_table() -> None:
    layout = Layout(
        "{urn:bank}付款", (Row("no", "头/流水号"), Row("name", "o:名称/@o:x")), {"": "urn:bank", "o": "urn:other"}
    )

    written = layout.write({"no": "1", "name": "甲"})

    assert written.find("{urn:bank}头/{urn:bank}流水号").text == "1"  # type: ignore[union-attr]
    assert layout.read(etree.fromstring(etree.tostring(written, encoding="utf-8"))) == {"no": "1", "name": "甲"}


def test_a_schema_tells_what_the_table_would_lose_in_silence() -> None:
    leaf = [Shape(tag=tag, kind="str") for tag in ("Amount", "Remark", "Discount")]
    item = Shape(tag="Items", kind="group", many=True, children=(*leaf[:1], Shape(tag="Tax", kind="str")))

    assert PAYMENT.lost(Shape(tag="Order", kind="group", children=(*leaf, item))) == ["discount", "items.tax"]


def test_a_chinese_document_is_written_in_its_encoding_and_read_again() -> None:
    octets = encoded(PAYMENT.write(BODY | HEADER), "GBK")

    assert "某保险公司".encode("gbk") in octets
    assert PAYMENT.read(read(octets)) == BODY | HEADER


def test_a_character_that_the_encoding_lacks_is_refused_before_anything_is_signed() -> None:
    element = PAYMENT.write(BODY | {"payee": {"name": "𠮷"}})

    with pytest.raises(Refusal) as refused:
        encoded(element, "GBK")
    assert refused.value.code == "0004"
    assert "𠮷".encode("gb18030") in encoded(element, "GB18030")


ANSWER = Layout("CMS", (Levels("code", (("pub/RetCode", "0"), ("out/Result", "FIN"), ("out/Flag", ""))),))


@pytest.mark.parametrize(
    ("code", "document"),
    [
        ("E1", "<CMS><pub><RetCode>E1</RetCode></pub></CMS>"),
        ("0-AUT", "<CMS><pub><RetCode>0</RetCode></pub><out><Result>AUT</Result></out></CMS>"),
        ("0-FIN-S", "<CMS><pub><RetCode>0</RetCode></pub><out><Result>FIN</Result><Flag>S</Flag></out></CMS>"),
        ("A-1", "<CMS><pub><RetCode>A-1</RetCode></pub></CMS>"),
    ],
)
def test_a_code_of_several_levels_is_one_code_of_ours(code: str, document: str) -> None:
    assert text(ANSWER.write({"code": code})) == document
    assert ANSWER.read(etree.fromstring(document)) == {"code": code}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("<CMS><pub><RetCode>E1</RetCode></pub><out><Result>FIN</Result><Flag>S</Flag></out></CMS>", "E1"),
        ("<CMS><pub><RetCode>0</RetCode></pub><out><Result>AUT</Result><Flag>S</Flag></out></CMS>", "0-AUT"),
        ("<CMS><pub><RetCode>0</RetCode></pub><out><Result> </Result><Flag>S</Flag></out></CMS>", "0"),
        ("<CMS><pub><RetCode/></pub><out><Result>FIN</Result><Flag>S</Flag></out></CMS>", None),
    ],
)
def test_a_level_counts_only_where_the_one_above_leads_to_it(document: str, code: str | None) -> None:
    assert ANSWER.read(etree.fromstring(document)).get("code") == code


def test_one_level_cannot_pass_for_two() -> None:
    with pytest.raises(CodecError) as refused:
        ANSWER.read(etree.fromstring("<CMS><pub><RetCode>0-FIN-S</RetCode></pub></CMS>"))
    assert refused.value.path == "/pub/RetCode"


def test_a_code_is_a_text() -> None:
    with pytest.raises(CodecError) as refused:
        ANSWER.write({"code": 7})
    assert refused.value.path == "code"


def balance(name: str, code: str) -> tuple[Row, Signed]:
    one = f"Stmt/Bal[Tp/Cd={code}]"
    return Row("currency", f"{one}/Amt/@Ccy"), Signed(name, f"{one}/Amt/.", f"{one}/Side", ("CRDT", "DBIT"), YUAN)


BALANCES = Layout("Doc", (*balance("opening", "OPBD"), *balance("closing", "CLBD")))
STATEMENT = (
    '<Doc><Stmt><Bal><Tp><Cd>OPBD</Cd></Tp><Amt Ccy="CNY">0.05</Amt><Side>CRDT</Side></Bal>'
    '<Bal><Tp><Cd>CLBD</Cd></Tp><Amt Ccy="CNY">0.95</Amt><Side>DBIT</Side></Bal></Stmt></Doc>'
)
AMOUNTS = {"currency": "CNY", "opening": Decimal("0.05"), "closing": Decimal("-0.95")}


def test_one_of_several_elements_is_found_by_what_it_says_and_a_sign_by_its_side() -> None:
    assert text(BALANCES.write(AMOUNTS)) == STATEMENT
    assert BALANCES.read(etree.fromstring(STATEMENT)) == AMOUNTS


def test_an_element_that_says_something_else_is_passed_over() -> None:
    other = STATEMENT.replace("OPBD", "PRCD")

    assert "opening" not in BALANCES.read(etree.fromstring(other))


@pytest.mark.parametrize("side", ["<Side>debit</Side>", "<Side/>", ""])
def test_a_number_without_a_known_side_is_refused(side: str) -> None:
    with pytest.raises(CodecError) as refused:
        BALANCES.read(etree.fromstring(STATEMENT.replace("<Side>DBIT</Side>", side)))
    assert refused.value.path.endswith("/Side")


@pytest.mark.parametrize("value", [0.05, "1.00", Decimal("0.001")])
def test_what_is_no_exact_amount_has_no_side(value: Any) -> None:
    with pytest.raises(CodecError) as refused:
        BALANCES.write({**AMOUNTS, "closing": value})
    assert refused.value.path == "closing"
