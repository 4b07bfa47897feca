"""What README.md says is what the tables say."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from hub_sinosure import codes
from hub_sinosure.adapter import sheet
from hub_sinosure.simulator.rules import PLANS, RULES
from hub_sinosure.simulator.scenario import SCENARIO

from hub.testing.simulator.controls import CONTROLS
from hub.testing.simulator.faults import MENU
from hub.testing.simulator.server import Options

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def table(head: str) -> list[list[str]]:
    """The rows of the table whose head line begins like this."""
    lines = README.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith(f"| {head} |")) + 2
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def test_the_codes_are_listed_with_the_insurers_words():
    rows = [[table.name, row.code, row.text.zh, row.event] for table in codes.TABLES for row in table]

    assert table("field | code") == rows


def test_the_messages_are_those_of_the_capability_sheet():
    declared = {
        (message.partition("/")[0], direction)
        for capability in sheet().capabilities.values()
        for direction, messages in (("out", capability.sends), ("in", capability.receives))
        for message in messages
    }

    assert {(name, direction) for name, direction, _ in table("message | direction")} == declared


@pytest.mark.parametrize(
    ("type", "head"),
    [
        ("PolicyConfirmation", "contains | plan"),
        ("Inquiry", "inquiry contains | plan"),
        ("ClaimSubmission", "claim contains | plan"),
        ("NewBuyer", "buyer contains | plan"),
        ("AgreementSigned", "agreement contains | plan"),
        ("BuyerReportRequest", "report contains | plan"),
        ("LossReport", "loss contains | plan"),
    ],
)
def test_the_magic_values_are_the_rules_in_their_order(type, head):
    rules = [rule for rule in RULES if rule.contains and rule.type == type]
    rows = [
        [rule.contains, rule.plan, f"{rule.slower:g}" if rule.slower != 1 else "", rule.fault or ""] for rule in rules
    ]

    assert table(head) == rows


def test_the_options_are_all_there():
    assert table("option") == [[row.name, row.metadata["help"]] for row in fields(Options)]


def test_the_controls_are_all_there():
    assert {row[0] for row in table("do")} == set(CONTROLS) | set(SCENARIO.controls)


def test_the_fault_menu_is_the_readmes():
    rows = [[name, ", ".join(sorted(fault.sides)), fault.text.en] for name, fault in MENU.items()]

    assert table("fault | happens to") == rows


def test_the_plans_that_a_rules_file_may_name_are_listed():
    listed = re.search(r"# (approve.*)", README)

    assert listed is not None
    assert set(listed[1].split(", ")) == set(PLANS)
