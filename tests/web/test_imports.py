"""Rows by workbook, from the template to the form: nothing is written before the last step (spec CI-CLM-25..26)."""

import io
import re
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from hub.store import tables
from hub.workbook import reader
from tests.web.test_rows import FIRST, Form
from tests.web.world import Browser, World
from tests.workbook.books import book, many_parts, with_part
from web.forms import imports
from web.forms.claim import ClaimForm
from web.forms.controls import DAY

NOON, LATE = datetime(2026, 3, 4), datetime(2026, 1, 2, 23, 59)  # noqa: DTZ001  a workbook knows no zones
HEAD = ["玩具件*", "玩具价*", "玩具日"]
GOOD = (["轮", "0.10", "2026-11-20"], ["轴", 12345678.9, None])
WRONG = (["", "1", ""], ["钉", "a lot", "soon"])


class Importing:
    """The import of a toy loan's parts."""

    def __init__(self, form: Form, **typed: str) -> None:
        answer = form.send("draft", row="import:parts", **typed)
        self.browser, self.path, self.form = form.browser, answer.headers["Location"], form

    def upload(self, content: bytes, name: str = "parts.xlsx", mode: str = "append") -> Any:
        return self.browser.post(self.path, {"file": (io.BytesIO(content), name), "mode": mode})

    def page(self) -> str:
        return str(self.browser.get(self.path).text)

    def take(self, **more: str) -> Any:
        revision = re.findall(r'name="draft_revision" value="(\d*)"', self.page())
        return self.browser.post(f"{self.path}/take", {"draft_revision": revision[0] if revision else "", **more})


@pytest.fixture
def importing(toys: Browser) -> Importing:
    return Importing(Form(toys))


def drafts(world: World) -> dict[str, Any]:
    return {row.form: row[2] for row in world.rows(tables.draft)}


def parts(world: World) -> list[Any]:
    return list(drafts(world)["toy_loan"]["parts"])


def test_the_template_has_the_rows_own_columns(importing: Importing) -> None:
    answer = importing.browser.get(f"{importing.path}/template")
    found = load_workbook(io.BytesIO(answer.data))

    assert [cell.value for cell in found["玩具零件"][1]] == HEAD
    assert found["填写说明"]["A4"].value == "玩具日"
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]


def test_right_rows_are_imported_in_two_steps_and_nothing_is_written_by_the_first(
    world: World, importing: Importing
) -> None:
    importing.upload(book(HEAD, *GOOD))
    page, before = importing.page(), parts(world)
    importing.take()

    assert "共 2 行，正确 2，错误 0" in page
    assert before == []
    assert parts(world) == [
        {"part": "轮", "price": "0.10", "made_on": "2026-11-20"},
        {"part": "轴", "price": "12345678.9", "made_on": ""},
    ]


def test_each_wrong_cell_is_told_by_row_column_value_and_reason(importing: Importing) -> None:
    importing.upload(book(HEAD, *GOOD, *WRONG))
    page = importing.page()

    assert "共 4 行，正确 2，错误 2" in page
    for number, column, value, text in (
        (4, "玩具件", "—", "请填写此项"),
        (5, "玩具价", "a lot", "格式有误，请填写不小于0的数字，最多2位小数"),
        (5, "玩具日", "soon", DAY.zh),
    ):
        row = rf'<th scope="row" class="n">{number}</th><td>{column}</td><td class="said">{value}</td>'
        assert re.search(rf'{row}<td class="wrong">{text}', page)


def test_with_wrong_rows_the_right_ones_are_imported_only_when_that_is_chosen(
    world: World, importing: Importing
) -> None:
    importing.upload(book(HEAD, *GOOD, *WRONG))

    refused, taken = importing.take(), importing.take(only_right="1")

    assert (refused.status_code, taken.status_code) == (422, 303)
    assert [row["part"] for row in parts(world)] == ["轮", "轴"]


def test_the_result_can_be_taken_away_corrected_and_imported(world: World, importing: Importing) -> None:
    importing.upload(book(HEAD, *GOOD, *WRONG))
    told = load_workbook(io.BytesIO(importing.browser.get(f"{importing.path}/report").data))
    sheet = told["玩具零件"]
    reasons = [row[3].value for row in sheet.iter_rows(min_row=2)]
    sheet["A4"], sheet["B5"], sheet["C5"] = "销", "2", "2026/11/1"
    out = io.BytesIO()
    told.save(out)
    importing.upload(out.getvalue())
    importing.take()

    assert reasons[:3] == [None, None, "玩具件：请填写此项"]
    assert [row["part"] for row in parts(world)] == ["轮", "轴", "销", "钉"]


@pytest.mark.parametrize(("mode", "found"), [("append", ["轮", "轴", "轮"]), ("replace", ["轴", "轮"])])
def test_rows_are_added_or_replace_the_ones_before(mode: str, found: list[str], world: World, toys: Browser) -> None:
    importing = Importing(Form(toys), **FIRST)
    importing.upload(book(HEAD, ["轴", 1, None], ["轮", 2, None]), mode=mode)
    importing.take()

    assert [row["part"] for row in parts(world)] == found


def test_more_rows_than_the_form_has_room_for_are_not_imported(world: World, toys: Browser) -> None:
    importing = Importing(Form(toys), **FIRST)
    fits = importing.upload(book(HEAD, *[["轴", 1, None]] * 5))
    page, refused = importing.page(), importing.take()
    too_many = importing.upload(book(HEAD, *[["轴", 1, None]] * 6))

    assert (fits.status_code, refused.status_code, too_many.status_code) == (303, 422, 422)
    assert "导入后将超过 5 行的上限" in page
    assert "共6行，最多5行" in too_many.text


