"""One line of the books: an amount that moves from one account to another (:mod:`hub.services.ledger`)."""

from dataclasses import dataclass

from hub.contract.money import Money

LIMIT = "limit:"
"""An account whose name begins like this never falls below nothing: what is left of a limit."""


@dataclass(frozen=True)
class Posting:
    """``money``, above zero, taken from the account ``credit`` and given to the account ``debit``."""

    debit: str
    credit: str
    money: Money

    def __post_init__(self) -> None:
        if self.money.amount <= 0:
            raise ValueError(f"a posting moves more than nothing, not {self.money}")
        if self.debit == self.credit:
            raise ValueError(f"{self.debit} cannot pay itself")

    def reversed(self) -> "Posting":
        """What takes it back; a posting itself is never changed."""
        return Posting(self.credit, self.debit, self.money)
