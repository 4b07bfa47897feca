"""Files that an enterprise encloses: examined by content, kept once, resumed, bound to the tenant, sent by digest."""

import io
import re
import struct
import uuid
import zipfile
import zlib
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from threading import Thread
from typing import Any

import pytest
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from hub.contract.media import DOCX, JPEG, PAPERS, PNG, TIFF, XLSX
from hub.contract.media import PDF as PDF_TYPE
from hub.contract.message import Attachment, CanonicalMessage, OutMessage
from hub.documents.intake import Unfit, examine, safe_name
from hub.documents.plain_pdf import MEMORY
from hub.services import uploads
from hub.services.act_content import shown
from hub.store import tables
from tests.web.test_rows import FIRST, Form
from tests.web.world import THEIRS, Browser, Insurer, World

IMAGE = b"\x89PNG\r\n\x1a\n" + b"0" * 100


def pdf(script: str = "") -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    if script:
        action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject(script)}
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
            {NameObject(name): value for name, value in action.items()}
        )
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def packed(*names: str, content: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (pdf(), PDF_TYPE),
        (IMAGE, PNG),
        (b"\xff\xd8\xff\xe0", JPEG),
        (b"II*\0\x08\0\0\0", TIFF),
        (packed("[Content_Types].xml", "xl/workbook.xml"), XLSX),
        (packed("[Content_Types].xml", "word/document.xml"), DOCX),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, media_type: str) -> None:
    assert examine(content, PAPERS) == media_type


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件为空"),
        (b"<html><script>alert(1)</script>", "不支持的文件类型"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "不支持的文件类型"),
        (b"MZ\x90\x00", "不支持的文件类型"),
        (packed("readme.txt"), "不支持的文件类型"),
        (pdf("app.alert(1)"), "脚本"),
        (b"%PDF-1.7\nnothing more", "损坏"),
        (b"PK\x03\x04nothing more", "损坏"),
        (packed("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "宏"),
        (packed(*(f"{place}.xml" for place in range(21)), content=bytes(10_000_000)), "解压后过大"),
    ],
)
def test_a_hostile_or_broken_file_is_refused_with_words(content: bytes, words: str) -> None:
    with pytest.raises(Unfit) as refused:
        examine(content, PAPERS)

    assert words in refused.value.text.zh


