"""The partner's own example documents, and what they mean: the one place where both sides can be wrong about a unit.

``tests/golden/<name>.xml`` is a document as the partner's specification prints it, unsigned; ``<name>.json`` beside it
says what it means: ``{"message": "PaymentRequest/1.0", "body": {...}}``, amounts and times as texts, by a person. Who
prints no XML has another ending than these, and ``read_document`` in ``tests/kit_samples.py``.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from hub.testing.kit.case import Exempt, Todo, expect, gold, silver
from hub.testing.kit.subject import Partner
from hub.xml.layout import HEADER

FOLDER = "tests/golden"
MEANING = ".json"


@silver
def a_document_of_the_partner_means_what_stands_beside_it(partner: Partner) -> None:
    """Each document in ``tests/golden`` is read as the meaning that a person wrote beside it."""
    for name, document, declared, body in _documents(partner):
        found = _plain(_read(partner, declared, document)[0])
        keys = {key for key in found.keys() | body.keys() if found.get(key) != body.get(key)}
        wrong = {key: (found.get(key), body.get(key)) for key in sorted(keys)}
        expect(not wrong, f"{name}: read, and meant: {wrong}")


@silver
def what_is_meant_is_written_as_the_partner_prints_it(partner: Partner) -> None:
    """The same meaning, written by the tables, has the elements of the document in ``tests/golden``, in their order."""
    tried = 0
    for name, document, declared, _ in _documents(partner):
        layout = partner.layout(declared)
        if layout is not None:
            body, header = _read(partner, declared, document)
            written = layout.write({**body, HEADER: header})
            names = _names if partner.ordered else _sorted_names
            expect(names(written) == names(document), f"{name}: written otherwise than the partner prints it")
            tried += 1
    if not tried:
        raise Exempt("the partner speaks the hub's own XML")


@gold
def the_partners_own_documents_are_there(partner: Partner) -> None:
    """A partner with documents of its own has some in ``tests/golden``, or the grade stays at silver."""
    if not any(partner.layout(declared) for declared in (*partner.sends, *partner.receives)):
        raise Exempt("the partner speaks the hub's own XML")
    if not _places(partner):
        raise Todo(f"there are no documents of the partner in {FOLDER}")


def _places(partner: Partner) -> list[Path]:
    return sorted(place for place in (partner.folder / FOLDER).glob("*.*") if place.suffix != MEANING)


def _documents(partner: Partner) -> Iterator[tuple[str, etree._Element, str, Mapping[str, Any]]]:
    """(name, document, "Type/1.0", meaning). Raises Exempt where there are none."""
    places = _places(partner)
    if not places:
        raise Exempt(f"there are no documents of the partner in {FOLDER}")
    for place in places:
        beside = place.with_suffix(MEANING)
        expect(beside.is_file(), f"{place.name}: nobody says what it means, {beside.name} is missing")
        said = json.loads(beside.read_text(encoding="utf-8"))
        yield place.name, partner.read_document(place.read_bytes()), said["message"], said["body"]


def _read(partner: Partner, declared: str, document: etree._Element) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """(body, envelope) of a document."""
    layout = partner.layout(declared)
    if layout is None:
        return dict(partner.catalogue.message(*declared.split("/")).decode(document).body), {}
    values = layout.read(document)
    return values, values.pop(HEADER, {})


def _plain(value: Any) -> Any:
    """A value as JSON says it."""
    match value:
        case Mapping():
            return {key: _plain(part) for key, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
        case Decimal():
            return f"{value:f}"
        case date():  # a datetime is one
            return value.isoformat()
        case bytes():
            return value.hex()
    return value


def _names(document: etree._Element) -> list[tuple[str, ...]]:
    """Each element with its attributes, in the order of the document."""
    return [(str(part.tag), *sorted(map(str, part.keys()))) for part in document.iter(etree.Element)]


def _sorted_names(document: etree._Element) -> list[tuple[str, ...]]:
    """The same where the order says nothing: each with the names of what it stands in."""
    return sorted((*(str(part.tag) for part in row.iterancestors()), str(row.tag)) for row in document.iter())
