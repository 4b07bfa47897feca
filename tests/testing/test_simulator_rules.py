"""The rules table: first match wins, and nothing is guessed."""

import importlib
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hub import registry
from hub.contract.message import CanonicalMessage
from hub.contract.text import Text
from hub.testing.simulator.desk import Scenario
from hub.testing.simulator.rules import Plan, Rule, RuleError, load, match

PAYMENT = CanonicalMessage(
    type="Payment",
    version="1.0",
    message_id="m",
    sender="swhub",
    receiver="bank",
    enterprise="E",
    business_key="P1",
    sequence=1,
    created_at=datetime(2026, 11, 20, tzinfo=UTC),
    body={"amount": {"amount": Decimal("2.00"), "currency": "CNY"}, "remark": "请Reject", "items": [1]},
)

INSTALLED = registry.build()
SIMULATORS = {
    row.name: f"{row.module.__name__}.simulator" for row in INSTALLED.plugins if row.name in INSTALLED.origins.values()
}


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        ({}, True),
        ({"type": "Other"}, False),
        ({"fields": ("remark",), "contains": "Reject"}, True),
        ({"fields": ("remark",), "contains": "reject"}, False),
        ({"fields": ("name",), "contains": "Reject"}, False),
        ({"equals": {"amount.amount": "2.00"}}, True),
        ({"equals": {"amount.amount": "2.0"}}, False),
        ({"equals": {"amount.amount": "2.00", "amount.currency": "USD"}}, False),
        ({"equals": {"amount.amount.cents": "2.00"}}, False),
    ],
)
def test_a_rule_matches_by_type_text_and_value(rule, matches):
    assert Rule(**{"name": "r", "type": "Payment", "plan": "p", **rule}).matches(PAYMENT) is matches


def test_the_first_match_wins():
    rules = [Rule(name=name, type=type, plan="p") for name, type in (("a", "X"), ("b", "Payment"), ("c", "Payment"))]

    assert match(rules, PAYMENT).name == "b"
    assert match(rules[:1], PAYMENT) is None


def test_a_fault_of_both_sides_happens_to_the_answer_unless_said_otherwise():
    sides = [
        Rule(name="r", type="T", plan="p", fault=fault, on=on).on
        for fault, on in (("truncated", ""), ("truncated", "push"), ("duplicate", ""))
    ]

    assert sides == ["answer", "push", "push"]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"fault": "explode"}, "'explode' is none of"),
        ({"fault": "reset", "on": "push"}, "happens on answer"),
        ({"contains": "x"}, "contains needs fields"),
        ({"slower": -1.0}, "never negative"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong(wrong, reason):
    with pytest.raises(RuleError, match=f"rule r: .*{reason}"):
        Rule(name="r", type="T", plan="p", **wrong)


OWN = (Rule(name="own", type="T", plan="p"),)
ROW = '[[rule]]\nname = "file"\ntype = "T"\nplan = "p"\n'


def test_a_file_comes_first_or_replaces(tmp_path):
    file = tmp_path / "rules.toml"
    names = []
    for head in ("", "replace = true\n"):
        file.write_text(head + ROW)
        names.append([rule.name for rule in load(file, OWN)])

    assert names == [["file", "own"], ["file"]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rule = [", "rules.toml"),
        ("rules = []", "unknown key rules"),
        ('[[rule]]\nname = "x"\ntype = "T"\n', "rule 1: plan is required"),
        (ROW + 'colour = "red"\n', "rule 1: unknown key colour"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(text, reason, tmp_path):
    (tmp_path / "rules.toml").write_text(text)

    with pytest.raises(RuleError, match=reason):
        load(tmp_path / "rules.toml", OWN)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(RuleError, match=r"none\.toml"):
        load(tmp_path / "none.toml", OWN)


# what is published


@pytest.mark.parametrize("plugin", SIMULATORS)
def test_a_published_value_reaches_the_rule_that_it_was_taken_from(plugin):
    scenario = importlib.import_module(SIMULATORS[plugin]).SCENARIO
    rules = [rule for rule in scenario.rules if rule.contains]

    for rule, value in zip(rules, scenario.magic, strict=False):
        for field in value.fields:
            assert match(scenario.rules, replace(PAYMENT, type=value.type, body={field: value.text})) is rule


def test_what_a_value_does_is_told_in_the_words_of_plan_pace_and_fault():
    rules = [
        Rule(name="a", type="T", plan="p", fields=("x",), contains="a", slower=30.0),
        Rule(name="b", type="T", plan="p", fields=("x",), contains="b", example="abc", fault="reset"),
        Rule(name="c", type="T", plan="p", fields=("x",), contains="c", fault="reset", times=9),
        Rule(name="d", type="T", plan="p"),
    ]
    plans = {"p": Plan(text=Text("付款成功", "paid"))}

    magic = Scenario(rules=rules, plans=plans, handlers={"T": None}, steps={}).magic

    assert [value.text for value in magic] == ["a", "abc", "c"]
    assert [value.then.en for value in magic] == [
        "paid; in 30 times the usual time",
        "connection reset in the middle of the answer; paid",
        "connection reset in the middle of the answer",
    ]
