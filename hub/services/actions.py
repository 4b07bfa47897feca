"""What a user does to an object. One function for every action of every line: the kind's tables say what is allowed
and what is sent; state change, event and outbox row are one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from hub.business import KINDS
from hub.business.acts import Action, Actor, Sends
from hub.business.content import freeze
from hub.business.kind import may
from hub.cards import challenge
from hub.cards.challenge import Purpose
from hub.cards.refusal import CardRefused
from hub.contract.message import Attachment, CanonicalMessage
from hub.contract.text import Text
from hub.errors import HubError, NotAllowed, SignatureRefused, Stale
from hub.evidence import chain
from hub.runtime import Runtime
from hub.services import (
    act_content,
    audit,
    blobs,
    card_trust,
    consequences,
    drafts,
    evidence,
    offering,
    outgoing,
    papers,
    record,
    uploads,
)
from hub.services.card_answers import CardAnswer, believe, step_up
from hub.services.events import NewEvent, Recorded
from hub.services.objects import Tenant
from hub.services.outgoing import Built
from hub.services.papers import Files
from hub.services.shapes import BusinessObject
from hub.store import tables
from hub.store.engine import reading, writing
from hub.store.prepared import Prepared, flush

SIGN_FIRST = Text("请先用卡签名", "Sign with the card first")
_drafts = delete(tables.draft).where(tables.draft.c.object_id == bindparam("object_id"))
DROP_DRAFTS = Prepared(_drafts)
DROP_DRAFT = Prepared(_drafts.where(tables.draft.c.form == bindparam("form")))


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What the card has signed: when, what evidence keeps of it, and the documents it signed inside."""

    at: datetime  # the time that the body carries
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    documents: Mapping[str, Attachment] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Act:
    """Who does what to which object, as it was at ``revision``."""

    actor: Actor
    kind: str
    id: str
    action: str
    revision: int
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    card: CardAnswer | None = None

    @property
    def identity(self) -> str:
        """The same for the same call again, by the same account with the same values (but for what is secret)."""
        secret = KINDS[self.kind].secret
        said = {name: value for name, value in self.values.items() if name not in secret}
        call = chain.canonical(freeze({"by": self.actor.account, "values": said}))
        return f"{self.action}@{self.revision}/{chain.digest(call)[:16]}"


@dataclass(frozen=True, kw_only=True)
class Ready:
    """What was made before the store was locked: the enclosed files' bytes by their digest, and the message."""

    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    built: Built | None = None


NOTHING_READY = Ready()


def signing_payload(
    runtime: Runtime,
    actor: Actor,
    kind_code: str,
    object_id: str,
    action_name: str,
    values: Mapping[str, Any],
    nonce: str,
) -> str:
    """What the card has to sign before ``perform`` takes these values.

    Raises NotFound, NotAllowed, InvalidInput, and SignatureRefused (with an audit line) for another's seal.
    """
    now = runtime.clock.now().replace(microsecond=0)
    with reading(runtime.engine) as connection:
        tenant = Tenant(connection, actor.enterprise)
        obj = tenant.get(kind_code, object_id)
        action = obj.kind.action(action_name)
        offering.require(runtime.registry, tenant, obj, action, actor)
        actor = step_up(connection, actor) if action.stepup else actor
        values = act_content.drawn(runtime, tenant, obj, action, values, now)
        after = {**obj.content, **act_content.complete(obj, action, values, actor, now)}
        consequences.require_room(connection, obj, action.event, after)
        files = (*uploads.enclosed(connection, obj, action), *_own(tenant, obj, action))
    if action.paper:
        try:
            return papers.ask(runtime, actor, obj, action, values, files, after, nonce)
        except SignatureRefused as refused:
            _note(runtime, actor, obj.id, action_name, "signature.refused", refused, now)
            raise
    return challenge.make_binding(
        Purpose(action.purpose),
        origin=runtime.settings.web.origin,
        nonce=nonce,
        now=now,
        number=obj.number,
        receiver=drafts.receiver_name(runtime.registry, obj.partner).zh,
        digest=chain.digest(act_content.agreed(obj, action, values, files, actor, now)),
        matter=act_content.matter(obj, action, values),
    )


