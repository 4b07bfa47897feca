"""What the kit cannot make of the XSD: the hub's closing balance is optional, the bank's is not."""

from datetime import UTC, date, datetime
from decimal import Decimal

BODIES = {
    "Statement/1.0": [
        {
            "account_no": "6222000000000001",
            "day": date(2026, 11, 20),
            "currency": "CNY",
            "closing_balance": Decimal("-0.95"),
            "entry": [
                {
                    "reference": "0b7c2f0e-5a1d-4c3e-9b8a-6d5e4f3a2b1c",
                    "partner_ref": "B2026-00018233-D",
                    "direction": "DEBIT",
                    "amount": Decimal("14723.07"),
                    "booked_at": datetime(2026, 11, 20, 1, 0, tzinfo=UTC),
                    "purpose": "货运险保费",
                }
            ],
        }
    ]
}
