"""The shipment report of a claim (出运数据报告, SM-RPT): what it is about, and whether it is still true."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.business.acts import Actor
from hub.business.claim_case import REPORTED, serials
from hub.contract.text import Text

REPORT, REPORT_DRAFT = "report", "report_draft"
REPORT_NEEDED = Text("请先生成并确认出运数据报告", "Make the shipment report first, and agree to it")


def report_rows(claim_no: str, shipments: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a report is about: of each shipment its serial, its declaration and its certificate."""
    numbered = zip(shipments, serials(claim_no, len(shipments)), strict=True)
    return [{"serial": serial} | {name: row.get(name) or "" for name in REPORTED} for row, serial in numbered]


def is_stale(content: Mapping[str, Any]) -> bool:
    """Whether there is a report, and the numbers that it is about have changed since (STALE of SM-RPT)."""
    reported = content.get("report_rows")
    if not reported:
        return False
    return [[row.get(name) or "" for name in REPORTED] for row in content.get("shipments") or ()] != [
        [row[name] for name in REPORTED] for row in reported
    ]


def unreported(
    content: Mapping[str, Any],
    linked: Mapping[str, Mapping[str, Any]],  # noqa: ARG001
    now: datetime,  # noqa: ARG001
) -> dict[str, Text]:
    """A report that is not agreed to, the numbers that it lacks, or has too many (CI-CLM-43, CI-CLM-44)."""
    shipments: Sequence[Mapping[str, Any]] = content.get("shipments") or []
    if not content.get("report_signed_at"):
        return {"": REPORT_NEEDED}
    reported = content["report_rows"]
    found = {
        f"shipments-{place}-{name}": _stale(row.get(name) or reported[place][name])
        for place, row in enumerate(shipments[: len(reported)])
        for name in REPORTED
        if (row.get(name) or "") != reported[place][name]
    }
    more = {
        f"shipments-{place}-declaration_no": _stale(row["declaration_no"])
        for place, row in enumerate(shipments)
        if place >= len(reported)
    }
    gone = "、".join(row["declaration_no"] for row in reported[len(shipments) :])
    return found | more | ({"shipments": _stale(gone)} if gone else {})


def agreement(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """When the report was agreed to."""
    return {"report_signed_at": now}


def cancellation(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """There is no report any more."""
    return {"report_rows": None, "report_signed_at": None}


def _stale(number: str) -> Text:
    return Text(
        f"出运数据报告已过期：{number} 有变动，请重新生成报告",
        f"The shipment report is out of date: {number} has changed; make the report again",
    )
