"""Collecting a bundle: every object that carries a number, with all that its chain tells of."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from hub.business.kind import Kind
from hub.business.states import DECIDED
from hub.contract.text import Text
from hub.errors import NotAllowed, NotFound
from hub.evidence import bundle, chain
from hub.evidence.bundle import Dossier, Proof, file_name, receipt_name
from hub.evidence.chain import Entry, Head
from hub.evidence.page import Chapter, Line
from hub.evidence.rules import told
from hub.runtime import Runtime
from hub.services import evidence
from hub.services.shapes import BusinessObject, thaw
from hub.store import tables
from hub.store.engine import reading

SENT, CAME, ANSWERED = (
    Text("发出报文", "Message sent"),
    Text("收到报文", "Message received"),
    Text("我方回执", "Our receipt"),
)
ANSWER = Text("对方回执", "Partner's answer")
SETTLED = Text("运营人员核定结果", "Settled by an operator")
NUMBERS = (
    Text("企业", "Enterprise"),
    Text("统一社会信用代码", "USCC"),
    Text("合作机构", "Partner"),
)
SEVERAL = Text("多家企业有此编号，请指明企业", "Several enterprises have this number: name the enterprise")


def export(runtime: Runtime, number: str, enterprise: str | None = None) -> bytes:
    """The bundle of everything that carries ``number``.

    Raises NotFound, and NotAllowed when it is not one enterprise's. Signs a head first, so that every entry is covered.
    """
    evidence.seal_all(runtime)
    now = runtime.clock.now()
    with reading(runtime.engine) as connection:
        objects = _objects(connection, number, enterprise)
        dossier = _dossier(connection, number, objects)
    return bundle.build(dossier, runtime.signer, now)


def _objects(connection: Connection, number: str, enterprise: str | None) -> list[BusinessObject]:
    table, key = tables.business_object, tables.object_key
    keyed = select(key.c.object_id).where(key.c.value == number)
    wanted = select(table).where((table.c.number == number) | table.c.id.in_(keyed)).order_by(table.c.created_at)
    if enterprise is not None:
        wanted = wanted.where(table.c.enterprise == enterprise)
    found = [thaw(row) for row in connection.execute(wanted)]
    if not found:
        raise NotFound
    if len({obj.enterprise for obj in found}) > 1:
        raise NotAllowed(SEVERAL)
    return found


def _dossier(connection: Connection, number: str, objects: Sequence[BusinessObject]) -> Dossier:
    table = tables.evidence
    rows = {
        obj.id: connection.execute(select(table).where(table.c.chain == obj.id).order_by(table.c.n)).all()
        for obj in objects
    }
    entries = {key: [_entry(row) for row in found] for key, found in rows.items()}
    facts = [entry.facts for found in entries.values() for entry in found]
    files = _files(connection, facts, _answers(connection, objects))
    firm = _name(connection, objects[0].enterprise)
    covered = sorted({row.head for found in rows.values() for row in found if row.head is not None})
    return Dossier(
        number=number,
        chapters=[_chapter(obj, entries[obj.id], firm, files) for obj in objects],
        heads=_heads(connection, covered),
        proofs=_proofs(connection, covered, {entry.hash for found in entries.values() for entry in found}),
        files=files,
    )


def _entry(row: Row[Any]) -> Entry:
    return Entry(chain=row.chain, n=row.n, body=row.body, hash=row.hash)


def _heads(connection: Connection, numbers: Sequence[int]) -> dict[int, Head]:
    rows = connection.execute(evidence.HEADS.where(tables.evidence_head.c.n.in_(numbers)))
    return {row.n: evidence.head_of(row) for row in rows}


def _proofs(connection: Connection, heads: Sequence[int], wanted: set[str]) -> dict[str, Proof]:
    table = tables.evidence
    proofs = {}
    for head in heads:
        leaves = select(table.c.hash).where(table.c.head == head).order_by(table.c.seq)
        found = list(connection.execute(leaves).scalars())
        for index, leaf in enumerate(found):
            if leaf in wanted:
                path = chain.path(found, index)
                proofs[leaf] = Proof(head=head, index=index, count=len(found), path=path)
    return proofs


def _answers(connection: Connection, objects: Iterable[BusinessObject]) -> dict[str, bytes]:
    """What partners have answered to messages of ``objects``, by digest: an attempt keeps it."""
    tried, out = tables.attempt, tables.outbox
    ours = select(tried.c.answer).join(out, out.c.message_id == tried.c.message_id)
    wanted = ours.where(out.c.object_id.in_([obj.id for obj in objects]), tried.c.answer.is_not(None))
    return {chain.digest(content): content for content in connection.execute(wanted).scalars()}


def _files(
    connection: Connection, facts: Iterable[Mapping[str, Any]], answers: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Everything that the entries tell of, and our receipts for what came."""
    files: dict[str, bytes] = {}
    for told_of in facts:
        for folder, digest in told(told_of):
            kept = STORED.get(folder)
            content = connection.execute(kept(digest)).scalar() if kept else answers.get(digest)
            if content is not None:  # what is lost, the verifier names
                files[file_name(folder, digest)] = content
        message = told_of.get("message", {})
        if message.get("way") == "in":
            ours = (tables.inbox.c.partner == message["partner"], tables.inbox.c.message_id == message["id"])
            files[receipt_name(message["id"])] = connection.execute(
                select(tables.inbox.c.answer).where(*ours)
            ).scalar_one()
    return files


