"""What the simulated insurer does with inquiries; in its books an inquiry is ASKED, then ANSWERED."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.contract.message import CanonicalMessage
from hub.testing.simulator.books import Entry
from hub.testing.simulator.desk import Desk, Reply
from hub.testing.simulator.lookup import NOT_NOW, TAKEN, known, named
from hub.testing.simulator.rules import Rule
from hub_sinosure.simulator.rules import PLANS, SILENT

INQUIRY = "inquiry"
CONTACT = {"answered_by": "仿真客户经理", "answer_phone": "010-00000000"}
ANSWERS = {
    "INSURE": "您好，已收到您的投保意向，客户经理将在两个工作日内与您联系。",
    "BUYER": "您好，请准备买方的英文名称、地址和国别，客户经理将与您联系办理资信调查。",
    "OTHER": "您好，您的需求已转相关部门，客户经理将与您联系。",
}
"""By topic."""


def asked(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """Inquiry: answered a little later. A second one under the same number is refused."""
    number = message.body["inquiry_no"]
    if desk.books.entry(INQUIRY, number) is not None:
        return NOT_NOW
    data = {"topic": message.body["topic"], "answers": message.message_id}
    desk.books.write(Entry(kind=INQUIRY, number=number, enterprise=message.enterprise, state="ASKED", data=data))
    if rule.plan != SILENT:
        desk.later("answer_inquiry", PLANS[rule.plan].seconds * rule.slower, number)
    return TAKEN


def answer(desk: Desk, number: str, args: Mapping[str, Any]) -> None:  # noqa: ARG001
    """InquiryAnswer, in the words for the topic."""
    inquiry = known(desk, INQUIRY, number)
    _tell(desk, inquiry, ANSWERS[inquiry.data["topic"]])


def answer_by_hand(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"inquiry_no"}`` and as wished text: an answer goes out now, a second one too."""
    inquiry = named(desk, INQUIRY, wanted, "inquiry_no", frozenset({"ASKED", "ANSWERED"}))
    text = wanted.get("text", ANSWERS[inquiry.data["topic"]])
    return {"message_id": _tell(desk, inquiry, str(text))}


def opposite(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Another answer, a second later."""
    return {**body, "answer_text": "请以本次反馈为准。", "answered_at": body["answered_at"] + timedelta(seconds=1)}


def _tell(desk: Desk, inquiry: Entry, text: str) -> str:
    desk.books.write(replace(inquiry, state="ANSWERED"))
    body = {"inquiry_no": inquiry.number, "answer_text": text, **CONTACT, "answered_at": desk.clock.now()}
    return desk.tell("InquiryAnswer", inquiry.number, inquiry.enterprise, body, answers=inquiry.data["answers"])
