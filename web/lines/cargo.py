"""货物运输保险 on the screen (spec.md 12; manual S3:296-575): appointments, agreements, applications, policies."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hub.business.cargo import AGREEMENT, APPOINTMENT, LINE, POLICY
from hub.business.cargo_amounts import PREMIUM_FORMULA, PREMIUM_NOTE
from hub.business.cargo_application import APPLICATION, EDITABLE, STRIKES, WAR, additional, markups
from hub.business.cargo_case import INVOICE
from hub.contract.text import Text
from web.forms.cargo_application import CargoApplicationForm, CargoCancellationForm, percents
from web.forms.cargo_appointment import CargoAppointmentForm
from web.lines.presentation import (
    BY_INSURER,
    INSURER,
    Block,
    Column,
    Counter,
    Fill,
    Filter,
    FormPage,
    Group,
    LineView,
    Listing,
    Many,
    MenuItem,
    Source,
    Tab,
)
from web.lines.systems import INSURANCE


def offers_cover(code: str) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """A box that stands there when the agreement has this cover."""
    return lambda agreement: {"yes": code} if code in additional(agreement) else {}


def other_covers(agreement: Mapping[str, Any]) -> Mapping[str, Text]:
    """The covers that have no box of their own."""
    return {name: Text(name, name) for code, name in additional(agreement).items() if code not in (STRIKES, WAR)}


def terms(agreement: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """The special terms by their names."""
    return {row["name"]: row for row in agreement.get("special_term") or ()}


def as_insured(known: Mapping[str, Any]) -> Mapping[str, Any]:
    """The applicant as the insured (同投保公司)."""
    own = {f"insured_{name}": known.get(f"applicant_{name}") for name in ("contact", "phone", "address")}
    return {"insured_name": known["enterprise_name"], "insured_id_type": "USCC", "insured_id_no": known["uscc"], **own}


APPOINTMENTS = Listing(
    kind=APPOINTMENT,
    columns=(
        Column("appointment_no", "number"),
        INSURER,
        Column("goods_category"),
        Column("transport_mode"),
        Column("applied_at", "day"),
        Column("state", "track"),
        Column("next", "next"),
    ),
    filters=(BY_INSURER, Filter("state", "track"), Filter("applied_at", "days")),
    acts=("submit", "delete"),
    many=(Many(code="delete", label=Text("删除", "Delete")),),
    form_first=frozenset({"DRAFT"}),
    link_labels={
        ("submit", "DRAFT"): Text("修改", "Edit"),
        ("submit", "SEND_FAILED"): Text("再次预约", "Submit again"),
    },
    detail=(
        "appointment_no", "state", "enterprise_name", "uscc", "contact_name", "contact_phone", "contact_email",
        "transport_mode", "goods_category", "trade_countries", "yearly_value", "yearly_currency", "remark",
        "applied_at", "reason",
    ),
    sources={
        "cargo_appointment": Source(
            label=Text("复制", "Copy"),
            states=frozenset({"FAILED"}),
            fields=(
                "contact_name", "contact_phone", "contact_email", "transport_mode", "goods_category",
                "trade_countries", "yearly_value", "yearly_currency", "remark",
            ),
        ),
    },
    title=Text("货运险预约详情", "Appointment"),
    empty=Text(
        "还没有预约。点击“货运险预约”向保险机构预约，预约成功后线下签署货运险协议。",
        "No appointment yet: make one, and sign the agreement with the insurer once it has succeeded.",
    ),
)  # fmt: skip

INSURERS_NO = Text("保险公司货运险协议编号", "Insurer's agreement no.")

AGREEMENTS = Listing(
    kind=AGREEMENT,
    columns=(
        Column("agreement_no", "number"),
        INSURER,
        Column("product_name"),
        Column("start_date"),
        Column("end_date"),
        Column("state", "track"),
    ),
    filters=(BY_INSURER, Filter("product_name"), Filter("agreement_no", label=INSURERS_NO)),
    without=frozenset({"INVALID"}),
    detail=(
        "agreement_no", "state", "enterprise_name", "uscc", "insured_name", "product_name", "start_date", "end_date",
        "currency", "rate_permille", "max_markup_percent", "voyage_limit", "deductible", "reason",
    ),
    details=Text("明细查看", "Details"),
    heading=Text("表头信息", "Header"),
    title=Text("货物运输险协议", "Cargo agreement"),
    empty=Text(
        "还没有有效的协议。与保险机构线下签署货运险协议后，协议会出现在这里，并可据此投保。",
        "No agreement in force. Once signed with the insurer offline, it appears here, and you may apply under it.",
    ),
)  # fmt: skip

AGREEMENT_RECORDS = replace(
    AGREEMENTS,
    code="cargo_agreement_record",
    filters=(*AGREEMENTS.filters, Filter("state", "track")),
    without=frozenset(),
    begins=frozenset(),
    empty=Text(
        "还没有协议。签署过的货运险协议都会出现在这里，包括有效及无效协议。",
        "No agreement yet. Every agreement that was ever signed appears here, valid or not.",
    ),
)
"""Every agreement, to be looked at (CG-AGM-04); what may be applied under is listed above."""

VOYAGE = (
    "invoice_no", "transport_doc_no", "voyage_no", "vessel_name", "carriage", "bulk", "departure_date", "arrival_date",
    "origin_country", "origin_province", "origin_city", "origin_port", "origin_description", "destination_country",
    "destination_province", "destination_city", "destination_port", "destination_description", "via_description",
    "letter_of_credit", "letter_of_credit_no", "claim_place",
)  # fmt: skip
VOYAGE_LINES = frozenset({
    "origin_country", "origin_port", "destination_country", "destination_port", "via_description", "letter_of_credit",
})  # fmt: skip
"""What begins a line of the form, as in the manual's figure (S3:425-431)."""
GOODS = ("goods_category", "goods_code", "packaging", "packages_and_weight", "goods_description", "marks")
APPLICANT = ("applicant_contact", "applicant_phone", "applicant_address")
INSURED = (
    "insured_name", "insured_id_type", "insured_id_no", "insured_contact", "insured_phone", "insured_address",
)  # fmt: skip
COVER = (
    "strikes_cover", "war_cover", "other_cover", "currency", "markup_percent", "rate_permille", "special_term",
)  # fmt: skip
OF_ONE_VOYAGE = frozenset({
    "invoice_no", "transport_doc_no", "voyage_no", "vessel_name", "departure_date", "arrival_date",
    "letter_of_credit_no",
})  # fmt: skip
"""What a copy does not take along: the numbers and days of that voyage, and its amount (CG-POL-04)."""

