"""Both languages: nothing untranslated, nothing left over, legal texts stay Chinese and say so (spec UI-29)."""

import ast
import re
import string
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from tests.web.world import CLAUSES, Browser, World
from web.js_texts import CARD_TEXTS, JS_TEXTS
from web.texts import ENGLISH

WEB = Path(str(files("web")))
CHINESE = re.compile(r"[\u201c\u201d\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
CALL = re.compile(r'\b_\("([^"]+)"')
CHOICE = re.compile(r"\b_\((\{.*?\}[^)]*)\)")
OWN_LANGUAGE = ("_zh.html", "_en.html")
AUTONYMS = {"简", "体中文"}  # a language is named in itself


def templates() -> Iterator[tuple[str, str]]:
    for path in sorted(WEB.glob("templates/**/*.html")):
        if not path.name.endswith(OWN_LANGUAGE):
            yield path.name, path.read_text(encoding="utf-8")


def spoken() -> set[str]:
    """Every text that a template or a view asks for."""
    found: set[str] = set()
    for _, text in templates():
        found |= set(CALL.findall(text))
        for choice in CHOICE.findall(text):
            found |= {word for word in re.findall(r'"([^"]+)"', choice) if CHINESE.search(word)}
    for path in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                found |= {part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)}
    return found


def test_every_text_has_its_english_and_no_row_is_left_over() -> None:
    assert spoken() == set(ENGLISH)


def test_no_template_holds_chinese_outside_a_translated_text() -> None:
    for name, text in templates():
        bare = CHOICE.sub("", re.sub(r"_\(\"[^\"]*\"", "", text))
        assert set(CHINESE.findall(bare)) <= AUTONYMS, name


@pytest.mark.parametrize("source", [text for text in ENGLISH if "{" in text])
def test_both_languages_fill_in_the_same_values(source: str) -> None:
    def names(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert names(source) == names(ENGLISH[source])


def test_no_english_text_holds_chinese() -> None:
    texts = [*ENGLISH.values(), *(text.en for text in (*JS_TEXTS.values(), *CARD_TEXTS.values()))]
    assert [text for text in texts if CHINESE.search(text)] == []


PROPER = ("陕西示例进出口有限公司", "小微信保易", "王法人", "投保单.pdf", "保单.pdf", "体中文", "简", *CLAUSES)


def test_an_english_page_shows_chinese_only_where_it_is_data_or_law(world: World, user: Browser) -> None:
    offer, policy = world.offer(), world.policy(policy_type="XBY")
    user.english()
    for path in (
        *("/", "/micro_policy/micro_application", "/micro_policy/policy", "/notices", "/login", "/nothing"),
        f"/micro_policy/micro_application/{offer.id}/confirm",
        f"/micro_policy/policy/{policy.id}",
        "/micro_policy/introduction",
    ):
        text = user.get(path).text
        for known in PROPER:
            text = text.replace(known, "")
        assert CHINESE.findall(text) == [], path


def test_the_page_names_its_language_and_that_of_legal_texts(world: World, user: Browser) -> None:
    path = f"/micro_policy/micro_application/{world.offer().id}/confirm"
    chinese, english = user.get(path).text, user.english().get(path).text
    assert '<html lang="zh-CN"' in chinese
    assert '<html lang="en"' in english
    assert '<ol lang="zh-CN" class="clauses">' in english


def test_amounts_are_written_as_each_language_does(world: World, user: Browser) -> None:
    from decimal import Decimal

    obj = world.policy(insured_amount=Decimal("500000.00"), insured_currency="USD")
    path = f"/micro_policy/policy/{obj.id}"
    assert "500,000.00 美元" in user.get(path).text
    assert "USD 500,000.00" in user.english().get(path).text
