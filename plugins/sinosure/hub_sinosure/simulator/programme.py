"""What the simulated insurer does for a unified-policy programme: offers to the companies of a list, reports on buyers,
takes up loss reports, tells of policies that were collected off line, pushes reports of its own.

In its books a list is TAKEN, a company of it OFFERED once per programme; a request ASKED, PROVIDED or REJECTED; a loss
REPORTED, TAKEN_UP, CLOSED.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hub.contract.message import CanonicalMessage
from hub.documents.pdf import NotPrintable
from hub.testing.simulator.books import Entry
from hub.testing.simulator.desk import Desk, Reply
from hub.testing.simulator.lookup import NOT_NOW, TAKEN, known, named, text
from hub.testing.simulator.rules import Rule
from hub_sinosure.simulator import papers, policies
from hub_sinosure.simulator.rules import PLANS, SILENT

LIST, COMPANY, REPORT, LOSS = "eligible_list", "eligible", "buyer_report", "loss_report"
OFFER_AFTER = 1.0  # seconds
MANAGER = {"manager_name": "仿真客户经理", "manager_phone": "010-00000000"}
ADVICE = "请保留贸易单证，继续催收并及时告知进展；如损失已无法避免，请提交索赔申请。"
LADING_TITLE = "海外买家提单报告（欧洲、北美）"
TAKEN_UP, CLOSED = "10", "80"
PROVIDED = "10"
TIMES = {"LossReportAnswer": "answered_at", "OfflinePolicy": "issued_at", "LadingReport": "provided_at"}


# what comes from the hub


def listed(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:  # noqa: ARG001
    """EligibleCompanies: every company of it gets its offer a little later, once per programme."""
    body = message.body
    if desk.books.entry(LIST, body["list_no"]) is not None:
        return NOT_NOW
    entry = Entry(kind=LIST, number=body["list_no"], enterprise=message.enterprise, state="TAKEN", data={})
    desk.books.write(entry)
    about = {
        "programme": body["programme"],
        "programme_year": body["programme_year"],
        "cover": [body["cover_from"].isoformat(), body["cover_to"].isoformat()],
    }
    for row in body["company"]:
        number = f"{body['programme']}/{row['uscc']}"
        if desk.books.entry(COMPANY, number) is None:
            data = {**about, "name": row["name"]}
            desk.books.write(Entry(kind=COMPANY, number=number, enterprise=row["uscc"], state="LISTED", data=data))
            desk.later("offer_company", OFFER_AFTER, number)
    return TAKEN


def asked(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """BuyerReportRequest: answered a little later; one that was not provided may be asked for again."""
    number = message.body["report_no"]
    entry = desk.books.entry(REPORT, number)
    if entry is not None and entry.state != "REJECTED":
        return NOT_NOW
    names = ("buyer_name_en", "buyer_country", "enterprise_name")
    data = {"plan": rule.plan, "answers": message.message_id} | {name: message.body[name] for name in names}
    desk.books.write(Entry(kind=REPORT, number=number, enterprise=message.enterprise, state="ASKED", data=data))
    if rule.plan != SILENT:
        desk.later("answer_buyer_report", PLANS[rule.plan].seconds * rule.slower, number)
    return TAKEN


def reported(desk: Desk, message: CanonicalMessage, rule: Rule) -> Reply:
    """LossReport: taken up a little later."""
    number = message.body["loss_no"]
    if desk.books.entry(LOSS, number) is not None:
        return NOT_NOW
    data = {"answers": message.message_id}
    desk.books.write(Entry(kind=LOSS, number=number, enterprise=message.enterprise, state="REPORTED", data=data))
    if rule.plan != SILENT:
        desk.later("take_up_loss", PLANS[rule.plan].seconds * rule.slower, number)
    return TAKEN


# what the insurer does when the time has come


def offer(desk: Desk, number: str, args: Mapping[str, Any]) -> None:  # noqa: ARG001
    """PolicyOffer, with the programme and its year; a company whose name cannot be printed gets none."""
    company = known(desk, COMPANY, number)
    about = {name: company.data[name] for name in ("programme", "programme_year", "cover")}
    try:
        policies.make_offer(desk, company.enterprise, company.data["name"], programme=about)
    except NotPrintable as error:
        desk.books.note(desk.clock.now(), "not offered", str(error))
        return
    desk.books.write(replace(company, state="OFFERED"))


def answer_report(desk: Desk, number: str, args: Mapping[str, Any]) -> None:  # noqa: ARG001
    """BuyerReport: the PDF, or the reason why there is none."""
    request = known(desk, REPORT, number)
    plan, now = PLANS[request.data["plan"]], desk.clock.now()
    provided = plan.result == PROVIDED
    desk.books.write(replace(request, state="PROVIDED" if provided else "REJECTED"))
    body = {"report_no": number, "result_code": plan.result, "answered_at": now}
    files = (papers.buyer_report(number, request.data, now),) if provided else ()
    more = {"reason": plan.reason} if plan.reason else {}
    answers = request.data["answers"]
    desk.tell("BuyerReport", number, request.enterprise, body | more, answers=answers, attachments=files)


def take_up(desk: Desk, number: str, args: Mapping[str, Any]) -> None:  # noqa: ARG001
    """LossReportAnswer with the case number and what to do."""
    loss = known(desk, LOSS, number)
    if loss.state != "REPORTED":
        return
    desk.books.write(replace(loss, state="TAKEN_UP"))
    more = {"case_no": desk.number("AJ"), "advice": ADVICE, **MANAGER}
    _answer_loss(desk, loss, TAKEN_UP, more, loss.data["answers"])


# what is done by hand


def close(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"loss_no"}``: nothing more follows on the loss report."""
    loss = named(desk, LOSS, wanted, "loss_no", frozenset({"REPORTED", "TAKEN_UP"}))
    desk.books.write(replace(loss, state="CLOSED"))
    return {"message_id": _answer_loss(desk, loss, CLOSED, {}, None)}


