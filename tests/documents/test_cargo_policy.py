"""The e-policy of a cargo insurer, printed with the real engine."""

import io
import re
from datetime import date

import pytest
from pypdf import PdfReader

from hub.documents import pdf
from hub.testing.simulator.cargo import examples, papers


@pytest.fixture(autouse=True)
def _fonts() -> None:
    if not any(pdf.FONTS.glob("*.ttf")):
        pytest.skip("fonts are not set up: run script/frontend")


def test_a_cargo_policy_says_what_is_insured_on_which_voyage_for_how_much() -> None:
    applied = {
        name: value.isoformat() if isinstance(value, date) else value for name, value in examples.APPLICATION.items()
    }

    paper = papers.e_policy(examples.BODIES["CargoPolicy"], applied, examples.USCC, "云帆财产保险（示例）", examples.AT)

    text = re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages))
    assert paper.name == "电子保单.pdf"
    for words in (
        "货物运输保险单",
        "P2026-00000042",
        "110,000.00",
        "60.50",
        "2026-11-28",
        "罢工险",
        "Hamburg",
        "免赔约定",
    ):
        assert words in text
    assert "战争险" not in text
