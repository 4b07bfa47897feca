"""Day-end reconciliation: each partner's own figures against ours, every night and whenever an operator wants it."""

from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from typing import Any

from hub.business.numbers import SHANGHAI
from hub.runtime import Runtime
from hub.services import limit_figures, statements
from hub.services.questions import Questions
from hub.services.reconciled import Result

CLOSED = time(2)  # in China: by then a partner has closed the day before
Ask = Callable[..., Mapping[str, Any]]
SORTS: Mapping[str, Callable[..., list[Result]]] = {
    statements.CAPABILITY: statements.run,
    limit_figures.CAPABILITY: limit_figures.run,
}
"""Capability of a partner -> what is compared with it."""


def due(runtime: Runtime, questions: Questions) -> int:
    """Reconcile yesterday with every partner that has not been yet; says how many accounts were."""
    now = runtime.clock.now().astimezone(SHANGHAI)
    if now.time() < CLOSED:
        return 0
    yesterday = now.date() - timedelta(days=1)
    return sum(len(run(runtime, questions.ask, code, yesterday, again=False)) for code in partners(runtime))


def partners(runtime: Runtime) -> list[str]:
    """Whose figures can be compared."""
    return [code for code in runtime.registry.partners if any(runtime.registry.offers(code, name) for name in SORTS)]


def run(runtime: Runtime, ask: Ask, partner: str, day: date, *, again: bool = True) -> list[Result]:
    """Compare all that ``partner`` has told for ``day``. Raises Unregistered.

    :param again: what was compared before too.
    """
    sheet = runtime.registry.partner(partner).sheet
    return [
        row for name, work in SORTS.items() if name in sheet for row in work(runtime, ask, partner, day, again=again)
    ]
