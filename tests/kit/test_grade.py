"""The grade is a pure function of the results: nothing but the rules decides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.testing.kit.case import (
    EXEMPT,
    FAILED,
    GRADES,
    PASSED,
    TODO,
    Case,
    Exempt,
    Result,
    Todo,
    expect,
    grade,
    run,
)

HEIGHT = ("none", *GRADES)


def results(**outcomes: str) -> list[Result]:
    return [Result(group="g", name=name, grade=name, outcome=outcome) for name, outcome in outcomes.items()]


@pytest.mark.parametrize(
    ("outcomes", "reached"),
    [
        ({"bronze": PASSED, "silver": PASSED, "gold": PASSED}, "gold"),
        ({"bronze": PASSED, "silver": PASSED, "gold": FAILED}, "silver"),
        ({"bronze": PASSED, "silver": FAILED, "gold": PASSED}, "bronze"),
        ({"bronze": FAILED, "silver": PASSED, "gold": PASSED}, "none"),
        ({"bronze": PASSED, "silver": EXEMPT, "gold": PASSED}, "bronze"),
        ({}, "none"),
    ],
)
def test_a_grade_needs_its_own_rules_and_those_below(outcomes, reached):
    assert grade(results(**outcomes)) == reached


def test_an_exemption_beside_a_passed_rule_costs_no_grade():
    rows = [*results(bronze=PASSED, silver=PASSED, gold=PASSED), *results(gold=EXEMPT, bronze=EXEMPT)]

    assert grade(rows) == "gold"


ROWS = st.lists(
    st.builds(
        Result,
        group=st.just("g"),
        name=st.just("n"),
        grade=st.sampled_from(GRADES),
        outcome=st.sampled_from((PASSED, FAILED, EXEMPT, TODO)),
    )
)


@given(rows=ROWS, broken=st.sampled_from(GRADES), how=st.sampled_from((FAILED, TODO)))
def test_one_more_rule_broken_or_to_do_never_raises_a_grade_and_costs_its_own(rows, broken, how):
    worse = grade([*rows, Result(group="g", name="n", grade=broken, outcome=how)])

    assert HEIGHT.index(worse) <= HEIGHT.index(grade(rows))
    assert HEIGHT.index(worse) < HEIGHT.index(broken)


def case(check) -> Case:
    return Case(group="g", name="n", grade="gold", rule="r", about=object, check=check)


def exempt(_: object) -> None:
    raise Exempt("no money")


def unread(_: object) -> None:
    raise Todo("unread")


@pytest.mark.parametrize(
    ("check", "outcome", "reason"),
    [
        (lambda _: None, PASSED, ""),
        (lambda _: expect(0, "zero"), FAILED, "zero"),
        (exempt, EXEMPT, "no money"),
        (unread, TODO, "unread"),
        (lambda _: {}["x"], FAILED, "KeyError: 'x'"),
    ],
)
def test_whatever_a_plugin_raises_is_a_result(check, outcome, reason):
    result = run(case(check), object())

    assert (result.outcome, result.reason) == (outcome, reason)
