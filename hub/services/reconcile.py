"""Day-end reconciliation: each partner's own figures against ours, every night and whenever an operator wants it."""

from collections.abc import Callable, Collection, Mapping
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
OF_ANY_DAY = frozenset({statements.CAPABILITY})  # a limit is compared as it stands now


def due(runtime: Runtime, questions: Questions) -> int:
    """Reconcile every day of the last ones that was not yet, with every partner; says how many accounts were.

    A day that was missed, because the hub or the partner was away, is asked for again.
    """
    now = runtime.clock.now().astimezone(SHANGHAI)
    if now.time() < CLOSED:
        return 0
    done = 0
    for back in range(statements.LOOKING_BACK.days, 0, -1):
        day, sorts = now.date() - timedelta(days=back), SORTS if back == 1 else OF_ANY_DAY
        done += sum(len(_run(runtime, questions.ask, code, day, sorts, again=False)) for code in partners(runtime))
    return done


def partners(runtime: Runtime) -> list[str]:
    """Whose figures can be compared."""
    return [code for code in runtime.registry.partners if any(runtime.registry.offers(code, name) for name in SORTS)]


def run(runtime: Runtime, ask: Ask, partner: str, day: date, *, again: bool = True) -> list[Result]:
    """Compare all that ``partner`` has told for ``day``. Raises Unregistered.

    :param again: what was compared before too.
    """
    return _run(runtime, ask, partner, day, SORTS, again=again)


def _run(runtime: Runtime, ask: Ask, partner: str, day: date, sorts: Collection[str], *, again: bool) -> list[Result]:
    sheet = runtime.registry.partner(partner).sheet
    offered = [SORTS[name] for name in sorts if name in sheet]
    return [row for work in offered for row in work(runtime, ask, partner, day, again=again)]
