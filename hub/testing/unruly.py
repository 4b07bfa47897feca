"""An insurer's plugin that misbehaves on order, for tests and benchmarks of the guards around plugins.

``[partners.unruly] settings`` says how: ``{"parse": "hang"}`` makes its ``parse`` hang. Ways: ``hang`` (computes for
ever), ``sleep`` (waits for ever), ``raise``, ``grow`` (takes memory for ever), ``die`` (ends its process), ``foreign``
(returns what is no value of the contract). :data:`RELEASE` ends what sleeps in this process.
"""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.contract.adapters import Context
from hub.contract.capability import CapabilitySheet
from hub.contract.hooks import hookimpl
from hub.contract.message import CanonicalEvent, CanonicalMessage, InMessage, OutMessage, PartnerContent, Raw
from hub.contract.outcome import Outcome
from hub.contract.status import StatusTable
from hub.xml.catalogue import default_catalogue
from hub.xml.dialect import CanonicalDialect

PARTNER = "unruly"
RELEASE = threading.Event()
SHEET = """
[plugin]
partner = "unruly"
name_zh = "失控保险"
name_en = "Unruly Insurance"
kind = "insurer"
contract = ">=1.0,<2"
state = "sandbox"

[[capability]]
name = "micro_policy.offer"
in = ["PolicyOffer/1.0"]

[[capability]]
name = "micro_policy.confirm"
out = ["PolicyConfirmation/1.0"]
in = ["ReviewResult/1.0"]
idempotency = "key"
query = "micro_policy.query"

[[capability]]
name = "micro_policy.query"
out = ["StatusQuery/1.0"]
idempotency = "natural"
"""


def hang() -> None:
    """Compute for ever."""
    while not RELEASE.is_set():
        pass


def sleep() -> None:
    """Wait for ever."""
    RELEASE.wait()


def fail() -> None:
    """Raise what no adapter may raise."""
    raise ZeroDivisionError("unruly")


def grow() -> None:
    """Take memory until there is none."""
    held: list[bytearray] = []
    while not RELEASE.is_set():
        held.append(bytearray(16_000_000))


def die() -> None:
    """End the process without a word."""
    os._exit(3)


WAYS: Mapping[str, Callable[[], None]] = {"hang": hang, "sleep": sleep, "raise": fail, "grow": grow, "die": die}


@dataclass(frozen=True, kw_only=True)
class UnrulyAdapter(CanonicalDialect):
    """Does as it is told; what it is not told to spoil it does well."""

    statuses: Sequence[StatusTable] = ()

    def build(self, message: CanonicalMessage, ctx: Context) -> OutMessage:
        """Signed bytes."""
        _misbehave("build", ctx)
        return super().build(message, ctx)

    def parse_response(self, raw: Raw, sent: CanonicalMessage, ctx: Context) -> Outcome:
        """The outcome."""
        _misbehave("parse_response", ctx)
        return super().parse_response(raw, sent, ctx)

    def open(self, raw: Raw, ctx: Context) -> InMessage:
        """The message."""
        _misbehave("open", ctx)
        return super().open(raw, ctx)

    def parse(self, message: InMessage, ctx: Context) -> Sequence[CanonicalEvent | PartnerContent]:  # noqa: ARG002
        """Nothing that changes an object."""
        _misbehave("parse", ctx)
        if ctx.settings.get("parse") == "foreign":
            return [threading.Barrier]  # type: ignore[list-item]
        return []


def _misbehave(call: str, ctx: Context) -> None:
    way: Any = ctx.settings.get(call)
    if way in WAYS:
        WAYS[way]()


def adapter() -> UnrulyAdapter:
    """The adapter with the hub's own schemas."""
    return UnrulyAdapter(catalogue=default_catalogue(), sheet=CapabilitySheet.parse(SHEET))


@hookimpl
def insurer_adapters() -> Sequence[UnrulyAdapter]:
    """The one adapter."""
    return [adapter()]
