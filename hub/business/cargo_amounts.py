"""The amounts that a cargo application derives (CG-INS-08): for reference only, until the insurer has spoken."""

from decimal import Decimal

from hub.business.kind import Derived
from hub.contract.money import Money
from hub.contract.text import Text

INSURED_FORMULA = Text("保险金额 = 发票金额 × (1 + 加成比例)", "Insured amount = invoice amount × (1 + mark-up)")
PREMIUM_FORMULA = Text("保费 = 保险金额 × 保险费率(‰)", "Premium = insured amount × rate (‰)")
PREMIUM_NOTE = Text("保费仅供参考", "For reference only: the insurer's figure counts")


def insured_amount(invoice: Money, markup_percent: Decimal) -> Money:
    """INSURED_FORMULA, half up to the cent (CG-INS-08, G-19)."""
    return invoice.times(1 + markup_percent / 100)


def premium(insured: Money, rate_permille: Decimal) -> Money:
    """PREMIUM_FORMULA, half up to the cent; the rate is in per mille (C-60)."""
    return insured.times(rate_permille / 1000)


DERIVED = (
    Derived(
        "insured_amount",
        ("invoice_amount", "currency", "markup_percent"),
        lambda amount, currency, markup: insured_amount(Money(amount, currency), markup).amount,
    ),
    Derived(
        "premium",
        ("insured_amount", "currency", "rate_permille"),
        lambda insured, currency, rate: premium(Money(insured, currency), rate).amount,
    ),
)