def offline(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"uscc", "enterprise_name"}`` and as wished programme: a policy that was collected at the counter."""
    uscc, name = text(wanted, "uscc"), text(wanted, "enterprise_name")
    body = {"policy_no": desk.number("XB"), "enterprise_name": name, "org_code": uscc[8:17]}
    body |= {"programme": text(wanted, "programme")} if "programme" in wanted else {}
    message_id = policies.tell_policy(desk, "OfflinePolicy", uscc, body, policies.EFFECTIVE)
    return {"policy_no": body["policy_no"], "message_id": message_id}


def push_lading_report(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"uscc", "enterprise_name"}`` and as wished programme: a bill-of-lading report on buyers goes out."""
    uscc, name = text(wanted, "uscc"), text(wanted, "enterprise_name")
    number, now = desk.number("TD"), desk.clock.now()
    body = {"report_no": number, "title": LADING_TITLE, "enterprise_name": name, "provided_at": now}
    body |= {"programme": text(wanted, "programme")} if "programme" in wanted else {}
    file = papers.lading_report(number, LADING_TITLE, name, now)
    return {"report_no": number, "message_id": desk.tell("LadingReport", number, uscc, body, attachments=(file,))}


def opposite(type: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The body that contradicts an answer: the other result, a second later."""
    if type == "BuyerReport":
        return {**body, "result_code": "20" if body["result_code"] == PROVIDED else PROVIDED}
    name = TIMES.get(type)
    return {**body, name: body[name] + timedelta(seconds=1)} if name else None


def _answer_loss(desk: Desk, loss: Entry, code: str, more: Mapping[str, Any], answers: str | None) -> str:
    body = {"loss_no": loss.number, "status_code": code, "answered_at": desk.clock.now(), **more}
    return desk.tell("LossReportAnswer", loss.number, loss.enterprise, body, answers=answers)


HANDLERS = {"EligibleCompanies": listed, "BuyerReportRequest": asked, "LossReport": reported}
STEPS = {"offer_company": offer, "answer_buyer_report": answer_report, "take_up_loss": take_up}
CONTROLS = {"close_loss": close, "offline_policy": offline, "lading_report": push_lading_report}