def perform(
    runtime: Runtime,
    actor: Actor,
    kind_code: str,
    object_id: str,
    action_name: str,
    values: Mapping[str, Any],
    revision: int,
    card: CardAnswer | None = None,
) -> BusinessObject:
    """Do ``action_name`` to the object as it was at ``revision``; the same call again returns the first one's result.

    Raises NotFound, NotAllowed, Stale, InvalidInput, SignatureRefused; nothing is written then, except the audit
    line of a refused signature.
    """
    now = runtime.clock.now()
    act = Act(
        actor=actor, kind=kind_code, id=object_id, action=action_name, values=values, revision=revision, card=card
    )
    try:
        ready = _ahead(runtime, act, now)
        with writing(runtime.engine) as connection:
            after = _act(runtime, connection, act, now, ready)
    except SignatureRefused as refused:
        _note(runtime, actor, object_id, action_name, "signature.refused", refused, now)
        raise
    except NotAllowed as refused:
        if not may(KINDS[kind_code], KINDS[kind_code].action(action_name), actor):
            _note(runtime, actor, object_id, action_name, "action.refused", refused, now)
        raise
    runtime.wake(after.partner)
    return after


def _note(
    runtime: Runtime, actor: Actor, object_id: str, action: str, what: str, refused: HubError, now: datetime
) -> None:
    """The audit line of a refusal that concerns security."""
    detail = {"object": object_id, "action": action, "reason": refused.text.en}
    with writing(runtime.engine) as connection:
        audit.note(connection, now, what, who=actor.account, address=actor.address, detail=detail)


def perform_many(
    runtime: Runtime, actor: Actor, kind_code: str, action_name: str, revisions: Mapping[str, int]
) -> list[BusinessObject]:
    """Do ``action_name``, which needs neither form nor card, to every object (id -> revision), or to none.

    Raises NotFound, NotAllowed naming the object, Stale, SignatureRefused for an action that needs a card.
    """
    now = runtime.clock.now()
    done = []
    with writing(runtime.engine) as connection:
        for object_id, revision in sorted(revisions.items()):  # locked by id: two such acts never wait crosswise
            number = Tenant(connection, actor.enterprise).get(kind_code, object_id).number
            try:
                act = Act(actor=actor, kind=kind_code, id=object_id, action=action_name, revision=revision)
                done.append(_act(runtime, connection, act, now, NOTHING_READY))
                flush(connection)  # so that what it raises is said of this one
            except NotAllowed as refused:
                reason = refused.text
                raise NotAllowed(Text(f"{number}：{reason.zh}", f"{number}: {reason.en}")) from None
    for partner in {obj.partner for obj in done}:
        runtime.wake(partner)
    return done


def _ahead(runtime: Runtime, act: Act, now: datetime) -> Ready:
    """Files read and kept, their message built, before the store is locked: so many bytes take their time, and nobody
    waits for them. Whether the act is done, and with just this message, is decided under the lock.
    """
    if not KINDS[act.kind].action(act.action).encloses:
        return NOTHING_READY
    with reading(runtime.engine) as connection:
        tenant = Tenant(connection, act.actor.enterprise)
        obj = tenant.get(act.kind, act.id)
        action = obj.kind.action(act.action)
        if obj.revision != act.revision or action.sends is None:
            return NOTHING_READY
        offering.require(runtime.registry, tenant, obj, action, act.actor)
        values = act_content.drawn(runtime, tenant, obj, action, act.values, now)
        enclosed = uploads.enclosed(connection, obj, action)
        if not enclosed:
            return NOTHING_READY
        files = (*enclosed, *_own(tenant, obj, action))
        at = _signed_at(action, act, now)
        after = record.foreseen(connection, obj, _event(obj, action, act, values, Proof(at=at), enclosed, now))
    built = outgoing.build(runtime, _message(runtime, after, action, action.sends, act, at, files))
    for _, file in enclosed:
        with writing(runtime.engine) as connection:
            blobs.keep_ahead(connection, file.content, file.media_type, now)
    return Ready(contents={file.sha256: file.content for _, file in enclosed}, built=built)


def _act(runtime: Runtime, connection: Connection, act: Act, now: datetime, ready: Ready) -> BusinessObject:
    """The object after the action, or as the same call has left it. Raises what ``perform`` raises."""
    actor = act.actor
    tenant = Tenant(connection, actor.enterprise)
    action = KINDS[act.kind].action(act.action)
    offering.expect_cited(tenant, action.cites)
    evidence.expect(connection, now)
    record.expect(connection, act.id)
    obj = tenant.lock(act.kind, act.id)
    if obj.revision != act.revision:
        if _done(connection, obj, act.identity):
            return obj
        raise Stale
    offering.require(runtime.registry, tenant, obj, action, actor)
    if action.stepup:
        act = replace(act, actor=step_up(connection, actor))
    values = act_content.drawn(runtime, tenant, obj, action, act.values, now)
    evidence.require(connection, runtime.settings.evidence.patience, now)
    enclosed = uploads.enclosed(connection, obj, action, ready.contents)
    files = (*enclosed, *_own(tenant, obj, action))
    proof = _signed(runtime, connection, obj, action, act, values, files, now)
    new = _event(obj, action, act, values, proof, enclosed, now)
    delivery = "QUEUED" if action.sends else None
    recorded = record.record(connection, obj, new, now, delivery=delivery)
    _send(runtime, connection, recorded, action, act, proof.at, (*files, *proof.documents.items()), ready.built)
    _drop_drafts(connection, obj, action)
    uploads.close(connection, obj, action)
    return recorded.obj


