"""The application for a micro policy (投保申请, spec.md 5.1-5.4): offered by the insurer, confirmed, reviewed, issued,
or withdrawn. Manuals S0:63-141, S2:245-350.
"""

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from hub.business.acts import Action, Actor, Need, Sends
from hub.business.kind import Field, Kind
from hub.business.programme import FIELD
from hub.business.roles import ANYONE, LEGAL_PERSON
from hub.business.states import By, EventType, Next, State, Track, Transition
from hub.contract.text import Text

COMMON = (
    Field("enterprise_name", Text("企业名称", "Enterprise")),
    Field("org_code", Text("组织机构代码", "Organisation code")),
    Field("product_name", Text("产品", "Product")),
    FIELD,
)
"""Fields that the application and the policy have alike."""


def other_code(enterprise: str, content: Mapping[str, Any]) -> Text | None:
    """An organisation code that is not the one within the USCC (characters 9 to 17, CI-POL-25)."""
    code = content.get("org_code")
    if not code or code == enterprise[8:17]:
        return None
    return Text(
        f"组织机构代码{code}与统一社会信用代码{enterprise}不符，请与保险公司核对",
        f"organisation code {code} contradicts the USCC {enterprise}: please settle it with the insurer",
    )


CONFIRMED = (
    "application_no",
    "contact_name",
    "contact_phone",
    "contact_mobile",
    "contact_email",
    "remark",
    "declaration_version",
    "accepted_at",
    "agreement_no",
    "data_authorisation_id",
)


