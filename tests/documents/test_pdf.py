"""The PDF engine: archival, repeatable, and deaf to markup in data."""

import io
import random
import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from hub.documents import pdf
from hub.documents.pdf import NotPrintable, render

HOSTILE = [
    '#read("/etc/passwd")', '#import "sheet.typ"', "#sys.inputs", "#(1+1)", "#{panic()}", "*bold*", "_emph_", "`raw`",
    "$x^2$", "]", "[", "#[", "}", "{", '"', "\\", "\\u{41}", "//", "/* x */", "= head", "- item", "+ item", "/ a: b",
    "@label", "<label>", "~", "---", "...", "'single'", "#set text(size: 99pt)", "#show: none", "https://example.cn",
    "<script>alert(1)</script>", "&amp;", "%s%n", "{{7*7}}", "${7*7}", "'; drop table x; --", "]]>", "#include \"a\"",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _fonts() -> None:
    if not any(pdf.FONTS.glob("*.ttf")):
        pytest.skip("fonts are not set up: run script/frontend")


def text_of(document: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages)


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_an_application_has_two_pages_its_number_and_its_watermark(application, now):
    document = render("micro_application", application, now=now)

    reader = PdfReader(io.BytesIO(document))
    text = squeeze(text_of(document))
    assert len(reader.pages) == 2
    assert all("编号XW2026-00018233" in squeeze(page.extract_text()) for page in reader.pages)
    assert "待确认" in text.replace("小微企业投保单(待确认)", "")


def test_a_policy_shows_its_schedule_in_readable_chinese(policy, now):
    text = squeeze(text_of(render("micro_policy", policy, now=now)))

    for words in ("小微企业保单全套单证(生效)", "示例进出口有限公司", "2026-12-01", "200,000.00", "第1页，共2页"):
        assert words in text
    assert "生成时间2026-11-2009:12:30" in text  # Shanghai, not UTC


def test_a_document_is_archival_tagged_and_speaks_chinese(policy, now):
    root = PdfReader(io.BytesIO(render("micro_policy", policy, now=now))).trailer["/Root"]

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "zh-CN"
    assert b"<pdfaid:part>2</pdfaid:part>" in root["/Metadata"].get_data()


def test_the_same_input_gives_the_same_bytes(application, now):
    first = render("micro_application", application, now=now)
    render("micro_application", application | {"number": "OTHER"}, now=now)

    assert render("micro_application", application, now=now) == first
    assert render("micro_application", application, now=now + timedelta(days=1)) != first


@pytest.mark.parametrize("name", ["𠮷野贸易", "\ue000贸易", "bell\x07", "ไทย"])
def test_a_glyph_that_the_font_lacks_is_an_error_and_not_a_box(policy, now, name):
    policy["enterprise"]["name"] = name

    with pytest.raises(NotPrintable, match="could not be displayed"):
        render("micro_policy", policy, now=now)


def test_a_missing_value_is_an_error_that_names_it(policy, now):
    del policy["effective_date"]

    with pytest.raises(NotPrintable, match="effective_date"):
        render("micro_policy", policy, now=now)


def test_without_fonts_the_error_says_what_to_run(policy, now, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(pdf, "FONTS", tmp_path)
    pdf.compiler.cache_clear()

    with pytest.raises(NotPrintable, match="script/frontend"):
        render("micro_policy", policy, now=now)
    pdf.compiler.cache_clear()


def test_markup_in_data_is_printed_as_text(policy, now):
    chance = random.Random(7)
    strings = HOSTILE + ["".join(chance.choices("#*_`$[](){}<>@=\\/~\"'-+.:;,&%!^|读x1", k=12)) for _ in range(60)]
    policy["terms"] = [{"item": str(index), "value": words, "note": "-"} for index, words in enumerate(strings)]

    text = squeeze(text_of(render("micro_policy", policy, now=now)))

    assert len(strings) == 100
    assert [words for words in strings if squeeze(words) not in text] == []


def test_a_text_that_no_table_can_break_still_stays_on_the_page(policy, now):
    policy["enterprise"]["name"] = "示例" * 100

    text = squeeze(text_of(render("micro_policy", policy, now=now)))

    assert "示例" * 100 in text


def test_no_row_of_a_table_is_torn_over_two_pages(policy, now):
    policy["terms"] = [{"item": "项", "value": "值", "note": f"始{'长' * (30 + 23 * n % 150)}终"} for n in range(40)]

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(render("micro_policy", policy, now=now))).pages]

    assert [text.count("始") for text in pages] == [text.count("终") for text in pages]
    assert len(pages) > 2


def test_threads_share_the_compiler_without_mixing_their_data(policy, now):
    made: dict[int, bytes] = {}

    def make(index: int) -> None:
        made[index] = render("micro_policy", policy | {"number": f"XB{index:05}"}, now=now)

    threads = [threading.Thread(target=make, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(made) == list(range(8))
    assert all(f"XB{index:05}" in text_of(document) for index, document in made.items())
