"""A plugin from a stranger's schemas and code list: green, in the stranger's own names, units and encoding."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.scaffold import stranger
from tests.scaffold.conftest import Write, Written, kit

AMOUNT = """
import importlib
from decimal import Decimal
layout = importlib.import_module("hub_{kind}_stranger.messages").PAY_RQ
element = layout.write({{"pay_amt": Decimal("14723.01")}})
print(ascii([layout.read(element)["pay_amt"], element.findtext("Pay-Amt")]))
"""
RARE = """
import importlib
from datetime import UTC, datetime
from hub.contract.adapters import Context, Refusal
from hub.contract.message import CanonicalMessage
from hub.testing import pki
from hub.xml.layout import encoded
from hub.xml.reader import read
adapter = importlib.import_module("hub_{kind}_stranger.adapter").make_adapter()
row = adapter.row("Pay-Rq")
now = datetime(2026, 11, 20, tzinfo=UTC)
signer = pki.KeySigner(pki.issue_partner(pki.make_authority("t", now), "s", now, algorithm="ecdsa-sha256"))
values = row.layout.read(read((adapter.schemas / "samples" / "pay_rq.xml").read_bytes()))
print(encoded(row.layout.write(values), adapter.encoding)[:40])
message = CanonicalMessage(
    type="Pay-Rq", version="1.0", message_id="7f2504e0-4f89-41d3-9a0c-0305e82c33aa", sender="swhub",
    receiver="stranger", enterprise="0" * 18, business_key="1", sequence=1, created_at=now,
    body=dict(values, **{{"收款人-名称": "\\U00020bb7野"}}),
)
try:
    adapter.build(message, Context(now=now, hub="swhub", signer=signer))
except Refusal as refusal:
    print(refusal.code)
"""


@pytest.fixture(scope="session", params=["bank", "insurer"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def written(kind: str, write: Write, tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("pack")
    (folder / "pack.zip").write_bytes(stranger.archive())
    (folder / "codes.csv").write_bytes(stranger.CODES.encode("gbk"))
    given = ["--xsd", str(folder / "pack.zip"), "--status", str(folder / "codes.csv"), "--name-zh", "某行"]
    return write(f"{kind} stranger", given)


def run(written: Written, kind: str, code: str) -> list[str]:
    result = written.run("timeit", "-n1", "-r1", code.format(kind=kind))
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def test_its_own_tests_are_green(written: Written) -> None:
    tested = written.run("pytest", "-p", "no:cacheprovider")

    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_the_kit_is_green_and_bronze_until_somebody_has_read_what_the_stranger_sends_by_itself(
    written: Written,
) -> None:
    assert kit(written) == ("bronze", "bronze")


def test_it_satisfies_the_houses_linters_and_is_fully_typed(written: Written) -> None:
    results = [
        written.run("ruff", "check", "--no-cache", "."),
        written.run("ruff", "format", "--no-cache", "--check", "."),
        written.run("mypy", "--follow-imports=silent", MYPY_CACHE_DIR=str(written.site.parent / "mypy")),
    ]

    assert [result.returncode for result in results] == [0, 0, 0], "".join(result.stdout for result in results)


def test_cents_are_yuan_on_our_side_and_cents_on_the_partners(written: Written, kind: str) -> None:
    assert run(written, kind, AMOUNT)[0] == ascii([Decimal("14723.01"), "1472301"])


def test_what_gbk_cannot_carry_is_refused_before_it_is_signed(written: Written, kind: str) -> None:
    first, code = run(written, kind, RARE)[:2]

    assert 'encoding="GBK"' in first
    assert code == "0004"


def test_the_schemas_are_in_the_plugin_and_the_samples_in_the_partners_encoding(written: Written, kind: str) -> None:
    schemas = written.folder / f"hub_{kind}_stranger" / "schemas"
    samples = {path.name: path.read_bytes().decode("gbk") for path in (schemas / "samples").iterdir()}

    assert {path.name for path in schemas.glob("*.xsd")} == {"pay.xsd", "余额.xsd", "types.xsd"}
    assert len(samples) == 5
    assert all('encoding="GBK"' in text for text in samples.values())


def test_codes_without_an_event_of_the_kind_are_marked(written: Written, kind: str) -> None:
    text = (written.folder / f"hub_{kind}_stranger" / "codes.py").read_text(encoding="utf-8")
    mapped, _, unmapped = text.partition("UNMAPPED")

    assert 'AnswerRow("AAAAAAA", O.DONE' in mapped
    assert '"AAAAAAE"' in unmapped
    assert ('AnswerRow("EEEEEEE", O.ACCEPTED' in mapped) is (kind == "insurer")


def test_the_readme_says_what_was_guessed(written: Written) -> None:
    readme = Path(written.folder / "README.md").read_text(encoding="utf-8")

    assert "| Pay-Rq | request, answered by Pay-Rs | `SeqNo` |" in readme
    assert "| 余额查询请求 | request, answered by 余额查询应答 |" in readme
