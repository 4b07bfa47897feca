"""What the documentation says is what the code does."""

import importlib.machinery
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def docs() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("script_docs", str(ROOT / "script" / "docs"))
    spec = importlib.util.spec_from_loader("script_docs", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


PAGES = docs().PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_every_table_of_the_page_is_what_the_code_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert docs().rendered(text) == text


def test_every_table_that_can_be_written_stands_on_a_page() -> None:
    written = {found for page in PAGES for found in docs().TABLE.findall(page.read_text(encoding="utf-8"))}

    assert {found[1] for found in written} == set(docs().TABLES)


def test_every_setting_hook_and_error_has_a_sentence() -> None:
    module = docs()

    for table in ("settings", "hooks", "adapter", "outcomes", "errors"):
        rows = module.TABLES[table]().splitlines()[2:]
        assert all(row.split(" | ")[-1].strip(" |") for row in rows), table
