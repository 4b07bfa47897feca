"""Samples of every message: what they look like, what they mean, and what is refused.

``samples/<name>.xml`` is the unsigned message; ``python plugins/sinosure/tests/test_sinosure_messages.py`` writes them.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pytest
from hub_sinosure import codes
from hub_sinosure.adapter import sheet, sinosure
from hub_sinosure.messages import MEANINGS, SAYS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from hub.business import KINDS
from hub.business.agreement import MESSAGES as AGREEMENT_MESSAGES
from hub.business.claim import MESSAGES as CLAIM_MESSAGES
from hub.business.content import check_content
from hub.business.inquiry import MESSAGES as INQUIRY_MESSAGES
from hub.business.micro_policy import MESSAGES
from hub.business.risk_info import MESSAGES as RISK_MESSAGES
from hub.business.risk_info import Article
from hub.business.states import By
from hub.business.unified_policy import MESSAGES as PROGRAMME_MESSAGES
from hub.contract.adapters import Context, Refusal
from hub.contract.message import ActorSignature, Attachment, CanonicalMessage, PartnerContent, Raw
from hub.contract.status import UnmappedCode
from hub.testing import pki
from hub.xml.dialect import seal

SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
USCC = "91610000MA6TX00X1A"
CONFIRMATION = "7f2504e0-4f89-41d3-9a0c-0305e82c3302"
INQUIRY = "9f2504e0-4f89-41d3-9a0c-0305e82c3306"
AGREEMENT = "cf2504e0-4f89-41d3-9a0c-0305e82c3309"
RECEIPT = "8f2504e0-4f89-41d3-9a0c-0305e82c3304"
CLAIM = "af2504e0-4f89-41d3-9a0c-0305e82c3307"
BUYER = "bf2504e0-4f89-41d3-9a0c-0305e82c3308"
REQUEST = "df2504e0-4f89-41d3-9a0c-0305e82c3310"
LOSS = "ef2504e0-4f89-41d3-9a0c-0305e82c3311"
PDF = b"%PDF-1.7 sample\n"
PAPER = Attachment(name="单证.pdf", media_type="application/pdf", sha256=hashlib.sha256(PDF).hexdigest(), content=PDF)
ISSUED = {
    "policy_no": "XB2026-00003680",
    "application_no": "XW2026-00018233",
    "policy_type": "信保易保单",
    "product_name": "小微信保易",
    "enterprise_name": "西安某某进出口有限公司",
    "effective_date": date(2026, 11, 20),
    "expiry_date": date(2027, 11, 19),
    "status_code": "1",
    "insured_amount": {"amount": Decimal("60000000.00"), "currency": "CNY"},
    "issued_at": NOW,
}
REVIEWED = {"application_no": "XW2026-00018233", "reviewed_at": NOW}
OVERSEAS = {"buyer_code": "MF100001", "buyer_name_en": "EXAMPLE BUYER A/S", "buyer_country": "DNK"}
UNDER = {"policy_no": "XB2026-00003680", "programme": "shenzhen-2022", "enterprise_name": "西安某某进出口有限公司"}
LOST = {"loss_no": "BA2026112000000001", "answered_at": NOW}
REPORTED = {"report_no": "ZX2026112000000001", "answered_at": NOW}
CLAIMED = {"claim_no": "SP20261120000000001"}
REVIEWING = {**CLAIMED, "reviewed_at": NOW}
BODIES = {
    "policy_offer": {
        "application_no": "XW2026-00018233",
        "enterprise_name": "西安某某进出口有限公司",
        "product": "XWXBY",
        "product_name": "小微信保易",
        "programme": "shenzhen-2022",
        "programme_year": 2026,
        "renewal": True,
        "previous_policy_no": "XB2025-00009120",
        "contact_phone": "029-88888888",
        "contact_email": "trade@example.com",
        "declaration_version": "2026-1",
        "declaration_text": ["第一条 开通账号", "第二条 确认无误", "第三条 阅读条款"],
        "valid_until": date(2026, 12, 20),
    },
    "policy_confirmation": {
        "application_no": "XW2026-00018233",
        "contact_name": "王小明",
        "contact_phone": "029-88888888",
        "contact_mobile": "13800000000",
        "contact_email": "trade@example.com",
        "remark": "请尽快审核",
        "declaration_version": "2026-1",
        "declaration_hash": "ab" * 32,
        "accepted_at": NOW,
        "signer_certificate_serial": "51a",
    },
    "withdrawal_request": {
        "application_no": "XW2026-00018233",
        "requested_at": NOW,
        "signer_certificate_serial": "51a",
    },
    "review_approved": REVIEWED
    | {
        "result_code": "10",
        "policy_no": "XB2026-00003680",
        "reviewer_name": "审核员甲",
        "reviewer_phone": "010-00000000",
    },
    "review_returned": REVIEWED | {"result_code": "20", "result_text": "退回补正", "reason": "联系人手机有误。"},
    "review_rejected": REVIEWED | {"result_code": "30", "reason": "不符合承保条件。"},
    "review_withdrawn": REVIEWED | {"result_code": "40"},
    "review_withdrawal_refused": REVIEWED | {"result_code": "41", "reason": "审核已经结束。"},
    "policy_issued": ISSUED,
    "policy_issued_later": ISSUED | {"status_code": "0", "org_code": "MA6TX00X2", "effective_date": date(2026, 12, 1)},
    "policy_change_recalled": {"application_no": "XW2026-00018233", "status_code": "90", "changed_at": NOW},
    "policy_change_terminated": {
        "policy_no": "XB2026-00003680",
        "status_code": "91",
        "reason": "企业注销。",
        "changed_at": NOW,
    },
    "policy_receipt": {
        "policy_no": "XB2026-00003680",
        "received_at": NOW,
        "person_name": "王小明",
        "certificate_serial": "51a",
    },
    "receipt_confirmed": {"policy_no": "XB2026-00003680", "confirmed_at": NOW},
    "introduction": {
        "product": "XWXBY",
        "content_version": "2026-1",
        "html_zh": "<h2>产品介绍</h2><p>小微信保易</p>",
        "html_en": "<h2>The product</h2><p>Xinbaoyi</p>",
    },
    "risk_article": {
        "article_no": "FX2026-00000042",
        "revision": 2,
        "category": "INDUSTRY",
        "title": "光伏行业价格下行风险提示",
        "country": ["DEU", "NLD"],
        "industry": ["C"],
        "published_at": NOW,
        "source": "中国出口信用保险公司",
        "html": "<p>组件价格下跌。</p>",
    },
    "risk_recall": {"article_no": "FX2026-00000042", "revision": 3, "recalled_at": NOW, "reason": "数据有误。"},
    "risk_digest": {"month": "2026-10", "revision": 1, "title": "十月风险提示", "html": "<p>总体平稳。</p>"},
    "inquiry": {
        "inquiry_no": "2026000000000000585",
        "enterprise_name": "西安某某进出口有限公司",
        "region_code": "610102",
        "region_name": "陕西省西安市新城区",
        "address": "示例路1号",
        "contact_name": "王小明",
        "contact_mobile": "13800000000",
        "contact_phone": "029-88888888",
        "contact_email": "trade@example.com",
        "topic": "OTHER",
        "request": "想了解保险费率",
        "submitted_at": NOW,
    },
    "inquiry_answer": {
        "inquiry_no": "2026000000000000585",
        "answer_text": "客户经理将与您联系。",
        "answered_by": "客户经理甲",
        "answer_phone": "010-00000000",
        "answered_at": NOW,
    },
    "claim_submission": {
        "claim_no": "SP20261120000000001",
        "policy_no": "XB2026-00003680",
        "loss_no": "BA2026112000000001",
        "insured": "西安某某进出口有限公司",
        "claimant": "西安某某进出口有限公司",
        "buyer_code": "MF100001",
        "buyer_name_en": "EXAMPLE BUYER A/S",
        "issuing_bank_bic": "DABADKKK",
        "issuing_bank_name": "Example Bank",
        "issuing_bank_country": "DNK",
        "issuing_bank_address": "1 Example Street",
        "recovery_entrusted": True,
        "trade_financed": False,
        "claim_right_transferred": False,
        "indemnity_transferred": False,
        "bank_urged": True,
        "receivable_assigned": False,
        "shipments": [
            {
                "serial": "20261120000000001001",
                "contract_or_lc_no": "LC-2026-001",
                "invoice_no": "INV-2026-001",
                "hs_code": "1002900000",
                "shipped_on": date(2026, 9, 20),
                "declaration_no": "224820260000000001",
                "origin_cert_no": "C263702000010001",
                "payment_method": "LC",
                "payment_term": "见票后60天",
                "invoice_amount_usd": Decimal("30000.00"),
                "received_amount_usd": Decimal("10000.00"),
                "claim_amount_usd": Decimal("20000.00"),
                "collection_status": "PARTIAL",
            }
        ],
        "total_usd": Decimal("20000.00"),
        "loss_cause": "BANK_DEFAULT",
        "cause_text": "开证行到期未付款。",
        "case_text": "单据已被接受。",
        "mitigation_text": "已多次催收。",
        "submitted_at": NOW,
    },
    "claim_supplement": {**CLAIMED, "supplement_text": "补充货物照片。", "submitted_at": NOW},
    "claim_withdrawal": {**CLAIMED, "requested_at": NOW},
    "claim_receipt_begun": {**REVIEWING, "status_code": "10"},
    "claim_receipt_returned": {
        **REVIEWING,
        "status_code": "20",
        "reason": "请补充合同签字页。",
        "manager_name": "客户经理甲",
        "manager_phone": "010-00000000",
    },
    "claim_receipt_supplement": {**REVIEWING, "status_code": "30", "reason": "请补充货物照片。"},
    "claim_receipt_accepted": {**REVIEWING, "status_code": "40"},
    "claim_receipt_declined": {**REVIEWING, "status_code": "50", "reason": "不在保险责任范围内。"},
    "claim_receipt_withdrawn": {**REVIEWING, "status_code": "60"},
    "claim_receipt_kept": {**REVIEWING, "status_code": "61", "reason": "审核已经开始。"},
    "claim_progress_paid": {
        **CLAIMED,
        "status_code": "70",
        "paid_amount_usd": Decimal("16000.00"),
        "paid_on": date(2026, 11, 20),
        "progress_text": "已划付。",
        "happened_at": NOW,
    },
    "claim_progress_closed": {**CLAIMED, "status_code": "80", "happened_at": NOW},
    "buyer_query": {"name_en": "EXAMPLE", "country": "DNK", "page": 1},
    "new_buyer": {
        "buyer_no": "MF20261120000001",
        "name_en": "EXAMPLE NEW BUYER LTD",
        "country": "GBR",
        "address_en": "1 Example Road",
        "ceo_name": "Example Person",
        "net_assets_usd": Decimal("1000000.00"),
        "listed": False,
        "business_nature": "RETAIL",
        "submitted_at": NOW,
    },
    "buyer_code": {"buyer_no": "MF20261120000001", "buyer_code": "B2026-00000001", "coded_at": NOW},
    "agreement_signed": {
        "agreement_no": "FW202600000001",
        "document_version": "2026-1",
        "enterprise_name": "西安某某进出口有限公司",
        "seal_no": "YZ202600000001",
        "signed_at": NOW,
        "signer_certificate_serial": "51a",
    },
    "agreement_countersigned": {"agreement_no": "FW202600000001", "countersigned_at": NOW},
    "agreement_ended_refused": {
        "agreement_no": "FW202600000001",
        "status_code": "20",
        "reason": "请核对企业名称。",
        "changed_at": NOW,
    },
    "agreement_ended_terminated": {"agreement_no": "FW202600000001", "status_code": "90", "changed_at": NOW},
    "data_authorisation": {
        "authorisation_no": "SQ202600000001",
        "status": "GIVEN",
        "document_version": "2026-1",
        "enterprise_name": "西安某某进出口有限公司",
        "scope": ["企业基本信息", "出口申报数据"],
        "purpose": "小微企业出口信用保险的投保、承保与理赔",
        "valid_from": date(2026, 11, 20),
        "valid_until": date(2027, 11, 19),
        "changed_at": NOW,
        "signer_certificate_serial": "51a",
    },
    "eligible_companies": {
        "list_no": "MD202611200001",
        "programme": "shenzhen-2022",
        "programme_year": 2022,
        "base_year": 2021,
        "cover_from": date(2022, 7, 1),
        "cover_to": date(2023, 6, 30),
        "confirmed_at": NOW,
        "company": [
            {"uscc": USCC, "name": "西安某某进出口有限公司", "exports_usd": Decimal("8000000.00")},
            {"uscc": "91440300MA5EXAM01A", "name": "甲公司", "exports_usd": Decimal("0.00")},
        ],
    },
    "offline_policy": {name: value for name, value in ISSUED.items() if name != "application_no"}
    | {"programme": "shenzhen-2022"},
    "offline_policy_later": {name: value for name, value in ISSUED.items() if name != "application_no"}
    | {"status_code": "0"},
    "buyer_report_request": {
        "report_no": "ZX2026112000000001",
        **UNDER,
        **OVERSEAS,
        "buyer_address_en": "1 Example Street",
        "registration_no": "DK-10000001",
        "remark": "首次交易",
        "requested_at": NOW,
    },
    "buyer_report_provided": {**REPORTED, "result_code": "10"},
    "buyer_report_rejected": {**REPORTED, "result_code": "20", "reason": "未查到该买方。"},
    "loss_report": {
        "loss_no": "BA2026112000000001",
        **UNDER,
        **OVERSEAS,
        "invoices": [
            {
                "invoice_no": "INV-2026-001",
                "due_on": date(2026, 10, 31),
                "invoice_amount_usd": Decimal("30000.00"),
                "received_amount_usd": Decimal("10000.00"),
            }
        ],
        "total_usd": Decimal("20000.00"),
        "risk": "OVERDUE",
        "loss_text": "买方逾期未付款。",
        "contact_name": "王小明",
        "contact_phone": "13800000000",
        "submitted_at": NOW,
    },
    "loss_report_answer_taken_up": {
        **LOST,
        "status_code": "10",
        "case_no": "AJ2026-00000001",
        "advice": "请继续催收。",
        "manager_name": "客户经理甲",
        "manager_phone": "010-00000000",
    },
    "loss_report_answer_closed": {**LOST, "status_code": "80"},
    "lading_report": {
        "report_no": "TD2026-00000001",
        "title": "海外买家提单报告（欧洲、北美）",
        "programme": "shenzhen-2022",
        "enterprise_name": "西安某某进出口有限公司",
        "provided_at": NOW,
    },
}
TYPES = {
    "policy_offer": "PolicyOffer",
    "policy_confirmation": "PolicyConfirmation",
    "withdrawal_request": "WithdrawalRequest",
    "review": "ReviewResult",
    "policy_issued": "PolicyIssued",
    "policy_change": "PolicyChange",
    "policy_receipt": "PolicyReceipt",
    "receipt_confirmed": "ReceiptConfirmed",
    "inquiry": "Inquiry",
    "inquiry_answer": "InquiryAnswer",
    "introduction": "Introduction",
    "risk_article": "RiskArticle",
    "risk_recall": "RiskRecall",
    "risk_digest": "RiskDigest",
    "claim_submission": "ClaimSubmission",
    "claim_supplement": "ClaimSupplement",
    "claim_withdrawal": "ClaimWithdrawal",
    "claim_receipt": "ClaimReceipt",
    "claim_progress": "ClaimProgress",
    "buyer_query": "BuyerQuery",
    "new_buyer": "NewBuyer",
    "buyer_code": "BuyerCode",
    "agreement_signed": "AgreementSigned",
    "agreement_countersigned": "AgreementCountersigned",
    "agreement_ended": "AgreementEnded",
    "data_authorisation": "DataAuthorisation",
    "eligible_companies": "EligibleCompanies",
    "offline_policy": "OfflinePolicy",
    "buyer_report_request": "BuyerReportRequest",
    "buyer_report": "BuyerReport",
    "loss_report": "LossReport",
    "lading_report": "LadingReport",
    "loss_report_answer": "LossReportAnswer",
}
PUBLISHED = {"introduction", "risk_article", "risk_recall", "risk_digest"}  # for everybody
SENT = {
    "PolicyConfirmation",
    "WithdrawalRequest",
    "PolicyReceipt",
    "Inquiry",
    "ClaimSubmission",
    "ClaimSupplement",
    "ClaimWithdrawal",
} | {
    "BuyerQuery",
    "NewBuyer",
    "AgreementSigned",
    "DataAuthorisation",
    "EligibleCompanies",
    "BuyerReportRequest",
    "LossReport",
}
ANSWERS = {
    "ReviewResult": CONFIRMATION,
    "ReceiptConfirmed": RECEIPT,
    "InquiryAnswer": INQUIRY,
    "ClaimReceipt": CLAIM,
    "BuyerCode": BUYER,
    "AgreementCountersigned": AGREEMENT,
    "BuyerReport": REQUEST,
    "LossReportAnswer": LOSS,
}
PAPERS = dict.fromkeys(
    (
        *("PolicyOffer", "PolicyIssued", "OfflinePolicy"),
        *("AgreementSigned", "AgreementCountersigned", "DataAuthorisation"),
    ),
    (PAPER,),
)
APPLICATION, POLICY = ("micro_application", "XW2026-00018233"), ("policy", "XB2026-00003680")
A_CLAIM = ("claim", "SP20261120000000001")
EVENTS = {
    "policy_offer": (*APPLICATION, "offered"),
    "review_approved": (*APPLICATION, "approved"),
    "review_returned": (*APPLICATION, "returned"),
    "review_rejected": (*APPLICATION, "rejected"),
    "review_withdrawn": (*APPLICATION, "withdrawn"),
    "review_withdrawal_refused": (*APPLICATION, "withdrawal_refused"),
    "policy_issued": (*POLICY, "effective"),
    "policy_issued_later": (*POLICY, "issued"),
    "policy_change_recalled": (*APPLICATION, "recalled"),
    "policy_change_terminated": (*POLICY, "terminated"),
    "receipt_confirmed": (*POLICY, "receipt_confirmed"),
    "inquiry_answer": ("inquiry", "2026000000000000585", "answered"),
    "claim_receipt_begun": (*A_CLAIM, "review_begun"),
    "claim_receipt_returned": (*A_CLAIM, "returned"),
    "claim_receipt_supplement": (*A_CLAIM, "supplement_required"),
    "claim_receipt_accepted": (*A_CLAIM, "accepted"),
    "claim_receipt_declined": (*A_CLAIM, "declined"),
    "claim_receipt_withdrawn": (*A_CLAIM, "withdrawn"),
    "claim_receipt_kept": (*A_CLAIM, "withdrawal_refused"),
    "claim_progress_paid": (*A_CLAIM, "paid"),
    "claim_progress_closed": (*A_CLAIM, "closed"),
    "buyer_code": ("buyer", "MF20261120000001", "coded"),
    "agreement_countersigned": ("agreement", "FW202600000001", "countersigned"),
    "agreement_ended_refused": ("agreement", "FW202600000001", "refused"),
    "agreement_ended_terminated": ("agreement", "FW202600000001", "terminated"),
    "offline_policy": (*POLICY, "collected_offline"),
    "offline_policy_later": (*POLICY, "issued"),
    "buyer_report_provided": ("buyer_report", "ZX2026112000000001", "provided"),
    "buyer_report_rejected": ("buyer_report", "ZX2026112000000001", "rejected"),
    "loss_report_answer_taken_up": ("loss_report", "BA2026112000000001", "acknowledged"),
    "loss_report_answer_closed": ("loss_report", "BA2026112000000001", "closed"),
    "lading_report": ("lading_report", "TD2026-00000001", "provided"),
}

SAID_WITHOUT_A_CODE = {"offered", "receipt_confirmed", "answered", "coded", "countersigned"}


def number(type: str, body: dict) -> str:
    numbers = (
        "inquiry_no",
        "claim_no",
        "buyer_no",
        "agreement_no",
        "authorisation_no",
        "list_no",
        "report_no",
        "loss_no",
    )
    for own in numbers:
        if own in body:
            return body[own]
    return body["policy_no"] if type.startswith(("PolicyI", "PolicyR", "Rec", "Offline")) else "XW2026-00018233"


def message(name: str) -> CanonicalMessage:
    type = TYPES[max((stem for stem in TYPES if name.startswith(stem)), key=len)]
    body = BODIES[name]
    here, there = ("swhub", "sinosure") if type in SENT else ("sinosure", "swhub")
    card = ActorSignature(payload='{"purpose":"application"}', algorithm="rsa-sha256", value=b"\x01", certificate=b"0")
    return CanonicalMessage(
        type=type,
        version="1.0",
        message_id=str(uuid5(NAMESPACE_URL, name)),
        sender=here,
        receiver=there,
        enterprise=USCC,
        business_key=number(type, body),
        sequence=1,
        created_at=NOW,
        body=body,
        correlation_id=ANSWERS.get(type),
        attachments=PAPERS.get(type, ()),
        actor_signature=card if type == "PolicyConfirmation" else None,
    )


def unsigned(name: str) -> bytes:
    sent = message(name)
    element = sinosure().catalogue.message(sent.type, sent.version).encode(sent)
    etree.indent(element)
    return etree.tostring(element, encoding="UTF-8", xml_declaration=True) + b"\n"


@pytest.fixture(scope="module")
def insurer() -> pki.KeySigner:
    return pki.KeySigner(pki.issue_partner(pki.make_authority("test", NOW), "s", NOW, algorithm="ecdsa-sha256"))


@pytest.fixture(scope="module")
def ctx(insurer) -> Context:
    return Context(now=NOW, hub="swhub", signer=insurer, trusted=(insurer.certificate,))


@pytest.fixture
def take(adapter, insurer, ctx):
    """The whole way of a message: signed, opened, understood."""

    def _take(sent: CanonicalMessage):
        content = seal(adapter.catalogue, sent, insurer)
        return adapter.parse(adapter.open(Raw(content=content, received_at=NOW), ctx), ctx)

    return _take


@pytest.mark.parametrize("name", BODIES)
def test_a_sample_is_what_the_codec_writes_today(name):
    assert (SAMPLES / f"{name}.xml").read_bytes() == unsigned(name)


@pytest.mark.parametrize("name", BODIES)
def test_a_sample_satisfies_its_schema_and_reads_back(name, adapter):
    sent = message(name)
    element = etree.parse(SAMPLES / f"{name}.xml").getroot()
    schema = adapter.catalogue.of(element)
    schema.validate(element)

    assert schema.decode(element) == sent


def test_there_is_a_sample_of_every_message_of_the_sheet():
    declared = {message for row in sheet().capabilities.values() for message in (*row.sends, *row.receives)}

    assert (
        {f"{type}/1.0" for type in TYPES.values()}
        == declared - {"StatusQuery/1.0"}
        == {*MESSAGES, *INQUIRY_MESSAGES, *CLAIM_MESSAGES, *AGREEMENT_MESSAGES, *RISK_MESSAGES, *PROGRAMME_MESSAGES}
        - {"BuyerList/1.0"}
    )
    assert {path.stem for path in SAMPLES.glob("*.xml")} == set(BODIES)


@pytest.mark.parametrize("name", EVENTS)
def test_a_message_means_its_event_and_fits_the_kind(name, take):
    (event,) = take(message(name))
    kind = KINDS[event.kind]

    check_content(kind, event.content)
    assert (event.kind, event.number, event.event) == EVENTS[name]
    assert kind.event(event.event).by is By.PARTNER
    assert set(event.documents) <= set(kind.documents)


def test_an_offer_brings_its_fields_with_their_exact_types(take):
    (event,) = take(message("policy_offer"))

    assert event.content == {
        "application_no": "XW2026-00018233",
        "enterprise_name": "西安某某进出口有限公司",
        "org_code": "MA6TX00X1",
        "product": "XWXBY",
        "product_name": "小微信保易",
        "programme": "shenzhen-2022",
        "programme_year": "2026",
        "renewal": True,
        "previous_policy_no": "XB2025-00009120",
        "contact_phone": "029-88888888",
        "contact_email": "trade@example.com",
        "declaration_version": "2026-1",
        "declaration_text": ["第一条 开通账号", "第二条 确认无误", "第三条 阅读条款"],
        "valid_until": date(2026, 12, 20),
    }
    assert event.documents == {"offer": PAPER}
    assert (event.occurred_at, event.answers) == (NOW, None)


def test_a_policy_brings_its_amount_and_its_papers_and_answers_nothing(take):
    (event,) = take(replace(message("policy_issued"), correlation_id=CONFIRMATION))

    assert (event.content["insured_amount"], event.content["insured_currency"]) == (Decimal("60000000.00"), "CNY")
    assert event.content["expiry_date"] == date(2027, 11, 19)
    assert event.documents == {"policy": PAPER}
    assert event.answers is None


def test_an_organisation_code_is_taken_as_sent(take):
    (event,) = take(message("policy_issued_later"))

    assert event.content["org_code"] == "MA6TX00X2"


@pytest.mark.parametrize(
    ("name", "answered"),
    [
        ("review_returned", CONFIRMATION),
        ("receipt_confirmed", RECEIPT),
        ("inquiry_answer", INQUIRY),
        ("claim_receipt_returned", CLAIM),
        ("buyer_code", BUYER),
        ("buyer_report_provided", REQUEST),
        ("loss_report_answer_taken_up", LOSS),
    ],
)
def test_an_answer_names_the_message_it_answers(name, answered, take):
    (event,) = take(message(name))

    assert event.answers == answered


def test_the_insurers_own_words_are_kept(take):
    (said,) = take(message("review_returned"))
    (silent,) = take(message("review_rejected"))

    assert (said.text.zh, silent.text.zh) == ("退回补正", "审核不通过")
    assert said.content == {"reason": "联系人手机有误。"}


def test_an_introduction_is_content_for_everybody(take):
    (content,) = take(message("introduction"))

    assert isinstance(content, PartnerContent)
    assert (content.key, content.version) == ("introduction:XWXBY", "2026-1")
    assert content.body == {
        "zh_html": "<h2>产品介绍</h2><p>小微信保易</p>",
        "en_html": "<h2>The product</h2><p>Xinbaoyi</p>",
    }


def test_an_article_is_content_for_everybody_in_its_latest_revision(take):
    (content,) = take(message("risk_article"))
    (recalled,) = take(message("risk_recall"))

    assert Article.read(content) == Article(
        revision=2,
        category="INDUSTRY",
        title="光伏行业价格下行风险提示",
        countries=("DEU", "NLD"),
        industries=("C",),
        published_at=NOW,
        source="中国出口信用保险公司",
        html="<p>组件价格下跌。</p>",
    )
    assert Article.read(recalled) == Article(revision=3, recalled_at=NOW, reason="数据有误。")
    assert content.key == recalled.key == "article:FX2026-00000042"


def test_a_report_on_a_buyer_is_the_pdf_that_is_called_so(take):
    report = replace(PAPER, name="海外买家资信报告.pdf")

    (event,) = take(replace(message("buyer_report_provided"), attachments=(PAPER, report)))

    assert event.documents == {"buyer_report": report}


def test_a_file_that_is_no_pdf_is_no_document(take):
    picture = replace(PAPER, name="a.png", media_type="image/png")

    (event,) = take(replace(message("policy_offer"), attachments=(picture,)))

    assert event.documents == {}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("review_approved", "result_code"),
        ("policy_issued", "status_code"),
        ("policy_change_recalled", "status_code"),
        ("policy_change_terminated", "status_code"),
        ("claim_receipt_accepted", "status_code"),
        ("claim_progress_paid", "status_code"),
        ("offline_policy", "status_code"),
        ("buyer_report_provided", "result_code"),
        ("loss_report_answer_taken_up", "status_code"),
    ],
)
@pytest.mark.parametrize("code", ["99", "1O", "010"])
def test_an_unknown_code_is_unmapped_and_never_guessed(name, field, code, take):
    sent = message(name)

    with pytest.raises(UnmappedCode, match=code):
        take(replace(sent, body={**sent.body, field: code}))


def test_a_code_of_the_other_table_is_unknown_too(take):
    sent = message("policy_change_recalled")

    with pytest.raises(UnmappedCode):
        take(replace(sent, body={**sent.body, "status_code": "91"}))


def test_every_partner_event_of_the_kinds_can_be_said_and_nothing_else():
    said = {row.event for table in codes.TABLES for row in table} | SAID_WITHOUT_A_CODE
    partner = {
        event.name
        for kind in (
            "micro_application",
            "policy",
            "inquiry",
            "claim",
            "buyer",
            "agreement",
            "buyer_report",
            "loss_report",
            "lading_report",
        )
        for event in KINDS[kind].events
        if event.by is By.PARTNER
    }

    assert said == partner


def test_every_message_that_may_come_in_has_a_meaning():
    assert set(MEANINGS) | set(SAYS) == {message for row in sheet().capabilities.values() for message in row.receives}


@pytest.mark.parametrize("name", sorted(set(BODIES) - set(EVENTS) - PUBLISHED))
def test_the_hubs_own_messages_are_refused_at_the_door(name, adapter, insurer, ctx):
    sent = replace(message(name), sender="sinosure", receiver="swhub")

    with pytest.raises(Refusal) as refused:
        adapter.open(Raw(content=seal(adapter.catalogue, sent, insurer), received_at=NOW), ctx)
    assert refused.value.code == "0005"


def test_a_message_cut_off_anywhere_is_refused(adapter, insurer, ctx):
    whole = seal(adapter.catalogue, message("review_approved"), insurer)
    end = whole.rindex(b">")

    for cut in range(end):
        with pytest.raises(Refusal):
            adapter.open(Raw(content=whole[:cut], received_at=NOW), ctx)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=40), at=st.integers(0, 3000))
def test_garbage_is_refused_or_changes_nothing(noise, at, adapter, insurer, ctx):
    sent = message("review_approved")
    whole = seal(adapter.catalogue, sent, insurer)
    try:
        taken = adapter.open(Raw(content=whole[:at] + noise + whole[at + len(noise) :], received_at=NOW), ctx)
    except Refusal:
        return
    assert taken.canonical == sent  # a blank after the end, or the very same bytes


if __name__ == "__main__":
    for written in BODIES:
        (SAMPLES / f"{written}.xml").write_bytes(unsigned(written))
