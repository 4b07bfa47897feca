"""The e-application and the e-policy of a duty guarantee (DOC-11, DOC-12), as PDFs of the documents station."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from hub.business.customs import OFFICES, USES
from hub.contract.message import Attachment
from hub.documents.pdf import ZONE, render

NAMES = {
    "limit_no": "额度编号",
    "policy_no": "保单编号",
    "application_no": "投保单号",
    "proposal_no": "受理号",
    "record_no": "担保备案编号",
    "guarantee_use": "使用类型",
    "customs_code": "海关十位",
    "customs_office": "注册海关",
    "declaration_office": "申报地海关",
    "declarations": "报关单号",
    "guarantee_amount": "保险金额（元）",
    "premium_due": "保险费（元）",
    "start_date": "保险期间起",
    "end_date": "保险期间止",
}
AMOUNTS = ("guarantee_amount", "premium_due")
CODED = {"guarantee_use": USES, "customs_office": OFFICES, "declaration_office": OFFICES}


def paper(
    title: str, name: str, applied: Mapping[str, Any], more: Mapping[str, Any], uscc: str, issuer: str, now: datetime
) -> Attachment:
    """``title`` about the application ``applied`` and what the insurer adds. Raises NotPrintable."""
    said = {**applied, **more}
    data = {
        "title": title,
        "number": said.get("policy_no", said["application_no"]),
        "issuer": issuer,
        "issued_on": now.astimezone(ZONE).date(),
        "applicant": {"name": said["enterprise_name"], "uscc": uscc},
        "insured": said["insured_name"],
        "rows": [
            {"item": label, "value": _read(field, said[field])} for field, label in NAMES.items() if field in said
        ],
    }
    content = render("duty_guarantee", data, now=now)
    return Attachment(
        name=name, media_type="application/pdf", sha256=hashlib.sha256(content).hexdigest(), content=content
    )


def _read(field: str, value: Any) -> Any:
    if field in AMOUNTS:
        return f"{Decimal(value):,.2f}"
    if field == "declarations":
        return "、".join(row["declaration_no"] for row in value)
    return CODED[field][value].zh if field in CODED else value
