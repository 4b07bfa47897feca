"""信用保险索赔出运数据报告 (CI-CLM-37..45, SM-RPT): made of the documents that a claim's shipments name.

It is made only where every document is in order, and agreed to by the claim's action ``agree``. What the user enters
afterwards may make it stale: that is what :func:`hub.business.claim_report.unreported` says when it is submitted.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from hub.business.acts import Actor
from hub.business.claim import CLAIM, EDITABLE
from hub.business.claim_report import REPORT_DRAFT, report_rows
from hub.business.trade_data import DECLARATION, GOODS, OK, ORIGIN, TRANSPORT, Checked, LookUp
from hub.contract.message import Attachment
from hub.contract.text import Text
from hub.documents.pdf import show
from hub.documents.texts import SHIPMENT_REPORT
from hub.errors import InvalidInput, NotAllowed
from hub.runtime import Runtime
from hub.services import papers, record, trade_data
from hub.services.events import NewEvent
from hub.services.objects import Tenant
from hub.services.questions import Questions
from hub.services.shapes import BusinessObject
from hub.store.engine import reading, writing

PDF = "application/pdf"
TEMPLATE = "claim_report"
NO_SHIPMENT = Text("请先录入并暂存出运信息", "Enter the shipments and save them first")
NOT_IN_ORDER = Text("单证未全部“数据正常”，不能生成报告", "Not every document is in order: no report can be made")

Shipments = Sequence[Mapping[str, Any]]


def make(questions: Questions, actor: Actor, object_id: str, shipments: Shipments) -> None:
    """Look the documents up, print them and keep the report. Raises NotFound, NotAllowed, InvalidInput."""
    if not shipments:
        raise InvalidInput({"": NO_SHIPMENT})
    runtime = questions.runtime
    with reading(runtime.engine) as connection:
        obj = Tenant(connection, actor.enterprise).get(CLAIM.code, object_id)
    checked = trade_data.check(questions, actor, shipments)
    if any(row.result != OK for row in checked):
        raise InvalidInput({"": NOT_IN_ORDER})
    rows = report_rows(obj.number, shipments)
    content = papers.sheet(TEMPLATE, SHIPMENT_REPORT, _data(obj, rows, shipments, checked), runtime.clock.now())
    name = f"{SHIPMENT_REPORT.title}-{obj.number}.pdf"
    _keep(
        runtime,
        actor,
        obj,
        rows,
        Attachment(name=name, media_type=PDF, sha256=sha256(content).hexdigest(), content=content),
    )


def _keep(runtime: Runtime, actor: Actor, seen: BusinessObject, rows: list[dict[str, Any]], report: Attachment) -> None:
    now = runtime.clock.now()
    with writing(runtime.engine) as connection:
        obj = Tenant(connection, actor.enterprise).lock(CLAIM.code, seen.id)
        if obj.states["state"] not in EDITABLE:
            raise NotAllowed
        new = NewEvent(
            name="report_made",
            identity=f"report_made@{obj.revision}",
            occurred_at=now,
            content={"report_rows": rows, "report_signed_at": None},
            actor=actor,
            documents={REPORT_DRAFT: report},
        )
        record.record(connection, obj, new, now)


def _data(obj: BusinessObject, rows: Shipments, shipments: Shipments, checked: Sequence[Checked]) -> dict[str, Any]:
    """What the template reads: one group for each shipment."""
    found = {(row.look_up.found, row.number): {**row.numbers, **(row.data or {})} for row in checked}
    groups = []
    for row, shipment in zip(rows, shipments, strict=True):
        declaration = found[DECLARATION.found, row["declaration_no"]]
        transport = found.get((TRANSPORT.found, str(declaration.get("transport_document_no"))), {})
        certificate = found.get((ORIGIN.found, row["origin_cert_no"]), {})
        groups.append(
            {
                "serial": row["serial"],
                "invoice_no": shipment["invoice_no"],
                "declaration": _pairs(DECLARATION, declaration),
                "goods": {
                    "head": [text.zh for text, _ in GOODS],
                    "rows": [_cells(item) for item in declaration["goods"]],
                },
                "transport": _pairs(TRANSPORT, transport),
                "certificate": _pairs(ORIGIN, certificate),
            }
        )
    enterprise = {"name": obj.content["enterprise_name"], "uscc": obj.enterprise}
    return {"number": obj.number, "enterprise": enterprise, "groups": groups}


def _pairs(look_up: LookUp, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"item": text.zh, "value": data.get(name)} for name, text in look_up.facts.items()] if data else []


def _cells(item: Mapping[str, Any]) -> list[str]:
    """A row of the goods; quantities stand with their units."""
    return [" ".join(_said(item[name]) for name in names if name in item) for _, names in GOODS]


def _said(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else show(value)
