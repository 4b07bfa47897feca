"""关税保证保险 on the screen (spec.md 14; manual S3:617-881): authorisations, limits, applications, policies."""

from dataclasses import replace

from hub.business.cargo_case import INVOICE
from hub.business.duty import LINE
from hub.business.duty_application import APPLICATION, POLICY
from hub.business.duty_authorisation import AUTHORISATION
from hub.business.duty_limit import CHANGE, FIGURES, LIMIT, TOP_UP
from hub.contract.text import Text
from web.forms.duty import DutyApplicationForm, DutyAuthorisationForm, DutyLimitForm, DutyTopUpForm
from web.lines.presentation import (
    BY_INSURER,
    INSURER,
    Block,
    Column,
    Counter,
    Filter,
    FormPage,
    LineView,
    Listing,
    Many,
    MenuItem,
    Related,
    Source,
    Tab,
)
from web.lines.systems import INSURANCE

AGAIN = Text("再次提交", "Submit again")
SIGN_AGAIN = Text("重新签署", "Sign again")

AUTHORISATIONS = Listing(
    kind=AUTHORISATION,
    columns=(
        Column("authorisation_no", "number"),
        INSURER,
        Column("signed_at"),
        Column("valid_until"),
        Column("authorisation", "document"),
        Column("state", "track"),
        Column("next", "next"),
    ),
    filters=(BY_INSURER, Filter("state", "track"), Filter("signed_at", "days")),
    without=frozenset({"REVOKED"}),
    newest=frozenset({"AUTHORISED"}),
    past=frozenset({"FAILED", "EXPIRED"}),
    acts=("submit", "revoke", "delete"),
    form_first=frozenset({"DRAFT"}),
    link_labels={("submit", "SEND_FAILED"): SIGN_AGAIN},
    sources={
        "duty_authorisation": Source(label=SIGN_AGAIN, states=frozenset({"FAILED", "EXPIRED", "REVOKED"}), fields=())
    },
    detail=(
        "authorisation_no", "state", "enterprise_name", "uscc", "seal_no", "document_version", "signed_at",
        "valid_from", "valid_until", "reason",
    ),
    document_links={"authorisation": Text("预览", "View the letter")},
    create=Text("授权书签署", "Sign an authorisation"),
    title=Text("企业征信授权", "Credit authorisation"),
    empty=Text(
        "还没有授权书。点击“授权书签署”，授权保险公司查询企业征信后即可申请额度。",
        "No authorisation yet: sign one, and you may apply for a limit.",
    ),
)  # fmt: skip

AUTHORISATION_RECORDS = replace(
    AUTHORISATIONS,
    code="duty_authorisation_record",
    columns=AUTHORISATIONS.columns[:-1],
    without=frozenset(),
    newest=frozenset(),
    past=frozenset(),
    acts=(),
    sources={},
    begins=frozenset(),
    create=None,
    empty=Text(
        "还没有授权书。签署过的授权书都会出现在这里。", "None yet: every letter that was ever signed appears here."
    ),
)
"""Every authorisation, those that were revoked or followed by a newer one among them (DG-CRD-08)."""

LIMITS = Listing(
    kind=LIMIT,
    columns=(
        Column("apply_no", "number"),
        INSURER,
        Column("state", "track"),
        Column("total_amount"),
        Column("used_amount"),
        Column("remaining_amount"),
        Column("expiry_date"),
    ),
    filters=(BY_INSURER, Filter("state", "track"), Filter("applied_at", "days")),
    acts=("submit", "delete"),
    begins=frozenset({"duty_top_up"}),
    form_first=frozenset({"DRAFT"}),
    link_labels={
        ("submit", "DRAFT"): Text("修改", "Edit"),
        ("submit", "SEND_FAILED"): AGAIN,
        **{("submit", state): Text("重新申请", "Apply again") for state in ("FAILED", "EXPIRED")},
    },
    detail=(
        "apply_no", "state", "enterprise_name", "uscc", "contact_name", "contact_phone", "legal_person", "customs_code",
        "customs_office", "applied_amount", "guarantee_use", *FIGURES, "applied_at", "decided_on", "changed_at",
        "remark", "reason",
    ),
    create=Text("额度申请", "Apply for a limit"),
    recalls=("contact_name", "contact_phone", "legal_person", "customs_code", "customs_office"),
    related=(Related(Text("额度变更记录", "Changes"), "duty_limit_change", "apply_no"),),
    details=Text("明细查看", "Details"),
    title=Text("额度明细", "Limit"),
    empty=Text(
        "还没有额度。签署征信授权书后，点击“额度申请”向保险公司申请。",
        "No limit yet: sign a credit authorisation and apply for one.",
    ),
)  # fmt: skip

