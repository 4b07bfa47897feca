"""The company's seal: one drawing for PDF and page, whatever the company is called."""

import io

import pytest
from lxml import etree
from pypdf import PdfReader

from hub.documents import seal
from hub.documents.pdf import NotPrintable
from hub.documents.seal import Seal

from .conftest import NOW

SVG = "{http://www.w3.org/2000/svg}"
NAMES = {
    "short": "甲公司",
    "usual": "示例进出口有限公司",
    "long": "内蒙古自治区呼和浩特市示例国际贸易进出口股份有限公司",
    "longest": "中国（上海）自由贸易试验区临港新片区某某供应链管理与国际货运代理（集团）有限责任公司",
}


def words(pdf: bytes) -> str:
    return "".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_every_sign_of_a_name_is_on_the_seal(name: str) -> None:
    drawn = words(seal.as_pdf(Seal(name=name, number="1101080012345"), NOW))

    assert sorted(drawn) == sorted(f"{name}公司章1101080012345")


def test_a_seal_is_forty_millimetres_and_drawn_without_pictures() -> None:
    page = PdfReader(io.BytesIO(seal.as_pdf(Seal(name="示例进出口有限公司"), NOW))).pages[0]

    assert float(page.mediabox.width) == pytest.approx(seal.SIZE, abs=0.01)
    assert list(page.images) == []


def test_the_web_gets_strokes_and_asks_for_no_font() -> None:
    root = etree.fromstring(seal.as_svg(Seal(name="示例进出口有限公司", number="1101080012345"), NOW))

    assert root.tag == f"{SVG}svg"
    assert {etree.QName(part).localname for part in root.iter(etree.Element)} & {"text", "image", "script"} == set()
    assert len(list(root.iter(f"{SVG}use"))) == len("示例进出口有限公司公司章1101080012345")


def test_the_ends_of_a_long_name_do_not_reach_the_kind_of_the_seal() -> None:
    root = etree.fromstring(seal.as_svg(Seal(name=NAMES["longest"]), NOW))

    box = [float(value) for value in str(root.get("viewBox")).split()]

    assert box[2:] == pytest.approx([seal.SIZE, seal.SIZE], abs=0.01)


@pytest.mark.parametrize("draw", [seal.as_pdf, seal.as_svg])
def test_a_sign_that_the_font_lacks_is_an_error(draw: object) -> None:
    with pytest.raises(NotPrintable):
        draw(Seal(name="示例\U0001f600公司"), NOW)  # type: ignore[operator]
