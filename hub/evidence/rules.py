"""The rules of a bundle: one function for each, over the files that the hub has listed and signed."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml import etree

from hub.cards import challenge
from hub.cards.refusal import CardRefused
from hub.cards.suites import read_certificate, verify_signature
from hub.cards.trust import Trust, verify
from hub.contract.adapters import Refusal
from hub.contract.suites import SUITES
from hub.contract.text import Text
from hub.documents import signed as documents
from hub.evidence import bundle, chain
from hub.evidence.chain import Broken, Entry, Head
from hub.xml import signature
from hub.xml.reader import read

RULES: Mapping[str, Text] = {
    **chain.RULES,
    "container": Text("证据包不是规范格式，字节已被改动", "the archive is not in its one form: bytes were changed"),
    "manifest": Text("清单有误，或与文件不符", "the manifest is malformed or does not list these files"),
    "digest": Text("文件内容与清单中的摘要不符", "the file is not the one of the manifest"),
    "manifest_signature": Text("清单签名无效", "the signature of the manifest is not valid"),
    "hub": Text("签名者不是指定的平台证书", "not signed with the certificate that was asked for"),
    "missing": Text("条目所述文件不在证据包内", "a file that the entry tells of is not in the bundle"),
    "malformed": Text("格式有误", "the file is malformed"),
    "card_text": Text("卡所签内容与所示文本不符", "what the card signed is not the text that was shown"),
    "card_signature": Text("卡签名或证书无效", "the card's signature or certificate is not valid"),
    "document_signature": Text("PDF在签署后被改动或另存", "the PDF was altered or re-saved after it was signed"),
    "message_signature": Text("报文签名无效", "the signature of the message is not valid"),
    "receipt": Text("回执所述并非本证据包内的报文", "the receipt is about no message of this bundle"),
}
RECEIPT = "{urn:swhub:envelope:1}RequestDigest"


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold: the file, and the rule as a row of RULES."""

    file: str
    rule: str
    detail: str = ""

    def __str__(self) -> str:
        text = RULES[self.rule]
        return f"✗ {self.file}: {text.zh} / {text.en} [{self.rule}]{' ' + self.detail if self.detail else ''}"


@dataclass
class Result:
    """What came out. Without findings the bundle proves its entries."""

    findings: list[Finding] = field(default_factory=list)
    number: str = ""
    made_at: str = ""
    entries: int = 0
    heads: int = 0
    cards: int = 0  # card signatures that were verified
    messages: int = 0  # messages and answers whose XML signature was verified
    unsigned: int = 0  # messages of a partner's dialect, whose signature only its plugin knows: held by digest only
    hubs: set[str] = field(default_factory=set)  # SHA-256 fingerprints of the hub's certificates