LIMIT_INFO = replace(
    LIMITS,
    code="duty_limit_info",
    filters=(BY_INSURER, Filter("state", "track"), Filter("decided_on", "days")),
    acts=(),
    begins=frozenset({"duty_application"}),
    create=None,
    related=(),
    empty=Text("还没有额度。请先在“额度申请”中申请。", "No limit yet: apply for one first."),
)
"""The same limits, to apply for cover under (DG-INS-02..05)."""

TOP_UPS = Listing(
    kind=TOP_UP,
    columns=(
        Column("top_up_no", "number"),
        INSURER,
        Column("limit_no"),
        Column("top_up_amount"),
        Column("applied_at"),
        Column("state", "track"),
    ),
    filters=(BY_INSURER, Filter("limit_no"), Filter("state", "track")),
    acts=("submit", "delete"),
    form_first=frozenset({"DRAFT"}),
    link_labels={("submit", "SEND_FAILED"): AGAIN},
    detail=("top_up_no", "state", "apply_no", "limit_no", "top_up_amount", "applied_at", "remark", "reason"),
    sources={
        "duty_limit": Source(
            label=Text("额度追加", "Top up"),
            states=frozenset({"SUCCEEDED"}),
            fields=("apply_no", "limit_no"),
            dialog=True,
        )
    },
    title=Text("额度追加", "Top-up"),
    empty=Text("还没有追加。在额度申请列表中点击“额度追加”。", "None yet: choose 'Top up' beside a limit."),
)

CHANGES = Listing(
    kind=CHANGE,
    columns=(
        Column("place", "place"),
        Column("total_amount"),
        Column("used_amount"),
        Column("remaining_amount", mark=("deviation", Text("核对不符", "Does not add up"))),
        Column("rate_percent"),
        Column("effective_date"),
        Column("expiry_date"),
        Column("changed_at"),
    ),
    filters=(Filter("limit_no"), Filter("apply_no"), Filter("application_no")),
    detail=(
        "apply_no", "limit_no", "total_amount", "used_amount", "remaining_amount", "rate_percent", "effective_date",
        "expiry_date", "changed_at", "application_no", "deviation", "reason",
    ),
    title=Text("额度变更记录", "Change of a limit"),
    empty=Text("还没有变更。保险公司批复或变更额度后显示在这里。", "None yet: what the insurer changes appears here."),
)  # fmt: skip

GUARANTEE = (
    "insured_name", "customs_code", "guarantee_use", "customs_office", "declaration_office", "guarantee_amount",
    "start_date", "end_date", "rate_percent", "premium",
)  # fmt: skip

APPLICATIONS = Listing(
    kind=APPLICATION,
    columns=(
        Column("application_no", "number"),
        INSURER,
        Column("guarantee_amount", below=("guarantee_use",)),
        Column("premium_due"),
        Column("applied_at", "moment"),
        Column("application", "document"),
        Column("state", "track"),  # and no next step: the row's links say it, and it would hide the state
    ),
    filters=(
        BY_INSURER,
        Filter("state", "track"),
        Filter("guarantee_use", "choice"),
        Filter("application_no"),
        Filter("applied_at", "days"),
    ),
    acts=("submit", "delete"),
    form_first=frozenset({"DRAFT"}),
    link_labels={
        ("submit", "DRAFT"): Text("修改", "Edit"),
        ("submit", "SEND_FAILED"): AGAIN,
        **{("submit", state): Text("重新投保", "Apply again") for state in ("DATA_CHECK_FAILED", "PAY_FAILED")},
    },
    detail=(
        "application_no", "state", "proposal_no", "apply_no", "limit_no", "enterprise_name", "uscc",
        *GUARANTEE, *INVOICE, "premium_due", "premium_currency", "due_date", "premium_returned", "counted", "released",
        "applied_at", "remark", "reason",
    ),
    document_links={"application": Text("预览", "View the e-application")},
    many=(Many(code="delete", label=Text("删除", "Delete")),),
    sources={
        "duty_limit": Source(
            label=Text("申请投保", "Apply for cover"),
            states=frozenset({"SUCCEEDED"}),
            fields=("apply_no", "limit_no", "customs_code", "customs_office", "rate_percent", "guarantee_use"),
            renamed={"declaration_office": "customs_office"},
            left="remaining_amount",
            primary=True,
        )
    },
    recalls=INVOICE,
    details=Text("明细查看", "Details"),
    title=Text("投保单明细", "Duty guarantee application"),
    empty=Text("还没有投保单。在“额度信息”中点击“申请投保”。", "None yet: choose 'Apply for cover' beside a limit."),
)  # fmt: skip

