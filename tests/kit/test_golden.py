"""The partner's own documents: they find what a plugin and its simulator have wrong alike."""

import json
from pathlib import Path

import pytest

from hub.contract.convert import DECIMAL, FEN, Convert
from hub.testing.kit.case import EXEMPT, FAILED, PASSED, TODO, run
from hub.testing.kit.cases import CASES
from hub.testing.kit.find import partner
from hub.testing.kit.subject import Partner
from hub.xml.layout import Layout, Row
from tests.kit.mutants import PAY, Own, own

CHECKED = [case for case in CASES if case.group == "golden"]
DOCUMENT = """<?xml version="1.0" encoding="GB18030"?>
<Pay>
  <Seq>7f2504e04f8941d39a0c0305e82c33aa</Seq><Amt>1472307</Amt><Name>某公司</Name><Told>2026-11-20T01:00:00Z</Told>
</Pay>
"""
MEANING = {"amount": "14723.07", "name": "某公司", "told_at": "2026-11-20T01:00:00+00:00"}


def tried(reference: Partner, folder: Path, amount: Convert = FEN) -> list[str]:
    """The outcome of each case for the partner with these documents, whose tables read amounts by ``amount``."""
    adapter = own(Own, folder)
    rows = tuple(Row(row.ours, row.theirs, amount) if row.ours == "amount" else row for row in PAY)
    (pay,) = (message for message in adapter.messages if message.type == "Pay")
    object.__setattr__(pay, "layout", Layout("Pay", rows))
    return [run(case, partner(reference.plugin, folder, adapter)).outcome for case in CHECKED]


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A plugin's folder with one document of the partner."""
    golden = tmp_path / "tests" / "golden"
    golden.mkdir(parents=True)
    (golden / "pay.xml").write_bytes(DOCUMENT.encode("gb18030"))
    (golden / "pay.json").write_text(json.dumps({"message": "Pay/1.0", "body": MEANING}), encoding="utf-8")
    return tmp_path


def test_tables_that_agree_with_the_partners_documents_pass(sinosure: Partner, documents: Path) -> None:
    assert tried(sinosure, documents) == [PASSED, PASSED, PASSED]


def test_a_unit_that_both_sides_have_wrong_is_found(sinosure: Partner, documents: Path) -> None:
    assert tried(sinosure, documents, DECIMAL)[0] == FAILED


def test_an_element_that_the_tables_do_not_write_is_found(sinosure: Partner, documents: Path) -> None:
    place = documents / "tests" / "golden" / "pay.xml"
    place.write_bytes(DOCUMENT.replace("</Amt>", "</Amt><Memo>1</Memo>").encode("gb18030"))

    assert tried(sinosure, documents) == [PASSED, FAILED, PASSED]


def test_a_document_without_a_meaning_is_found_and_none_at_all_is_still_to_do(
    sinosure: Partner, documents: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (documents / "tests" / "golden" / "pay.json").unlink()

    assert tried(sinosure, documents)[0] == FAILED
    assert tried(sinosure, tmp_path_factory.mktemp("none")) == [EXEMPT, EXEMPT, TODO]


def test_who_speaks_the_hubs_own_xml_needs_none(sinosure: Partner, tmp_path: Path) -> None:
    (required,) = (case for case in CHECKED if case.grade == "gold")

    assert run(required, partner(sinosure.plugin, tmp_path, sinosure.adapter)).outcome == EXEMPT
