"""The service agreement (签约管理, spec.md 8): signed with card and company seal, counter-signed by the insurer.

Messages MSG-AGR-01..03, document DOC-04; manual S2:380-490.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.business import authorisation
from hub.business.acts import Action, Actor, Paper, Sends
from hub.business.kind import Field, Kind, Line
from hub.business.numbers import NumberFormat
from hub.business.roles import ANYONE
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.contract.text import Text

MESSAGES = {
    "AgreementSigned/1.0": "MSG-AGR-01",
    "AgreementCountersigned/1.0": "MSG-AGR-02",
    "AgreementEnded/1.0": "MSG-AGR-03",
    **authorisation.MESSAGES,
}
CENTRE = "中国电子口岸数据中心"  # the third party (S2:391)


def signing(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """What the hub adds to the chosen seal; a reason of an earlier refusal is settled."""
    return {"signed_at": now, "reason": None}


def signed(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of AgreementSigned; the document travels with it."""
    names = ("agreement_no", "document_version", "enterprise_name", "seal_no", "signed_at")
    return {name: content[name] for name in names} | actor.signer


def printed(content: Mapping[str, Any], actor: Actor, receiver: str) -> dict[str, Any]:
    """The three parties, as the template reads them."""
    return {
        "number": content["agreement_no"],
        "enterprise": {"name": content["enterprise_name"], "uscc": actor.enterprise},
        "insurer": {"name": receiver},
        "centre": {"name": CENTRE},
    }


AGREEMENT = Kind(
    code="agreement",
    label=Text("服务协议", "Service agreement"),
    number="agreement_no",
    title="enterprise_name",
    numbers=NumberFormat(prefix="FW", day="%Y", digits=8),
    once=True,  # CI-AGR-01
    fields=(
        Field("agreement_no", Text("协议编号", "Agreement no."), key=True),
        Field("enterprise_name", Text("企业名称", "Enterprise")),
        Field("seal_no", Text("签署印章", "Seal"), key=True),
        Field("document_version", Text("协议版本", "Version")),
        Field("signed_at", Text("企业签署时间", "Signed at"), datetime),
        Field("countersigned_at", Text("保险公司签署时间", "Counter-signed at"), datetime),
        Field("reason", Text("原因", "Reason")),
    ),
    events=(
        EventType("begun", By.ENTERPRISE, Text("企业打开协议", "Begun by the enterprise"), phase="start"),
        EventType("signed", By.ENTERPRISE, Text("企业签署协议", "Signed by the enterprise")),
        EventType("delivered", By.SYSTEM, Text("保险公司已签收", "Received and signed for by the insurer")),
        EventType("undelivered", By.SYSTEM, Text("发送未成功", "Could not be delivered")),
        EventType(
            "countersigned",
            By.PARTNER,
            Text("保险公司加盖电子签章", "The insurer sealed"),
            decision="countersigning",
        ),
        EventType("refused", By.PARTNER, Text("保险公司未签署", "The insurer refused"), decision="countersigning"),
        EventType("terminated", By.PARTNER, Text("协议终止", "Terminated by the insurer")),
        EventType("seal_ended", By.SYSTEM, Text("签署所用印章已失效", "The seal that it was signed with has ended")),
        EventType("outdated", By.SYSTEM, Text("服务协议有新版本", "There is a new version of the agreement")),
        EventType("deleted", By.ENTERPRISE, Text("企业删除", "Deleted by the enterprise"), phase="end"),
    ),
    tracks=(
        Track(
            name="state",
            label=Text("签约状态", "Status"),
            states=(
                State(
                    "UNSIGNED",
                    Text("未签约", "Not signed"),
                    "action",
                    Next.ENTERPRISE,
                    hint=Text("请阅读协议后签署", "Read the agreement and sign it"),
                ),
                State(
                    "SIGNING",
                    Text("签约中", "Being signed"),
                    "running",
                    Next.PARTNER,
                    hint=Text("等待保险公司加盖电子签章", "Waiting for the insurer's seal"),
                ),
                State(
                    "SIGNED",
                    Text("签约完成", "Signed by all"),
                    "done",
                    Next.NOBODY,
                    notice=Text("服务协议签约完成", "The service agreement is signed by all"),
                ),
                State(
                    "FAILED",
                    Text("签约失败", "Signing failed"),
                    "failed",
                    Next.ENTERPRISE,
                    hint=Text("请查看原因后重新签署", "See the reason and sign again"),
                    notice=Text("服务协议签约失败，请重新签署", "Signing the service agreement failed: sign again"),
                ),
                State(
                    "SUPERSEDED",
                    Text("已失效", "No longer valid"),
                    "action",
                    Next.ENTERPRISE,
                    hint=Text("请重新签署", "Sign again"),
                    notice=Text("服务协议已失效，请重新签署", "The service agreement is no longer valid: sign again"),
                ),
                State("DELETED", Text("已删除", "Deleted"), "ended", Next.NOBODY, hidden=True),
            ),
            transitions=(
                Transition(None, "begun", "UNSIGNED"),
                *(Transition(source, "signed", "SIGNING") for source in ("UNSIGNED", "FAILED", "SUPERSEDED")),
                Transition("SIGNING", "undelivered", "FAILED"),
                *(Transition(source, "countersigned", "SIGNED") for source in ("SIGNING", "FAILED")),
                Transition("SIGNING", "refused", "FAILED"),
                Transition("SIGNED", "terminated", "SUPERSEDED"),
                Transition("SIGNING", "seal_ended", "FAILED"),
                Transition("SIGNED", "seal_ended", "SUPERSEDED"),  # CI-GD-19
                Transition("SIGNED", "outdated", "SUPERSEDED"),  # CI-AGR-18
                Transition("UNSIGNED", "deleted", "DELETED"),
            ),
        ),
    ),
    actions=(
        Action(
            name="sign",
            label=Text("同意", "Agree"),
            event="signed",
            roles=ANYONE,
            form="agreement",
            primary=True,
            stepup=True,
            adds=signing,
            paper=Paper(
                kind="agreement",
                template="service_agreement",
                wording="service_agreement",
                data=printed,
                seal="seal_no",
                outdated="outdated",
            ),
            sends=Sends(type="AgreementSigned", version="1.0", capability="agreement.sign", compose=signed),
            waiting=Text("协议已签署，等待保险公司确认收到", "The agreement is signed; waiting for the insurer"),
            done=Text("协议已送达，等待保险公司加盖电子签章", "The agreement has arrived; the seal is awaited"),
        ),
        Action(
            name="delete",
            label=Text("删除", "Delete"),
            event="deleted",
            roles=ANYONE,
            question=Text("是否删除该协议？", "Delete this agreement?"),
            done=Text("协议已删除", "Agreement deleted"),
            opens=False,
        ),
    ),
    documents={"agreement": Text("出口信用保险服务协议", "Service agreement")},
)

LINE = Line(
    code="agreement",
    label=Text("签约管理", "Agreement"),
    kinds=(AGREEMENT, authorisation.AUTHORISATION),
    messages=MESSAGES,
)
