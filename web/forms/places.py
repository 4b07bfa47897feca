"""Places of a voyage: in China chosen from the table of provinces and cities, elsewhere typed (spec.md 12.4)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields

from hub.business import regions
from hub.contract.text import Text
from web.forms.conditions import Typed
from web.forms.controls import CHOOSE, line
from web.forms.people import NAME

CHINA = "CHN"
LONGEST = 50


def place(label: Text, country: str, province: str = "") -> fields.String:
    """A province or, with the field ``province``, a city of it: chosen while ``country`` is China, else typed."""
    made = line(label, longest=LONGEST, rule=NAME)
    made.metadata = {
        **made.metadata, "control": "place", "country": country, "province": province, "home": CHINA,
    }  # fmt: skip
    return made


def with_choices(shown: Mapping[str, Mapping[str, Any]], typed: Typed) -> dict[str, Mapping[str, Any]]:
    """The fields of a page; its places with what there is to choose, or None where they are typed."""
    return {name: {**row, "choices": _choices(row, typed)} for name, row in shown.items()}


def _choices(row: Mapping[str, Any], typed: Typed) -> Collection[str] | None:
    if row["control"] != "place" or typed.get(row["country"]) != CHINA:
        return None
    return regions.cities(typed.get(row["province"], "")) if row["province"] else regions.provinces()


@dataclass(frozen=True)
class Listed:
    """While ``country`` is China, the province is in the table and the city is one of it; only the server says so."""

    country: str
    province: str
    city: str

    def hidden(self, typed: Typed) -> Collection[str]:  # noqa: ARG002
        """None."""
        return ()

    def wrong(self, typed: Typed) -> Mapping[str, Text]:
        """What is not in the table."""
        if typed.get(self.country) != CHINA:
            return {}
        province = typed.get(self.province, "")
        known = {self.province: regions.provinces(), self.city: regions.cities(province)}
        return {name: CHOOSE for name, listed in known.items() if typed.get(name) and typed[name] not in listed}

    def as_json(self) -> Mapping[str, Any]:
        """``{"rule": "listed", "names": []}``: the browser follows nothing; what it offers is right."""
        return {"rule": "listed", "names": []}
