"""A report proves what it says, about the code that is installed, or it proves nothing."""

import json
from dataclasses import replace

import pytest

from hub.testing.kit import proof, report
from hub.testing.kit.case import FAILED, PASSED, Result
from hub.testing.kit.keys import keys
from hub.testing.kit.proof import NotProven

GOLD = [
    Result(group="g", name=f"a {grade} rule", grade=grade, outcome=PASSED) for grade in ("bronze", "silver", "gold")
]
BRONZE = [GOLD[0], replace(GOLD[1], outcome=FAILED, reason="so"), GOLD[2]]


@pytest.fixture
def signed(sinosure):
    return report.make(sinosure, GOLD, keys().partner)


def test_a_signed_report_proves_its_grade_about_this_code(signed, sinosure):
    read = json.loads(json.dumps(signed))

    assert proof.check(read, [keys().partner.certificate], sinosure.module) == "gold"


def test_the_same_run_has_the_same_digest_and_another_run_another(sinosure):
    first, second, other = (report.make(sinosure, rows)["digest"] for rows in (GOLD, GOLD, BRONZE))

    assert first == second != other


def test_a_report_names_what_was_tested(signed, sinosure):
    assert (signed["plugin"], signed["partner"], signed["kit"]) == ("sinosure", "sinosure", "1.0")
    assert signed["capabilities"] == sorted(sinosure.adapter.sheet.capabilities)
    assert signed["counts"] == {"passed": 3, "failed": 0, "exempt": 0, "todo": 0}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"version": "9"}, "changed"),
        ({"grade": "none"}, "changed"),
        ({"signature": None}, "not signed"),
        ({"digest": "0" * 64}, "changed"),
    ],
)
def test_a_changed_report_proves_nothing(signed, changes, why):
    with pytest.raises(NotProven, match=why):
        proof.check(signed | changes, [keys().partner.certificate])


def test_a_grade_that_is_not_that_of_the_cases_proves_nothing(sinosure):
    lied = report.sign(report.make(sinosure, BRONZE) | {"grade": "gold"}, keys().partner)

    with pytest.raises(NotProven, match="not that of the cases"):
        proof.check(lied)


def test_a_strangers_signature_proves_nothing(sinosure):
    signed = report.make(sinosure, GOLD, keys().stranger)

    with pytest.raises(NotProven, match="may not"):
        proof.check(signed, [keys().partner.certificate])


def test_a_signature_over_something_else_proves_nothing(signed, sinosure):
    other = report.make(sinosure, BRONZE, keys().partner)

    with pytest.raises(NotProven, match="signature of the report is wrong"):
        proof.check(signed | {"signature": other["signature"]}, [keys().partner.certificate])


def test_a_report_about_other_code_proves_nothing(sinosure, softcard):
    with pytest.raises(NotProven, match="other code"):
        proof.check(report.make(softcard, GOLD), module=sinosure.module)


@pytest.mark.parametrize("content", [{}, {"digest": "x"}, {"digest": "x", "cases": [{}]}])
def test_what_is_no_report_proves_nothing(content):
    with pytest.raises(NotProven):
        proof.check(content)
