"""``pytest --hub-kit`` itself, in a process of its own, in the folder of a plugin."""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from hub.testing import pki
from hub.testing.kit import proof, report
from hub.testing.kit.case import run
from hub.testing.kit.cases import CASES
from hub.testing.kit.find import names_in, subjects
from hub.testing.kit.samples import NOW

ROOT = Path(__file__).parents[2]
SOFTCARD = ROOT / "plugins" / "card_drivers" / "softcard"


def kit(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(command, cwd=folder, env=quiet, capture_output=True, text=True, check=False)


def test_the_plugin_of_a_folder_gets_its_grade_and_a_signed_report(tmp_path, softcard):
    signer = pki.issue_partner(pki.make_authority("ci", NOW), "ci", NOW)
    (tmp_path / "key").write_bytes(signer.key)
    (tmp_path / "certificate").write_bytes(signer.certificate)
    out = tmp_path / "out"

    done = kit(
        SOFTCARD,
        *("--hub-kit", "--hub-kit-report", str(out)),
        *("--hub-kit-key", str(tmp_path / "key"), "--hub-kit-certificate", str(tmp_path / "certificate")),
    )

    written = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert done.returncode == 0, done.stdout
    assert "card_softcard: gold" in done.stdout
    assert proof.check(written, [signer.der], softcard.module) == "gold"
    assert len(ET.parse(out / "junit.xml").findall(".//testcase")) == len(written["cases"])


def test_a_part_of_the_kit_can_be_run_and_proves_nothing(tmp_path):
    out = tmp_path / "out"

    done = kit(tmp_path, "--hub-kit", "--hub-kit-plugin", "sinosure", "-k", "manifest", "--hub-kit-report", str(out))

    assert done.returncode == 0, done.stdout
    assert not (out / "report.json").exists()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [(["--hub-kit"], "no pyproject.toml"), (["--hub-kit", "--hub-kit-plugin", "bank_none"], "is not installed")],
)
def test_without_a_plugin_the_kit_says_what_to_do(arguments, why, tmp_path):
    done = kit(tmp_path, *arguments)

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert why in done.stdout + done.stderr


def test_without_the_option_nothing_of_the_hub_is_loaded(tmp_path):
    (tmp_path / "test_it.py").write_text(
        "import sys\n\ndef test_it():\n"
        "    assert {n for n in sys.modules if n.startswith('hub.')} <= "
        "{'hub.testing', 'hub.testing.kit', 'hub.testing.kit.plugin'}\n"
    )

    assert kit(tmp_path).returncode == 0


OWN = sorted(path.parent for path in (ROOT / "plugins").rglob("pyproject.toml"))


@pytest.mark.parametrize("folder", OWN, ids=lambda folder: folder.name)
def test_the_grade_in_the_readme_of_each_plugin_of_ours_is_the_grade_of_today(folder, tmp_path):
    (subject,) = [found for name in names_in(folder) for found in subjects(name, tmp_path, folder)]
    results = [run(case, subject) for case in CASES if case.fits(subject)]
    shown = re.search(r"^Kit grade: (\w+)$", subject.readme, re.MULTILINE)

    assert shown is not None
    assert report.make(subject, results)["grade"] == shown[1]
