"""What a plugin's next version would break, by the sheets of those that went out."""

from pathlib import Path

import pytest

from hub.testing.kit.case import EXEMPT, FAILED, PASSED, run
from hub.testing.kit.cases import CASES
from hub.testing.kit.cases.upgrade import FOLDER
from hub.testing.kit.find import partner
from hub.testing.kit.subject import Partner

NAMES = [case.name for case in CASES if case.group == "upgrade"]
TODAY = """
[plugin]
partner = "sinosure"
name_zh = "中国信保"
name_en = "Sinosure"
kind = "insurer"
contract = ">=1.0,<2"
state = "sandbox"

[[capability]]
name = "micro_policy.confirm"
out = ["PolicyConfirmation/1.0"]
in = ["ReviewResult/1.0"]
idempotency = "key"
query = "micro_policy.query"

[[capability]]
name = "micro_policy.query"
out = ["StatusQuery/1.0"]
idempotency = "natural"
"""


def outcomes(reference: Partner, folder: Path, released: str) -> dict[str, str]:
    """What the cases say of the plugin of today after a version with this sheet."""
    place = folder / FOLDER / "0.1.0.toml"
    place.parent.mkdir(parents=True)
    place.write_text(released, encoding="utf-8")
    subject = partner(reference.plugin, folder, reference.adapter)
    return {case.name: run(case, subject).outcome for case in CASES if case.name in NAMES}


def test_what_a_released_version_did_can_still_be_done(sinosure, tmp_path):
    assert outcomes(sinosure, tmp_path, TODAY) == dict.fromkeys(NAMES, PASSED)


@pytest.mark.parametrize(
    ("old", "new", "broken"),
    [
        ('partner = "sinosure"', 'partner = "xinbao"', "the_partner_keeps_its_code"),
        ("ReviewResult/1.0", "ReviewResult/0.9", "what_a_released_version_took_is_still_taken"),
        ("PolicyConfirmation/1.0", "PolicyConfirmation/0.9", "the_answer_to_what_a_released_version_sent_can_be_read"),
        (
            'name = "micro_policy.query"',
            'name = "micro_policy.query"\nquery = "micro_policy.query"',
            "a_capability_that_asked_can_still_ask",
        ),
    ],
)
def test_what_the_next_version_breaks_is_named_by_one_rule(old, new, broken, sinosure, tmp_path):
    said = outcomes(sinosure, tmp_path, TODAY.replace(old, new, 1))

    assert [name for name, outcome in said.items() if outcome == FAILED] == [broken]


def test_a_capability_that_is_gone_as_a_whole_breaks_no_rule_about_sending(sinosure, tmp_path):
    said = outcomes(sinosure, tmp_path, TODAY.replace("micro_policy.confirm", "micro_policy.gone", 1))

    assert said == dict.fromkeys(NAMES, PASSED)


def test_before_the_first_release_there_is_nothing_to_break(sinosure):
    assert {run(case, sinosure).outcome for case in CASES if case.name in NAMES} == {EXEMPT}
