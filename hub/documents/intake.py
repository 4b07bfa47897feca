"""A stranger's file before it is kept: what it is by its content, never by its name, and whether it is harmless.

Nothing is unpacked or run here.
"""

import io
import unicodedata
import zipfile
from collections.abc import Collection, Mapping

from hub.contract.media import DOCX, JPEG, PDF, PNG, SUFFIXES, TIFF, XLSX, endings
from hub.contract.text import Text
from hub.documents.plain_pdf import Verdict, judge

MAGIC: Mapping[bytes, str] = {
    b"%PDF-": PDF,
    b"\xff\xd8\xff": JPEG,
    b"\x89PNG\r\n\x1a\n": PNG,
    b"II*\0": TIFF,
    b"MM\0*": TIFF,
}
OFFICE: Mapping[str, str] = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX}  # the part that only it has
UNPACKED = 200_000_000  # octets that an office file may claim to hold
PARTS = 5_000  # files within an office file
LONGEST = 100  # characters of a name
DROPPED = ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")  # control, bidirectional, private, unpaired, line breaks

WRONG_TYPE = Text("不支持的文件类型，请上传{types}", "This type of file is not taken; upload {types}")
EMPTY = Text("文件为空，请重新选择", "The file is empty: choose another")
UNREADABLE = Text("文件已损坏或无法读取，请重新生成后上传", "The file is damaged: make it anew and upload it again")
ENCRYPTED = Text("文件已加密，请去除密码后上传", "The file is encrypted: remove the password and upload it again")
SCRIPTED = Text(
    "文件含有脚本或启动动作，请打印为普通PDF后上传",
    "The file has scripts or launch actions: print it to a plain PDF and upload that",
)
MACROS = Text("文件含有宏，请另存为不含宏的格式后上传", "The file has macros: save it without them")
REFUSED: Mapping[Verdict, Text] = {
    Verdict.ACTIVE: SCRIPTED,
    Verdict.ENCRYPTED: ENCRYPTED,
    Verdict.BROKEN: UNREADABLE,
}
BOMB = Text("文件解压后过大，请拆分后上传", "The file is too large when unpacked: split it")


class Unfit(Exception):
    """The file is not taken; ``text`` says why and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def examine(content: bytes, types: Collection[str]) -> str:
    """The media type of ``content``, one of ``types``. Raises Unfit."""
    if not content:
        raise Unfit(EMPTY)
    found = next((kind for start, kind in MAGIC.items() if content.startswith(start)), None)
    if content.startswith(b"PK\x03\x04"):
        found = _office(content)
    if found not in types or found is None:
        raise Unfit(_wrong_type(types))
    verdict = judge(content) if found == PDF else Verdict.PLAIN
    if verdict in REFUSED:
        raise Unfit(REFUSED[verdict])
    return found


def safe_name(name: str, media_type: str) -> str:
    """``name`` without paths and invisible characters, not too long, ending as ``media_type`` ends."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(char for char in last if unicodedata.category(char) not in DROPPED).strip(" .")
    suffix = next((end for end in SUFFIXES[media_type] if shown.lower().endswith(end)), "")
    stem = shown[: -len(suffix)] if suffix else shown
    end = suffix or SUFFIXES[media_type][0]
    return (stem.strip(" .")[: LONGEST - len(end)] or "file") + end


def _wrong_type(types: Collection[str]) -> Text:
    names = endings(types)
    return Text(WRONG_TYPE.zh.format(types="、".join(names)), WRONG_TYPE.en.format(types=", ".join(names)))


def _office(content: bytes) -> str | None:
    """Judged by the directory alone, before anything is unpacked. Raises Unfit."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            rows = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Unfit(UNREADABLE) from None
    if len(rows) > PARTS or sum(row.file_size for row in rows) > UNPACKED:
        raise Unfit(BOMB)
    names = {row.filename for row in rows}
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Unfit(MACROS)
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for part, kind in OFFICE.items() if part in names), None)
