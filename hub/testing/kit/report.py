"""The report of a run: JSON with a digest, signed when there is a key. The same plugin and kit give the same digest.

``code`` is the digest of the package that was tested, so that who reads the report can tell whether it speaks of the
code that is installed.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hub.contract import VERSION
from hub.contract.adapters import Signer
from hub.testing.kit.case import Result, counts, grade
from hub.testing.kit.proof import REPORT, code_digest, digest
from hub.testing.kit.subject import Partner, Subject

FILE = "report.json"


def make(subject: Subject, results: Iterable[Result], signer: Signer | None = None) -> dict[str, Any]:
    """The report of these results as JSON values."""
    rows = list(results)
    sheet = subject.adapter.sheet if isinstance(subject, Partner) else None
    said: dict[str, Any] = {
        "plugin": subject.plugin.name,
        "partner": sheet.partner if sheet is not None else None,
        "version": subject.plugin.version,
        "code": code_digest(subject.module),
        "contract": sheet.contract if sheet is not None else None,
        "kit": VERSION,
        "capabilities": sorted(sheet.capabilities) if sheet is not None else [],
        "grade": grade(rows),
        "counts": dict(counts(rows)),
        "cases": [asdict(row) for row in rows],
    }
    return sign(said, signer)


def sign(said: Mapping[str, Any], signer: Signer | None) -> dict[str, Any]:
    """``said`` with its digest, and with the signature over the digest when there is a signer."""
    value = digest(said)
    if signer is None:
        return {**said, "digest": value}
    signature = {
        "algorithm": signer.algorithm,
        "certificate": base64.b64encode(signer.certificate).decode(),
        "value": base64.b64encode(signer.sign(value.encode())).decode(),
    }
    return {**said, "digest": value, "signature": signature}


def brought_along(subject: Subject) -> Path | None:
    """Where a plugin under development keeps the report of its latest run; None for one installed from a wheel."""
    package = Path(str(subject.module.__file__)).parent
    return package / REPORT if package.parent == subject.folder else None


def write(path: Path, report: Mapping[str, Any]) -> Path:
    """The report as a file; the JUnit file is pytest's own ``--junitxml``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
