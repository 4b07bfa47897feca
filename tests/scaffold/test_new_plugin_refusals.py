"""What cannot be made is refused in one line, in both languages, and leaves nothing behind."""

from pathlib import Path

import pytest

from hub.cli import main
from hub.scaffold import codelist, pack, plan
from hub.scaffold.names import names
from tests.scaffold.conftest import contents, refused
from tests.scaffold.stranger import XSD


@pytest.mark.parametrize("slug", ["Acme", "1st", "a", "a--b", "a_b", "../acme", "acme-", "x" * 21, "hub", "银行"])
def test_a_bad_slug(slug: str, tmp_path: Path) -> None:
    said = refused(["insurer", slug, "--into", str(tmp_path)])

    assert slug in said
    assert " / Error: slug" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["broker", "acme"], "one of insurer, bank, card, data"),
        (["bank", "acme", "pay.xsd"], "XSDs follow --xsd"),
        (["bank", "acme", "--xsd", "nowhere.xsd"], "nowhere.xsd: No such file"),
        (["bank", "acme", "--status", "nowhere.csv"], "nowhere.csv: No such file"),
        (["bank", "acme", "--name-zh", '引"号'], "none of them a quote"),
    ],
)
def test_bad_words(words: list[str], reason: str, tmp_path: Path) -> None:
    assert reason in refused([*words, "--into", str(tmp_path)])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("not xml", "is not XML, line 1"),
        ("<a/>", "is no XSD"),
        ('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>', "declares no message"),
        (XSD.replace("付款类型", "没有的类型", 1), "cannot be used"),
        (XSD.replace("<xs:element", '<xs:include schemaLocation="common/types.xsd"/><xs:element', 1), "types.xsd"),
        (XSD.replace("GBK", "KOI-77", 1), "is not written in koi-77"),
    ],
)
def test_an_xsd_that_cannot_be_used_is_named(content: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "partner.xsd"
    file.write_text(content, encoding="gbk")

    said = refused(["bank", "acme", "--xsd", str(file), "--into", str(tmp_path / "out")])

    assert "partner.xsd" in said
    assert reason in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "line 1: the columns are"),
        ("code,meaning\n1,x\n", "line 1: the columns are"),
        ("code,text_zh\n", "there is no code in it"),
        ("code,text_zh\n1,\n", "line 2: code and text_zh are required"),
        ("code,text_zh\n1,甲\n\n1,乙\n", "line 4: code 1 stands twice"),
    ],
)
def test_a_code_list_that_cannot_be_used_is_named(content: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(content, encoding="utf-8")

    assert reason in refused(["insurer", "acme", "--status", str(file), "--into", str(tmp_path / "out")])


def test_a_code_that_the_hubs_own_xml_cannot_carry(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text("code,text_zh\nFAR-TOO-LONG,甲\n", encoding="utf-8")

    assert "use --xsd" in refused(["insurer", "acme", "--status", str(file), "--into", str(tmp_path / "out")])


def test_a_folder_that_exists_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "swhub-card-acme").mkdir()
    (tmp_path / "swhub-card-acme" / "mine").write_text("mine")

    said = refused(["card", "acme", "--into", str(tmp_path)])

    assert "exists: choose another slug or folder" in said
    assert contents(tmp_path) == {"swhub-card-acme/mine": b"mine"}


def test_a_card_speaks_no_xml(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text("code,text_zh\n1,甲\n", encoding="utf-8")

    assert "a card speaks no XML" in refused(["card", "acme", "--status", str(file), "--into", str(tmp_path / "out")])


def test_the_same_words_write_the_same_bytes() -> None:
    called = names("bank", "acme")
    given = pack.pack({"pay.xsd": XSD.replace("GBK", "UTF-8")}, "GBK")
    codes = (codelist.Code(code="1", text=called.name),)

    assert plan.files(called, given, codes) == plan.files(called, given, codes)


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["new-plugin", "--help"])

    assert "swhub new-plugin insurer acme" in capsys.readouterr().out
