"""The documents of one made-up shipment: what stands in them besides their numbers and their parties."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

GOODS: Mapping[str, Any] = {
    "item_no": 1,
    "hs_code": "1002900000",
    "goods_name": "示例商品 规格一",
    "quantity": Decimal("1200"),
    "unit": "千克",
    "unit_price": Decimal("25.0000"),
    "amount": Decimal("30000.00"),
    "currency": "USD",
    "legal_quantity": Decimal("1200"),
    "legal_unit": "千克",
    "origin_country": "中国",
}


def declaration(uscc: str, name: str, transport_no: str, today: date) -> dict[str, Any]:
    """An export declaration."""
    return {
        "exit_customs": "(2248) 洋山港区",
        "export_date": today - timedelta(days=60),
        "declaration_customs": "(2248) 洋山港区",
        "declared_on": today - timedelta(days=62),
        "consignor_uscc": uscc,
        "consignor": name,
        "transport_mode": "(2) 水路运输",
        "vessel_name": "EXAMPLE STAR",
        "destination_port": "(DNK117) 示例港",
        "declaration_unit": name,
        "trade_country": "(DNK) 丹麦",
        "voyage_no": "V026W",
        "transport_document_no": transport_no,
        "entry_unit": name,
        "overseas_party": "EXAMPLE BUYER A/S",
        "trade_terms": "(1) CIF",
        "contract_no": "HT-2026-001",
        "packages": 60,
        "gross_weight": Decimal("1260"),
        "containers": "CSQU3054383/普通2*标准箱(L)/4000",
        "goods": [dict(GOODS)],
    }


def transport_document(name: str, transport_no: str, today: date) -> dict[str, Any]:
    """The ocean bill of lading of the same shipment."""
    return {
        "master_no": transport_no,
        "vessel_name": "EXAMPLE STAR",
        "voyage_no": "V026W",
        "shipper": name,
        "consignee": "EXAMPLE BUYER A/S",
        "declared_on": today - timedelta(days=61),
    }


def certificate(uscc: str, name: str, invoice_no: str, today: date) -> dict[str, Any]:
    """A general certificate of origin."""
    return {
        "certificate_type": "一般原产地证",
        "applicant_uscc": uscc,
        "applicant": name,
        "invoice_no": invoice_no,
        "issued_on": today - timedelta(days=63),
    }
