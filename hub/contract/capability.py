"""The capability sheet: what a plugin declares in ``capability.toml``, read before any call and enforced by the core.

Buttons, retry policy, partner hours, limits and field hints come from the sheet. A call that is not declared is
refused before anything is built. See ``plugins/README.md`` for every key.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from hub.contract.text import Text

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
KINDS = ("insurer", "bank", "card", "data")
NOTHING, NOT_YET = "none", "todo"  # of plugin.incoming: it sends nothing by itself; it does, and nobody has read it
STATES = ("draft", "sandbox", "live", "suspended", "retired")


class SheetError(ValueError):
    """The capability file breaks a rule; the message names the key and the rule."""


class Idempotency(Enum):
    """How the partner treats the same message twice."""

    KEY = "key"  # dedupes on our message id
    NATURAL = "natural"  # dedupes on a business number
    NONE = "none"  # does not: query before any resend


@dataclass(frozen=True)
class Hours:
    """When a partner takes messages: ``"Asia/Shanghai Mon-Sat 08:30-20:00"``."""

    zone: str
    days: frozenset[int]
    opens: time
    closes: time

    @classmethod
    def parse(cls, text: str) -> "Hours":
        """Raises SheetError."""
        try:
            zone, days, span = text.split()
            first, _, last = days.partition("-")
            start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
            opens, closes = (time.fromisoformat(part) for part in span.split("-"))
            ZoneInfo(zone)
        except (ValueError, KeyError) as error:
            raise SheetError(f"hours: {text!r} is not 'Zone Mon-Fri HH:MM-HH:MM'") from error
        if start > end or opens >= closes:
            raise SheetError(f"hours: {text!r} must run from an earlier to a later day and time")
        return cls(zone, frozenset(range(start, end + 1)), opens, closes)

    def next_open(self, now: datetime) -> datetime:
        """``now`` when the partner is open, else the next opening, in the zone of ``now``."""
        local = now.astimezone(ZoneInfo(self.zone))
        for ahead in range(9):
            day = local.date() + timedelta(days=ahead)
            opens, closes = (datetime.combine(day, at, ZoneInfo(self.zone)) for at in (self.opens, self.closes))
            if day.weekday() in self.days and local < closes:
                return max(local, opens).astimezone(now.tzinfo)
        raise SheetError("hours: never open")  # unreachable: days is never empty


@dataclass(frozen=True, kw_only=True)
class Capability:
    """One thing the partner can do, e.g. ``micro_policy.confirm``."""

    name: str
    sends: tuple[str, ...] = ()  # "PolicyConfirmation/1.0", newest first
    receives: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()  # what comes back on the same connection when a question was sent
    idempotency: Idempotency = Idempotency.NONE
    query: str | None = None  # capability that asks "did you get it?"
    hours: Hours | None = None
    receipt_sla: timedelta = timedelta(hours=4)
    deadline: timedelta = timedelta(hours=72)  # then a dead letter
    not_found_after: timedelta = timedelta()  # so long after a message "never seen it" proves nothing
    busy_503: bool = False  # an unsigned HTTP 503 means "not processed, come again": the partner says so in writing
    per_minute: int | None = None
    total_mb: int = 50


@dataclass(frozen=True, kw_only=True)
class CapabilitySheet:
    """A partner's whole ``capability.toml``."""

    partner: str  # stable code; part of keys and addresses, never renamed
    name: Text
    kind: str
    contract: str
    state: str
    capabilities: Mapping[str, Capability]
    quirks: Mapping[str, Any] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    account: str = ""  # of an insurer: where premiums are paid to
    contact: str = ""  # of an insurer: where its customers call, a line of text
    incoming: str = ""  # NOTHING or NOT_YET, instead of any ``receives``

    def __getitem__(self, name: str) -> Capability:
        return self.capabilities[name]

    def __contains__(self, name: str) -> bool:
        return name in self.capabilities

    def busy_503(self, message: str) -> bool:
        """Whether an unsigned HTTP 503 to ``Type/version`` means "not processed"; never so for one that is not sent."""
        rows = [capability.busy_503 for capability in self.capabilities.values() if message in capability.sends]
        return bool(rows) and all(rows)

    def not_found_after(self, message: str) -> timedelta:
        """How old ``Type/version`` has to be before "never seen it" proves anything; zero for one that is not sent."""
        rows = self.capabilities.values()
        return max((row.not_found_after for row in rows if message in row.sends), default=timedelta())

    def receives(self, message: str) -> bool:
        """Whether any capability declares ``Type/version`` as an incoming message."""
        return any(message in capability.receives for capability in self.capabilities.values())

    def answers(self, message: str) -> frozenset[str]:
        """Every ``Type/version`` that may come back when ``message`` was sent."""
        rows = self.capabilities.values()
        return frozenset(name for row in rows if message in row.sends for name in row.answers)

    @classmethod
    def parse(cls, text: str) -> "CapabilitySheet":
        """From the text of a ``capability.toml``. Raises SheetError naming the key and the rule."""
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SheetError(f"capability.toml: {error}") from error
        plugin = data.get("plugin")
        if not isinstance(plugin, dict):
            raise SheetError("[plugin]: this table is missing")
        for key, legal in (("kind", KINDS), ("state", STATES)):
            if plugin.get(key) not in legal:
                raise SheetError(f"plugin.{key}: must be one of {', '.join(legal)}")
        if plugin.get("incoming", NOTHING) not in (NOTHING, NOT_YET):
            raise SheetError(f"plugin.incoming: must be {NOTHING} or {NOT_YET}; what does come in, a capability says")
        if unknown := set(plugin) - set(PLUGIN_KEYS):
            raise SheetError(f"plugin: unknown key {', '.join(sorted(unknown))}")
        contact = plugin.get("contact", "")
        if not isinstance(contact, str) or not contact.isprintable():
            raise SheetError("plugin.contact: must be one line of text, such as a phone number")
        for key in ("partner", "name_zh", "name_en", "contract"):
            if not isinstance(plugin.get(key), str) or not plugin[key]:
                raise SheetError(f"plugin.{key}: a text is required")
        capabilities = {row["name"]: row for row in (_capability(item) for item in data.get("capability", ()))}
        parsed = {name: Capability(**row) for name, row in capabilities.items()}
        for capability in parsed.values():
            if capability.query is not None and capability.query not in parsed:
                raise SheetError(f"{capability.name}.query: {capability.query} is not declared")
        return cls(
            partner=plugin["partner"],
            name=Text(plugin["name_zh"], plugin["name_en"]),
            kind=plugin["kind"],
            contract=plugin["contract"],
            state=plugin["state"],
            capabilities=parsed,
            quirks=data.get("quirks", {}),
            hosts=tuple(plugin.get("hosts", ())),
            account=plugin.get("account", ""),
            contact=contact.strip(),
            incoming=plugin.get("incoming", ""),
        )