@dataclass
class Case:
    """The files of a bundle, and what was read of them so far."""

    files: Mapping[str, bytes]
    result: Result
    chains: dict[str, list[Entry]] = field(default_factory=dict)  # folder -> entries in order

    def folder(self, name: str) -> Iterator[tuple[str, bytes]]:
        """The files of one folder, in order."""
        return ((path, content) for path, content in sorted(self.files.items()) if path.startswith(f"{name}/"))

    def kept(self, folder: str, digest: str) -> bytes | None:
        """A file that is named by its digest."""
        return self.files.get(bundle.file_name(folder, digest))

    def facts(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every entry's file name and facts."""
        for folder, entries in self.chains.items():
            for entry in entries:
                yield f"{folder}/{entry.n:04}.json", entry.facts


def signed_by(files: Mapping[str, bytes], name: str, data: bytes) -> bytes:
    """The certificate whose signature over ``data`` lies in ``name``.

    Raises CardRefused, KeyError, ValueError, TypeError.
    """
    facts = json.loads(files[name])
    certificate = files[bundle.file_name("certificates", facts["certificate"])]
    verify_signature(facts["algorithm"], read_certificate(certificate), bytes.fromhex(facts["value"]), data)
    return certificate


def _kept(case: Case) -> Iterator[Finding]:
    """A file that is named by its digest has it."""
    for folder, suffix in bundle.SUFFIX.items():
        for name, content in case.folder(folder):
            if name != f"{folder}/{chain.digest(content)}{suffix}":
                yield Finding(name, "digest")


def _chains(case: Case) -> Iterator[Finding]:
    """Every chain is whole, from its first entry on."""
    for name, content in case.folder("entries"):
        folder, _, file = name.rpartition("/")
        try:
            facts = json.loads(content)
            entry = Entry(chain=facts["chain"], n=int(file[:-5]), body=content.decode(), hash=chain.digest(content))
            chain.check_entry(entry)
        except (ValueError, KeyError, TypeError, RecursionError):
            yield Finding(name, "malformed")
        except Broken as broken:
            yield Finding(name, broken.rule)
        else:
            case.chains.setdefault(folder, []).append(entry)
    for folder, entries in case.chains.items():
        case.result.entries += len(entries)
        try:
            chain.check_chain(entries)
        except Broken as broken:
            yield Finding(f"{folder}/{broken.where.rpartition('/')[2]:>04}.json", broken.rule)


def _heads(case: Case) -> Iterator[Finding]:
    """Every entry is under a head that the hub has signed, and the head is younger."""
    heads: dict[int, Head] = {}
    for name, content in case.folder("heads"):
        if not name.endswith(".json"):
            continue
        try:
            certificate = signed_by(case.files, name[:-5] + ".sig", chain.MAGIC + content)
            heads[json.loads(content)["n"]] = head = _head(content, certificate)
            case.result.hubs.add(chain.digest(head.certificate))
        except (CardRefused, KeyError, ValueError, TypeError):
            yield Finding(name, "head_signature")
    case.result.heads = len(heads)
    proofs = json.loads(case.files[bundle.PROOFS])
    if set(proofs) - {entry.hash for entries in case.chains.values() for entry in entries}:
        yield Finding(bundle.PROOFS, "tree")  # it tells of an entry that is not there
    for folder, entries in case.chains.items():
        for entry in entries:
            if not _covered(entry, proofs, heads):
                yield Finding(f"{folder}/{entry.n:04}.json", "tree")


def _head(content: bytes, certificate: bytes) -> Head:
    body = content.decode()
    n = json.loads(body)["n"]
    return Head(n=n, body=body, hash=chain.digest(body), algorithm="", signature=b"", certificate=certificate)


def _covered(entry: Entry, proofs: Mapping[str, Any], heads: Mapping[int, Head]) -> bool:
    try:
        proof = proofs[entry.hash]
        facts = heads[proof["head"]].facts
        top = chain.climb(entry.hash, proof["index"], proof["count"], proof["path"])
        return bool((top, proof["count"]) == (facts["root"], facts["count"]) and entry.facts["at"] <= facts["at"])
    except (KeyError, ValueError, TypeError):
        return False


def _missing(case: Case) -> Iterator[Finding]:
    """What an entry tells of is there."""
    for name, facts in case.facts():
        for folder, digest in told(facts):
            if case.kept(folder, digest) is None:
                yield Finding(bundle.file_name(folder, digest), "missing", f"told of by {name}")


def told(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The files that an entry tells of: folder and digest."""
    if "message" in facts:
        yield "messages", facts["message"]["digest"]
    if facts.get("outcome", {}).get("answer"):
        yield "answers", facts["outcome"]["answer"]
    for document in facts.get("documents", ()):
        yield "documents", document["digest"]
    signed = facts.get("signature")
    if signed:
        yield "certificates", signed["certificate"]
        yield from (("certificates", digest) for digest in signed["issuers"])
        yield from (("revocation", digest) for digest in signed["revocation"])


def _cards(case: Case) -> Iterator[Finding]:
    """Every card signature is over the text that was shown, and its certificate was good on that day."""
    for name, facts in case.facts():
        signed = facts.get("signature")
        if signed is None:
            continue
        try:
            payload = challenge.parse(signed["payload"])
            if payload.digest not in _agreed(case, facts) or payload.number != facts["object"]["number"]:
                yield Finding(name, "card_text")
                continue
            trust = Trust(
                roots=[der for der in map(_issuer(case), signed["issuers"]) if _is_root(der)],
                intermediates=[der for der in map(_issuer(case), signed["issuers"]) if not _is_root(der)],
                crls=[case.files[bundle.file_name("revocation", digest)] for digest in signed["revocation"]],
            )
            certificate = _issuer(case)(signed["certificate"])
            value, at = bytes.fromhex(signed["value"]), datetime.fromisoformat(facts["at"])
            verify(signed["payload"], signed["algorithm"], value, certificate, trust, at)
            case.result.cards += 1
        except CardRefused as refused:
            yield Finding(name, "card_signature", refused.code)
        except (KeyError, ValueError, TypeError):
            yield Finding(name, "malformed")


def _agreed(case: Case, facts: Mapping[str, Any]) -> list[str]:
    """The digests of what the holder was shown: the text, or the documents as they were when he signed inside."""
    pdfs = [case.kept("documents", document["digest"]) or b"" for document in facts.get("documents", ())]
    return [chain.digest(facts["signature"]["shown"]), *(digest for pdf in pdfs for digest in documents.digests(pdf))]


def _issuer(case: Case) -> Callable[[str], bytes]:
    return lambda digest: case.files[bundle.file_name("certificates", digest)]


def _is_root(der: bytes) -> bool:
    certificate = read_certificate(der)
    return certificate.subject == certificate.issuer


def _documents(case: Case) -> Iterator[Finding]:
    """No signed PDF was altered or re-saved; whether its signers are believed is for the reader to judge."""
    at = datetime.fromisoformat(case.result.made_at)
    for name, content in case.folder("documents"):
        if documents.digests(content) and documents.check(content, (), (), (), at).line is documents.ALTERED:
            yield Finding(name, "document_signature")


def _messages(case: Case) -> Iterator[Finding]:
    """Every message, answer and receipt in the hub's own XML is signed, and was when it came or went."""
    times = {name: facts["at"] for _, facts in case.facts() for name in _names(facts)}
    sent = {chain.digest(content) for _, content in case.folder("messages")}
    for folder in ("messages", "answers", "receipts"):
        for name, content in case.folder(folder):
            try:
                root = read(content)
            except Refusal:
                case.result.unsigned += 1
                continue
            if root.find(f"{signature.DS}Signature") is None:
                case.result.unsigned += 1
                continue
            at = datetime.fromisoformat(times.get(name, case.result.made_at))
            yield from _message(case, name, root, at, sent)


def _names(facts: Mapping[str, Any]) -> Iterator[str]:
    yield from (bundle.file_name(folder, digest) for folder, digest in told(facts))
    if facts.get("message", {}).get("way") == "in":
        yield bundle.receipt_name(facts["message"]["id"])


def _message(case: Case, name: str, root: etree._Element, at: datetime, sent: set[str]) -> Iterator[Finding]:
    try:
        element = signature.verify(root, [signature.named_certificate(root)], at, SUITES).element
    except Refusal as refusal:
        yield Finding(name, "message_signature", refusal.detail)
        return
    case.result.messages += 1
    about = next((part.text for part in element.iter(RECEIPT)), None)
    if about is not None and about not in sent:
        yield Finding(name, "receipt")


STEPS: Sequence[Callable[[Case], Iterator[Finding]]] = (_kept, _chains, _heads, _missing, _cards, _documents, _messages)