def test_the_import_sent_twice_imports_once(world: World, importing: Importing) -> None:
    importing.upload(book(HEAD, *GOOD))
    importing.take()
    again = importing.browser.post(f"{importing.path}/take", {"draft_revision": "1"})

    assert again.status_code == 303
    assert len(parts(world)) == 2


def test_an_import_over_a_form_that_somebody_changed_meanwhile_is_checked_again(
    world: World, importing: Importing
) -> None:
    importing.upload(book(HEAD, *GOOD))
    revision = re.findall(r'name="draft_revision" value="(\d+)"', importing.page())[0]
    importing.form.send("draft", draft_revision=revision, toy="别的")
    answer = importing.browser.post(f"{importing.path}/take", {"draft_revision": revision})

    assert answer.status_code == 409
    assert "表单内容已变化" in answer.text
    assert parts(world) == []


HOSTILE = {
    "bomb": with_part(book(HEAD, *GOOD), "xl/media/bomb.bin", b"\0" * 15_000_000),
    "macros": with_part(book(HEAD, *GOOD), "xl/vbaProject.bin", b"macro"),
    "parts": many_parts(reader.PARTS),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_and_leaves_an_audit_line(name: str, world: World, importing: Importing) -> None:
    answer = importing.upload(HOSTILE[name])

    assert answer.status_code == 422
    assert [row.what for row in world.rows(tables.audit)].count("import.refused") == 1
    assert set(drafts(world)) == {"toy_loan"}


def test_a_script_in_a_file_name_or_cell_is_shown_as_text(importing: Importing) -> None:
    script = '<script>alert("x")</script>'
    importing.upload(book(HEAD, [script, "wrong", None]), name=f"{script}.xlsx")
    page = importing.page()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("=1+1", imports.FORMULA),
        (NOON, imports.NOT_TEXT),
        (True, imports.NOT_TEXT),
        (223320250001234567, imports.ROUNDED),
        ("#REF!", imports.FAILED),
    ],
)
def test_a_cell_whose_value_would_be_guessed_is_refused(cell: Any, text: Any, importing: Importing) -> None:
    importing.upload(book(HEAD, [cell, "1", None]))

    assert f'<td class="wrong">{text.zh}' in importing.page()


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026/1/2", "2026-01-02"),
        ("2026.1.2", "2026-01-02"),
        ("2026-01-02", "2026-01-02"),
        ("2026年1月2日", "2026-01-02"),
        ("20260102", "2026-01-02"),
        (20260102, "2026-01-02"),
        (46024, "2026-01-02"),
        ("46024", "2026-01-02"),
        (date(2026, 1, 2), "2026-01-02"),
        (LATE, "2026-01-02"),
        ("01/02/2026", None),
        ("2026/13/1", None),
        ("2026-1/2", None),
        (7, None),
    ],
)
def test_a_day_is_read_however_it_is_written_or_refused_by_name(
    written: Any, day: str | None, importing: Importing
) -> None:
    importing.upload(book(HEAD, ["轮", "1", written]))
    page = importing.page()

    assert f"<td>{day}</td>" in page if day else DAY.zh in page


CLAIM = ClaimForm().tables()["shipments"]


@pytest.mark.parametrize(
    ("heads", "text"),
    [
        (["玩具件", "玩具件", "玩具价"], "列“玩具件”未知或重复"),
        (["玩具件", "玩具价", "备注"], "列“备注”未知或重复"),
        (["玩具件", "玩具日"], "缺少必填列“玩具价”"),
    ],
)
def test_columns_are_told_by_their_headings(heads: list[str], text: str, importing: Importing) -> None:
    answer = importing.upload(book(heads, ["a"] * len(heads)))

    assert answer.status_code == 422
    assert text in answer.text


def test_a_choice_may_be_written_as_its_code_or_in_words_and_full_width(importing: Importing) -> None:
    shown = CLAIM.form.shown()
    heads = [row["label"].zh for row in shown.values()]
    base = ["HT1", "FP1", "85171200", "2026-05-01", "223320250001234567", "", "", "T/T 60", "1,000.00", 0, "1000", ""]
    rows = [[*base[:6], how, *base[7:11], state] for how, state in (("LC", "未收汇"), ("信用证 （l/c）", "unpaid"))]
    found = imports.lines(CLAIM, imports.parse(CLAIM, book(heads, *rows)))

    assert [line.faults for line in found] == [{}, {}]
    assert [(line.values["payment_method"], line.values["collection_status"]) for line in found] == [
        ("LC", "UNPAID")
    ] * 2


def test_rows_that_may_not_be_imported_have_no_import(toys: Browser) -> None:
    path = Form(toys).send("draft").headers["Location"]

    assert toys.get(f"{path}/import/toy").status_code == 404
    assert toys.get(f"{path}/import/parts/report").status_code == 404


def test_the_import_speaks_english_too(importing: Importing) -> None:
    importing.browser.english()
    importing.upload(book(["件", "价"], ["a", "b"]))

    assert "1 rows: 0 right, 1 wrong" in importing.page()
    assert "unknown or doubled" in importing.upload(book(["件", "x"], ["a", "b"])).text
