"""The rules table: which message makes the partner do what. First match wins; no match is a 404, never a guess."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from hub.contract.message import CanonicalMessage
from hub.contract.text import Text
from hub.testing.simulator.faults import side_of


class RuleError(ValueError):
    """A rule is wrong; the message names the rule, the key and what is asked."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a rule may decide, in the words that a user reads beside its value. A scenario adds what its steps need."""

    text: Text


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row. A message matches when its type is ``type``, ``contains`` stands in one of the body's ``fields``, and
    every path of ``equals`` has that text as its value. Case counts.
    """

    name: str
    type: str
    plan: str  # what the partner does then: a row of the scenario's plans
    fields: tuple[str, ...] = ()
    contains: str = ""
    example: str = ""  # a whole value with it, where the field takes no other
    equals: Mapping[str, str] = field(default_factory=dict)  # "amount.currency" -> "CNY"
    slower: float = 1.0  # the plan's delays times this
    fault: str | None = None  # a row of the fault menu
    on: str = ""  # its side, answer or push, where it has both; answer unless said
    times: int = 1  # how many deliveries, or how many pushes that follow, the fault happens to

    def __post_init__(self) -> None:
        """Raises RuleError."""
        try:
            side = side_of(self.fault, self.on) if self.fault is not None else self.on
        except ValueError as error:
            raise RuleError(f"rule {self.name}: {error}") from error
        object.__setattr__(self, "on", side)
        if self.contains and not self.fields:
            raise RuleError(f"rule {self.name}: contains needs fields to look in")
        if self.slower < 0 or self.times < 0:
            raise RuleError(f"rule {self.name}: slower and times are never negative")

    def matches(self, message: CanonicalMessage) -> bool:
        """Whether this row is about ``message``."""
        if message.type != self.type:
            return False
        if self.contains and not any(self.contains in str(_value(message.body, name)) for name in self.fields):
            return False
        return all(str(_value(message.body, path)) == text for path, text in self.equals.items())


def match(rules: Sequence[Rule], message: CanonicalMessage) -> Rule | None:
    """The first row that matches."""
    return next((rule for rule in rules if rule.matches(message)), None)


def load(path: Path, own: Sequence[Rule]) -> tuple[Rule, ...]:
    """The ``[[rule]]`` rows of a TOML file, then the scenario's ``own`` unless the file says ``replace = true``.

    Raises RuleError naming the file and the key.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RuleError(f"{path}: {error}") from error
    unknown = sorted(set(data) - {"rule", "replace"})
    if unknown:
        raise RuleError(f"{path}: unknown key {unknown[0]}; known are rule, replace")
    rows = tuple(_rule(path, number, row) for number, row in enumerate(data.get("rule", ()), 1))
    return rows if data.get("replace", False) else (*rows, *own)


def _rule(path: Path, number: int, row: Mapping[str, Any]) -> Rule:
    known = [part.name for part in fields(Rule)]
    unknown = sorted(set(row) - set(known))
    if unknown:
        raise RuleError(f"{path}: rule {number}: unknown key {unknown[0]}; known are {', '.join(known)}")
    missing = [name for name in ("name", "type", "plan") if not isinstance(row.get(name), str)]
    if missing:
        raise RuleError(f"{path}: rule {number}: {missing[0]} is required, a text")
    return Rule(**{**row, "fields": tuple(row.get("fields", ()))})


def _value(body: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path; an empty text where there is none."""
    value: Any = body
    for name in path.split("."):
        value = value.get(name, "") if isinstance(value, Mapping) else ""
    return value
