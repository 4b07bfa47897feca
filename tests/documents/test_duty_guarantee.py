"""The e-application and the e-policy of a duty guarantee, printed with the real engine."""

import io
import re
from typing import Any

import pytest
from pypdf import PdfReader

from hub.documents import pdf
from hub.testing.simulator.duty import examples, papers


@pytest.fixture(autouse=True)
def _fonts() -> None:
    if not any(pdf.FONTS.glob("*.ttf")):
        pytest.skip("fonts are not set up: run script/frontend")


def printed(title: str, more: dict[str, Any]) -> str:
    applied = {
        name: value if isinstance(value, list) else str(value)
        for name, value in examples.BODIES["DutyApplication"].items()
    }
    paper = papers.paper(title, "电子保单.pdf", applied, more, examples.USCC, "云帆财产保险（示例）", examples.AT)
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages))


def test_a_policy_says_who_guarantees_what_to_which_customs() -> None:
    text = printed(
        "关税保证保险保单", {"policy_no": "GP2026-00000003", "record_no": "DB2026-00000003", "premium_due": "338.63"}
    )

    for words in (
        "关税保证保险保单", "GP2026-00000003", "DB2026-00000003", "西安海关、上海海关", "纳税期限担保", "14,723.00",
        "2027-05-20", "338.63", "云帆财产保险", "223320261000123456、223320261000123457",
    ):  # fmt: skip
        assert words in text


def test_an_application_has_no_policy_number_yet() -> None:
    text = printed("关税保证保险投保单", {"proposal_no": "GT2026-00000003", "premium_due": "338.63"})

    assert "GT2026-00000003" in text
    assert "338.63" in text
    assert "保单编号" not in text
