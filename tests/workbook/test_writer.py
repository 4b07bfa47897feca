"""Our workbooks: what a person finds in them, and that nothing in them is worked out."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from hub.workbook import reader, writer
from hub.workbook.reader import Cell
from hub.workbook.writer import Column, Page
from tests.workbook.books import part

COLUMNS = (
    Column(heading="发票号", required=True),
    Column(heading="金额", show="amount"),
    Column(heading="方式", options=("信用证", "赊销")),
)


def opened(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content))


def test_a_template_has_headings_formats_and_lists_on_a_sheet_of_their_own() -> None:
    found = opened(writer.write([Page(title="出运信息", columns=COLUMNS, most=500)], "代码表"))
    sheet = found["出运信息"]

    assert [cell.value for cell in sheet[1]] == ["发票号*", "金额", "方式"]
    assert sheet.column_dimensions["A"].number_format == "@"
    (rule,) = sheet.data_validations.dataValidation
    assert (rule.formula1, str(rule.sqref)) == ("'代码表'!$A$2:$A$3", "C2:C501")
    assert [row[0].value for row in found["代码表"].iter_rows()] == ["方式", "信用证", "赊销"]


@pytest.mark.parametrize(
    "value", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil")', "\tx", "<script>", "a\0b"]
)
def test_a_value_is_text_whatever_it_begins_with(value: str) -> None:
    content = writer.write([Page(title="x", columns=[Column(heading="号")], rows=[[value]])], "代码表")
    cell = opened(content)["x"]["A2"]

    assert (cell.data_type, cell.value) == ("s", value.replace("\0", ""))
    assert cell.quotePrefix is (value[0] in "=+-@\t")
    assert b"<f>" not in part(content, "xl/worksheets/sheet1.xml")


def test_what_is_written_is_read_as_the_same_texts() -> None:
    content = writer.write([Page(title="x", columns=COLUMNS, rows=[["0012", "10.50", "赊销"]], most=9)], "代码表")

    table = reader.read(content, lambda heading: heading == "发票号")

    assert list(table.headings) == ["发票号", "金额", "方式"]
    assert list(table.rows) == [(2, [Cell("0012"), Cell("10.50"), Cell("赊销")])]


def test_a_title_that_excel_would_refuse_is_made_one_that_it_takes() -> None:
    assert len(opened(writer.write([Page(title="a/b:c[d]" * 9, columns=COLUMNS)], "代码表")).sheetnames[0]) == 31
