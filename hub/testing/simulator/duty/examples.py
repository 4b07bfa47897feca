"""One example of each message of the duty desk, as its body, and of the shared claims."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
USCC = "91610000MA6TX00X1A"
FIRM = "西安某某进出口有限公司"
SENT = ("DutyAuthorisation", "DutyRevocation", "DutyLimitApplication", "DutyTopUp", "DutyApplication")
ANSWERS: Mapping[str, str] = {
    "DutyAuthorisationResult": "DutyAuthorisation",
    "DutyLimitResult": "DutyLimitApplication",
    "DutyTopUpResult": "DutyTopUp",
    "DutyUnderwriting": "DutyApplication",
}
"""Answer -> what it answers."""

AUTHORISATION_NO, APPLY_NO, LIMIT_NO = "ZX2026112000000001", "ED2026112000000001", "E2026-00000017"
TOP_UP_NO, APPLICATION_NO = "ZJ2026112000000001", "GS2026112000000001"
PERIOD = {"effective_date": date(2026, 11, 20), "expiry_date": date(2027, 11, 20)}
BODIES: Mapping[str, Mapping[str, Any]] = {
    "DutyAuthorisation": {
        "authorisation_no": AUTHORISATION_NO,
        "enterprise_name": FIRM,
        "seal_no": "YZ202600000001",
        "document_version": "2026-1",
        "valid_from": date(2026, 11, 20),
        "valid_until": date(2027, 11, 19),
        "signed_at": AT,
        "signer_certificate_serial": "5a1d",
    },
    "DutyRevocation": {"authorisation_no": AUTHORISATION_NO, "revoked_at": AT, "signer_certificate_serial": "5a1d"},
    "DutyAuthorisationResult": {
        "authorisation_no": AUTHORISATION_NO,
        "valid_until": date(2027, 11, 19),
        "reason": "已备案。",
        "decided_at": AT,
    },
    "DutyLimitApplication": {
        "apply_no": APPLY_NO,
        "enterprise_name": FIRM,
        "contact_name": "王小明",
        "contact_phone": "029-88888888",
        "legal_person": "李某",
        "customs_code": "6101961234",
        "customs_office": "9000",
        "applied_amount": Decimal("60000000.00"),
        "guarantee_use": "SUMMARY",
        "applied_at": AT,
    },
    "DutyLimitResult": {
        "apply_no": APPLY_NO,
        "limit_no": LIMIT_NO,
        "total_amount": Decimal("60000000.00"),
        "rate_percent": Decimal("2.30"),
        **PERIOD,
        "decided_on": date(2026, 11, 20),
        "decided_at": AT,
    },
    "DutyTopUp": {
        "top_up_no": TOP_UP_NO,
        "apply_no": APPLY_NO,
        "limit_no": LIMIT_NO,
        "top_up_amount": Decimal("5000000.00"),
        "applied_at": AT,
    },
    "DutyTopUpResult": {"top_up_no": TOP_UP_NO, "reason": "请先补充财务报表。", "decided_at": AT},
    "DutyLimitChange": {
        "apply_no": APPLY_NO,
        "limit_no": LIMIT_NO,
        "total_amount": Decimal("60000000.00"),
        "used_amount": Decimal("14723.00"),
        "remaining_amount": Decimal("59985277.00"),
        "rate_percent": Decimal("2.30"),
        **PERIOD,
        "application_no": APPLICATION_NO,
        "changed_at": AT,
    },
    "DutyApplication": {
        "application_no": APPLICATION_NO,
        "apply_no": APPLY_NO,
        "limit_no": LIMIT_NO,
        "enterprise_name": FIRM,
        "insured_name": "西安海关、上海海关",
        "customs_code": "6101961234",
        "guarantee_use": "PERIOD",
        "customs_office": "9000",
        "declaration_office": "2200",
        "declarations": [{"declaration_no": "223320261000123456"}, {"declaration_no": "223320261000123457"}],
        "guarantee_amount": Decimal("14723.00"),
        "rate_percent": Decimal("2.30"),
        "premium": Decimal("338.63"),
        "start_date": date(2026, 11, 21),
        "end_date": date(2027, 5, 20),
        "invoice_type": "ELECTRONIC",
        "invoice_title": FIRM,
        "invoice_tax_no": USCC,
        "invoice_address": "陕西省西安市某路1号",
        "invoice_email": "finance@example.com",
        "invoice_phone": "029-88888889",
        "applied_at": AT,
        "signer_certificate_serial": "5a1d",
    },
    "DutyUnderwriting": {
        "application_no": APPLICATION_NO,
        "proposal_no": "GT2026-00000003",
        "premium_due": Decimal("338.63"),
        "premium_currency": "CNY",
        "due_date": date(2026, 12, 5),
        "decided_at": AT,
    },
    "DutyPolicy": {
        "policy_no": "GP2026-00000003",
        "application_no": APPLICATION_NO,
        "limit_no": LIMIT_NO,
        "record_no": "DB2026-00000003",
        "enterprise_name": FIRM,
        "insured_name": "西安海关、上海海关",
        "guarantee_use": "PERIOD",
        "guarantee_amount": Decimal("14723.00"),
        "effective_date": date(2026, 11, 21),
        "expiry_date": date(2027, 5, 20),
        "premium": Decimal("338.63"),
        "stated_at": AT,
    },
    "SharedClaim": {
        "claim_no": "C2026-00000009",
        "policy_no": "P2026-00000042",
        "product": "CARGO",
        "enterprise_name": FIRM,
        "loss_date": date(2026, 11, 18),
        "reported_on": date(2026, 11, 19),
        "estimated_amount": Decimal("8000.00"),
        "paid_amount": Decimal("7600.00"),
        "currency": "CNY",
        "paid_on": date(2026, 11, 20),
        "contact": "95500-1",
        "stated_at": AT,
    },
}
"""Type -> body. Where a code stands, it is the insurer's."""