POLICIES = Listing(
    kind=POLICY,
    columns=(
        Column("policy_no", "number"),
        INSURER,
        Column("state", "track"),
        Column("guarantee_use"),
        Column("guarantee_amount"),
        Column("effective_date"),
        Column("expiry_date"),
        Column("policy", "document"),
    ),
    filters=(BY_INSURER, Filter("guarantee_use", "choice"), Filter("policy_no"), Filter("state", "track")),
    detail=(
        "policy_no", "state", "application_no", "limit_no", "record_no", "enterprise_name", "uscc", "insured_name",
        "customs_code", "guarantee_use", "customs_office", "declaration_office", "guarantee_amount", "effective_date",
        "expiry_date", "rate_percent", "premium", "claimed_amount", "reason",
    ),
    document_links={"policy": Text("预览", "View the e-policy")},
    details=Text("明细查看", "Details"),
    title=Text("保单明细", "Duty guarantee policy"),
    empty=Text("还没有保单。缴费后保险公司出具保单。", "No policy yet: it is issued once the premium is paid."),
)  # fmt: skip

VIEW = LineView(
    line=LINE,
    menu_code="duty",
    menu=(
        MenuItem(
            code="duty_credit",
            label=Text("企业征信", "Credit authorisation"),
            tabs=(
                Tab(AUTHORISATIONS, Text("企业征信信息", "Authorisations")),
                Tab(AUTHORISATION_RECORDS, Text("企业征信记录信息", "Every authorisation")),
            ),
        ),
        MenuItem(code="duty_limits", label=Text("额度申请", "Limits"), tabs=(Tab(LIMITS), Tab(TOP_UPS), Tab(CHANGES))),
        MenuItem(
            code="duty_apply",
            label=Text("关税险投保", "Duty applications"),
            tabs=(
                Tab(LIMIT_INFO, Text("额度信息", "Limits")),
                Tab(APPLICATIONS, Text("关税保证保险投保单查询", "Applications")),
                Tab(POLICIES, Text("关税保证保险保单查询", "Policies")),
            ),
            counts="duty_unpaid",
        ),
    ),
    area=Text("关税保证保险", "Customs-duty guarantee"),
    icon="gate",
    system=INSURANCE,
    needs_card=True,
    counters=(
        Counter(
            code="duty_unpaid",
            label=Text("关税险待缴费", "Duty premiums due"),
            kind="duty_application",
            track="state",
            states=("PAYMENT_PENDING", "PREMIUM_RETURNED"),
            none=Text("没有待缴费的投保单", "No premium is due"),
            notice=Text("您有一份关税险投保单待缴费", "The premium of a duty application is due"),
            more=Text("您有 {n} 份关税险投保单待缴费", "The premiums of {n} duty applications are due"),
            link=Text("查看投保单", "View"),
        ),
    ),
    forms={
        "duty_authorisation": FormPage(
            schema=DutyAuthorisationForm,
            title=Text("授权书签署", "Credit authorisation"),
            hint=Text(
                "请插入卡介质，选择授权期限和签章，点击“下一步”并输入卡密码；核对征信文本后点击“完成”提交。",
                "Plug in the card, choose term and seal, choose Next and enter the PIN; read the letter, then Finish.",
            ),
            blocks=(
                Block(
                    Text("选择保险机构和签章", "Insurer and seal"),
                    ("authorisation_no", "enterprise_name", "uscc", "term", "seal_no"),
                    wide=frozenset({"term", "seal_no"}),
                ),
            ),
            paper=Text("征信文本", "The letter"),
            done=Text("完成", "Finish"),
        ),
        "duty_limit": FormPage(
            schema=DutyLimitForm,
            customs_code="customs_code",
            title=Text("额度申请", "Application for a limit"),
            blocks=(
                Block(
                    Text("企业信息", "Enterprise"),
                    ("apply_no", "uscc", "enterprise_name", "contact_name", "contact_phone", "legal_person"),
                ),
                Block(
                    Text("额度信息", "Limit"),
                    ("customs_code", "customs_office", "applied_amount", "guarantee_use", "remark"),
                    wide=frozenset({"remark"}),
                ),
                Block(Text("附件信息", "Enclosed files"), ("attachment",), columns=1),
            ),
        ),
        "duty_top_up": FormPage(
            schema=DutyTopUpForm,
            title=Text("额度追加", "Top-up"),
            blocks=(Block(Text("额度追加", "Top-up"), ("apply_no", "limit_no", "top_up_amount", "remark")),),
        ),
        "duty_application": FormPage(
            schema=DutyApplicationForm,
            customs_code="customs_code",
            title=Text("关税保证保险投保", "Duty guarantee application"),
            hint=Text("保费以保险公司计算为准。", "The insurer's own premium counts."),
            blocks=(
                Block(
                    Text("投保基本信息", "Guarantee"),
                    ("application_no", "enterprise_name", "uscc", "apply_no", "limit_no", "limit_left", *GUARANTEE,
                     "remark", "declarations"),
                    columns=3,
                ),
                Block(
                    Text("发票信息", "Invoice for the premium"),
                    INVOICE,
                    columns=3,
                    wide=frozenset({"invoice_type"}),
                ),
            ),
        ),
    },
)  # fmt: skip
