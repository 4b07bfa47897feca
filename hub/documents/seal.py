"""The seal of a company, drawn: a vector in PDFs and, with the same strokes, on the page.

The look follows the round seal of an enterprise: 40 mm, red, the name on the upper arc, a star, what the seal is for,
its number on the lower arc.
"""

from dataclasses import dataclass
from datetime import datetime

from hub.documents.pdf import draw

SIZE = 113.386  # points, 40 mm


@dataclass(frozen=True, kw_only=True)
class Seal:
    """What is engraved."""

    name: str  # of the company
    kind: str = "公司章"
    number: str = ""  # 13 digits on most seals


def as_pdf(seal: Seal, now: datetime) -> bytes:
    """The seal as a PDF page of its own size, to be stamped. Raises NotPrintable for a sign that the font lacks."""
    return draw("seal", _data(seal), now=now).pdf


def as_svg(seal: Seal, now: datetime) -> bytes:
    """The seal for the web: paths only, no font is asked for. Raises NotPrintable for a sign that the font lacks."""
    return draw("seal", _data(seal), now=now).svg


def _data(seal: Seal) -> dict[str, str]:
    return {"name": seal.name, "kind": seal.kind, "number": seal.number}
