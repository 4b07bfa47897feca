"""Settings: one TOML file (``swhub.toml``), read once, frozen. Unknown keys and wrong types are errors.

Relative paths are relative to the file. ``SWHUB_<SECTION>_<KEY>`` in the environment overrides one value. Every
setting is a row of the dataclasses below and a line of the table in hub/README.md (a test compares them).
"""

import os
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from hub.contract.suites import CLASSIC, SUITES
from hub.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class HubSettings:
    """[hub]: who we are."""

    code: str = field(default="swhub", metadata={"help": "our code as sender and receiver of messages"})
    database: str = field(default="sqlite:///swhub.db", metadata={"help": "SQLAlchemy address of the store"})
    key: Path = field(default=Path("keys/hub.key.pem"), metadata={"help": "private key that signs messages (PEM)"})
    certificate: Path = field(default=Path("keys/hub.crt.pem"), metadata={"help": "certificate of that key (PEM)"})
    vault: Path = field(
        default=Path("keys/vault.key"), metadata={"help": "key that seals accounts in the store (64 octets, hex)"}
    )
    blocked: Path | None = field(default=None, metadata={"help": "plugin versions that must not be loaded (TOML)"})
    log: str = field(default="console", metadata={"help": "console or json"})


@dataclass(frozen=True, kw_only=True)
class WebSettings:
    """[web]: the pages and the partners' door."""

    host: str = field(default="127.0.0.1", metadata={"help": "address to listen on"})
    port: int = field(default=8080, metadata={"help": "port to listen on"})
    origin: str = field(
        default="http://127.0.0.1:8080", metadata={"help": "the address users type; bound into signatures"}
    )
    profile: str = field(default="standard", metadata={"help": "portal profile: standard, shaanxi, ..."})
    secret: Path = field(
        default=Path("keys/web.secret"), metadata={"help": "file with the cookie and form-token secret"}
    )
    threads: int = field(default=8, metadata={"help": "request threads"})
    worker: bool = field(default=True, metadata={"help": "run the delivery worker inside serve"})
    idle_minutes: int = field(default=30, metadata={"help": "a session ends after this long without a request"})
    session_hours: int = field(default=12, metadata={"help": "a session ends this long after the login at the latest"})
    single_session: bool = field(
        default=False, metadata={"help": "a new login ends the other sessions of the same account"}
    )
    proxy: str = field(
        default="", metadata={"help": "TLS proxy whose X-Forwarded headers are believed, e.g. 127.0.0.1"}
    )
    agent: str = field(
        default="http://127.0.0.1:21232", metadata={"help": "address of the card agent on the user's PC"}
    )


@dataclass(frozen=True, kw_only=True)
class DoorSettings:
    """[door]: limits for partners' messages."""

    max_bytes: int = field(default=12_000_000, metadata={"help": "largest message, octets"})
    per_minute: int = field(default=6000, metadata={"help": "messages per partner and minute"})


@dataclass(frozen=True, kw_only=True)
class DeliverySettings:
    """[delivery]: the worker."""

    senders: int = field(default=4, metadata={"help": "messages in flight at once"})
    connect_timeout: float = field(default=5.0, metadata={"help": "seconds to reach a partner"})
    read_timeout: float = field(default=30.0, metadata={"help": "seconds to wait for the partner's answer"})
    answer_seconds: float = field(
        default=8.0, metadata={"help": "seconds to wait for the answer to a question that a user waits for"}
    )
    lease: float = field(default=60.0, metadata={"help": "seconds after which a dead worker's claim is taken over"})
    sweep: float = field(default=2.0, metadata={"help": "seconds between sweeps when nothing wakes the worker"})
    plugin_seconds: float = field(default=10.0, metadata={"help": "seconds that one call of a plugin may take"})


@dataclass(frozen=True, kw_only=True)
class TrustSettings:
    """[trust]: whose cards may log in."""

    card_cas: tuple[Path, ...] = field(default=(), metadata={"help": "CA certificates of the cards (PEM)"})
    card_crls: tuple[Path, ...] = field(default=(), metadata={"help": "revocation lists of those CAs (PEM)"})
    document_cas: tuple[Path, ...] = field(
        default=(), metadata={"help": "CA certificates of partners' signatures inside PDFs (PEM)"}
    )
    kit_signers: tuple[Path, ...] = field(
        default=(), metadata={"help": "who may sign conformance reports (PEM); with none, an unsigned one will do"}
    )
    card_suites: tuple[str, ...] = field(default=SUITES, metadata={"help": "what cards may sign with", "among": SUITES})


@dataclass(frozen=True, kw_only=True)
class CentreSettings:
    """[centre]: the data centre's key, which signs its part of what three parties sign. With none that stays empty."""

    key: Path | None = field(default=None, metadata={"help": "private key of the data centre (PEM)"})
    certificate: Path | None = field(
        default=None, metadata={"help": "certificate of that key, and of its issuers where there are any (PEM)"}
    )


@dataclass(frozen=True, kw_only=True)
class EvidenceSettings:
    """[evidence]: signed heads over what was done."""

    every: float = field(default=10.0, metadata={"help": "seconds between signed heads, while there is anything new"})
    patience: float = field(
        default=14_400.0, metadata={"help": "seconds after which binding acts stop while no head can be signed"}
    )


