"""The insurer's own list of foreign buyers, asked while the user waits (spec CI-CLM-08, MSG-CLM-03)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.business.acts import Actor
from hub.services.questions import Questions
from hub.services.shapes import BusinessObject

CAPABILITY, QUESTION = "claim.buyer_search", "BuyerQuery"
PAGE = 20  # rows of an answer


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page of the list: buyer_code, name_en, country and, where the insurer knows it, address_en."""

    rows: Sequence[Mapping[str, Any]]
    page: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // PAGE))


def search(questions: Questions, actor: Actor, about: BusinessObject, asked: Mapping[str, str], page: int) -> Found:
    """The buyers that fit ``asked`` (name_en, country, buyer_code), for whatever names one. Raises Unregistered,
    Unavailable.
    """
    answer = questions.ask(
        partner=about.partner,
        capability=CAPABILITY,
        type=QUESTION,
        enterprise=actor.enterprise,
        number=about.number,
        body={**{name: value for name, value in asked.items() if value}, "page": page},
    )
    return Found(rows=answer.get("buyers", ()), page=answer["page"], total=answer["total"])
