"""What a report of the kit proves: nothing was changed, somebody trusted signed it, and it is about the installed code.

Apart from the kit itself, because a running hub asks this too (``swhub plugins``).
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from cryptography import x509

from hub.cards.refusal import CardRefused
from hub.cards.suites import verify_signature
from hub.contract import VERSION
from hub.testing.kit.case import Result, grade

SIGNED_BESIDE = ("digest", "signature")  # what the digest does not cover
CODE = ("*.py", "*.toml", "*.xsd")
REPORT = "kit_report.json"  # in the package of a plugin that brings its report along


class NotProven(ValueError):
    """A report that nobody may rely on; the message says why."""


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
