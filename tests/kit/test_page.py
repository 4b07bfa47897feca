"""What README.md says about the kit is what the kit does."""

import inspect
import re
from collections import Counter
from pathlib import Path

import pytest

from hub.testing import kit
from hub.testing.kit import plugin
from hub.testing.kit.case import GRADES
from hub.testing.kit.cases import CASES, GROUPS

PAGE = Path(kit.__file__).with_name("README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_says_its_rule_in_one_sentence_and_has_a_grade(case):
    assert case.rule.endswith(".")
    assert case.grade in GRADES


def test_every_public_function_of_a_group_is_a_case_and_no_name_stands_twice():
    public = [
        name
        for group in GROUPS
        for name, value in vars(group).items()
        if inspect.isfunction(value) and value.__module__ == group.__name__ and not name.startswith("_")
    ]

    assert Counter(public) == Counter(case.name for case in CASES)
    assert max(Counter(public).values()) == 1


def test_every_option_stands_on_the_page():
    options = re.findall(r'"(--[a-z-]+)"', inspect.getsource(plugin))

    assert len(options) == 6
    assert [name for name in options if name not in PAGE] == []