@dataclass(frozen=True, kw_only=True)
class PartnerSettings:
    """[partners.<code>]: one partner."""

    address: str = field(default="", metadata={"help": "where its messages go"})
    certificates: tuple[Path, ...] = field(
        default=(), metadata={"help": "its pinned certificates: active and next (PEM)"}
    )
    suites: tuple[str, ...] = field(
        default=CLASSIC, metadata={"help": "what it may sign with; sm2-sm3 is the third", "among": SUITES}
    )
    ca: Path | None = field(default=None, metadata={"help": "CA bundle for its HTTPS address, instead of the system's"})
    poll: float = field(default=0.0, metadata={"help": "seconds between polls; 0 for partners that push"})
    test_mode: bool = field(
        default=False,
        metadata={
            "help": "its simulator answers, played by the hub without an address; only while its state is sandbox"
        },
    )
    isolate: bool = field(
        default=False, metadata={"help": "run its plugin in a process of its own, ended when a call overruns"}
    )
    kit_report: Path | None = field(
        default=None, metadata={"help": "its plugin's conformance report, instead of the one that it brings along"}
    )
    memory_mb: int = field(default=512, metadata={"help": "what that process may allocate once it stands, MB"})
    settings: Mapping[str, Any] = field(default_factory=dict, metadata={"help": "handed to the plugin as ctx.settings"})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The whole file. ``home`` is the folder it lies in."""

    home: Path
    hub: HubSettings = field(default_factory=HubSettings)
    web: WebSettings = field(default_factory=WebSettings)
    door: DoorSettings = field(default_factory=DoorSettings)
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    trust: TrustSettings = field(default_factory=TrustSettings)
    centre: CentreSettings = field(default_factory=CentreSettings)
    evidence: EvidenceSettings = field(default_factory=EvidenceSettings)
    partners: Mapping[str, PartnerSettings] = field(default_factory=dict)

    @property
    def tested(self) -> tuple[str, ...]:
        """The partners in test mode: their answers are those of a simulator."""
        return tuple(code for code, partner in sorted(self.partners.items()) if partner.test_mode)

    def database_url(self) -> str:
        """The store's address, a relative SQLite path made absolute."""
        prefix = "sqlite:///"
        if self.hub.database.startswith(prefix) and not self.hub.database.startswith(prefix + "/"):
            return prefix + str(self.home / self.hub.database.removeprefix(prefix))
        return self.hub.database


SECTIONS: Mapping[str, type] = {
    "hub": HubSettings,
    "web": WebSettings,
    "door": DoorSettings,
    "delivery": DeliverySettings,
    "trust": TrustSettings,
    "centre": CentreSettings,
    "evidence": EvidenceSettings,
}


def load(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read ``swhub.toml``. Raises ConfigError naming the file, the key and the rule."""
    environment = os.environ if environment is None else environment
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist; 'swhub init' makes one") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from error
    unknown = set(data) - set(SECTIONS) - {"partners"}
    if unknown:
        raise ConfigError(f"{path}: unknown section [{sorted(unknown)[0]}]")
    home = path.resolve().parent
    sections = {
        name: _section(kind, {**data.get(name, {}), **_overrides(name, kind, environment)}, f"[{name}]", home)
        for name, kind in SECTIONS.items()
    }
    partners = {
        code: _section(PartnerSettings, values, f"[partners.{code}]", home)
        for code, values in data.get("partners", {}).items()
    }
    return Settings(home=home, partners=partners, **sections)


def _overrides(name: str, kind: type, environment: Mapping[str, str]) -> dict[str, str]:
    keys = {row.name: f"SWHUB_{name}_{row.name}".upper() for row in fields(kind)}
    return {key: environment[variable] for key, variable in keys.items() if variable in environment}


def _section(kind: type, values: Mapping[str, Any], where: str, home: Path) -> Any:
    known = {row.name: row for row in fields(kind)}
    for key in values:
        if key not in known:
            raise ConfigError(f"{where} {key}: unknown setting; known are {', '.join(known)}")
    made = {}
    for key, row in known.items():
        if key in values or row.default is not MISSING:
            made[key] = _value(values.get(key, row.default), row.type, f"{where} {key}", home)
            _check_among(made[key], row.metadata.get("among"), f"{where} {key}")
    return kind(**made)


def _check_among(value: Any, allowed: Collection[str] | None, where: str) -> None:
    unknown = [] if allowed is None else [part for part in value if part not in allowed]
    if unknown:
        raise ConfigError(f"{where}: {unknown[0]!r} is not one of {', '.join(allowed or ())}")


def _value(value: Any, kind: Any, where: str, home: Path) -> Any:
    """Turn a TOML (or environment) value into the setting's type."""
    try:
        if value is None or kind in (str, Mapping[str, Any]):
            return value if value is None or kind is not str else _text(value)
        if kind is bool:
            return {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]
        if kind in (int, float):
            return kind(value)
        if kind == tuple[str, ...]:
            return tuple(_text(part) for part in value)
        if kind == tuple[Path, ...]:
            return tuple(home / part for part in value)
        return home / Path(value)
    except (TypeError, ValueError, KeyError):
        raise ConfigError(f"{where}: {value!r} is not {getattr(kind, '__name__', kind)}") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