PLUGIN_KEYS = {
    "partner": "The partner's code, part of keys and addresses. Never renamed.",
    "name_zh": "The partner's name in Chinese.",
    "name_en": "The partner's name in English.",
    "kind": "`insurer`, `bank`, `card` or `data`; the hook that registers the adapter says the same.",
    "contract": "The versions of the contract, not of the hub, that the plugin is written for.",
    "state": "`draft`, `sandbox`, `live`, `suspended` or `retired`.",
    "hosts": "The hosts that it is reached at, each without scheme, path or wildcard.",
    "account": "Of an insurer: the account that premiums are paid to.",
    "contact": "Of an insurer: the phone, a line of text, that its customers call to report a loss.",
    "incoming": "Instead of any `in`: `none`, it sends nothing by itself; `todo`, nobody has read it yet.",
}
"""What may stand in ``[plugin]``, and what it means."""

CAPABILITY_KEYS = {
    "name": "What the partner can do, `line.verb`; actions of the hub name it. Never renamed.",
    "out": "`Type/version` of each message that the hub may send, newest first.",
    "in": "`Type/version` of each message that the partner may send; any other is refused at the door.",
    "answer": "What comes back on the same connection when `out` is a question that a user waits for.",
    "idempotency": "How the partner knows a message again: `key` (its id), `natural` (a business number) or `none`.",
    "query": 'The capability that asks "did you get it?"; without one a doubt waits for two persons.',
    "on_timeout": "`unknown`: what a lost answer means. There is no other value; the key says it aloud.",
    "on_503": '`unknown`, or `throttled`: the partner says in writing that a 503 means "not processed".',
    "hours": "When the partner takes messages: `Asia/Shanghai Mon-Sat 08:30-20:00`; always, without it.",
    "receipt_sla": "How soon the partner owes its answer; later than that an operator is told. Default `PT4H`.",
    "deadline": "How long the hub tries before the message is a dead letter. Default `PT72H`.",
    "not_found_after": 'How old a message has to be before "never seen it" proves anything. Default `PT0S`.',
    "limits": "`per_minute`: messages to the partner; `total_mb`: the largest message either way, default 50.",
}
"""What may stand in a ``[[capability]]``, and what it means."""


def _capability(item: Mapping[str, Any]) -> dict[str, Any]:
    name = item.get("name")
    if not isinstance(name, str):
        raise SheetError("[[capability]].name: a text is required")
    unknown = set(item) - set(CAPABILITY_KEYS)
    if unknown:
        raise SheetError(f"{name}: unknown key {', '.join(sorted(unknown))}")
    if item.get("on_timeout", "unknown") != "unknown":
        raise SheetError(f"{name}.on_timeout: only 'unknown' is legal, a lost answer never means \"not sent\"")
    if item.get("on_503", "unknown") not in ("unknown", "throttled"):
        raise SheetError(f"{name}.on_503: only 'unknown' and 'throttled' are legal")
    try:
        idempotency = Idempotency(item.get("idempotency", "none"))
    except ValueError:
        raise SheetError(f"{name}.idempotency: must be key, natural or none") from None
    limits = item.get("limits", {})
    return {
        "name": name,
        "sends": tuple(item.get("out", ())),
        "receives": tuple(item.get("in", ())),
        "answers": tuple(item.get("answer", ())),
        "idempotency": idempotency,
        "query": item.get("query"),
        "hours": Hours.parse(item["hours"]) if "hours" in item else None,
        "receipt_sla": duration(item.get("receipt_sla", "PT4H")),
        "deadline": duration(item.get("deadline", "PT72H")),
        "not_found_after": duration(item.get("not_found_after", "PT0S")),
        "busy_503": item.get("on_503") == "throttled",
        "per_minute": limits.get("per_minute"),
        "total_mb": limits.get("total_mb", 50),
    }


UNITS = {"H": "hours", "M": "minutes", "S": "seconds"}


def duration(text: str) -> timedelta:
    """``PT4H``, ``PT30M``, ``PT90S``: hours, minutes or seconds of ISO 8601. Raises SheetError."""
    number, unit = text[2:-1], text[-1:]
    if not text.startswith("PT") or not number.isdigit() or unit not in UNITS:
        raise SheetError(f"{text!r} is not a duration such as PT4H, PT30M or PT90S")
    return timedelta(**{UNITS[unit]: int(number)})
