"""Portal profiles: what differs from one regional Single Window to the next, as one TOML file each (spec PT-22)."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from hub.business.programme import PROGRAMMES
from hub.contract.text import Text
from hub.errors import ConfigError

EMAIL_RULES = ("standard", "plain")  # plain: letters, digits and dots only (spec CI-GD-06)
LOGINS = ("card", "password")
PINS = ("window", "page")  # where a card's PIN is typed: in the card agent's own window, or in our pages


@dataclass(frozen=True, kw_only=True)
class Hotline:
    """One telephone number of the help block."""

    label: Text
    number: str


@dataclass(frozen=True, kw_only=True)
class Portal:
    """One portal profile."""

    code: str
    name: Text
    system: Text
    crumbs: tuple[Text, ...]  # the path above every page, after 首页
    hotlines: tuple[Hotline, ...]
    agent_hint: Text  # what to choose while the card agent is installed (spec PT-09)
    agent_download: str = ""  # where this portal keeps the installer; empty: the page that explains it
    pin: str = PINS[0]  # "page" only for PCs without a screen of their own; the agent has to allow it too
    email: str = "standard"
    reading_seconds: int = 0  # how long a form's document has to be read before it is agreed to (spec CI-GD-08)
    authorise: bool = False  # applications wait for seal, agreement and data authorisation (spec CI-GD-13)
    logins: tuple[str, ...] = LOGINS[:1]
    programme: str = ""  # the unified-policy programme that this portal offers, of hub.business.programme
    captions: Mapping[str, Text] = field(default_factory=dict)  # menu, page or <kind>.<action> -> its name here

    def caption(self, code: str, default: Text) -> Text:
        """What this portal calls the menu, page or button ``code``."""
        return self.captions.get(code, default)


def load(code: str) -> Portal:
    """The profile ``web/profiles/<code>.toml``. Raises ConfigError naming the key and the rule."""
    source = files("web") / "profiles" / f"{code}.toml"
    if not code.replace("-", "").isalnum() or not source.is_file():
        raise ConfigError(f"[web] profile: there is no portal profile {code!r}")
    try:
        data = tomllib.loads(source.read_text(encoding="utf-8"))
        portal = Portal(
            code=code,
            name=_text(data["name"]),
            system=_text(data["system"]),
            crumbs=tuple(_text(row) for row in data["crumbs"]),
            hotlines=tuple(Hotline(label=_text(row["label"]), number=row["number"]) for row in data["hotlines"]),
            agent_hint=_text(data["agent_hint"]),
            agent_download=data.get("agent_download", ""),
            pin=_one_of(data.get("pin", PINS[0]), PINS),
            email=_one_of(data["email"], EMAIL_RULES),
            reading_seconds=int(data.get("reading_seconds", 0)),
            authorise=bool(data.get("authorise", False)),
            logins=tuple(_one_of(row, LOGINS) for row in data["logins"]),
            programme=_one_of(data.get("programme", ""), ("", *PROGRAMMES)),
            captions={name: _text(row) for name, row in data.get("captions", {}).items()},
        )
    except (KeyError, ValueError, TypeError) as error:
        raise ConfigError(f"profiles/{code}.toml: {error}") from error
    return portal


def _text(row: Mapping[str, Any]) -> Text:
    return Text(row["zh"], row["en"])


def _one_of(value: str, legal: Sequence[str]) -> str:
    if value not in legal:
        raise ValueError(f"{value!r} is none of {', '.join(legal)}")
    return value