APPLICATIONS = Listing(
    kind=APPLICATION,
    columns=(
        Column("application_no", "number"),
        INSURER,
        Column("goods_category"),
        Column("insured_amount"),
        Column("applied_at", "day"),
        Column("state", "track"),
        Column("next", "next"),
    ),
    filters=(
        BY_INSURER,
        Filter("state", "track"),
        Filter("application_no"),
        Filter("agreement_no"),
        Filter("applied_at", "days"),
    ),
    acts=("submit", "cancel", "delete"),
    many=(Many(code="delete", label=Text("删除", "Delete")),),
    form_first=frozenset({"DRAFT"}),
    link_labels={("submit", state): Text("修改", "Edit") for state in EDITABLE},
    detail=(
        "application_no", "state", "proposal_no", "agreement_no", "policy_no", "product_name", "enterprise_name",
        "uscc", *APPLICANT, *INSURED, *GOODS, *INVOICE, *VOYAGE, *COVER[:-1], "invoice_amount",
        "insured_amount", "premium", "premium_due", "premium_currency", "due_date", "premium_returned",
        "applied_at", "reason",
    ),
    sources={
        "cargo_agreement": Source(
            label=Text("投保", "Apply"),
            states=frozenset({"VALID"}),
            fields=("agreement_no", "product_name", "insured_name", "currency", "rate_permille", "special_term"),
            primary=True,
        ),
        "cargo_policy": Source(
            label=Text("复制", "Copy"),
            states=frozenset({"EFFECTIVE", "EXPIRED", "CANCELLED"}),
            of="application_no",
            fields=tuple(
                name
                for name in ("agreement_no", "product_name", *APPLICANT, *INSURED, *GOODS, *INVOICE,
                             *VOYAGE, *COVER)
                if name not in OF_ONE_VOYAGE
            ),
        ),
    },
    recalls=INVOICE,
    details=Text("查看明细", "Details"),
    title=Text("货物运输险投保单", "Cargo application"),
    empty=Text(
        "还没有投保单。在“货物运输险协议查询”中选择一份有效协议，点击“投保”。",
        "No application yet: choose a valid agreement and apply under it.",
    ),
)  # fmt: skip

POLICIES = Listing(
    kind=POLICY,
    columns=(
        Column("policy_no", "number"),
        INSURER,
        Column("product_name"),
        Column("application_no"),
        Column("effective_date"),
        Column("expiry_date"),
        Column("insured_amount"),
        Column("premium"),
        Column("policy", "document"),
        Column("state", "track"),
    ),
    filters=(BY_INSURER, Filter("policy_no"), Filter("state", "track"), Filter("effective_date", "days")),
    detail=(
        "policy_no", "state", "application_no", "agreement_no", "product_name", "enterprise_name", "uscc",
        "insured_name", "effective_date", "expiry_date", "insured_amount", "currency", "premium", "premium_currency",
        "reason",
    ),
    document_links={"policy": Text("查看电子保单", "View the e-policy")},
    details=Text("查看明细", "Details"),
    title=Text("货物运输险保单", "Cargo policy"),
    empty=Text("还没有正式生效的保单。", "No policy is in force yet."),
)  # fmt: skip