def folded(padding: int) -> bytes:
    """A PDF whose catalogue lies in a packed stream, behind ``padding`` blanks."""
    packer = zlib.compressobj()
    inside = b"".join(map(packer.compress, [b"2 0 <</Type/Catalog>>", *[b" " * 1_000_000] * (padding // 1_000_000)]))
    inside += packer.flush()
    made = bytearray(b"%PDF-1.5\n")
    first = len(made)
    made += b"1 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(inside)
    made += inside + b"\nendstream\nendobj\n"
    third = len(made)
    places = struct.pack(">" + "BIB" * 4, 0, 0, 0, 1, first, 0, 2, 1, 0, 1, third, 0)
    made += b"3 0 obj<</Type/XRef/Size 4/W[1 4 1]/Root 2 0 R/Length %d>>stream\n" % len(places)
    return bytes(made + places + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % third)


def test_a_pdf_that_unfolds_without_end_is_refused() -> None:
    bomb = folded(MEMORY)

    assert len(bomb) < 5_000_000
    assert examine(folded(1_000_000), PAPERS) == PDF_TYPE
    with pytest.raises(Unfit):
        examine(bomb, PAPERS)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("发票.pdf", "发票.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\tmp\\a.PDF", "a.pdf"),
        ("a\u202efdp.exe", "afdp.exe.pdf"),
        ("a\r\nb\x00.pdf", "ab.pdf"),
        ("…" * 300, "…" * 96 + ".pdf"),
        ("", "file.pdf"),
    ],
)
def test_a_name_keeps_neither_paths_nor_invisible_characters(given: str, kept: str) -> None:
    assert safe_name(given, PDF_TYPE) == kept


@pytest.fixture
def form(toys: Browser) -> Form:
    form = Form(toys)
    form.send("draft", **FIRST)
    return form


def attach(form: Form, content: bytes, name: str = "a.png", enclosure: str = "photo") -> Any:
    sent = {"enclosure": enclosure, f"file-{enclosure}": (io.BytesIO(content), name)}
    return form.browser.post(f"{form.path}/submit/files", FIRST | sent)


def post(form: Form, path: str, content: bytes) -> Any:
    headers = {"X-CSRFToken": form.browser.form_token, "Origin": "http://127.0.0.1:8080"}
    return form.browser.client.post(
        f"{form.path}/submit/files/{path}", data=content, content_type="application/octet-stream", headers=headers
    )


def announce(form: Form, upload_id: str, size: int) -> Any:
    sent = {"enclosure": "photo", "name": "big.png", "size": str(size)}
    return form.browser.post(f"{form.path}/submit/files/{upload_id}", sent)


def test_a_file_posted_whole_is_listed_shown_and_removed(world: World, form: Form) -> None:
    attach(form, IMAGE, "照片.png")
    (row,) = world.rows(tables.upload)

    page = form.browser.get(f"{form.path}/submit").text
    shown = form.browser.get(f"{form.path}/submit/files/{row.id}")
    form.browser.post(f"{form.path}/submit/files/{row.id}/remove")

    assert "照片.png" in page
    assert (shown.data, shown.content_type) == (IMAGE, PNG)
    assert world.rows(tables.upload) == []


def test_a_script_in_the_name_of_a_file_is_shown_as_text(form: Form) -> None:
    attach(form, IMAGE, "<script>alert(1)<")  # a browser sends what the user's disk allows
    page = form.browser.get(f"{form.path}/submit").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_same_file_twice_is_there_once(world: World, form: Form) -> None:
    attach(form, IMAGE)
    attach(form, IMAGE, "other.png")

    assert [row.name for row in world.rows(tables.upload)] == ["a.png"]


def test_a_file_in_parts_goes_on_where_the_connection_dropped(world: World, form: Form) -> None:
    content = IMAGE + b"1" * 700_000
    upload_id, part = uuid.uuid4().hex, uploads.PART_BYTES
    announce(form, upload_id, len(content))
    post(form, f"{upload_id}/0", content[:part])
    post(form, f"{upload_id}/0", content[:part])  # its answer was lost

    again = announce(form, upload_id, len(content)).json["received"]
    post(form, f"{upload_id}/{again}", content[again:])

    (row,) = world.rows(tables.upload)
    assert again == part
    assert row.digest == sha256(content).hexdigest()


def test_five_megabytes_are_taken_and_one_octet_more_is_not(form: Form) -> None:
    limit = 5 * 1024 * 1024

    answers = [announce(form, uuid.uuid4().hex, size) for size in (limit, limit + 1)]

    assert [answer.status_code for answer in answers] == [200, 422]
    assert "5MB" in answers[1].json["error"]


def test_all_files_together_stay_within_what_the_message_holds(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "TOGETHER", 2_000_000)

    answers = [announce(form, uuid.uuid4().hex, size).status_code for size in (1_000_000, 1_000_001, 1_000_000)]

    assert answers == [200, 422, 200]


def test_how_much_of_the_room_is_used_stands_below_the_files(form: Form) -> None:
    announce(form, uuid.uuid4().hex, 1024 * 1024)
    announce(form, uuid.uuid4().hex, 1024 * 1024 // 2)

    assert re.search(r"已用 1\.5 MB / \d+ MB", form.browser.get(f"{form.path}/submit/files?enclosure=photo").text)


def test_an_enterprise_has_only_so_much_room_for_what_it_has_not_submitted(
    form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "QUOTA", 1_000_000)
    announce(form, uuid.uuid4().hex, 1_000_000)
    other = Form(form.browser)
    other.send("draft")

    assert "请先删除" in announce(other, uuid.uuid4().hex, 1).json["error"]


def test_what_is_refused_is_told_and_leaves_an_audit_line_only(world: World, form: Form) -> None:
    attach(form, b"<html>", "a.png")

    assert "不支持的文件类型" in form.browser.get(f"{form.path}/submit").text
    assert world.rows(tables.upload) == []
    assert [row.what for row in world.rows(tables.audit)] == ["upload.refused"]


def test_an_abandoned_file_is_gone_a_day_later(world: World, form: Form) -> None:
    name = uuid.uuid4().hex
    announce(form, name, 1000)
    world.clock.move(timedelta(hours=25))
    form.browser = Browser(form.browser.app, world.enter("LP"))

    announce(form, uuid.uuid4().hex, 1000)

    assert name not in [row.id for row in world.rows(tables.upload)]


@pytest.mark.parametrize("path", ["", "/{id}", "/{id}/0", "/{id}/remove"])
def test_another_enterprise_neither_sees_nor_touches_a_file(path: str, world: World, form: Form) -> None:
    attach(form, IMAGE)
    (row,) = world.rows(tables.upload)
    mine = f"{form.path}/submit/files{path.format(id=row.id)}"
    theirs = Browser(form.browser.app, world.enter("LP", THEIRS))

    answers = [theirs.get(mine).status_code, theirs.post(mine, {"enclosure": "photo"}).status_code]

    assert set(answers) <= {404, 405}
    assert world.rows(tables.upload) == [row]


def test_nothing_is_submitted_while_a_file_is_on_its_way(world: World, form: Form) -> None:
    announce(form, uuid.uuid4().hex, 1000)
    form.page = form.browser.get(f"{form.path}/submit").text

    answer = form.send("submit", **FIRST)

    assert "有附件尚未传完" in answer.text
    assert world.rows(tables.outbox) == []


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[CanonicalMessage]:
    """What the insurer's adapter is handed."""
    messages: list[CanonicalMessage] = []

    def build(_: Insurer, message: CanonicalMessage, __: Any) -> OutMessage:
        messages.append(message)
        return OutMessage(content=message.message_id.encode())

    monkeypatch.setattr(Insurer, "build", build)
    return messages


def submit(form: Form) -> None:
    form.page = form.browser.get(f"{form.path}/submit").text
    form.send("submit", **FIRST)


def test_files_travel_with_the_submission_and_are_locked_after_it(
    world: World, form: Form, sent: list[CanonicalMessage]
) -> None:
    attach(form, IMAGE)
    attach(form, pdf(), "b.pdf", "paper")

    submit(form)

    assert {file.name: file.sha256 for file in sent[0].attachments}["a.png"] == sha256(IMAGE).hexdigest()
    assert {row.kind for row in world.rows(tables.document)} == {"photo", "paper"}
    assert world.rows(tables.upload_part) == []
    assert attach(form, IMAGE + b"2").status_code == 409


def test_while_a_message_with_files_is_built_others_may_write(
    world: World, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[bool] = []

    def build(_: Insurer, message: CanonicalMessage, __: Any) -> OutMessage:
        other = Thread(target=world.enter, args=("OP",), daemon=True)
        other.start()
        other.join(20)
        waited.append(other.is_alive())
        return OutMessage(content=message.message_id.encode())

    monkeypatch.setattr(Insurer, "build", build)
    attach(form, IMAGE)

    submit(form)

    assert waited == [False]
    assert len(world.rows(tables.outbox)) == 1


def test_a_file_that_came_while_the_message_was_built_travels_along(
    world: World, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[CanonicalMessage] = []

    def build(_: Insurer, message: CanonicalMessage, __: Any) -> OutMessage:
        if not built:
            attach(form, IMAGE + b"2", "b.png")
        built.append(message)
        return OutMessage(content=message.message_id.encode())

    monkeypatch.setattr(Insurer, "build", build)
    attach(form, IMAGE)

    submit(form)

    assert [len(message.attachments) for message in built] == [1, 2]
    assert [row.message_id for row in world.rows(tables.outbox)] == [built[1].message_id]
    assert len(world.rows(tables.document)) == 2


def test_what_is_said_of_a_file_travels_with_it_and_stays_with_the_document(
    world: World, form: Form, sent: list[CanonicalMessage]
) -> None:
    attach(form, IMAGE)
    (row,) = world.rows(tables.upload)
    form.page = form.browser.get(f"{form.path}/submit").text
    form.send("draft", **FIRST, **{f"about-{row.id}-summary": " 提单 ", f"about-{row.id}-remark": "正本两份"})
    shown = form.browser.get(f"{form.path}/submit").text

    submit(form)

    (file,), (document,) = sent[0].attachments, world.rows(tables.document)
    assert f'name="about-{row.id}-summary" value="提单"' in shown
    assert (file.summary, file.remark) == ("提单", "正本两份")
    assert (document.summary, document.remark) == ("提单", "正本两份")


def test_too_many_words_about_a_file_are_named_and_nothing_is_sent(world: World, form: Form) -> None:
    attach(form, IMAGE)
    (row,) = world.rows(tables.upload)
    form.page = form.browser.get(f"{form.path}/submit").text

    answer = form.send("submit", **FIRST, **{f"about-{row.id}-summary": "字" * 101, f"about-{row.id}-remark": ""})

    assert answer.status_code == 422
    assert "100" in answer.text.split('class="error-summary"')[1].split("</div>")[0]
    assert world.rows(tables.outbox) == []


def test_what_comes_back_takes_its_files_along_again(world: World, form: Form, sent: list[CanonicalMessage]) -> None:
    attach(form, IMAGE)
    submit(form)
    (row,) = world.rows(tables.business_object)
    world.event(row, "undelivered")
    attach(form, IMAGE + b"2", "b.png")

    submit(form)

    assert {file.content for file in sent[1].attachments} == {IMAGE, IMAGE + b"2"}
    assert len(world.rows(tables.document)) == 2


def test_a_deleted_draft_takes_its_files_with_it(world: World, form: Form) -> None:
    attach(form, IMAGE)
    (row,) = world.rows(tables.business_object)

    form.browser.post(f"{form.path}/delete", {"revision": str(row.revision)})

    assert (world.rows(tables.upload), world.rows(tables.upload_part)) == ([], [])


def test_what_the_card_signs_names_each_files_digest_and_what_is_said_of_it() -> None:
    content = {"toy": "积木"}
    file = Attachment(name="a.png", media_type=PNG, sha256=sha256(IMAGE).hexdigest(), content=IMAGE)

    assert sha256(IMAGE).hexdigest() in shown(content, [("photo", file)])
    assert "正本" in shown(content, [("photo", replace(file, remark="正本"))])
    assert shown(content, []) == shown(content)
