"""What the insurer writes, in the hub's own terms: one function per message type."""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from hub.contract.message import Attachment, CanonicalMessage

USCC, FIRM = "91110000MA00EXAM1X", "示例进出口有限公司"
PDF = b"%PDF-1.7 a paper"
FAR = date(2099, 12, 31)  # the harness lets years pass
APPROVED, RETURNED, REJECTED, WITHDRAWN, WITHDRAWAL_REFUSED = "10", "20", "30", "40", "41"
VALUES = {
    "contact_name": "王小明",
    "contact_phone": "010-65300000",
    "contact_mobile": "13800000000",
    "contact_email": "trade@example.cn",
}
"""What the enterprise enters when it confirms an offer."""


@dataclass
class Writer:
    """Writes the messages of one insurer. ``new_id`` and ``now`` are functions."""

    partner: str
    hub: str
    new_id: Any
    now: Any
    written: int = 0

    def message(self, type: str, key: str, body: dict[str, Any], **more: Any) -> CanonicalMessage:
        self.written += 1
        values: dict[str, Any] = {
            "type": type,
            "version": "1.0",
            "message_id": str(self.new_id()),
            "sender": self.partner,
            "receiver": self.hub,
            "enterprise": USCC,
            "business_key": key,
            "sequence": self.written,
            "created_at": self.now(),
            "body": body,
        }
        return CanonicalMessage(**(values | more))

    def offer(self, number: str, **body: Any) -> CanonicalMessage:
        pdf = Attachment(name="投保单.pdf", media_type="application/pdf", sha256=sha256(PDF).hexdigest(), content=PDF)
        content = {
            "application_no": number,
            "enterprise_name": FIRM,
            "product": "XWXBY",
            "product_name": "小微信保易",
            "renewal": False,
            "declaration_version": "2026-1",
            "declaration_text": ["第一条", "第二条"],
            "valid_until": FAR,
        }
        return self.message("PolicyOffer", number, content | body, attachments=(pdf,))

    def review(self, number: str, code: str, answers: str | None) -> CanonicalMessage:
        content = {"application_no": number, "result_code": code, "reviewed_at": self._now()}
        return self.message("ReviewResult", number, content, correlation_id=answers)

    def policy(self, number: str, application: str, status: str = "1") -> CanonicalMessage:
        content = {
            "policy_no": number,
            "application_no": application,
            "policy_type": "信保易保单",
            "product_name": "小微信保易",
            "enterprise_name": FIRM,
            "effective_date": date(2026, 11, 20),
            "expiry_date": FAR,
            "status_code": status,
            "issued_at": self._now(),
        }
        return self.message("PolicyIssued", number, content)

    def receipt_confirmed(self, number: str, answers: str | None) -> CanonicalMessage:
        content = {"policy_no": number, "confirmed_at": self._now()}
        return self.message("ReceiptConfirmed", number, content, correlation_id=answers)

    def change(self, key: str, number: str, code: str) -> CanonicalMessage:
        return self.message("PolicyChange", number, {key: number, "status_code": code, "changed_at": self._now()})

    def _now(self) -> datetime:
        return self.now().replace(microsecond=0)
