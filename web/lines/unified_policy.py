"""统保 on the screen (spec.md 16; manual S4): loss reports and credit reports on buyers, both begun from a policy of
the programme, and the reports that the insurer pushes. The page of its rules is web/views/programme.py.
"""

from dataclasses import replace

from hub.business.buyer_report import BUYER_REPORT, POLICY_STATES, REPORT
from hub.business.claim import MATERIAL
from hub.business.lading_report import LADING_REPORT
from hub.business.loss_report import LOSS_REPORT
from hub.business.unified_policy import LINE
from hub.contract.text import Text
from web.forms.unified_policy import BuyerReportForm, LossReportForm
from web.lines.claim import BUYER_SEARCH, POLICIES
from web.lines.presentation import Block, Column, Filter, FormPage, LineView, Listing, Many, MenuItem, Source, Tab

AGAIN = Text("再次提交", "Submit again")
DELETE = Many(code="delete", label=Text("删除", "Delete"))
BUYER = ("buyer_code", "buyer_name_en", "buyer_country")
COVERED = (Column("policy_no"), Column("buyer_name_en"))

LOSSES = Listing(
    kind=LOSS_REPORT,
    columns=(
        Column("loss_no", "number"),
        *COVERED,
        Column("total_usd", label=Text("未收汇（美元）", "Open (USD)")),
        Column("submitted_at", "day"),
        Column("state", "track"),
        Column("next", "next"),
    ),
    filters=(Filter("loss_no"), Filter("policy_no"), Filter("state", "track")),
    acts=("submit", "delete"),
    many=(DELETE,),
    form_first=frozenset({"DRAFT"}),
    link_labels={("submit", "DRAFT"): Text("修改", "Edit"), ("submit", "SEND_FAILED"): AGAIN},
    sources={
        "policy": Source(
            label=Text("报案", "Report a loss"),
            states=frozenset({"EFFECTIVE", "EXPIRED"}),
            fields=("policy_no", "programme", "enterprise_name"),
            has="programme",
        )
    },
    master=replace(
        POLICIES,
        hint=Text(
            "海外应收账款逾期未收，或买方、买方所在国有风险异动，请第一时间报案。选择保单，下方显示其报案。",
            "Report at once what is overdue, and any change of risk at the buyer or in its country.",
        ),
    ),
    answers=("case_no", "advice", "manager_name", "manager_phone"),
    detail=(
        "loss_no", "state", "policy_no", "programme", "enterprise_name", "uscc", *BUYER, "total_usd", "risk",
        "loss_text", "contact_name", "contact_phone", "submitted_at", "case_no", "advice", "manager_name",
        "manager_phone", "claim_no",
    ),
    title=Text("报案详情", "Loss report"),
    empty=Text("还没有报案。在统保保险单的操作栏点击“报案”开始。", "None yet: 'Report a loss' beside a policy."),
)  # fmt: skip

REPORTS = Listing(
    kind=BUYER_REPORT,
    columns=(
        Column("report_no", "number"),
        *COVERED,
        Column("buyer_country"),
        Column("answered_at", "day"),
        Column("state", "track"),
        Column("next", "next"),
    ),
    filters=(Filter("report_no"), Filter("policy_no"), Filter("state", "track")),
    acts=("submit", "delete"),
    many=(DELETE,),
    form_first=frozenset({"DRAFT"}),
    link_labels={
        ("submit", "DRAFT"): Text("修改", "Edit"),
        ("submit", "SEND_FAILED"): AGAIN,
        ("submit", "REJECTED"): Text("再次申请", "Ask again"),
    },
    sources={
        "policy": Source(
            label=Text("调取资信报告", "Credit report"),
            states=POLICY_STATES,
            fields=("policy_no", "programme", "enterprise_name"),
            has="programme",
        )
    },
    master=replace(
        POLICIES,
        hint=Text(
            "统保保单可免费调取海外买家资信报告。选择保单，下方显示其申请。",
            "A policy of the programme brings free credit reports on buyers.",
        ),
    ),
    detail=(
        "report_no", "state", "policy_no", "programme", "enterprise_name", "uscc", *BUYER, "buyer_address_en",
        "registration_no", "remark", "answered_at", "reason",
    ),
    document_links={REPORT: Text("查看报告", "View the report")},
    title=Text("海外买家资信报告", "Credit report on a buyer"),
    empty=Text(
        "还没有申请。在统保保险单的操作栏点击“调取资信报告”开始。", "None yet: 'Credit report' beside a policy."
    ),
)  # fmt: skip

LADINGS = Listing(
    kind=LADING_REPORT,
    columns=(
        Column("report_no", "number"),
        Column("title"),
        Column("partner", "partner", Text("推送机构", "Pushed by")),
        Column("provided_at", "day"),
        Column("state", "track"),
    ),
    filters=(Filter("report_no"),),
    detail=("report_no", "state", "title", "programme", "enterprise_name", "uscc", "provided_at", "remark"),
    document_links={LADING_REPORT.code: Text("查看报告", "View the report")},
    title=Text("海外买家提单报告", "Bill-of-lading report on buyers"),
    empty=Text("还没有报告。保险公司推送后会出现在这里。", "What the insurer pushes appears here."),
)

VIEW = LineView(
    line=LINE,
    menu_code="unified_policy",
    menu=(
        MenuItem(code="programme", label=Text("统保政策", "Unified policy"), path="/programme"),
        MenuItem(code="loss_report", label=Text("报案", "Loss reports"), tabs=(Tab(LOSSES),)),
        MenuItem(
            code="buyer_report",
            label=Text("海外买家资信报告", "Credit reports on buyers"),
            tabs=(Tab(REPORTS),),
        ),
        MenuItem(
            code="lading_report",
            label=Text("海外买家提单报告", "Bill-of-lading reports"),
            tabs=(Tab(LADINGS),),
        ),
    ),
    area=Text("统保政策", "Unified policy"),
    programme=True,
    forms={
        "loss_report": FormPage(
            schema=LossReportForm,
            title=Text("报案", "Loss report"),
            hint=Text(
                "请第一时间报案；之后可转为索赔申请，所填内容一并带入。金额按美元填写。",
                "Report at once; it may become a claim later, with what you fill in. Amounts are in US dollars.",
            ),
            blocks=(
                Block(Text("保险单", "Policy"), ("loss_no", "policy_no", "programme", "enterprise_name")),
                Block(Text("买方信息", "Buyer"), BUYER, columns=3, errands=(BUYER_SEARCH,)),
                Block(Text("未收汇发票", "Unpaid invoices"), ("invoices", "total_usd"), columns=1),
                Block(Text("情况", "Facts"), ("risk", "loss_text"), wide=frozenset({"risk", "loss_text"})),
                Block(Text("联系方式", "Contact"), ("contact_name", "contact_phone")),
                Block(Text("附件", "Files"), (MATERIAL,), columns=1),
            ),
        ),
        REPORT: FormPage(
            schema=BuyerReportForm,
            title=Text("调取海外买家资信报告", "Request a credit report on a buyer"),
            hint=Text(
                "每家企业在统保政策内免费调取的份数有限，提交即计一次；保险公司未能出具的不计。",
                "Free reports are limited per company: a request counts, one that brings no report does not.",
            ),
            blocks=(
                Block(Text("保险单", "Policy"), ("report_no", "policy_no", "programme", "enterprise_name")),
                Block(
                    Text("买方信息", "Buyer"),
                    (*BUYER, "buyer_address_en", "registration_no", "remark"),
                    wide=frozenset({"remark"}),
                    errands=(BUYER_SEARCH,),
                ),
            ),
        ),
    },
)
