"""A bundle: everything that proves one business case, in one file that anybody can open and check.

manifest.json, manifest.sig     every other file with its digest, signed by the hub
index.html, index.txt           what happened, to be read
entries/<kind>-<number>/0001.json ...   the chain, the exact text that was hashed
heads/<n>.json, .sig            the signed heads that cover them
proofs.json                     the way from each entry up to its head
messages/ answers/ receipts/    what was sent, what came back, what we answered
documents/ certificates/ revocation/    kept by digest: the file's name is its SHA-256
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.contract.adapters import Signer
from hub.evidence import archive, chain, page
from hub.evidence.chain import Head
from hub.evidence.page import Chapter

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
MAGIC = b"SWHUB-BUNDLE-1\n"
PAGES = ("index.html", "index.txt")
PROOFS = "proofs.json"
SUFFIX: Mapping[str, str] = {
    "messages": ".xml",
    "answers": ".xml",
    "documents": ".pdf",
    "certificates": ".cer",
    "revocation": ".crl",
}
"""Folders whose files are named by their digest, and how the names end."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Where an entry lies under its head."""

    head: int
    index: int
    count: int
    path: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """What goes into a bundle."""

    number: str  # that was asked for
    chapters: Sequence[Chapter]
    heads: Mapping[int, Head]
    proofs: Mapping[str, Proof]  # by the entry's hash
    files: Mapping[str, bytes] = field(repr=False)  # name in the bundle -> content


def file_name(folder: str, digest: str) -> str:
    """The name of a file that is kept by its digest."""
    return f"{folder}/{digest}{SUFFIX[folder]}"


def receipt_name(message_id: str) -> str:
    """Where our receipt for a partner's message lies."""
    return f"receipts/{message_id}.xml"


def build(dossier: Dossier, signer: Signer, now: datetime) -> bytes:
    """The bundle's bytes."""
    files = dict(dossier.files)
    for chapter in dossier.chapters:
        for entry in chapter.entries:
            files[f"entries/{chapter.folder}/{entry.n:04}.json"] = entry.body.encode()
    for head in dossier.heads.values():
        files[file_name("certificates", chain.digest(head.certificate))] = head.certificate
        files[f"heads/{head.n:06}.json"] = head.body.encode()
        files[f"heads/{head.n:06}.sig"] = signature(head.algorithm, head.certificate, head.signature)
    proofs = {
        hash_: {"head": proof.head, "index": proof.index, "count": proof.count, "path": list(proof.path)}
        for hash_, proof in dossier.proofs.items()
    }
    files[PROOFS] = chain.canonical(proofs).encode()
    files[file_name("certificates", chain.digest(signer.certificate))] = signer.certificate
    files["index.html"] = page.as_html(dossier.number, dossier.chapters, now).encode()
    files["index.txt"] = page.as_text(dossier.number, dossier.chapters, now).encode()
    listed = {name: chain.digest(content) for name, content in files.items()}
    manifest = {"version": chain.VERSION, "number": dossier.number, "at": chain.stamp(now), "files": listed}
    files[MANIFEST] = chain.canonical(manifest).encode()
    files[SIGNATURE] = signature(signer.algorithm, signer.certificate, signer.sign(MAGIC + files[MANIFEST]))
    return archive.write(files)


def signature(algorithm: str, certificate: bytes, value: bytes) -> bytes:
    """How a signature lies beside the file that it signs."""
    facts = {"algorithm": algorithm, "certificate": chain.digest(certificate), "value": value.hex()}
    return json.dumps(facts, indent=1, sort_keys=True).encode()
