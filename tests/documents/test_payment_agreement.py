"""The tri-party payment agreement (DOC-09): what was agreed, between whom, what became of it, and the proofs."""

import io
from datetime import date

from pypdf import PdfReader

from hub.business.payment_agreement import printed
from hub.business.payment_terms import CLAUSES, DIGEST, TITLE, VERSION
from hub.documents import pdf

from .conftest import NOW

AGREED = {
    "enterprise_name": "示例进出口有限公司", "tax_no": "91000000DEM000014K", "payer_account": "**** 0001",
    "bank_name": "示例银行", "payee_name": "云帆财产保险（示例）", "payee_account": "6222000000000009999",
    "text_version": VERSION, "text_hash": DIGEST, "agreement_no": "AGR2026-0001", "signed_on": date(2026, 11, 21),
    "expiry_date": date(2027, 11, 20),
}  # fmt: skip
RECORDS = [
    {"at": NOW, "text": "企业发送签约请求", "who": "示例法人", "proof": "5d0c3f2a91bc7e44f0a1b2c3d4e5f60718293a4b"},
    {"at": NOW, "text": "银行已接收签约请求", "who": "系统", "proof": ""},
    {"at": NOW, "text": "签约成功", "who": "合作机构", "proof": "71067522-0330-518c-96c3-c972a24e1e91"},
]


def test_everything_that_was_agreed_and_what_proves_it_is_on_one_page() -> None:
    more = {"number": "QY1", "state": "签约成功", "records": RECORDS}

    content = pdf.render("payment_agreement", printed(AGREED, "91610000MA6TESTX01") | more, now=NOW)

    (page,) = PdfReader(io.BytesIO(content)).pages
    said = "".join(page.extract_text().split())
    wanted = [TITLE.zh, *CLAUSES, *map(str, AGREED.values()), "91610000MA6TESTX01", "QY1", "签约成功"]
    wanted += [row[name] for row in RECORDS for name in ("text", "who", "proof")]
    assert [text for text in wanted if "".join(text.split()) not in said] == []
