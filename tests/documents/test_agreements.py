"""The documents that enterprises sign: every word of the data is printed, every party has its place."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from hub.documents import pdf, texts
from hub.documents.texts import WORDINGS

from .conftest import NOW
from .test_sign import DATA as AGREEMENT

SIGNER = {"signer": {"name": "王小明", "card": "5d0c3f2a91bc7e44f0a1b2c3d4e5f60718293a4b"}}
AUTHORISATION: dict[str, Any] = {
    "number": "SQ2026000001",
    "enterprise": {"name": "示例进出口有限公司", "uscc": "91110000MA00EXAM1X"},
    "receiver": "示例信用保险公司",
    "valid_from": "2026-11-20",
    "valid_until": "2027-11-19",
    **SIGNER,
}
REPORT: dict[str, Any] = {
    "number": "SP20261120000000001",
    "enterprise": AUTHORISATION["enterprise"],
    "groups": [
        {
            "serial": f"2026112000000000100{place}",
            "invoice_no": f"INV-{place}",
            "declaration": [{"item": "报关单编号", "value": f"22482026000000000{place}"}],
            "goods": {"head": [f"列{n}" for n in range(9)], "rows": [[f"值{place}{n}" for n in range(9)]]},
            "transport": [{"item": "提运单号", "value": f"BL000{place}"}],
            "certificate": [{"item": "原产地证编号", "value": f"C26370200001000{place}"}],
        }
        for place in (1, 2)
    ],
}
DOCUMENTS = {
    "service_agreement": ("service_agreement", AGREEMENT | SIGNER, ["enterprise", "insurer", "centre"]),
    "data_authorisation": ("authorisation", texts.DATA_AUTHORISATION.data() | AUTHORISATION, ["enterprise"]),
    "shipment_report": ("claim_report", texts.SHIPMENT_REPORT.data() | REPORT, ["enterprise"]),
    "credit_authorisation": (
        "authorisation",
        texts.CREDIT_AUTHORISATION.data() | AUTHORISATION | SIGNER,
        ["enterprise"],
    ),
}


def flat(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in flat(part)]
    if isinstance(value, list):
        return [text for part in value for text in flat(part)]
    return [str(value)]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_everything_that_is_agreed_is_printed(name: str) -> None:
    template, data, _ = DOCUMENTS[name]
    pages = PdfReader(io.BytesIO(pdf.render(template, data, now=NOW))).pages
    printed = "".join("".join(page.extract_text().split()) for page in pages)

    missing = [text for text in flat(data) if text and "".join(text.split()) not in printed]

    assert [text for text in missing if text not in data.get("purpose", "")] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_party_has_a_place_for_its_seal(name: str) -> None:
    template, data, parties = DOCUMENTS[name]

    found = pdf.places(template, data, now=NOW)

    assert [place.name for place in found] == parties
    assert all(place.left > 0 and 0 < place.top < 842 - 113 for place in found)


def test_each_shipment_of_the_report_begins_a_page() -> None:
    template, data, _ = DOCUMENTS["shipment_report"]

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf.render(template, data, now=NOW))).pages]

    assert [place for place, text in enumerate(pages) if "出运信息流水号" in text.replace("出运信息流水号对应", "")][
        :2
    ] == [0, 1]


def test_every_document_has_a_wording() -> None:
    assert set(DOCUMENTS) == set(WORDINGS)


def test_the_agreement_is_called_as_the_manual_calls_it() -> None:
    assert texts.SERVICE_AGREEMENT.title == "中国国际贸易单一窗口出口信用保险服务协议"
