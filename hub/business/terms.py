"""For how many years a seal or an authorisation is given."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from hub.business.acts import Actor
from hub.business.numbers import SHANGHAI
from hub.contract.text import Text

TERMS = {"1": Text("1年", "1 year"), "2": Text("2年", "2 years"), "3": Text("3年", "3 years")}


def validity(content: Mapping[str, Any], actor: Actor, now: datetime) -> dict[str, Any]:  # noqa: ARG001
    """From today for the years chosen; the last day is the one before the anniversary."""
    first = now.astimezone(SHANGHAI).date()
    year = first.year + int(content["term"])
    leap_day = (first.month, first.day) == (2, 29)
    last = date(year, 3, 1) if leap_day else first.replace(year=year)
    return {"valid_from": first, "valid_until": date.fromordinal(last.toordinal() - 1)}
