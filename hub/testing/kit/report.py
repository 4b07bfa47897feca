"""The report of a run: JSON with a digest, signed when there is a key. The same plugin and kit give the same digest.

``code`` is the digest of the package that was tested, so that who reads the report can tell whether it speaks of the
code that is installed.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

from cryptography import x509

from hub.cards.refusal import CardRefused
from hub.cards.suites import verify_signature
from hub.contract import VERSION
from hub.contract.adapters import Signer
from hub.testing.kit.case import Result, counts, grade
from hub.testing.kit.subject import Partner, Subject

FILE = "report.json"
SIGNED_BESIDE = ("digest", "signature")  # what the digest does not cover
CODE = ("*.py", "*.toml", "*.xsd")


class NotProven(ValueError):
    """A report that nobody may rely on; the message says why."""


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


def check(report: Mapping[str, Any], trusted: Sequence[bytes] = (), module: ModuleType | None = None) -> str:
    """The grade that ``report`` proves. Raises NotProven.

    :param trusted: certificates (DER) that may sign; with none, an unsigned report will do.
    :param module: the installed package; when given, the report has to be about exactly this code and this kit.
    """
    try:
        if report["digest"] != digest(report):
            raise NotProven("the report was changed: its digest is another one")
        rows = [Result(**row) for row in report["cases"]]
        if report["grade"] != grade(rows):
            raise NotProven("the grade is not that of the cases")
        if trusted:
            _verify(report, trusted)
        if module is not None and report["kit"] != VERSION:
            raise NotProven(f"the report is of kit {report['kit']}, this is {VERSION}")
        if module is not None and report["code"] != code_digest(module):
            raise NotProven("the report is about other code than what is installed: run the kit again")
        return str(report["grade"])
    except (KeyError, TypeError) as error:
        raise NotProven(f"not a report of the kit: {type(error).__name__} {error}") from error


def _verify(report: Mapping[str, Any], trusted: Sequence[bytes]) -> None:
    signature = report.get("signature")
    if signature is None:
        raise NotProven("the report is not signed")
    certificate = base64.b64decode(signature["certificate"])
    if certificate not in trusted:
        raise NotProven("the report is signed by somebody who may not")
    try:
        verify_signature(
            signature["algorithm"],
            x509.load_der_x509_certificate(certificate),
            base64.b64decode(signature["value"]),
            report["digest"].encode(),
        )
    except CardRefused as refused:
        raise NotProven("the signature of the report is wrong") from refused


def digest(report: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the report without its digest and signature."""
    said = {name: value for name, value in report.items() if name not in SIGNED_BESIDE}
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def code_digest(module: ModuleType) -> str:
    """SHA-256 (hex) over the names and contents of a package's code, sheets and schemas."""
    package = Path(str(module.__file__)).parent
    whole = hashlib.sha256()
    for path in sorted({path for pattern in CODE for path in package.rglob(pattern)}):
        content = path.read_bytes()
        whole.update(f"{path.relative_to(package).as_posix()} {len(content)}\n".encode() + content)
    return whole.hexdigest()


def write(folder: Path, report: Mapping[str, Any]) -> Path:
    """``report.json`` in ``folder``; the JUnit file beside it is pytest's own ``--junitxml``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
