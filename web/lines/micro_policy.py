"""小微投保 on the screen (spec.md 4, 5, 7; manuals S0:102-209, S2:245-385)."""

from hub.business.micro_application import APPLICATION
from hub.business.micro_policy import LINE, POLICY
from hub.contract.text import Text
from web.forms.micro_confirmation import MicroConfirmation
from web.lines.presentation import (
    Column,
    Counter,
    Filter,
    FormPage,
    Introduction,
    Journey,
    LineView,
    Listing,
    MenuItem,
    Reading,
    Step,
    Tab,
)

APPLICATIONS = Listing(
    kind=APPLICATION,
    columns=(
        Column("application_no", "number"),
        Column("product_name", mark=("renewal", Text("续转", "Renewal"))),
        Column("partner", "partner", Text("保险公司", "Insurer")),
        Column("created_at", "time", Text("接收时间", "Received")),
        Column("state", "track"),
        Column("next", "next"),
    ),
    filters=(
        Filter("application_no"),
        Filter("state", "track"),
        Filter("created", "days", Text("接收日期", "Received")),
    ),
    acts=("confirm", "hold", "finish", "abandon"),
    form_first=frozenset({"PENDING_CONFIRM"}),
    link_labels={
        ("confirm", "PENDING_CONFIRM"): Text("查看待确认保单", "Read the offer"),
        ("confirm", "RETURNED"): Text("修改", "Correct"),
        ("confirm", "SEND_FAILED"): Text("再次确认投保", "Confirm again"),
        ("hold", "PENDING_CONFIRM"): Text("查看待确认保单", "Read the offer"),
        ("hold", "RETURNED"): Text("修改", "Correct"),
        ("hold", "SEND_FAILED"): Text("再次确认投保", "Confirm again"),
        ("finish", "AUTH_PENDING"): Text("授权网上协议", "Authorise"),
    },
    detail=(
        "enterprise_name",
        "application_no",
        "uscc",
        "product_name",
        "programme",
        "programme_year",
        "org_code",
        "valid_until",
        "contact_name",
        "contact_phone",
        "contact_mobile",
        "contact_email",
        "previous_policy_no",
        "policy_no",
        "remark",
        "reason",
        "reviewer_name",
        "reviewer_phone",
    ),
    document_links={"offer": Text("查看单证", "View")},
    journey=Journey(
        direct="confirm",
        held="hold",
        finish="finish",
        title=Text("授权网上协议", "Authorisation"),
        stages={
            "seal": Text("制章", "Seal"),
            "agreement": Text("协议签署", "Agreement"),
            "authorisation": Text("企业数据授权", "Data authorisation"),
        },
        last=Text("确定", "Submit"),
    ),
    title=Text("投保单详情", "Application"),
    empty=Text(
        "尚未收到待确认保单，请与信用保险公司联系。待确认保单由信用保险公司系统发送，单一窗口自动接收。",
        "No offer has arrived yet: please contact the credit insurer. Offers are sent by the insurer's system and "
        "received here automatically.",
    ),
)

POLICIES = Listing(
    kind=POLICY,
    columns=(
        Column("policy_no", "number"),
        Column("product_name"),
        Column("partner", "partner", Text("保险公司", "Insurer")),
        Column("effective_date"),
        Column("expiry_date"),
        Column("state", "track"),
        Column("ack", "track"),
    ),
    filters=(
        Filter("policy_no"),
        Filter("state", "track"),
        Filter("ack", "track"),
        Filter("effective_date", "days"),
    ),
    acts=("acknowledge",),
    detail=(
        "enterprise_name",
        "policy_no",
        "uscc",
        "effective_date",
        "org_code",
        "expiry_date",
        "policy_type",
        "programme",
        "state",
        "insured_amount",
        "ack",
        "application_no",
        "reason",
    ),
    document_links={"policy": Text("查看电子保单", "View the e-policy")},
    title=Text("小微信保易保单", "Xinbaoyi policy"),
    empty=Text(
        "还没有保险单。投保申请经保险公司审核通过后，保险单会出现在这里。",
        "No policy yet. Once the insurer has approved an application, its policy appears here.",
    ),
)

STEPS = (
    Step(
        Text("查看待确认保单", "Read the offer"),
        Text("由保险公司发送", "Sent by the insurer"),
    ),
    Step(
        Text("提交投保申请", "Submit the application"),
        Text("由您填写并确认", "You fill in and confirm"),
        "micro_application",
        "state",
        frozenset({"PENDING_CONFIRM", "AUTH_PENDING", "RETURNED", "SEND_FAILED"}),
    ),
    Step(
        Text("查看保单受理结果", "See the insurer's result"),
        Text("由保险公司审核", "The insurer reviews"),
        "micro_application",
        "state",
        frozenset({"SUBMITTED", "IN_REVIEW", "WITHDRAWING"}),
    ),
    Step(
        Text("收悉确认", "Acknowledge"),
        Text("保单生效后收悉", "Once the policy is in force"),
        "policy",
        "ack",
        frozenset({"PENDING_RECEIPT", "RECEIPT_SENDING"}),
    ),
    Step(Text("完成", "Done"), Text("查看、打印", "View and print"), "policy", "ack", frozenset({"RECEIVED"})),
)

VIEW = LineView(
    line=LINE,
    menu_code="micro_policy",
    menu=(
        MenuItem(
            code="micro_application",
            label=Text("投保申请", "Applications"),
            tabs=(Tab(APPLICATIONS), Tab(POLICIES)),
            counts="offers",
        ),
        MenuItem(
            code="micro_introduction",
            label=Text("服务介绍", "About the service"),
            path="/micro_policy/introduction",
        ),
    ),
    area=Text("企业投保", "Policies"),
    steps=STEPS,
    precedence=(1, 3, 2, 4),
    counters=(
        Counter(
            code="offers",
            label=Text("待确认保单", "Offers to confirm"),
            kind="micro_application",
            track="state",
            states=("PENDING_CONFIRM", "AUTH_PENDING"),  # CI-HOME-10
            none=Text("没有待确认的保单", "No offer waits for you"),
            notice=Text("您有一份待确认小微信保易保单，请查看保单", "You have a Xinbaoyi policy offer to confirm"),
            more=Text("您有 {n} 份待确认小微信保易保单，请查看保单", "You have {n} Xinbaoyi policy offers to confirm"),
            link=Text("查看保单", "View"),
        ),
        Counter(
            code="effective",
            label=Text("保单生效通知", "Policies now in force"),
            kind="policy",
            track="ack",
            states=("PENDING_RECEIPT",),
            none=Text("没有待收悉的保单", "No policy to acknowledge"),
            notice=Text("您有一份保单已生效，请收悉", "A policy has come into force: please acknowledge it"),
            more=Text("您有 {n} 份保单已生效，请收悉", "{n} policies have come into force: please acknowledge them"),
            link=Text("查看保单", "View"),
        ),
    ),
    forms={
        "micro_confirmation": FormPage(
            schema=MicroConfirmation,
            reading=Reading(document="offer", field="declaration_accepted"),
            template="micro_policy/confirm.html",
            title=Text("小微信保易投保", "Xinbaoyi application"),
        )
    },
    pages={
        "introduction": Introduction(
            title=Text("服务介绍", "About the service"),
            invitation=Text("先了解小微信保易", "About Xinbaoyi first"),
            product="XWXBY",
            templates={
                "zh": "micro_policy/introduction_zh.html",
                "en": "micro_policy/introduction_en.html",
            },
        )
    },
    tip=Text("关于“小微信保易”的更多业务介绍，可参见", "More about Xinbaoyi:"),
)
