"""The e-policy of a cargo insurer, as a PDF of the documents station."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.contract.message import Attachment
from hub.documents.pdf import ZONE, render

GOODS = (
    ("货物大类", "goods_category"), ("货物细类", "goods_code"), ("货物包装", "packaging"), ("标记/唛头", "marks"),
    ("包装及件数/重量", "packages_and_weight"), ("发票号", "invoice_no"),
)  # fmt: skip
VOYAGE = (
    ("提单/运单号", "transport_doc_no"), ("航次/航班/车次/车牌号", "voyage_no"), ("船舶名称", "vessel_name"),
    ("起运日期", "departure_date"), ("起运港", "origin_port"), ("目的港", "destination_port"),
    ("赔款偿付地点", "claim_place"),
)  # fmt: skip
COVERS = (("罢工险", "strikes_cover"), ("战争险", "war_cover"))


def e_policy(
    policy: Mapping[str, Any], applied: Mapping[str, Any], uscc: str, issuer: str, now: datetime
) -> Attachment:
    """电子保单 of CargoPolicy's body and of the application that it answers. Raises NotPrintable."""
    covers = [name for name, field in COVERS if applied.get(field) in (True, "True")]
    data = {
        **{name: policy[name] for name in COPIED},
        "number": policy["policy_no"],
        "agreement_no": policy.get("agreement_no"),
        "issuer": issuer,
        "issued_on": policy["stated_at"].astimezone(ZONE).date(),
        "applicant": {"name": policy["enterprise_name"], "uscc": uscc},
        "goods": _rows(GOODS, applied),
        "voyage": _rows(VOYAGE, applied),
        "covers": ["一切险", *covers, *filter(None, [applied.get("other_cover")])],
        "terms": applied.get("special_term", []),
    }
    content = render("cargo_policy", data, now=now)
    return Attachment(
        name="电子保单.pdf",
        media_type="application/pdf",
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
    )


COPIED = (
    "application_no", "product_name", "insured_name", "effective_date", "expiry_date", "insured_amount", "currency",
    "premium", "premium_currency",
)  # fmt: skip


def _rows(names: tuple[tuple[str, str], ...], applied: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"item": label, "value": applied.get(field)} for label, field in names]
