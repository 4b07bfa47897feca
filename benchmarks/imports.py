"""Rows by workbook: what each step takes, through the WSGI application, for a claim with many shipments.

The claim takes 500 rows; here it may have as many as are asked for.
"""

import io
import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from benchmarks import hub_side, pages, world
from benchmarks.world import Folder, timed
from hub.contract.text import Text
from hub.workbook import writer
from web.app import create_app
from web.forms.base import Rows
from web.forms.claim import ClaimForm
from web.forms.imports import cell_text

SHIPMENT = {
    "contract_or_lc_no": "HT2026-0001", "hs_code": "85171200", "shipped_on": "2026/5/1",
    "declaration_no": "223320250001234567", "origin_cert_no": "", "payment_method": "LC", "payment_term": "T/T 60 days",
    "invoice_amount_usd": "12345.60", "received_amount_usd": "0", "claim_amount_usd": "12345.60",
    "collection_status": "UNPAID",
}  # fmt: skip
STEPS = ("upload", "check page", "result as a workbook", "import", "form page")


def workbook(table: Rows, rows: int) -> bytes:
    """A workbook as a user would fill it in."""
    fields = table.form.shown()
    columns = [writer.Column(heading=shown["label"].zh) for shown in fields.values()]
    filled = [
        [
            cell_text(shown, {**SHIPMENT, "invoice_no": f"FP{number:06}"}[name], Text.__str__)
            for name, shown in fields.items()
        ]
        for number in range(rows)
    ]
    return writer.write([writer.Page(title="出运信息", columns=columns, rows=filled)], "代码表")


class Portal:
    """A browser with a session."""

    def __init__(self, client: FlaskClient, origin: str) -> None:
        self.client, self.origin = client, origin
        client.set_cookie("swhub", pages.TOKEN, domain="localhost")
        page = self.get("/claim/claim/new").decode()
        self.token = re.findall(r'name="csrf-token" content="([^"]+)"', page)[0]

    def get(self, path: str) -> bytes:
        """Raises AssertionError unless the page is there."""
        answer = self.client.get(path)
        if answer.status_code != 200:
            raise AssertionError(f"{path}: {answer.status}")
        return bytes(answer.data)

    def post(self, path: str, **data: object) -> str:
        """Where the answer leads. Raises AssertionError unless it leads somewhere."""
        headers = {"Origin": self.origin, "X-CSRFToken": self.token}
        answer = self.client.post(path, data=data, headers=headers)
        if answer.status_code != 303:
            raise AssertionError(f"{path}: {answer.status}")
        return answer.headers["Location"]


def measure(portal: Portal, content: bytes) -> dict[str, float]:
    """One import into a new claim, step by step, in seconds."""
    path = re.findall(r'action="(/claim/claim/[0-9a-f]{32})/submit"', portal.get("/claim/claim/new").decode())[0]
    at = portal.post(f"{path}/draft", action="submit", begin=world.INSURER, row="import:shipments")
    work = {
        "upload": lambda: portal.post(at, file=(io.BytesIO(content), "a.xlsx")),
        "check page": lambda: portal.get(at),
        "result as a workbook": lambda: portal.get(f"{at}/report?download=1"),
        "import": lambda: portal.post(f"{at}/take", draft_revision="1"),
        "form page": lambda: portal.get(f"{path}/submit"),
    }
    return {step: timed(work[step]) for step in STEPS}


def measuring(folder: Folder, database: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Answers ``{"rows", "count"}``: the seconds of every step, for each of so many imports."""
    pages.seed(database, 1)
    hub = hub_side.open_hub(folder, database)
    portal = Portal(create_app(hub).test_client(), hub.settings.web.origin)
    table = ClaimForm().tables()["shipments"]

    def work(question: dict[str, Any]) -> dict[str, Any]:
        ClaimForm._declared_fields["shipments"].most = question["rows"]  # type: ignore[attr-defined]
        content = workbook(table, question["rows"])
        found = [measure(portal, content) for _ in range(question["count"])]
        return {"steps": {step: [row[step] for row in found] for step in STEPS}}

    return work
