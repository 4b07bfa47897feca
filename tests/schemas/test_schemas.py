import re
from importlib.resources import files
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

from hub.xml.catalogue import default_catalogue

XS = "{http://www.w3.org/2001/XMLSchema}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
FILES = sorted(Path(str(files("schemas"))).glob("*/*.xsd"))
PERSONAL = {
    "ContactName", "ContactPhone", "ContactMobile", "ContactEmail", "ReviewerName", "ReviewerPhone", "PersonName",
    "AnsweredBy", "AnswerPhone",
    "ApplicantContact", "ApplicantPhone", "InsuredContact", "InsuredPhone", "InvoiceEmail", "InvoicePhone",
    "InvoiceAccount", "PayerAccount", "AccountNo",
    "LegalPerson",
    "ManagerName", "ManagerPhone", "CeoName", "CfoName", "BuyerPhone", "BuyerFax", "BuyerContact", "BuyerEmail",
}  # fmt: skip
TYPES = {
    "Receipt/1.0", "StatusQuery/1.0", "StatusAnswer/1.0", "Parcel/1.0",
    "PolicyOffer/1.0", "PolicyConfirmation/1.0", "ReviewResult/1.0", "PolicyIssued/1.0", "PolicyReceipt/1.0",
    "ReceiptConfirmed/1.0", "PolicyChange/1.0", "Introduction/1.0",
    "Inquiry/1.0", "InquiryAnswer/1.0",
    "DeclarationQuery/1.0", "DeclarationData/1.0", "TransportQuery/1.0", "TransportData/1.0", "OriginQuery/1.0",
    "OriginData/1.0",
    "PaymentAgreementRequest/1.0", "PaymentAgreementCopy/1.0", "PaymentAgreementResult/1.0",
    "PaymentOrder/1.0", "PaymentResult/1.0",
    "PaymentNotice/1.0", "PaymentReversal/1.0", "StatementQuery/1.0", "Statement/1.0",
}  # fmt: skip


def declared(tree):
    return [node for node in tree.iter(f"{XS}element", f"{XS}any", f"{XS}simpleType") if node.getparent().tag != XS]


@pytest.fixture(params=FILES, ids=lambda file: file.name)
def xsd(request):
    return request.param


def test_the_catalogue_knows_the_messages_of_every_line_and_our_own():
    assert set(default_catalogue().types()) >= TYPES


def test_every_message_compiles_with_its_envelope_and_shows_its_type():
    catalogue = default_catalogue()
    shapes = {name: catalogue.message(*name.split("/")).shape.name for name in catalogue.types()}
    assert shapes == {name: name.split("/")[0] for name in catalogue.types()}


def test_lxml_compiles_the_schema(xsd):
    assert etree.XMLSchema(file=str(xsd))


def test_xmlschema_compiles_the_schema(xsd):
    assert xmlschema.XMLSchema(str(xsd), allow="local").built


def test_every_element_and_named_type_is_documented_in_both_languages(xsd):
    nodes = [node for node in declared(etree.parse(xsd)) if node.tag != f"{XS}simpleType" or node.get("name")]
    texts = [
        {text.get(LANG): text.text for text in node.findall(f"{XS}annotation/{XS}documentation")} for node in nodes
    ]
    assert all(text.get("zh") and text.get("en") for text in texts)
    assert not any(re.search("[\u4e00-\u9fff]", text["en"]) for text in texts)


def test_names_telephones_and_addresses_of_people_are_marked_personal(xsd):
    nodes = etree.parse(xsd).iter(f"{XS}element")
    marked = {node.get("name"): node.findtext(f"{XS}annotation/{XS}appinfo/{{*}}privacy") for node in nodes}
    assert {name for name, mark in marked.items() if mark == "personal"} == PERSONAL & marked.keys()


def test_no_schema_reaches_outside_its_package(xsd):
    assert not re.search(r"schemaLocation=\"[a-z]+:", xsd.read_text(encoding="utf-8"))
