"""Company seals (印章管理, spec.md 6.2 and 8): made, renewed and revoked by the legal person's card, drawn by the hub.

No partner is told of a seal: it appears in the documents that it is chosen for. A seal is assigned to one of the
enterprise's people, who may sign under it; the legal person may under any (C-03). Manual S2:419-431.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from hub.business.acts import Action, Drawn, Linked, Links
from hub.business.kind import PERSON, Effect, Field, Kind, Line
from hub.business.numbers import NumberFormat
from hub.business.roles import LEGAL_PERSON
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.business.terms import TERMS, validity
from hub.contract.text import Text

TYPES = {
    "COMPANY": Text("公司章", "Company seal"),
    "CONTRACT": Text("合同专用章", "Contract seal"),
    "FINANCE": Text("财务专用章", "Finance seal"),
}
"""The first one is what agreements ask for (S2:420)."""


ENDED = {"EXPIRED": "签署所用印章已过期", "REVOKED": "签署所用印章已注销"}
"""What an agreement that was signed with it says; reasons are told in Chinese, as the insurers'."""

NOBODY = Text("请选择本企业的人员", "Choose one of the enterprise's people")


def holder(content: Mapping[str, Any], links: Links, partner: Linked, now: datetime) -> Drawn:  # noqa: ARG001
    """The name of the person to whom the seal is assigned."""
    person = links["operator"].get(content.get("operator", ""))
    return ({"operator_name": person.name.zh}, {}) if person else ({}, {"operator": NOBODY})


SEAL = Kind(
    code="seal",
    label=Text("印章", "Seal"),
    number="seal_no",
    title="enterprise_name",
    numbers=NumberFormat(prefix="YZ", day="%Y", digits=8),
    fields=(
        Field("seal_no", Text("印章编号", "Seal no."), key=True),
        Field("enterprise_name", Text("企业名称", "Enterprise")),
        Field("seal_type", Text("印章类型", "Type of seal"), choices=TYPES),
        Field("operator", Text("操作员账号", "Operator's account")),
        Field("operator_name", Text("操作员姓名", "Operator's name"), personal=True),
        Field("engraved_no", Text("印章防伪编码", "Number engraved")),
        Field("term", Text("有效期限", "Valid for"), choices=TERMS),
        Field("valid_from", Text("有效期起", "Valid from"), date),
        Field("valid_until", Text("有效期至", "Valid until"), date),
        Field("reason", Text("注销原因", "Why it is revoked")),
    ),
    events=(
        EventType("begun", By.ENTERPRISE, Text("企业开始制章", "Begun by the enterprise"), phase="start"),
        EventType("made", By.ENTERPRISE, Text("法人制作印章", "Made by the legal person")),
        EventType("renewed", By.ENTERPRISE, Text("法人为印章续期", "Renewed by the legal person")),
        EventType("assigned", By.ENTERPRISE, Text("法人分配印章", "Assigned by the legal person")),
        EventType("expired", By.SYSTEM, Text("印章到期", "The seal has expired")),
        EventType("revoked", By.ENTERPRISE, Text("法人注销印章", "Revoked by the legal person")),
        EventType("deleted", By.ENTERPRISE, Text("企业删除", "Deleted by the enterprise"), phase="end"),
    ),
    tracks=(
        Track(
            name="state",
            label=Text("印章状态", "Status of the seal"),
            states=(
                State(
                    "NONE",
                    Text("未制章", "Not made yet"),
                    "draft",
                    Next.ENTERPRISE,
                    hint=Text("请填写后制章", "Fill in the form and make it"),
                ),
                State("ACTIVE", Text("有效", "Valid"), "done", Next.NOBODY),
                State(
                    "EXPIRED",
                    Text("已过期", "Expired"),
                    "action",
                    Next.ENTERPRISE,
                    hint=Text("续期后方可使用", "Renew it to use it again"),
                    notice=Text("印章已过期，请续期", "A seal has expired: renew it"),
                ),
                State("REVOKED", Text("已注销", "Revoked"), "ended", Next.NOBODY),
                State("DELETED", Text("已删除", "Deleted"), "ended", Next.NOBODY, hidden=True),
            ),
            transitions=(
                Transition(None, "begun", "NONE"),
                Transition("NONE", "made", "ACTIVE"),
                Transition("ACTIVE", "renewed", "ACTIVE"),
                Transition("EXPIRED", "renewed", "ACTIVE"),
                Transition("ACTIVE", "assigned", "ACTIVE"),
                Transition("ACTIVE", "expired", "EXPIRED"),
                Transition("ACTIVE", "revoked", "REVOKED"),
                Transition("EXPIRED", "revoked", "REVOKED"),
                Transition("NONE", "deleted", "DELETED"),
            ),
        ),
    ),
    actions=(
        Action(
            name="make",
            label=Text("保存印章", "Save the seal"),
            event="made",
            roles=LEGAL_PERSON,
            form="seal",
            primary=True,
            stepup=True,
            draws=holder,
            adds=validity,
            done=Text("印章已制作，可用于签署协议", "The seal is made and can be chosen when signing"),
        ),
        Action(
            name="renew",
            label=Text("续期", "Renew"),
            event="renewed",
            roles=LEGAL_PERSON,
            form="renewal",
            stepup=True,
            adds=validity,
            done=Text("印章已续期", "The seal is renewed"),
        ),
        Action(
            name="assign",
            label=Text("分配", "Assign"),
            event="assigned",
            roles=LEGAL_PERSON,
            form="assignment",
            stepup=True,
            draws=holder,
            done=Text("印章已分配，由所选人员签署使用", "The seal is assigned: that person may sign under it"),
        ),
        Action(
            name="revoke",
            label=Text("注销", "Revoke"),
            event="revoked",
            roles=LEGAL_PERSON,
            form="revocation",
            stepup=True,
            done=Text("印章已注销，不能再用于签署", "The seal is revoked and cannot be chosen any more"),
        ),
        Action(
            name="delete",
            label=Text("删除", "Delete"),
            event="deleted",
            roles=LEGAL_PERSON,
            question=Text("是否删除该印章？", "Delete this seal?"),
            done=Text("印章已删除", "Seal deleted"),
            opens=False,
        ),
    ),
    links={"operator": PERSON},
    ends=("valid_until", "expired"),
    effects=tuple(
        Effect(state, "seal_no", "seal_ended", sets={"reason": reason}, back="agreement")
        for state, reason in ENDED.items()
    ),
)

LINE = Line(code="seal", label=Text("印章管理", "Seals"), kinds=(SEAL,), messages={})
