"""One example of each message of a commercial insurer, as its body: for golden samples, and to try tables on."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hub.contract.message import CanonicalMessage
from hub.testing.simulator.duty import examples as duty
from hub.testing.simulator.duty.examples import AT, FIRM, USCC

SENT = (
    "CargoAppointment", "CargoApplication", "CargoCancellation",
    "PaymentAgreementCopy", "PaymentNotice", "PaymentReversal", *duty.SENT,
)  # fmt: skip
IDS: Mapping[str, str] = {
    "CargoAppointment": "7f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "CargoAppointmentStatus": "7f2504e0-4f89-41d3-9a0c-0305e82c3302",
    "CargoAgreement": "7f2504e0-4f89-41d3-9a0c-0305e82c3303",
    "CargoApplication": "7f2504e0-4f89-41d3-9a0c-0305e82c3304",
    "CargoDataCheck": "7f2504e0-4f89-41d3-9a0c-0305e82c3305",
    "CargoUnderwriting": "7f2504e0-4f89-41d3-9a0c-0305e82c3306",
    "CargoIssued": "7f2504e0-4f89-41d3-9a0c-0305e82c3307",
    "CargoCancellation": "7f2504e0-4f89-41d3-9a0c-0305e82c3308",
    "CargoCancellationResult": "7f2504e0-4f89-41d3-9a0c-0305e82c3309",
    "CargoPolicy": "7f2504e0-4f89-41d3-9a0c-0305e82c3310",
    "PaymentAgreementCopy": "7f2504e0-4f89-41d3-9a0c-0305e82c3313",
    "PaymentNotice": "7f2504e0-4f89-41d3-9a0c-0305e82c3311",
    "PaymentReversal": "7f2504e0-4f89-41d3-9a0c-0305e82c3312",
    **{type: f"7f2504e0-4f89-41d3-9a0c-0305e82c34{no:02}" for no, type in enumerate(duty.BODIES, start=1)},
}
ANSWERS: Mapping[str, str] = {
    "CargoAppointmentStatus": "CargoAppointment",
    "CargoDataCheck": "CargoApplication",
    "CargoUnderwriting": "CargoApplication",
    "CargoIssued": "CargoApplication",
    "CargoCancellationResult": "CargoCancellation",
    **duty.ANSWERS,
}
"""Answer -> what it answers."""

TERM = {"name": "免赔约定", "content": "每次事故绝对免赔额为损失金额的5%。"}
APPLICATION: Mapping[str, Any] = {
    "application_no": "HY20261120000001",
    "agreement_no": "XY2026-00001888",
    "product_name": "海洋货物运输保险",
    "enterprise_name": FIRM,
    "applicant_contact": "王小明",
    "applicant_phone": "029-88888888",
    "insured_name": FIRM,
    "insured_id_type": "USCC",
    "insured_id_no": USCC,
    "goods_category": "机电产品",
    "goods_code": "8517",
    "packaging": "纸箱",
    "goods_description": "通信设备",
    "packages_and_weight": "120箱/3,600千克",
    "marks": "N/M",
    "invoice_type": "ELECTRONIC",
    "invoice_title": FIRM,
    "invoice_tax_no": USCC,
    "invoice_address": "陕西省西安市某路1号",
    "invoice_email": "finance@example.com",
    "invoice_phone": "029-88888889",
    "invoice_no": "INV-2026-118",
    "transport_doc_no": "MAEU123456789",
    "voyage_no": "046E",
    "vessel_name": "EVER GIVEN",
    "carriage": "CONTAINER",
    "bulk": False,
    "departure_date": date(2026, 11, 28),
    "arrival_date": date(2026, 12, 20),
    "origin_country": "CHN",
    "origin_province": "上海市",
    "origin_city": "上海市",
    "origin_port": "上海港",
    "origin_description": "上海洋山港区",
    "destination_country": "DEU",
    "destination_port": "Hamburg",
    "destination_description": "Hamburg, Germany",
    "letter_of_credit": True,
    "letter_of_credit_no": "LC2026A00123",
    "claim_place": "Hamburg",
    "strikes_cover": True,
    "war_cover": False,
    "invoice_amount": Decimal("100000.00"),
    "currency": "USD",
    "markup_percent": Decimal("10"),
    "insured_amount": Decimal("110000.00"),
    "rate_permille": Decimal("0.5"),
    "premium": Decimal("55.00"),
    "special_term": [TERM],
    "applied_at": AT,
    "signer_certificate_serial": "5a1d",
}
NUMBERS = {"application_no": APPLICATION["application_no"], "proposal_no": "T2026-00000007"}

PAID: Mapping[str, Any] = {
    "order_no": "JF2026112000000001",
    "amount": Decimal("110.00"),
    "currency": "CNY",
    "item": [
        {"business_no": number, "amount": Decimal("55.00"), "currency": "CNY"}
        for number in (APPLICATION["application_no"], "HY20261120000002")
    ],
    "bank_serial": "B2026-00000017",
}
BODIES: Mapping[str, Mapping[str, Any]] = {
    "CargoAppointment": {
        "appointment_no": "YY20261120000001",
        "enterprise_name": FIRM,
        "contact_name": "王小明",
        "contact_phone": "029-88888888",
        "contact_email": "trade@example.com",
        "transport_mode": "2",
        "goods_category": "机电产品",
        "trade_countries": "德国、荷兰",
        "yearly_value": Decimal("3000000.00"),
        "yearly_currency": "USD",
        "appointed_at": AT,
    },
    "CargoAppointmentStatus": {
        "appointment_no": "YY20261120000001",
        "reason": "客户经理将在两个工作日内联系您。",
        "changed_at": AT,
    },
    "CargoAgreement": {
        "agreement_no": "XY2026-00001888",
        "product": "HYHW",
        "product_name": "海洋货物运输保险",
        "enterprise_name": FIRM,
        "insured_name": FIRM,
        "start_date": date(2026, 11, 20),
        "end_date": date(2027, 11, 19),
        "currency": "USD",
        "rate_permille": Decimal("0.5"),
        "max_markup_percent": Decimal("30"),
        "voyage_limit": Decimal("8000000.00"),
        "deductible": "损失金额的5%",
        "special_term": [TERM],
        "coverage": [
            {"code": "ALL", "name": "海洋货物运输一切险", "main": True, "rate_permille": Decimal("0.5")},
            {"code": "WAR", "name": "战争险", "main": False, "rate_permille": Decimal("0.1")},
        ],
        "goods": [
            {"category": "机电产品", "code": "84-85", "excluded": False},
            {"category": "活动物;动物产品", "excluded": True},
        ],
        "stated_at": AT,
    },
    "CargoApplication": APPLICATION,
    "CargoDataCheck": {
        **NUMBERS,
        "fault": [{"field": "加成比例", "words": "超过协议约定的上限。"}],
        "checked_at": AT,
    },
    "CargoUnderwriting": {**NUMBERS, "reason": "超出自动核保范围。", "decided_at": AT},
    "CargoIssued": {
        **NUMBERS,
        "policy_no": "P2026-00000042",
        "premium_due": Decimal("60.50"),
        "premium_currency": "USD",
        "due_date": date(2026, 12, 5),
        "issued_at": AT,
    },
    "CargoCancellation": {
        "application_no": APPLICATION["application_no"],
        "reason": "改由买方投保。",
        "requested_at": AT,
    },
    "CargoCancellationResult": {"application_no": APPLICATION["application_no"], "answered_at": AT},
    "CargoPolicy": {
        "policy_no": "P2026-00000042",
        "application_no": APPLICATION["application_no"],
        "agreement_no": "XY2026-00001888",
        "product_name": "海洋货物运输保险",
        "enterprise_name": FIRM,
        "insured_name": FIRM,
        "effective_date": date(2026, 11, 28),
        "expiry_date": date(2027, 1, 27),
        "insured_amount": Decimal("110000.00"),
        "currency": "USD",
        "premium": Decimal("60.50"),
        "premium_currency": "USD",
        "stated_at": AT,
    },
    "PaymentAgreementCopy": {
        "request_no": "QY2026112000000001",
        "bank_name": "示例银行",
        "enterprise_name": FIRM,
        "tax_no": USCC,
        "payer_account": "6222020200112233445",
        "payee_name": "示例保险公司",
        "payee_account": "3301040160000012345",
        "text_version": "1.0",
        "text_hash": "ab" * 32,
        "stated_at": AT,
    },
    "PaymentNotice": {**PAID, "paid_at": AT},
    "PaymentReversal": {**PAID, "reversed_at": AT},
    **duty.BODIES,
}
"""Type -> body. Where a code stands, it is the insurer's: ``message`` puts it in."""


def message(type: str, partner: str, code: Mapping[str, str]) -> CanonicalMessage:
    """The example of ``type`` between ``partner`` and the hub; ``code``: the insurer's code under its field's name."""
    sent = type in SENT
    body = {**BODIES[type], **code}
    return CanonicalMessage(
        type=type,
        version="1.0",
        message_id=IDS[type],
        sender="swhub" if sent else partner,
        receiver=partner if sent else "swhub",
        enterprise=USCC,
        business_key=next(str(value) for name, value in body.items() if name.endswith("_no")),
        sequence=1,
        created_at=AT,
        body=body,
        correlation_id=IDS[ANSWERS[type]] if type in ANSWERS else None,
    )
