"""Inquiries (投保咨询, spec.md 10): the enterprise asks before it insures, the insurer answers or gets in touch.
Messages MSG-INQ-01..02; manual S2:721-846.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.business import regions
from hub.business.acts import Action, Actor, Sends
from hub.business.kind import Field, Kind, Line
from hub.business.numbers import NumberFormat
from hub.business.roles import ANYONE
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.contract.text import Text

MESSAGES = {"Inquiry/1.0": "MSG-INQ-01", "InquiryAnswer/1.0": "MSG-INQ-02"}

TOPICS = {
    "INSURE": Text("我要投保", "I want to insure"),
    "BUYER": Text("我要调查买方资信", "I want a buyer's credit checked"),
    "OTHER": Text("我有其他需求", "I need something else"),
}
"""S2:776; the first one is chosen on a new form (S2:744)."""

ASKED = (
    "inquiry_no", "enterprise_name", "region_code", "region_name", "address", "contact_name", "contact_mobile",
    "contact_phone", "contact_email", "topic", "request", "submitted_at",
)  # fmt: skip


def submission(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """What the hub adds to the form: the region by its name, and the time."""
    return {"region_name": regions.full_name(content["region_code"]), "submitted_at": now}


def inquiry(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """Body of Inquiry."""
    return {name: content[name] for name in ASKED if content.get(name)}


INQUIRY = Kind(
    code="inquiry",
    label=Text("询保申请", "Inquiry"),
    number="inquiry_no",
    title="enterprise_name",
    numbers=NumberFormat(day="%Y", digits=15),  # S2:738: the year and fifteen digits
    fields=(
        Field("inquiry_no", Text("询保流水号", "Inquiry no."), key=True),
        Field("enterprise_name", Text("公司名称", "Company")),
        Field("region_code", Text("注册地址代码", "Code of the registered place")),
        Field("region_name", Text("注册地址", "Registered in")),
        Field("address", Text("详细地址", "Address")),
        Field("contact_name", Text("联系人", "Contact"), personal=True),
        Field("contact_mobile", Text("联系手机", "Mobile"), personal=True),
        Field("contact_phone", Text("联系固话", "Fixed line"), personal=True),
        Field("contact_email", Text("联系邮箱", "E-mail"), personal=True),
        Field("topic", Text("询保内容", "What it is about"), choices=TOPICS),
        Field("request", Text("其他需求", "Further wishes")),
        Field("submitted_at", Text("提交日期", "Submitted"), datetime),
        Field("answer_text", Text("反馈内容", "Answer")),
        Field("answered_by", Text("反馈联系人", "Answered by"), personal=True),
        Field("answer_phone", Text("反馈联系电话", "Telephone for questions"), personal=True),
        Field("answered_at", Text("反馈时间", "Answered at"), datetime),
    ),
    events=(
        EventType("begun", By.ENTERPRISE, Text("企业新建询保申请", "Begun by the enterprise"), phase="start"),
        EventType("submitted", By.ENTERPRISE, Text("企业提交询保申请", "Submitted by the enterprise")),
        EventType("delivered", By.SYSTEM, Text("保险公司已签收", "Received and signed for by the insurer")),
        EventType("undelivered", By.SYSTEM, Text("发送未成功", "Could not be delivered")),
        EventType("answered", By.PARTNER, Text("保险公司反馈", "Answered by the insurer")),
        EventType("deleted", By.ENTERPRISE, Text("企业删除", "Deleted by the enterprise"), phase="end"),
    ),
    tracks=(
        Track(
            name="state",
            label=Text("申请状态", "Status"),
            states=(
                State(
                    "DRAFT",
                    Text("暂存", "Draft"),
                    "draft",
                    Next.ENTERPRISE,
                    hint=Text("请填写完整后提交", "Complete and submit it"),
                ),
                State(
                    "SUBMITTED",
                    Text("已提交", "Submitted"),
                    "running",
                    Next.PARTNER,
                    hint=Text("等待保险公司反馈或联络", "Waiting for the insurer's answer or call"),
                ),
                State(
                    "SEND_FAILED",
                    Text("发送失败", "Not delivered"),
                    "failed",
                    Next.ENTERPRISE,
                    hint=Text("未送达保险公司，可再次提交", "Not delivered; you may submit it again"),
                    notice=Text("询保申请未送达保险公司", "An inquiry could not be delivered to the insurer"),
                ),
                State(
                    "ANSWERED",
                    Text("已反馈", "Answered"),
                    "done",
                    Next.NOBODY,
                    notice=Text("保险公司已反馈询保申请", "The insurer has answered an inquiry"),
                ),
                State("DELETED", Text("已删除", "Deleted"), "ended", Next.NOBODY, hidden=True),
            ),
            transitions=(
                Transition(None, "begun", "DRAFT"),
                Transition("DRAFT", "submitted", "SUBMITTED"),
                Transition("SEND_FAILED", "submitted", "SUBMITTED"),
                Transition("SUBMITTED", "undelivered", "SEND_FAILED"),
                *(Transition(source, "answered", "ANSWERED") for source in ("SUBMITTED", "SEND_FAILED", "ANSWERED")),
                Transition("DRAFT", "deleted", "DELETED"),
            ),
        ),
    ),
    actions=(
        Action(
            name="submit",
            label=Text("提交", "Submit"),
            event="submitted",
            roles=ANYONE,
            form="inquiry",
            primary=True,
            adds=submission,
            sends=Sends(type="Inquiry", version="1.0", capability="inquiry.submit", compose=inquiry),
            waiting=Text("询保申请已提交，等待保险公司确认收到", "Inquiry handed in; waiting for the insurer"),
            done=Text("询保申请提交成功，请等待保险公司反馈或联络", "Inquiry submitted: the insurer will get in touch"),
        ),
        Action(
            name="delete",
            label=Text("删除", "Delete"),
            event="deleted",
            roles=ANYONE,
            question=Text("是否删除该询保申请？", "Delete this inquiry?"),
            done=Text("询保申请已删除", "Inquiry deleted"),
            opens=False,
        ),
    ),
)

LINE = Line(code="inquiry", label=Text("投保咨询", "Inquiries"), kinds=(INQUIRY,), messages=MESSAGES)
