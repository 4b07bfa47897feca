"""The way of a bill's premium, alike in every line: due, being paid, paid; returned by the bank (退票), paid again.

A return opens the bill again, whether the policy was issued meanwhile or not. The insurer is told of it
(``PaymentReversal``); what becomes of the policy is the insurer's to say. One that it cancels closes the bill; for one
that has run its course the premium is owed still.
"""

from collections.abc import Iterable

from hub.business.sending import answers
from hub.business.states import By, EventType, Next, State, Transition
from hub.contract.text import Text

INVOICE = "premium_invoice"
PAPERS = {INVOICE: Text("保费电子发票", "Invoice for the premium")}
"""What an insurer sends with the policy: where the invoice for its premium is (DOC-14)."""
SERIES = "payment"
EVENTS = (
    EventType("payment_ordered", By.SYSTEM, Text("保费支付指令已发出", "Premium payment ordered"), series=SERIES),
    EventType("payment_failed", By.SYSTEM, Text("保费支付失败", "Premium payment failed"), series=SERIES),
    EventType("paid", By.SYSTEM, Text("银行确认保费支付成功", "Premium payment confirmed by the bank"), series=SERIES),
    EventType("payment_returned", By.SYSTEM, Text("保费被银行退票", "Premium returned by the bank"), series=SERIES),
)
UNSETTLED = ("PREMIUM_RETURNED", "REPAYING")
"""Returned, and not paid again yet: so an application stands, however far its policy is."""


def unpaid(due: str) -> tuple[str, ...]:
    """Where a premium that is asked for in the state ``due`` has never been paid."""
    return (due, "PAY_FAILED")


def payable(due: str) -> tuple[str, ...]:
    """Where it may be paid."""
    return (*unpaid(due), "PREMIUM_RETURNED")


def states(what: Text, failed: Text, paid: Text) -> tuple[State, ...]:
    """The states from the first order on; ``what`` names the line in notices, ``failed`` and ``paid`` say what next."""
    return (
        State(
            "PAYING",
            Text("支付中", "Payment under way"),
            "running",
            Next.HUB,
            hint=Text("等待银行结果", "The bank answers"),
        ),
        State(
            "PAY_FAILED",
            Text("支付失败", "Payment failed"),
            "failed",
            Next.ENTERPRISE,
            hint=failed,
            notice=Text(f"{what.zh}保费支付失败", f"The payment of a {what.en} premium failed"),
        ),
        State(
            "PAID",
            Text("支付成功", "Paid"),
            "done",
            Next.PARTNER,
            hint=paid,
            notice=Text(f"{what.zh}保费支付成功", f"A {what.en} premium was paid"),
        ),
        State(
            "PREMIUM_RETURNED",
            Text("保费被退票", "Premium returned"),
            "failed",
            Next.ENTERPRISE,
            hint=Text("请重新支付；保单效力以保险公司为准", "Pay again; whether cover goes on, the insurer says"),
            notice=Text(
                f"{what.zh}保费被银行退票，请重新支付", f"A {what.en} premium was returned: please pay it again"
            ),
        ),
        State(
            "REPAYING",
            Text("重新支付中", "Being paid again"),
            "running",
            Next.HUB,
            hint=Text("等待银行结果", "The bank answers"),
        ),
    )


def moves(due: str, *insurers: str) -> Iterable[Transition]:
    """From the state ``due`` on; ``insurers``: what insurers say of the policy, which settles no returned premium."""
    yield from answers("payment_ordered", "PAYING", due, "PAY_FAILED")
    yield Transition("PREMIUM_RETURNED", "payment_ordered", "REPAYING")
    yield from answers("payment_failed", "PAY_FAILED", "PAYING", "PAID")  # PAID: two persons decided otherwise
    yield Transition("REPAYING", "payment_failed", "PREMIUM_RETURNED")
    yield from answers("paid", "PAID", due, "PAYING", "PAY_FAILED", *UNSETTLED)
    yield from answers("payment_returned", "PREMIUM_RETURNED", "PAYING", "PAY_FAILED", "PAID", "REPAYING")
    for event in insurers:
        yield from (Transition(state, event, state) for state in UNSETTLED)
