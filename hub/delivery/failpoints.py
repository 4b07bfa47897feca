"""Named fail points: places where a test build can be killed, made to raise or made to hang, to prove what survives.

They are off unless ``SWHUB_FAILPOINTS`` is set and the build allows it. The variable holds
``name=mode`` or ``name=mode@n`` (the n-th time that point is reached), separated by commas; modes are ``kill``,
``raise`` and ``hang``. Off, a point costs one look into an empty dict.
"""

import itertools
import os
import signal
import threading
from collections.abc import Callable, Mapping

from hub.errors import ConfigError

VARIABLE = "SWHUB_FAILPOINTS"

POINTS: Mapping[str, str] = {
    "outbox.enqueue": "The message is written beside the business change and nothing is committed.",
    "delivery.before_claim_commit": "A message is claimed, its attempt written, and nothing committed or sent.",
    "delivery.after_claim_commit": "Claim and attempt are committed and not one byte has left.",
    "delivery.before_defer_commit": "A closed gate puts off what is due, not yet committed.",
    "transport.before_connect": "No connection to the partner was asked for yet.",
    "transport.before_first_byte": "The connection stands and the request has not begun.",
    "transport.after_request": "The whole request is written and no answer was read.",
    "transport.after_answer": "The partner's answer was read and nobody has looked at it.",
    "delivery.before_settle_commit": "The outcome and the business change are written and not committed.",
    "delivery.after_settle_commit": "The outcome is committed and no observer was told.",
    "delivery.before_recover_commit": "A dead worker's message was judged and that is not committed.",
    "delivery.after_recover_commit": "A dead worker's message has its new state.",
    "delivery.before_expire_commit": "A message past its deadline was buried and that is not committed.",
    "resolver.before_ask_commit": "The question about an unknown message is recorded and not committed.",
    "resolver.after_ask_commit": "The question is committed and was not asked.",
    "resolver.before_settle_commit": "The partner's answer to the question is written and not committed.",
    "resolver.after_settle_commit": "The answer to the question is committed.",
    "resolver.receipt": "A partner's message resolved a submission, in the caller's open transaction.",
    "decisions.before_propose_commit": "A proposed decision is written, in the caller's open transaction.",
    "decisions.before_confirm_commit": "The second person's word took effect and is not committed.",
    "decisions.after_confirm_commit": "The second person's word is committed.",
    "poller.before_lease_commit": "A poll is about to be claimed.",
    "poller.after_lease_commit": "A poll is claimed and the partner was not asked.",
    "poller.after_message": "One polled message is committed and the cursor stands where it was.",
    "poller.before_cursor_commit": "All polled messages are committed and the cursor is about to move.",
    "poller.after_cursor_commit": "The cursor has moved.",
    "inbound.before_store": "An incoming message was opened and nothing of it is stored.",
    "inbound.after_insert": "The inbox row is written and nothing was applied.",
    "inbound.before_commit": "An incoming message is applied and not committed.",
    "inbound.after_commit": "An incoming message is committed and the answer has not left.",
}


class FailPoint(Exception):
    """A fail point was told to raise."""


_armed: dict[str, Callable[[], None]] = {}


def hit(name: str) -> None:
    """Do what the point was armed with; nothing in production."""
    action = _armed.get(name)
    if action is not None:
        action()


def arm(environment: Mapping[str, str], *, allowed: bool) -> None:
    """Arm what the variable names, and only that. Raises ConfigError when it is set and may not be, or is misspelt."""
    wanted = environment.get(VARIABLE, "")
    _armed.clear()
    if not wanted:
        return
    if not allowed:
        raise ConfigError(f"{VARIABLE} is set and this is not a test build; unset it")
    for part in wanted.split(","):
        name, _, rest = part.strip().partition("=")
        mode, _, count = rest.partition("@")
        if name not in POINTS or mode not in MODES or not (count or "1").isdigit():
            raise ConfigError(f"{VARIABLE}: {part!r} is not point=mode or point=mode@n")
        _armed[name] = _nth(MODES[mode], name, int(count)) if count else _always(MODES[mode], name)


def watch(name: str, action: Callable[[], None]) -> None:
    """Have a test or a benchmark called at the point, in the thread that gets there."""
    if name not in POINTS:
        raise KeyError(name)
    _armed[name] = action


def _kill(name: str) -> None:  # noqa: ARG001
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    os._exit(137)


def _raise(name: str) -> None:
    raise FailPoint(name)


def _hang(name: str) -> None:  # noqa: ARG001
    threading.Event().wait()


MODES: Mapping[str, Callable[[str], None]] = {"kill": _kill, "raise": _raise, "hang": _hang}


def _always(mode: Callable[[str], None], name: str) -> Callable[[], None]:
    return lambda: mode(name)


def _nth(mode: Callable[[str], None], name: str, n: int) -> Callable[[], None]:
    calls = itertools.count(1)  # next() is atomic, so threads may share a point

    def action() -> None:
        if next(calls) == n:
            mode(name)

    return action