def _event(
    obj: BusinessObject,
    action: Action,
    act: Act,
    values: Mapping[str, Any],
    proof: Proof,
    enclosed: Files,
    now: datetime,
) -> NewEvent:
    """What the act does to the object."""
    return NewEvent(
        name=action.event,
        identity=act.identity,
        occurred_at=now,
        submission=obj.submission + 1 if action.opens else obj.submission,
        content=act_content.complete(obj, action, values, act.actor, proof.at),
        actor=act.actor,
        documents=proof.documents,
        enclosed=enclosed,
        facts=proof.facts,
    )


def _done(connection: Connection, obj: BusinessObject, identity: str) -> bool:
    table = tables.event
    wanted = select(table.c.seq).where(table.c.object_id == obj.id, table.c.identity == identity)
    return connection.execute(wanted).first() is not None


def _own(tenant: Tenant, obj: BusinessObject, action: Action) -> Files:
    """The object's own documents that travel with the action."""
    found = ((kind, tenant.latest(obj, kind)) for kind in (action.sends.documents if action.sends else ()))
    return [(kind, file) for kind, file in found if file is not None]


def _drop_drafts(connection: Connection, obj: BusinessObject, action: Action) -> None:
    """What was typed into the action's form is taken; with an object that is gone, all goes."""
    if obj.kind.discards(action):
        DROP_DRAFTS.write(connection, {"object_id": obj.id})
    elif action.form:
        DROP_DRAFT.write(connection, {"object_id": obj.id, "form": action.form})


def _asks_card(action: Action, actor: Actor) -> bool:
    return action.stepup or (action.signed and actor.certificate is not None)


def _signed_at(action: Action, act: Act, now: datetime) -> datetime:
    """The time that the body carries: when the card was asked, where it has to sign. Raises SignatureRefused."""
    if not _asks_card(action, act.actor):
        return now
    if act.card is None:
        raise SignatureRefused(SIGN_FIRST)
    try:
        return challenge.parse(act.card.signature.payload).issued_at
    except CardRefused as refused:
        raise SignatureRefused(refused.text) from None


def _signed(
    runtime: Runtime,
    connection: Connection,
    obj: BusinessObject,
    action: Action,
    act: Act,
    values: Mapping[str, Any],
    files: Files,
    now: datetime,
) -> Proof:
    """What the card has signed, where the action needs that. Raises SignatureRefused, NotSignable, InvalidInput."""
    actor, answer = act.actor, act.card
    at = _signed_at(action, act, now)
    if answer is None or not _asks_card(action, actor):
        return Proof(at=at)
    if action.paper:
        signed = papers.take(runtime, connection, actor, obj, action, values, files, answer)
        return Proof(at=at, facts=signed.facts, documents={action.paper.kind: signed.document})
    text = act_content.agreed(obj, action, values, files, actor, at)
    believe(
        runtime,
        connection,
        actor,
        answer,
        now,
        purpose=Purpose(action.purpose),
        number=obj.number,
        receiver=drafts.receiver_name(runtime.registry, obj.partner).zh,
        digest=chain.digest(text),
        matter=act_content.matter(obj, action, values),
    )
    trusted = card_trust.trust(runtime.settings.trust)
    return Proof(at=at, facts={"signature": evidence.signed(connection, answer.signature, text, trusted)})


def _send(
    runtime: Runtime,
    connection: Connection,
    recorded: Recorded,
    action: Action,
    act: Act,
    at: datetime,
    files: Files,
    built: Built | None,
) -> None:
    """Build, sign and queue the action's message. Raises InvalidInput when the partner's schema refuses it."""
    if action.sends is None:
        return
    message = _message(runtime, recorded.obj, action, action.sends, act, at, files)
    if built is None or not built.carries(message):
        built = outgoing.build(runtime, message)
    outgoing.queue(runtime, connection, recorded, action.sends, built)


def _message(
    runtime: Runtime, obj: BusinessObject, action: Action, sends: Sends, act: Act, at: datetime, files: Files
) -> CanonicalMessage:
    """The action's message about the object as the action leaves it."""
    return outgoing.compose(
        runtime,
        obj,
        sends,
        obj.partner,
        act_content.body(obj, action, {}, act.actor, at),
        files=files,
        signature=act.card.signature if act.card else None,
    )
