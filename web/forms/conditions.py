"""Rules between the fields of a form, as data: enforced here, mirrored in the browser by static/js/conditions.js."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hub.contract.text import Text

REQUIRED = Text("请填写此项", "This is required")

Typed = Mapping[str, Any]


class Condition(Protocol):
    """One rule between fields."""

    def hidden(self, typed: Typed) -> Collection[str]:
        """The fields that are not asked for, given what was typed: their values do not count."""
        ...

    def wrong(self, typed: Typed) -> Mapping[str, Text]:
        """Field -> what the user reads, where the rule is broken."""
        ...

    def as_json(self) -> Mapping[str, Any]:
        """The rule for the browser."""
        ...


@dataclass(frozen=True)
class RequiredIf:
    """``names`` are required while ``when`` has one of ``values``."""

    names: Sequence[str]
    when: str
    values: Collection[str]

    def hidden(self, typed: Typed) -> Collection[str]:  # noqa: ARG002
        """None."""
        return ()

    def wrong(self, typed: Typed) -> Mapping[str, Text]:
        """The ones that are empty."""
        holds = typed.get(self.when, "") in self.values
        return {name: REQUIRED for name in self.names if holds and not typed.get(name)}

    def as_json(self) -> Mapping[str, Any]:
        """``{"rule": "required", ...}``."""
        return {"rule": "required", "names": [*self.names], "when": self.when, "values": sorted(self.values)}


@dataclass(frozen=True)
class ShownIf:
    """``names`` are shown, and count, only while ``when`` has one of ``values``."""

    names: Sequence[str]
    when: str
    values: Collection[str]

    def hidden(self, typed: Typed) -> Collection[str]:
        """All of them, or none."""
        return () if typed.get(self.when, "") in self.values else self.names

    def wrong(self, typed: Typed) -> Mapping[str, Text]:  # noqa: ARG002
        """None."""
        return {}

    def as_json(self) -> Mapping[str, Any]:
        """``{"rule": "shown", ...}``."""
        return {"rule": "shown", "names": [*self.names], "when": self.when, "values": sorted(self.values)}


@dataclass(frozen=True)
class OneOf:
    """At least one of ``names`` has to be filled in."""

    names: Sequence[str]
    text: Text

    def hidden(self, typed: Typed) -> Collection[str]:  # noqa: ARG002
        """None."""
        return ()

    def wrong(self, typed: Typed) -> Mapping[str, Text]:
        """All of them, when all are empty."""
        return {} if any(typed.get(name) for name in self.names) else dict.fromkeys(self.names, self.text)

    def as_json(self) -> Mapping[str, Any]:
        """``{"rule": "one_of", ...}``: the required star goes when another one is filled in."""
        return {"rule": "one_of", "names": [*self.names]}


@dataclass(frozen=True)
class NotBefore:
    """The day ``name`` is not before the day ``other``; only the server says so."""

    name: str
    other: str
    text: Text

    def hidden(self, typed: Typed) -> Collection[str]:  # noqa: ARG002
        """None."""
        return ()

    def wrong(self, typed: Typed) -> Mapping[str, Text]:
        """The later one, when it is earlier: days of one form are in the order of their digits."""
        later, earlier = typed.get(self.name), typed.get(self.other)
        return {self.name: self.text} if later and earlier and later < earlier else {}

    def as_json(self) -> Mapping[str, Any]:
        """``{"rule": "order", "names": []}``: the browser follows nothing."""
        return {"rule": "order", "names": []}
