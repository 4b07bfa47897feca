"""The credit authorisation (企业征信授权书, spec.md 14.1): the enterprise lets an insurer look into its credit,
under its seal and card; without it no insurer grants a limit. Each letter stays as it was signed: after one that was
refused, has expired or was revoked another one is signed. Manual S3:617-680; MSG-DG-01..02, document DOC-10.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from hub.business import sending
from hub.business.acts import Action, Actor, Paper, Sends
from hub.business.kind import Field, Kind
from hub.business.numbers import NumberFormat
from hub.business.roles import OPERATORS
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.business.terms import TERMS, validity
from hub.contract.text import Text

SAID = (
    "authorisation_no", "document_version", "enterprise_name", "seal_no", "valid_from", "valid_until", "signed_at",
)  # fmt: skip


def printed(content: Mapping[str, Any], actor: Actor, receiver: str) -> dict[str, Any]:
    """Who authorises whom, from when until when, as the template reads it."""
    return {
        "number": content["authorisation_no"],
        "enterprise": {"name": content["enterprise_name"], "uscc": actor.enterprise},
        "receiver": receiver,
        "valid_from": content["valid_from"].isoformat(),
        "valid_until": content["valid_until"].isoformat(),
    }


def signing(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """What the hub adds to term and seal; a reason of an earlier refusal is settled."""
    return {**validity(content, actor, now), "signed_at": now, "reason": None}


def authorisation(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of DutyAuthorisation; the signed letter travels with it."""
    return {name: content[name] for name in SAID} | actor.signer


def revocation(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Body of DutyRevocation."""
    return {"authorisation_no": content["authorisation_no"], "revoked_at": now} | actor.signer


AUTHORISATION = Kind(
    code="duty_authorisation",
    label=Text("企业征信授权", "Credit authorisation"),
    number="authorisation_no",
    title="enterprise_name",
    numbers=NumberFormat(prefix="ZX", digits=8),
    fields=(
        Field("authorisation_no", Text("授权书编号", "Authorisation no."), key=True),
        Field("enterprise_name", Text("企业名称", "Enterprise")),
        Field("seal_no", Text("签章", "Seal")),
        Field("document_version", Text("授权书版本", "Version")),
        Field("signed_at", Text("签署时间", "Signed"), datetime, key=True),
        Field("term", Text("授权期限", "Valid for"), choices=TERMS),
        Field("valid_from", Text("有效期起", "Valid from"), date),
        Field("valid_until", Text("有效期至", "Valid until"), date, bound=True),
        Field("reason", Text("保险公司意见", "The insurer's words")),
    ),
    events=(
        sending.BEGUN,
        *sending.SENT,
        EventType("authorised", By.PARTNER, Text("授权成功", "Accepted by the insurer"), decision="authorisation"),
        EventType("failed", By.PARTNER, Text("授权失败", "Refused by the insurer"), decision="authorisation"),
        EventType("expired", By.SYSTEM, Text("授权到期", "Expired")),
        EventType("revoked", By.ENTERPRISE, Text("企业撤回授权", "Revoked by the enterprise")),
        EventType(
            "revocation_undelivered",
            By.SYSTEM,
            Text("撤回通知未送达", "The insurer could not be told of the revocation"),
        ),
        sending.DELETED,
    ),
    tracks=(
        Track(
            name="state",
            label=Text("状态", "Status"),
            states=(
                *sending.states(
                    Text("征信授权书", "Credit authorisation"),
                    Text("已提交", "Submitted"),
                    Text("等待保险公司确认", "The insurer confirms it"),
                ),
                State(
                    "AUTHORISED",
                    Text("授权成功", "In force"),
                    "done",
                    Next.NOBODY,
                    hint=Text("可申请额度", "You may apply for a limit"),
                    notice=Text("征信授权成功，可以申请额度", "A credit authorisation is in force: apply for a limit"),
                ),
                State(
                    "FAILED",
                    Text("授权失败", "Refused"),
                    "failed",
                    Next.NOBODY,
                    notice=Text("征信授权失败，请重新签署", "A credit authorisation was refused: sign another"),
                ),
                State(
                    "EXPIRED",
                    Text("已过期", "Expired"),
                    "ended",
                    Next.NOBODY,
                    notice=Text("征信授权已过期，请重新签署", "A credit authorisation has expired: sign another"),
                ),
                State("REVOKED", Text("已撤回", "Revoked"), "ended", Next.NOBODY),
            ),
            transitions=(
                *sending.moves(),
                *sending.answers("authorised", "AUTHORISED", *sending.AWAITED),
                *sending.answers("failed", "FAILED", *sending.AWAITED),
                Transition("AUTHORISED", "expired", "EXPIRED"),
                Transition("AUTHORISED", "revoked", "REVOKED"),
            ),
        ),
    ),
    actions=(
        Action(
            name="submit",
            label=Text("授权书签署", "Sign the authorisation"),
            event="submitted",
            roles=OPERATORS,
            form="duty_authorisation",
            primary=True,
            stepup=True,
            adds=signing,
            question=Text("是否确认提交?", "Hand it in?"),
            agree=Text("确认", "Confirm"),
            paper=Paper(
                kind="authorisation",
                template="authorisation",
                wording="credit_authorisation",
                data=printed,
                seal="seal_no",
            ),
            sends=Sends(type="DutyAuthorisation", version="1.0", capability="duty.authorise", compose=authorisation),
            waiting=sending.WAITING,
            done=sending.RECEIVED,
        ),
        Action(
            name="revoke",
            label=Text("撤回授权", "Revoke"),
            event="revoked",
            roles=OPERATORS,
            stepup=True,
            question=Text("是否撤回对该保险公司的征信授权？", "Revoke the authorisation for this insurer?"),
            sends=Sends(
                type="DutyRevocation",
                version="1.0",
                capability="duty.authorise",
                compose=revocation,
                failed="revocation_undelivered",
            ),
            waiting=Text("授权已撤回，正在通知保险公司", "Revoked; the insurer is being told"),
            done=Text("保险公司已收到撤回通知", "The insurer knows of the revocation"),
        ),
        sending.DELETE,
    ),
    documents={"authorisation": Text("电子授权书", "Letter of authorisation")},
    ends=("valid_until", "expired"),
)
