"""The shipment report of a claim (CI-CLM-37) as a user waits for it: looked up, printed, kept. The source of trade data
answers at once and in this process, so that the figure is the hub's alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hub_data_sandbox.simulator import papers

from benchmarks import hub_side
from benchmarks.hub_side import ACTOR
from benchmarks.world import FIRM, INSURER, USCC, Folder, timed
from hub.business.claim import CLAIM
from hub.services import claim_report, drafts
from hub.services.questions import Questions, open_questions

CLAIM_ID = "c" * 32
STEP = "look up, print, keep"


@dataclass(frozen=True, kw_only=True)
class Source(Questions):
    """Has every document that it is asked for."""

    def ask(self, *, type: str, number: str, body: Mapping[str, Any], **_: Any) -> Mapping[str, Any]:
        """A declaration, its bill of lading, or a certificate of origin."""
        today = datetime.now(UTC).date()
        found: dict[str, Mapping[str, Any]] = {
            "DeclarationQuery": {"declaration": papers.declaration(USCC, FIRM, f"BL{number[-10:]}", today)},
            "TransportQuery": {"transport_document": papers.transport_document(FIRM, number, today)},
            "OriginQuery": {"certificate": papers.certificate(USCC, FIRM, number, today)},
        }
        return {**body, "result_code": "FOUND", **found[type]}


def shipment(n: int) -> dict[str, Any]:
    """The n-th one, with a declaration and a certificate of its own."""
    return {
        "contract_or_lc_no": "HT2026-0001", "invoice_no": f"FP{n:06}", "hs_code": "85171200",
        "shipped_on": date(2026, 5, 1), "declaration_no": f"{223320250000000000 + n}", "origin_cert_no": f"CO{n:08}",
        "payment_method": "OA", "payment_term": "60天", "invoice_amount_usd": Decimal("12345.60"),
        "received_amount_usd": Decimal(0), "claim_amount_usd": Decimal("12345.60"), "collection_status": "UNPAID",
    }  # fmt: skip


def measuring(folder: Folder, database: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Answers ``{"rows", "count"}``: the seconds of each report of so many shipments."""
    hub_side.create(database)
    runtime = hub_side.open_hub(folder, database)
    source = Source(runtime=runtime, transport=open_questions(runtime).transport)
    drafts.begin(runtime, ACTOR, CLAIM, CLAIM_ID, INSURER)

    def work(question: dict[str, Any]) -> dict[str, Any]:
        shipments = [shipment(n) for n in range(question["rows"])]
        times = [timed(lambda: claim_report.make(source, ACTOR, CLAIM_ID, shipments)) for _ in range(question["count"])]
        return {"steps": {STEP: times}}

    return work