VIEW = LineView(
    line=LINE,
    menu_code="cargo",
    menu=(
        MenuItem(
            code="cargo_appoint",
            label=Text("货物运输险预约", "Cargo appointments"),
            tabs=(
                Tab(APPOINTMENTS, Text("货运险预约查询", "Appointments")),
                Tab(APPOINTMENTS, Text("货运险预约", "New appointment"), new=True),
                Tab(AGREEMENT_RECORDS, Text("货物运输险协议记录查询", "Every agreement")),
            ),
        ),
        MenuItem(
            code="cargo_apply",
            label=Text("货物运输险投保", "Cargo applications"),
            tabs=(
                Tab(AGREEMENTS, Text("货物运输险协议查询", "Agreements")),
                Tab(APPLICATIONS, Text("货物运输险投保单查询", "Applications")),
                Tab(POLICIES, Text("货物运输险保单查询", "Policies")),
            ),
            counts="cargo_unpaid",
        ),
    ),
    area=Text("货物运输保险", "Cargo insurance"),
    icon="ship",
    system=INSURANCE,
    needs_card=True,
    counters=(
        Counter(
            code="cargo_unpaid",
            label=Text("货运险待缴费", "Cargo premiums due"),
            kind="cargo_application",
            track="state",
            states=("ISSUED_UNPAID", "PREMIUM_RETURNED"),
            none=Text("没有待缴费的投保单", "No premium is due"),
            notice=Text("您有一份货运险待缴费", "A cargo premium is due"),
            more=Text("您有 {n} 份货运险待缴费", "{n} cargo premiums are due"),
            link=Text("查看投保单", "View"),
        ),
    ),
    forms={
        "cargo_appointment": FormPage(
            schema=CargoAppointmentForm,
            title=Text("货运险预约", "Cargo appointment"),
            blocks=(
                Block(
                    Text("企业信息", "Enterprise"),
                    ("appointment_no", "enterprise_name", "uscc", "contact_name", "contact_phone", "contact_email"),
                ),
                Block(
                    Text("货物与运输", "Goods and transport"),
                    (
                        "transport_mode", "goods_category", "trade_countries", "yearly_value", "yearly_currency",
                        "remark",
                    ),
                ),
            ),
        ),
        "cargo_cancellation": FormPage(
            schema=CargoCancellationForm,
            title=Text("撤销投保单", "Cancel an application"),
            template="question.html",
            drafts=False,
        ),
        "cargo_application": FormPage(
            schema=CargoApplicationForm,
            offers={
                "strikes_cover": offers_cover(STRIKES),
                "war_cover": offers_cover(WAR),
                "other_cover": other_covers,
                "markup_percent": lambda agreement: percents(markups(agreement)),
                "special_term": terms,
            },
            of="agreement_no",
            title=Text("货物运输险投保", "Cargo application"),
            hint=Text(
                "保险公司将比对投保信息与协议内容并核保；保费以保险公司核定为准。",
                "The insurer compares the application with the agreement; its own premium counts.",
            ),
            blocks=(
                Block(
                    Text("投保公司信息", "Applicant"),
                    ("application_no", "uscc", "enterprise_name", "agreement_no", "product_name", *APPLICANT),
                    columns=3,
                ),
                Block(
                    Text("被投保公司信息", "Insured"),
                    INSURED,
                    columns=3,
                    fill=Fill("insured", Text("同投保公司", "Same as the applicant"), as_insured),
                ),
                Block(Text("货物信息", "Goods"), GOODS),
                Block(
                    Text("发票信息", "Invoice for the premium"),
                    INVOICE,
                    columns=3,
                    wide=frozenset({"invoice_type"}),
                ),
                Block(Text("运输信息", "Transport"), VOYAGE, columns=3, leads=VOYAGE_LINES),
                Block(
                    Text("保险信息", "Insurance"),
                    (
                        "invoice_amount", "currency", "markup_percent", "insured_amount", "rate_permille", "premium",
                        Group(Text("附加险", "Additional cover"), ("strikes_cover", "war_cover", "other_cover")),
                    ),
                    hint=Text(
                        f"{PREMIUM_FORMULA.zh}，{PREMIUM_NOTE.zh}", f"{PREMIUM_FORMULA.en}. {PREMIUM_NOTE.en}"
                    ),
                    columns=3,
                ),
                Block(
                    Text("特殊约定信息", "Special terms"),
                    ("special_term",),
                    columns=1,
                    hint=Text("提示：特殊约定内容以协议约定为准", "Special terms are those of the agreement"),
                ),
                Block(Text("附件信息", "Enclosed files"), ("attachment",), columns=1),
            ),
        ),
    },
)  # fmt: skip
