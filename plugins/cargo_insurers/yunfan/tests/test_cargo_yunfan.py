"""Samples of every message; ``python plugins/cargo_insurers/yunfan/tests/test_cargo_yunfan.py`` writes them."""

from pathlib import Path

import pytest
from hub_cargo_yunfan import codes
from hub_cargo_yunfan.adapter import PARTNER, yunfan
from lxml import etree

from hub.testing.simulator.cargo import examples
from hub.xml.codec import snake

SAMPLES = Path(__file__).parent / "samples"
LAST = {
    name: {snake(field): tuple(table)[-1].code}
    for table in codes.TABLES
    for name, _, field in [table.name.partition(".")]
}
"""Type -> the last code of its table."""


def unsigned(type: str) -> bytes:
    message = examples.message(type, PARTNER, LAST.get(type, {}))
    element = yunfan().catalogue.message(type, "1.0").encode(message)
    return etree.tostring(element, encoding="UTF-8", xml_declaration=True, pretty_print=True)


@pytest.mark.parametrize("type", examples.BODIES)
def test_a_message_looks_like_its_sample(type):
    assert unsigned(type) == (SAMPLES / f"{snake(type)}.xml").read_bytes()


def test_every_message_of_the_sheet_has_a_sample():
    rows = yunfan().sheet.capabilities.values()
    declared = {name.partition("/")[0] for row in rows for name in (*row.sends, *row.receives)}

    assert declared - {"StatusQuery"} == set(examples.BODIES)


if __name__ == "__main__":
    for type in examples.BODIES:
        (SAMPLES / f"{snake(type)}.xml").write_bytes(unsigned(type))
