"""The verifier: whether a bundle proves what it says. It needs the file and nothing of the hub: no store, no network.

    python -m hub.evidence.verify FILE [--hub HUB.PEM]

Every file is held against the manifest, every entry against its chain and its signed head, every card signature against
the text as shown and the certificates of its day, every message and answer against the partner's or the hub's own XML
signature, every signed PDF against its signatures. Whose the certificates are is for the reader to judge: the
fingerprints are printed, and ``--hub`` demands that the hub's is the one in that file.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hub.cards.refusal import CardRefused
from hub.evidence import archive, bundle, chain
from hub.evidence.rules import STEPS, Case, Finding, Result, signed_by


def examine(data: bytes, hub: bytes | None = None) -> Result:
    """Verify a bundle; ``hub`` is the DER certificate that must have signed it. Raises for no ``data``."""
    result = Result()
    try:
        files = archive.read(data)
    except archive.Damaged as damaged:
        result.findings.append(Finding(damaged.name or "(archive)", "container"))
        return result
    result.findings += _manifest(files, hub, result)
    if not result.findings:
        try:
            archive.check(data, files)
        except archive.Damaged as damaged:
            result.findings.append(Finding(damaged.name or "(archive)", "container"))
    if not result.findings:  # what follows reads only what the hub has signed
        case = Case(files, result)
        for rule in STEPS:
            try:
                result.findings += rule(case)
            except (LookupError, TypeError, ValueError, AttributeError) as error:  # facts of a shape that is not ours
                result.findings.append(Finding("(archive)", "malformed", f"{rule.__name__}: {type(error).__name__}"))
    return result


def _manifest(files: Mapping[str, bytes], hub: bytes | None, result: Result) -> Iterator[Finding]:
    """Every file is the one that the hub has listed and signed."""
    try:
        manifest = json.loads(files[bundle.MANIFEST])
        listed, result.number, result.made_at = manifest["files"], manifest["number"], manifest["at"]
        wanted = set(listed) | {bundle.MANIFEST, bundle.SIGNATURE}
    except (KeyError, ValueError, TypeError, RecursionError):
        yield Finding(bundle.MANIFEST, "manifest")
        return
    for name in sorted(wanted ^ set(files)):
        yield Finding(name, "manifest")
    for name in sorted(set(listed) & set(files)):
        if chain.digest(files[name]) != listed[name]:
            yield Finding(name, "digest")
    try:
        certificate = signed_by(files, bundle.SIGNATURE, bundle.MAGIC + files[bundle.MANIFEST])
    except (CardRefused, KeyError, ValueError, TypeError):
        yield Finding(bundle.MANIFEST, "manifest_signature")  # nobody can tell which of the two was changed
        yield Finding(bundle.SIGNATURE, "manifest_signature")
        return
    result.hubs.add(chain.digest(certificate))
    if hub is not None and certificate != hub:
        yield Finding(bundle.SIGNATURE, "hub")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 when the bundle holds, 1 when it does not, 2 when it cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m hub.evidence.verify", description="核验业务证据包 / Verify an evidence bundle."
    )
    parser.add_argument("file", type=Path, help="the bundle (.zip)")
    parser.add_argument("--hub", type=Path, metavar="PEM", help="the hub's certificate, got from a source you trust")
    asked = parser.parse_args(arguments)
    try:
        data = asked.file.read_bytes()
        hub = asked.hub and x509.load_pem_x509_certificate(asked.hub.read_bytes()).public_bytes(Encoding.DER)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    result = examine(data, hub)
    for finding in result.findings:
        print(finding)
    if result.findings:
        print(f"不成立：{len(result.findings)}处 / Does not hold: {len(result.findings)}")
        return 1
    print(f"✓ {result.number}（{result.made_at}）")
    print(f"  {result.entries} 条证据 / entries, {result.heads} 个链首 / signed heads")
    print(
        f"  {result.cards} 个卡签名 / card signatures, {result.messages} 份已验签报文 / messages with good signatures"
    )
    if result.unsigned:
        print(f"  {result.unsigned} 份报文仅核对摘要 / messages in a partner's own dialect: held by digest")
    for fingerprint in sorted(result.hubs):
        print(f"  平台证书 / hub's certificate SHA-256 {fingerprint}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
