"""在线交费 on the screen (spec.md 13; manual S3:192-292, 577-615): agreements, and what was paid."""

from collections.abc import Mapping

from hub.business import KINDS
from hub.business.payment import LINE
from hub.business.payment_agreement import AGREEMENT
from hub.business.payment_order import ORDER
from hub.business.payment_terms import CLAUSES, TITLE
from hub.business.roles import LEGAL_PERSON
from hub.contract.text import Text
from hub.registry import Registry
from web.forms.payment import PaymentAgreementForm, PaymentOrderForm
from web.lines.presentation import Block, Column, Filter, FormPage, LineView, Listing, MenuItem, Source, Tab
from web.lines.systems import INSURANCE

BANK_NAME = Text("银行名称", "Bank")
BANK = Column("partner", "partner", Text("付款银行名称", "Payer's bank"))


def payees(registry: Registry) -> Mapping[str, Text]:
    """Code -> name of the partners that can be paid."""
    return {code: row.sheet.name for code, row in registry.partners.items() if row.sheet.account}


def businesses(registry: Registry) -> Mapping[str, Text]:  # noqa: ARG001
    """What is paid, by the name under which an order keeps it."""
    return {kind.label.zh: kind.label for kind in KINDS.values() if kind.payable}


AGREEMENTS = Listing(
    kind=AGREEMENT,
    columns=(
        Column("request_no", "number"),
        BANK,
        Column("payee_name"),
        Column("payer_account"),
        Column("agreement_no"),
        Column("signed_on"),
        Column("expiry_date"),
        Column("state", "track"),
        Column("next", "next", Text("下一步", "Next")),
    ),
    filters=(Filter("partner", "partner", BANK_NAME), Filter("state", "track"), Filter("signed_on", "days")),
    acts=("sign", "end", "delete"),
    form_first=frozenset({"DRAFT"}),
    link_labels={
        ("sign", "DRAFT"): Text("修改", "Edit"),
        ("sign", "SIGN_FAILED"): Text("重新签署", "Sign again"),
        ("sign", "RECEIVE_FAILED"): Text("重新签署", "Sign again"),
    },
    detail=(
        "request_no", "state", "agreement_no", "enterprise_name", "uscc", "tax_no", "payer_account",
        "payee_name", "payee_account", "signed_on", "expiry_date", "text_version", "text_hash", "reason",
    ),
    create=Text("协议签署", "Sign an agreement"),
    sources={
        "payment_agreement": Source(
            label=Text("换银行重新签署", "Sign with another bank"),
            states=frozenset({"SIGN_FAILED", "RECEIVE_FAILED"}),
            fields=(),
            shown=False,
        ),
    },
    title=Text("在线交费三方协议", "Payment agreement"),
    empty=Text(
        "还没有三方协议。点击“协议签署”，选择付款银行和收款企业；签约成功后操作员卡即可在线交费。",
        "No agreement yet: choose a bank and a payee. Operator cards can pay online once it is signed.",
    ),
)  # fmt: skip

ORDERS = Listing(
    kind=ORDER,
    columns=(
        Column("order_no", "number"),
        Column("partner", "partner", BANK_NAME),
        Column("payee_name"),
        Column("amount"),
        Column("bank_serial"),
        Column("ordered_at", "moment"),
        Column("state", "track"),
        Column("next", "next", Text("下一步", "Next")),
    ),
    filters=(
        Filter("partner", "partner", BANK_NAME),
        Filter("payee", "choice", Text("保险机构名称", "Insurer"), payees),
        Filter("business", "choice", Text("业务类型", "Kind of business"), businesses),
        Filter("state", "track"),
        Filter("ordered_at", "days"),
        Filter("business_no", label=Text("保单/投保单号", "Policy or application no.")),
        Filter("order_no"),
        Filter("bank_serial"),
    ),
    detail=(
        "order_no", "state", "amount", "payer_name", "payer_account", "payee_name", "payee_account",
        "agreement_no", "purpose", "ordered_at", "bank_serial", "reason",
    ),
    sources={
        "payment_agreement": Source(
            label=Text("在线支付", "Pay"),
            states=frozenset({"SIGNED"}),
            fields=(),
            renamed={"agreement": "request_no"},
            shown=False,
        ),
    },
    details=Text("查看明细", "Details"),
    title=Text("交费记录", "Payment"),
    empty=Text(
        "还没有交费记录。在“待缴费业务”中选择要缴费的业务，点击“在线支付”。",
        "Nothing paid yet: choose what is due, and pay.",
    ),
)  # fmt: skip

VIEW = LineView(
    line=LINE,
    menu_code="payment",
    menu=(
        MenuItem(
            code="payment_sign",
            label=Text("在线交费签约", "Agreements"),
            tabs=(Tab(AGREEMENTS),),
            roles=LEGAL_PERSON,
        ),
        MenuItem(code="payment_due", label=Text("待缴费业务", "Bills due"), path="/pay"),
        MenuItem(code="payment_records", label=Text("交费记录查询", "Payments"), tabs=(Tab(ORDERS),)),
    ),
    area=Text("在线交费", "Online payment"),
    icon="coins",
    system=INSURANCE,
    needs_card=True,
    forms={
        "payment_agreement": FormPage(
            schema=PaymentAgreementForm,
            title=Text("协议签署", "Sign an agreement"),
            first=Text("付款银行选择", "The payer's bank"),
            done=Text("完成", "Finish"),
            anew=frozenset({"payee", "tax_no", "payer_account"}),
            options={"payee": payees},
            blocks=(
                Block(
                    Text("收款企业", "Payee"), ("payee",), columns=1, hint=Text("保险机构", "The insurer that is paid")
                ),
                Block(
                    Text("付款企业信息", "Payer"),
                    ("request_no", "enterprise_name", "uscc", "tax_no", "payer_account"),
                ),
                Block(TITLE, ("accepted",), columns=1, clauses=CLAUSES),
            ),
        ),
        "payment_order": FormPage(
            schema=PaymentOrderForm,
            title=Text("在线支付", "Pay online"),
            under="payment_due",
            done=Text("完成", "Finish"),
            drafts=False,
            blocks=(
                Block(Text("支付保单信息", "What is paid"), ("item",), columns=1),
                Block(
                    Text("付款银行", "The payer's bank"),
                    ("agreement_no", "payer_name", "payer_account", "payee_name", "payee_account",
                     "amount", "purpose"),
                ),
            ),
        ),
    },
)  # fmt: skip