def _message(digest: str) -> Any:
    out, came = tables.outbox_raw, tables.inbox_raw
    return (
        select(out.c.content)
        .where(out.c.digest == digest)
        .union_all(select(came.c.content).where(came.c.digest == digest))
    )


def _blob(digest: str) -> Any:
    return select(tables.blob.c.content).where(tables.blob.c.digest == digest)


STORED: Mapping[str, Any] = {
    "messages": _message,
    "documents": _blob,
    "certificates": _blob,
    "revocation": _blob,
}
"""Folder of the bundle -> where the store has it; answers are looked for by their objects, see ``_answers``."""


def _name(connection: Connection, uscc: str) -> str:
    table = tables.enterprise
    return str(connection.execute(select(table.c.name).where(table.c.uscc == uscc)).scalar_one())


def _chapter(obj: BusinessObject, entries: Sequence[Entry], firm: str, files: Mapping[str, bytes]) -> Chapter:
    values = (firm, obj.enterprise, obj.partner)
    return Chapter(
        title=obj.kind.label,
        number=obj.number,
        facts=list(zip(NUMBERS, values, strict=True)),
        folder=f"{obj.kind.code}-{chain.digest(obj.id)[:8]}",
        entries=entries,
        lines=[_line(obj.kind, entry.facts, files) for entry in entries],
    )


def _line(kind: Kind, facts: Mapping[str, Any], files: Mapping[str, bytes]) -> Line:
    message = facts.get("message", {})
    at = chain.read_stamp(facts["at"])
    if facts["what"] != "event":
        return Line(at=at, text=SENT, who=message["type"], files=_links(facts, files))
    event = facts["event"]
    actor = event["actor"] or {}
    tracks = [kind.state(track, state) for track, state in facts["states"].items()]
    return Line(
        at=at,
        text=SETTLED if event["name"] == DECIDED else kind.event(event["name"]).text,
        who=" ".join(filter(None, (actor.get("name"), actor.get("certificate"), message.get("type")))),
        state=Text("，".join(state.label.zh for state in tracks), ", ".join(state.label.en for state in tracks)),
        signed="signature" in facts,
        files=_links(facts, files),
    )


def _links(facts: Mapping[str, Any], files: Mapping[str, bytes]) -> list[tuple[Text, str]]:
    message = facts.get("message", {})
    names = {document["digest"]: document["name"] for document in facts.get("documents", ())}
    labels = {"messages": CAME if message.get("way") == "in" else SENT, "answers": ANSWER}
    links = []
    for folder, digest in told(facts):
        name = file_name(folder, digest)
        if folder in labels:
            links.append((labels[folder], name))
        elif folder == "documents":
            links.append((Text(names[digest], names[digest]), name))
    if message.get("way") == "in":
        links.append((ANSWERED, receipt_name(message["id"])))
    return [(label, name) for label, name in links if name in files]
