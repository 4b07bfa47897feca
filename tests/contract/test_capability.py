"""The capability sheet's own table: what may stand in it, and what is refused by name."""

import pytest

from hub.contract.capability import CapabilitySheet, SheetError

SHEET = """
[plugin]
partner = "acme"
name_zh = "示例保险"
name_en = "Acme Insurance"
kind = "insurer"
contract = ">=1.0,<2"
state = "sandbox"
"""


@pytest.mark.parametrize(("line", "contact"), [("", ""), ('contact = " 95500 "', "95500")])
def test_an_insurer_says_where_its_customers_call_or_says_nothing(line: str, contact: str) -> None:
    assert CapabilitySheet.parse(SHEET + line).contact == contact


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("contact = 95500", "plugin.contact: must be one line of text"),
        ('contact = "95500\\n95511"', "plugin.contact: must be one line of text"),
        ('contacts = "95500"', "plugin: unknown key contacts"),
    ],
)
def test_what_is_no_line_of_text_and_a_key_that_is_unknown_are_refused_by_name(line: str, message: str) -> None:
    with pytest.raises(SheetError, match=message):
        CapabilitySheet.parse(SHEET + line)