def acceptance(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """When the declaration was accepted, whenever the application is sent (CI-POL-13)."""
    return {"accepted_at": now}


def confirmation(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Body of PolicyConfirmation: what the enterprise confirmed, and exactly which declaration it accepted."""
    clauses = "\n".join(content["declaration_text"]).encode()
    body = {"accepted_at": now, "declaration_hash": sha256(clauses).hexdigest()} | actor.signer
    body |= {name: content[name] for name in CONFIRMED if content.get(name)}
    if not content.get("read_sha256"):
        return body
    evidence = {"document_sha256": content["read_sha256"], "seconds": content["read_seconds"]}
    return body | {"reading_evidence": evidence}


def withdrawal(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:
    """Body of WithdrawalRequest."""
    return {"application_no": content["application_no"], "requested_at": now} | actor.signer


SENT = Sends(type="PolicyConfirmation", version="1.0", capability="micro_policy.confirm", compose=confirmation)
WAITING = Text(
    "投保申请已提交，等待保险公司确认收到", "Application handed in; waiting for the insurer to confirm it arrived"
)
SUBMITTED = Text("投保申请提交成功", "Application submitted successfully")

UNSENT = ("PENDING_CONFIRM", "RETURNED", "SEND_FAILED")
UNREVIEWED = ("SUBMITTED", "IN_REVIEW", "WITHDRAWING", "SEND_FAILED")
COMPANY_SEAL = Need(
    "seal",
    frozenset({"ACTIVE"}),
    Text("请先制作公司章", "A company seal has to be made first"),
    content={"seal_type": "COMPANY"},
)
AGREEMENT = Need(
    "agreement",
    frozenset({"SIGNING", "SIGNED"}),
    Text("请先签署服务协议", "The service agreement has to be signed first"),
)
AUTHORISATION = Need(
    "authorisation",
    frozenset({"AUTHORISED"}),
    Text("请先完成企业数据授权", "The data authorisation has to be given first"),
)
AUTHORISED = (COMPANY_SEAL, AGREEMENT, AUTHORISATION)
"""The stages of 授权网上协议, in order; only portals that ask for them hold an application back (spec CI-GD-13..19)."""
CITED = {"agreement_no": AGREEMENT, "data_authorisation_id": AUTHORISATION}

APPLICATION = Kind(
    code="micro_application",
    label=Text("投保申请", "Application"),
    number="application_no",
    title="product_name",
    fields=(
        Field("application_no", Text("申请号", "Application no."), key=True),
        *COMMON,
        Field("product", Text("产品代码", "Product code")),
        Field("programme_year", Text("年度", "Programme year")),
        Field("renewal", Text("续转", "Renewal"), bool),
        Field("previous_policy_no", Text("上期保单号", "Previous policy no."), key=True),
        Field("contact_name", Text("主要联系人姓名", "Contact name"), personal=True),
        Field("contact_phone", Text("主要联系人电话", "Contact phone"), personal=True),
        Field("contact_mobile", Text("主要联系人手机", "Contact mobile"), personal=True),
        Field("contact_email", Text("主要联系人邮箱", "Contact e-mail"), personal=True),
        Field("remark", Text("备注", "Remark")),
        Field("declaration_version", Text("投保声明版本", "Declaration version")),
        Field("declaration_text", Text("投保声明", "Declaration"), list),
        Field("accepted_at", Text("同意声明时间", "Declaration accepted at"), datetime, inner=True),
        Field("read_sha256", Text("所阅单证摘要", "Digest of the document that was read"), inner=True),
        Field("read_seconds", Text("阅读秒数", "Seconds of reading"), int, inner=True),
        Field("agreement_no", Text("协议编号", "Agreement no."), inner=True),
        Field("data_authorisation_id", Text("数据授权编号", "Data authorisation"), inner=True),
        Field("valid_until", Text("有效期至", "Valid until"), date),
        Field("policy_no", Text("保单号", "Policy no."), key=True),
        Field("reason", Text("原因", "Reason")),
        Field("reviewer_name", Text("审核联系人", "Reviewer"), personal=True),
        Field("reviewer_phone", Text("审核联系电话", "Reviewer's phone"), personal=True),
    ),
    events=(
        EventType(
            "offered", By.PARTNER, Text("保险公司送达待确认保单", "Offer received from the insurer"), phase="start"
        ),
        EventType(
            "held",
            By.ENTERPRISE,
            Text("企业确认投保，待完成网上协议授权", "Confirmed by the enterprise, to be authorised"),
        ),
        EventType("abandoned", By.ENTERPRISE, Text("企业放弃授权", "Authorisation given up by the enterprise")),
        EventType("submitted", By.ENTERPRISE, Text("企业确认投保", "Confirmed by the enterprise")),
        EventType("finished", By.ENTERPRISE, Text("企业完成授权并提交", "Authorised and submitted by the enterprise")),
        EventType("delivered", By.SYSTEM, Text("保险公司已签收", "Received and signed for by the insurer")),
        EventType("undelivered", By.SYSTEM, Text("发送未成功", "Could not be delivered")),
        EventType(
            "withdrawal_requested", By.ENTERPRISE, Text("企业申请撤回", "Withdrawal requested by the enterprise")
        ),
        EventType("withdrawal_refused", By.PARTNER, Text("保险公司不同意撤回", "Withdrawal refused by the insurer")),
        EventType(
            "withdrawn", By.PARTNER, Text("保险公司同意撤回", "Withdrawal accepted by the insurer"), decision="review"
        ),
        EventType(
            "returned",
            By.PARTNER,
            Text("保险公司退回修改", "Returned for correction by the insurer"),
            decision="review",
        ),
        EventType("rejected", By.PARTNER, Text("保险公司审核不通过", "Rejected by the insurer"), decision="review"),
        EventType("approved", By.PARTNER, Text("保险公司审核通过", "Approved by the insurer"), decision="review"),
        EventType("policy_issued", By.SYSTEM, Text("保险公司出具保单", "The policy was issued"), phase="end"),
        EventType("policy_effective", By.SYSTEM, Text("保单已生效", "The policy is in force"), phase="end"),
        EventType("recalled", By.PARTNER, Text("保险公司撤销待确认保单", "Offer recalled by the insurer"), phase="end"),
        EventType("lapsed", By.SYSTEM, Text("待确认保单已过有效期", "The offer's validity ended"), phase="end"),
    ),
    tracks=(
        Track(
            name="state",
            label=Text("投保状态", "Application status"),
            states=(
                State(
                    "PENDING_CONFIRM",
                    Text("待确认", "Awaiting confirmation"),
                    "action",
                    Next.ENTERPRISE,
                    hint=Text("请查看待确认保单并确认投保", "Read the offer and confirm"),
                    notice=Text(
                        "您有一份待确认小微信保易保单，请查看保单", "You have a Xinbaoyi policy offer to confirm"
                    ),
                ),
                State(
                    "AUTH_PENDING",
                    Text("待授权", "To be authorised"),
                    "action",
                    Next.ENTERPRISE,
                    hint=Text("请完成网上协议授权", "Complete the authorisation"),
                    notice=Text("投保申请待完成网上协议授权", "An application waits for your authorisation"),
                ),
                State(
                    "SUBMITTED",
                    Text("已投保（待审核）", "Submitted (under review)"),
                    "running",
                    Next.PARTNER,
                    hint=Text("保险公司审核", "The insurer reviews"),
                ),
                State(
                    "SEND_FAILED",
                    Text("发送失败", "Not delivered"),
                    "failed",
                    Next.ENTERPRISE,
                    hint=Text("未送达保险公司，可再次确认投保", "Not delivered; you may confirm again"),
                    notice=Text("投保申请未送达保险公司", "An application could not be delivered to the insurer"),
                ),
                State(
                    "IN_REVIEW",
                    Text("审核中", "Under review"),
                    "running",
                    Next.PARTNER,
                    hint=Text("保险公司审核", "The insurer reviews"),
                ),
                State(
                    "WITHDRAWING",
                    Text("撤回中", "Withdrawal requested"),
                    "running",
                    Next.PARTNER,
                    hint=Text("等待保险公司答复", "Waiting for the insurer's answer"),
                ),
                State(
                    "RETURNED",
                    Text("退回修改", "Returned for correction"),
                    "action",
                    Next.ENTERPRISE,
                    hint=Text("请按原因修改后再次确认投保", "Correct it and confirm again"),
                    notice=Text("投保申请被退回，请修改", "An application was returned for correction"),
                ),
                State(
                    "APPROVED",
                    Text("审核通过", "Approved"),
                    "done",
                    Next.PARTNER,
                    hint=Text("保单出具后在“保险单”页签查看", "See the policy under Policies once it is issued"),
                    notice=Text("投保申请审核通过", "An application was approved"),
                ),
                State(
                    "ISSUED",
                    Text("已出单", "Policy issued"),
                    "done",
                    Next.NOBODY,
                    hint=Text("保单见“保险单”页签", "The policy stands under Policies"),
                ),
                State(
                    "REJECTED",
                    Text("审核不通过", "Rejected"),
                    "failed",
                    Next.NOBODY,
                    notice=Text("投保申请审核不通过", "An application was rejected"),
                ),
                State(
                    "LAPSED",
                    Text("已失效", "Lapsed"),
                    "ended",
                    Next.NOBODY,
                    notice=Text("待确认保单已失效", "A policy offer has lapsed"),
                ),
            ),
            transitions=(
                Transition(None, "offered", "PENDING_CONFIRM"),
                *(Transition(source, "submitted", "SUBMITTED") for source in UNSENT),
                *(Transition(source, "held", "AUTH_PENDING") for source in UNSENT),
                Transition("AUTH_PENDING", "abandoned", "PENDING_CONFIRM"),
                Transition("AUTH_PENDING", "finished", "SUBMITTED"),
                Transition("SUBMITTED", "undelivered", "SEND_FAILED"),
                Transition("SUBMITTED", "withdrawal_requested", "WITHDRAWING"),
                Transition("WITHDRAWING", "withdrawal_refused", "IN_REVIEW"),
                Transition("WITHDRAWING", "withdrawn", "PENDING_CONFIRM"),
                Transition("SUBMITTED", "withdrawn", "PENDING_CONFIRM"),
                *(
                    Transition(source, event, target)
                    for source in UNREVIEWED
                    for event, target in (("returned", "RETURNED"), ("rejected", "REJECTED"), ("approved", "APPROVED"))
                ),
                *(
                    Transition(source, event, "ISSUED")
                    for source in (*UNREVIEWED, "APPROVED", "ISSUED")
                    for event in ("policy_issued", "policy_effective")
                ),
                *(
                    Transition(source, event, "LAPSED")
                    for source in (*UNSENT, "AUTH_PENDING")
                    for event in ("recalled", "lapsed")
                ),
            ),
        ),
    ),
    doubts=other_code,
    actions=(
        Action(
            name="confirm",
            label=Text("确认投保", "Confirm application"),
            event="submitted",
            roles=ANYONE,
            form="micro_confirmation",
            adds=acceptance,
            cites=CITED,
            signed=True,
            primary=True,
            sends=SENT,
            waiting=WAITING,
            done=SUBMITTED,
        ),
        Action(
            name="hold",
            label=Text("确认投保", "Confirm application"),
            event="held",
            roles=LEGAL_PERSON,
            form="micro_confirmation",
            adds=acceptance,
            signed=True,
            primary=True,
            done=Text("投保信息已确认，请完成网上协议授权", "Confirmed; now complete the authorisation"),
        ),
        Action(
            name="finish",
            label=Text("确定", "Submit"),
            event="finished",
            roles=LEGAL_PERSON,
            question=Text("授权已完成，点击“确定”提交投保申请。", "All is authorised: submit the application."),
            signed=True,
            primary=True,
            needs=AUTHORISED,
            cites=CITED,
            sends=SENT,
            waiting=WAITING,
            done=SUBMITTED,
        ),
        Action(
            name="abandon",
            label=Text("返回修改", "Back to the form"),
            event="abandoned",
            roles=LEGAL_PERSON,
            question=Text("是否返回修改投保信息？", "Go back and change the application?"),
            done=Text("已返回待确认", "Awaiting confirmation again"),
            opens=False,
        ),
        Action(
            name="withdraw",
            label=Text("撤回", "Withdraw"),
            event="withdrawal_requested",
            roles=ANYONE,
            question=Text("是否撤回该投保申请？", "Withdraw this application?"),
            sends=Sends(
                type="WithdrawalRequest",
                version="1.0",
                capability="micro_policy.withdraw",
                compose=withdrawal,
                failed="withdrawal_refused",
            ),
            opens=False,
            waiting=Text(
                "撤回申请已提交，等待保险公司确认收到", "Withdrawal request handed in; waiting for the insurer"
            ),
            done=Text("保险公司已收到撤回申请", "The insurer has received the withdrawal request"),
        ),
    ),
    documents={"offer": Text("小微企业投保单(待确认)", "Micro-enterprise application form (to be confirmed)")},
    links={"policy_no": "policy", "previous_policy_no": "policy"},
    ends=("valid_until", "lapsed"),
)
