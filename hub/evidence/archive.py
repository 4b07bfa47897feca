"""The container of a bundle: a ZIP that any program opens, in one canonical form.

Files are stored, not compressed, in the order of their names, with fixed dates and flags (PKWARE APPNOTE 6.3.3, 4.3):
for given files there is exactly one archive. So a change of any byte, in a file or between files, is a change that
shows. Written here and not by a library, whose choices differ from version to version.
"""

import struct
from collections.abc import Mapping
from zlib import crc32

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
LOCAL_FORM, CENTRAL_FORM, END_FORM = "<4s5H3I2H", "<4s6H3I5H2I", "<4s4H2IH"
LOCAL_SIZE = struct.calcsize(LOCAL_FORM)
NEEDED, FLAGS, STORED, TIME, DATE = 20, 0x800, 0, 0, 0x21  # version 2.0, UTF-8 names, no method, 1980-01-01 00:00
LIMIT = 0xFFFF_FFFF


class Damaged(Exception):
    """Not an archive of ours. ``name`` is the file at which it shows, empty for the archive as a whole."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def write(files: Mapping[str, bytes]) -> bytes:
    """The archive of these files. Raises ValueError when they are too many or too large for a plain ZIP."""
    if len(files) > 0xFFFF or sum(map(len, files.values())) + 300 * len(files) > LIMIT:
        raise ValueError("more than a ZIP without extensions holds")
    body, directory = bytearray(), bytearray()
    for name in sorted(files):
        offset = len(body)
        body += _local(name, files[name]) + files[name]
        directory += _central(name, files[name], offset)
    end = struct.pack(END_FORM, END, 0, 0, len(files), len(files), len(directory), len(body), 0)
    return bytes(body + directory + end)


def read(data: bytes) -> dict[str, bytes]:
    """The files, whether or not the archive is in canonical form. Raises Damaged where it cannot be followed."""
    files: dict[str, bytes] = {}
    place, name = 0, ""
    while data[place : place + 4] == LOCAL:
        try:
            *_, size, length, _ = struct.unpack_from(LOCAL_FORM, data, place)
            begin = place + LOCAL_SIZE + length
            name = data[place + LOCAL_SIZE : begin].decode()
        except (struct.error, UnicodeDecodeError):
            raise Damaged(name) from None
        if begin + size > len(data) or name in files:
            raise Damaged(name)
        files[name] = data[begin : begin + size]
        place = begin + size
    if not files or data[place : place + 4] != CENTRAL:
        raise Damaged(name)
    return files


def check(data: bytes, files: Mapping[str, bytes]) -> None:
    """Return when ``data`` is the canonical archive of ``files``. Raises Damaged naming the file where it is not."""
    expected = write(files)
    if data == expected:
        return
    at = next((place for place, pair in enumerate(zip(data, expected, strict=False)) if pair[0] != pair[1]), len(data))
    raise Damaged(_owner(files, at))


def _owner(files: Mapping[str, bytes], at: int) -> str:
    """The file in whose record the byte at ``at`` lies; empty in the end record."""
    place = 0
    for record in (_local, _central):
        for name in sorted(files):
            place += len(record(name, files[name])) + (len(files[name]) if record is _local else 0)
            if at < place:
                return name
    return ""


def _local(name: str, content: bytes) -> bytes:
    coded = name.encode()
    size = len(content)
    head = (LOCAL, NEEDED, FLAGS, STORED, TIME, DATE, crc32(content), size, size, len(coded), 0)
    return struct.pack(LOCAL_FORM, *head) + coded


def _central(name: str, content: bytes, offset: int = 0) -> bytes:
    coded = name.encode()
    size = len(content)
    head = (CENTRAL, NEEDED, NEEDED, FLAGS, STORED, TIME, DATE, crc32(content), size, size, len(coded), 0, 0, 0, 0, 0)
    return struct.pack(CENTRAL_FORM, *head, offset) + coded
