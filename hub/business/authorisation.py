"""Data authorisation (企业数据授权, spec.md 6, 6.3): which data the insurer may get, what for, how long.

Given with card and company seal; viewed, downloaded and revoked at any time. Message MSG-AUTH-01, document DOC-05;
manual S1:61.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from hub.business.acts import Action, Actor, Paper, Sends
from hub.business.kind import Field, Kind
from hub.business.numbers import NumberFormat
from hub.business.roles import LEGAL_PERSON
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.business.terms import TERMS, validity
from hub.contract.text import Text

MESSAGES = {"DataAuthorisation/1.0": "MSG-AUTH-01"}
SAID = (
    "authorisation_no",
    "document_version",
    "enterprise_name",
    "scope",
    "purpose",
    "valid_from",
    "valid_until",
)
CAPABILITY = "authorisation.give"


def printed(content: Mapping[str, Any], actor: Actor, receiver: str) -> dict[str, Any]:
    """Who gives to whom, from when until when, as the template reads it."""
    return {
        "number": content["authorisation_no"],
        "enterprise": {"name": content["enterprise_name"], "uscc": actor.enterprise},
        "receiver": receiver,
        "valid_from": content["valid_from"].isoformat(),
        "valid_until": content["valid_until"].isoformat(),
    }


def given(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Body of DataAuthorisation; the signed letter travels with it."""
    return _told(content, actor, now, "GIVEN")


def revoked(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Body of DataAuthorisation when it ends."""
    return _told(content, actor, now, "REVOKED")


def _told(content: Mapping[str, Any], actor: Actor, now: datetime, status: str) -> dict[str, Any]:
    return {name: content[name] for name in SAID} | {"status": status, "changed_at": now} | actor.signer


AUTHORISATION = Kind(
    code="authorisation",
    label=Text("企业数据授权", "Data authorisation"),
    number="authorisation_no",
    title="purpose",
    numbers=NumberFormat(prefix="SQ", day="%Y", digits=8),
    fields=(
        Field("authorisation_no", Text("授权书编号", "Authorisation no."), key=True),
        Field("enterprise_name", Text("企业名称", "Enterprise")),
        Field("seal_no", Text("签署印章", "Seal")),
        Field("document_version", Text("授权书版本", "Version")),
        Field("scope", Text("提供的数据内容", "Data provided"), list),
        Field("purpose", Text("授权用途", "Purpose")),
        Field("term", Text("授权期限", "Valid for"), choices=TERMS),
        Field("valid_from", Text("授权起始日期", "Valid from"), date),
        Field("valid_until", Text("授权截止日期", "Valid until"), date, bound=True),
    ),
    events=(
        EventType("begun", By.ENTERPRISE, Text("企业打开授权书", "Begun by the enterprise"), phase="start"),
        EventType("given", By.ENTERPRISE, Text("企业签署数据授权书", "Authorised by the enterprise")),
        EventType("delivered", By.SYSTEM, Text("保险公司已签收", "Received and signed for by the insurer")),
        EventType("undelivered", By.SYSTEM, Text("发送未成功", "Could not be delivered")),
        EventType("expired", By.SYSTEM, Text("授权到期", "The authorisation has expired"), phase="end"),
        EventType("revoked", By.ENTERPRISE, Text("企业撤回授权", "Revoked by the enterprise"), phase="end"),
        EventType("deleted", By.ENTERPRISE, Text("企业删除", "Deleted by the enterprise"), phase="end"),
    ),
    tracks=(
        Track(
            name="state",
            label=Text("授权状态", "Status"),
            states=(
                State(
                    "NONE",
                    Text("未授权", "Not authorised"),
                    "action",
                    Next.ENTERPRISE,
                    hint=Text("请阅读数据内容后授权", "Read what is provided and authorise it"),
                ),
                State("AUTHORISED", Text("已授权", "Authorised"), "done", Next.NOBODY),
                State(
                    "FAILED",
                    Text("发送失败", "Not delivered"),
                    "failed",
                    Next.ENTERPRISE,
                    hint=Text("授权书未送达保险公司，请重新授权", "The insurer did not get it: authorise again"),
                    notice=Text("数据授权书未送达保险公司", "A data authorisation could not be delivered"),
                ),
                State(
                    "EXPIRED",
                    Text("已到期", "Expired"),
                    "ended",
                    Next.NOBODY,
                    notice=Text("企业数据授权已到期", "A data authorisation has expired"),
                ),
                State("REVOKED", Text("已撤回", "Revoked"), "ended", Next.NOBODY),
                State("DELETED", Text("已删除", "Deleted"), "ended", Next.NOBODY, hidden=True),
            ),
            transitions=(
                Transition(None, "begun", "NONE"),
                Transition("NONE", "given", "AUTHORISED"),
                Transition("FAILED", "given", "AUTHORISED"),
                Transition("AUTHORISED", "undelivered", "FAILED"),
                Transition("AUTHORISED", "expired", "EXPIRED"),
                Transition("AUTHORISED", "revoked", "REVOKED"),
                Transition("NONE", "deleted", "DELETED"),
            ),
        ),
    ),
    actions=(
        Action(
            name="give",
            label=Text("授权", "Authorise"),
            event="given",
            roles=LEGAL_PERSON,
            form="authorisation",
            primary=True,
            stepup=True,
            adds=validity,
            paper=Paper(
                kind="authorisation",
                template="authorisation",
                wording="data_authorisation",
                data=printed,
                seal="seal_no",
            ),
            sends=Sends(type="DataAuthorisation", version="1.0", capability=CAPABILITY, compose=given),
            waiting=Text("授权书已签署，等待保险公司确认收到", "The authorisation is signed; waiting for the insurer"),
            done=Text("数据授权完成，保险公司已收到", "Authorised; the insurer has received it"),
        ),
        Action(
            name="revoke",
            label=Text("撤回授权", "Revoke"),
            event="revoked",
            roles=LEGAL_PERSON,
            question=Text(
                "撤回后不再提供数据，已经签发的保险单不受影响。是否撤回授权？",
                "No more data is provided then; policies that were issued stay as they are. Revoke?",
            ),
            stepup=True,
            sends=Sends(type="DataAuthorisation", version="1.0", capability=CAPABILITY, compose=revoked),
            waiting=Text("授权已撤回，等待保险公司确认收到", "Revoked; waiting for the insurer to confirm it arrived"),
            done=Text("授权已撤回，保险公司已收到", "Revoked; the insurer has received it"),
            opens=False,
        ),
        Action(
            name="delete",
            label=Text("删除", "Delete"),
            event="deleted",
            roles=LEGAL_PERSON,
            question=Text("是否删除该授权书？", "Delete this authorisation?"),
            done=Text("授权书已删除", "Authorisation deleted"),
            opens=False,
        ),
    ),
    documents={"authorisation": Text("企业数据授权书", "Data authorisation")},
    ends=("valid_until", "expired"),
)
