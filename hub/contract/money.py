"""Money: an exact amount with its currency, never a float (reliability.md P23)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
LARGEST = Decimal("9999999999999.99")


@dataclass(frozen=True, order=False)
class Money:
    """``amount`` has exactly two decimals; ``currency`` is an ISO 4217 letter code."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        """Raises ValueError for a float, a third decimal, a non-finite or an oversized amount, or a bad currency."""
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise ValueError("amount must be a finite Decimal")
        if self.amount != self.amount.quantize(CENT) or abs(self.amount) > LARGEST:
            raise ValueError(f"amount {self.amount} has more than two decimals or is too large")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise ValueError(f"currency {self.currency!r} is not an ISO 4217 code")
        object.__setattr__(self, "amount", self.amount.quantize(CENT))

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """From a decimal string such as ``"14723.00"``; raises ValueError."""
        try:
            return cls(Decimal(text.strip()), currency)
        except InvalidOperation as error:
            raise ValueError(f"{text!r} is not an amount") from error

    @classmethod
    def from_cents(cls, cents: int, currency: str) -> "Money":
        """From whole cents (fen), as several banks write amounts."""
        return cls((Decimal(cents) / 100).quantize(CENT), currency)

    def cents(self) -> int:
        """The amount in whole cents (fen)."""
        return int(self.amount * 100)

    def times(self, rate: Decimal) -> "Money":
        """The amount times ``rate``, rounded half up to the cent (spec G-19)."""
        return Money((self.amount * rate).quantize(CENT, ROUND_HALF_UP), self.currency)

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)

    def __str__(self) -> str:
        return f"{self.amount:.2f} {self.currency}"
