"""What the simulated insurer does with service agreements and data authorisations.

In its books an agreement is HANDED_IN, SIGNED, REFUSED or ENDED, an authorisation GIVEN or REVOKED.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.contract.message import Attachment, CanonicalMessage
from hub.documents import seal, sign
from hub.documents.seal import Seal
from hub.documents.sign import NotSignable
from hub.testing.simulator.books import Entry
from hub.testing.simulator.desk import Desk, Reply
from hub.testing.simulator.lookup import NOT_NOW, TAKEN, known, named, own, text
from hub.testing.simulator.rules import Rule
from hub_sinosure.files import pdf
from hub_sinosure.simulator.papers import ISSUER
from hub_sinosure.simulator.rules import PLANS, SILENT

AGREEMENT, AUTHORISATION, PLACE = "agreement", "authorisation", "insurer"
REFUSED, TERMINATED = "20", "90"
UNSIGNED = "收到的协议文件无法签署。"


def handed_in(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """AgreementSigned: sealed a little later, or refused, or left lying. What is signed already is refused."""
    number = message.body["agreement_no"]
    entry = own(desk, AGREEMENT, number, message.enterprise)
    if entry is not None and entry.state in ("HANDED_IN", "SIGNED"):
        return NOT_NOW
    file = pdf(AGREEMENT, message).get(AGREEMENT)
    content = base64.b64encode(file.content if file else b"").decode()
    data = {"plan": rule.plan, "answers": message.message_id, "name": file.name if file else "", "pdf": content}
    entry = Entry(kind=AGREEMENT, number=number, enterprise=message.enterprise, state="HANDED_IN", data=data)
    desk.books.write(entry)
    if rule.plan != SILENT:
        desk.later("answer_agreement", PLANS[rule.plan].seconds * rule.slower, number)
    return TAKEN


def answer(desk: Desk, number: str, args: Mapping[str, Any]) -> None:  # noqa: ARG001
    """AgreementCountersigned with the sealed file, or AgreementEnded with the reason."""
    agreement = known(desk, AGREEMENT, number)
    if agreement.state != "HANDED_IN":
        return
    plan = PLANS[agreement.data["plan"]]
    if plan.result:
        _end(desk, agreement, plan.result, plan.reason)
        return
    try:
        signed = _sealed(desk, base64.b64decode(agreement.data["pdf"]))
    except NotSignable:
        _end(desk, agreement, REFUSED, UNSIGNED)
        return
    digest = hashlib.sha256(signed).hexdigest()
    file = Attachment(name=agreement.data["name"], media_type="application/pdf", sha256=digest, content=signed)
    desk.books.write(replace(agreement, state="SIGNED"))
    body = {"agreement_no": number, "countersigned_at": desk.clock.now()}
    answers = agreement.data["answers"]
    desk.tell("AgreementCountersigned", number, agreement.enterprise, body, answers=answers, attachments=(file,))


def authorised(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:  # noqa: ARG001
    """DataAuthorisation: GIVEN once with its letter, then REVOKED once; no message answers it."""
    number, status = message.body["authorisation_no"], message.body["status"]
    entry = own(desk, AUTHORISATION, number, message.enterprise)
    held = entry.state if entry else "NONE"
    if (held, status) not in {("NONE", "GIVEN"), ("GIVEN", "REVOKED")} or (status == "GIVEN" and not pdf("", message)):
        return NOT_NOW
    desk.books.write(Entry(kind=AUTHORISATION, number=number, enterprise=message.enterprise, state=status, data={}))
    return TAKEN


def terminate(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"agreement_no", "reason"}``: the agreement ends."""
    agreement = named(desk, AGREEMENT, wanted, "agreement_no", frozenset({"SIGNED"}))
    return {"message_id": _end(desk, agreement, TERMINATED, text(wanted, "reason"))}


def opposite(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same, a second later."""
    return {**body, "countersigned_at": body["countersigned_at"] + timedelta(seconds=1)}


def _sealed(desk: Desk, content: bytes) -> bytes:
    now = desk.clock.now()
    stamp = seal.as_pdf(Seal(name=ISSUER, kind="电子签章"), now)
    return sign.counter_sign(
        content, PLACE, signer=desk.signer, issuers=(), stamp=stamp, name=ISSUER, reason="签署服务协议", at=now
    )


def _end(desk: Desk, agreement: Entry, code: str, reason: str) -> str:
    desk.books.write(replace(agreement, state="REFUSED" if code == REFUSED else "ENDED"))
    body = {
        "agreement_no": agreement.number,
        "status_code": code,
        "reason": reason,
        "changed_at": desk.clock.now(),
    }
    answers = agreement.data["answers"] if code == REFUSED else None
    return desk.tell("AgreementEnded", agreement.number, agreement.enterprise, body, answers=answers)
