"""Whether a stranger's PDF does nothing by itself: ``python -m hub.documents.plain_pdf < FILE`` prints a verdict.

A PDF is packed and may unfold without end, so it is read in a process of its own that has little memory and time.
"""

import io
import subprocess
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/RichMedia"}
SCRIPTS = ("/JS", "/XFA")  # files within are let through: an electronic invoice carries its data so
OBJECTS = 100_000
SECONDS, MEMORY = 10, 512 * 1024 * 1024  # octets of address space


class Verdict(Enum):
    """What a PDF is."""

    PLAIN = "plain"
    ACTIVE = "active"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"


def judge(content: bytes) -> Verdict:
    """BROKEN is also what takes too long or too much memory."""
    command = [sys.executable, "-P", "-m", __name__]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=2 * SECONDS, check=False)  # noqa: S603 - our own
        return Verdict(done.stdout.decode("ascii", "replace").strip())
    except (subprocess.TimeoutExpired, ValueError):
        return Verdict.BROKEN


def look(content: bytes) -> Verdict:
    """The same within this process. Raises whatever a hostile file makes a reader raise."""
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    if reader.encrypted:
        return Verdict.ENCRYPTED
    return Verdict.ACTIVE if any(map(_acts, _dictionaries(reader))) else Verdict.PLAIN


def _acts(row: DictionaryObject) -> bool:
    named = {str(dict.get(row, key)) for key in ("/S", "/Subtype")}
    return bool(named & ACTIONS) or any(name in row for name in SCRIPTS)


def _dictionaries(reader: PdfFileReader) -> Iterator[DictionaryObject]:
    """Every dictionary that can be reached from the catalogue; each indirect object once. Raises PdfError."""
    waiting: list[Any] = [reader.root]
    seen: set[tuple[int, int]] = set()
    while waiting:
        row = waiting.pop()
        if isinstance(row, IndirectObject):
            place = (row.idnum, row.generation)
            if place in seen:
                continue
            seen.add(place)
            if len(seen) > OBJECTS:
                raise PdfError("more objects than are looked at")
            row = row.get_object()  # type: ignore[no-untyped-call]
        if isinstance(row, DictionaryObject):
            yield row
            waiting.extend(dict.values(row))
        elif isinstance(row, ArrayObject):
            waiting.extend(list.__iter__(row))


def main() -> None:
    """Judge what comes on the standard input."""
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        if Path("/proc/self/statm").exists():
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        verdict = look(sys.stdin.buffer.read())
    except Exception:
        verdict = Verdict.BROKEN
    sys.stdout.write(verdict.value)


if __name__ == "__main__":
    main()
