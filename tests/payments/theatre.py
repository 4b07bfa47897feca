"""Where lives are played: one store that is emptied for each, and the keys of everybody."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_crl
from sqlalchemy import Engine, event

from hub.contract.message import OutMessage, Raw
from hub.contract.transport import NotSent
from hub.crypto.keys import KeySigner
from hub.delivery import failpoints
from hub.store import tables
from hub.store.engine import open_engine
from hub.testing import pki
from hub.testing.simulator.server import Keys, Options

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
USCC, FIRM, HOLDER = "91110000MA00EXAM1X", "示例进出口有限公司", "王小明"


class Crash(BaseException):
    """The process is gone."""


def _crash(name: str) -> None:
    raise Crash(name)


@dataclass(frozen=True)
class Partner:
    """One partner's files, and what stands in them."""

    options: Mapping[str, Any]
    keys: Keys


@dataclass(frozen=True)
class Theatre:
    """A store that is emptied for each life, and the keys of everybody."""

    engine: Engine
    home: Path
    bank: str
    insurer: str
    hub: KeySigner
    partners: Mapping[str, Partner]
    card: pki.Identity  # of the enterprise's operator


@contextmanager
def theatre(home: Path, database: str, bank: str, insurer: str = "yunfan") -> Iterator[Theatre]:
    """One store for many lives, with these two partners."""
    home.mkdir(parents=True, exist_ok=True)
    engine = open_engine(re.sub("^sqlite:///(?!/)", f"sqlite:///{home}/", database))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    tables.metadata.create_all(engine)
    before = START - timedelta(days=1)
    authority = pki.make_authority("测试机构", before)
    (home / "ca.pem").write_bytes(authority.certificate)
    crl = load_der_x509_crl(pki.make_crl(authority, before, days=400))
    (home / "crl.pem").write_bytes(crl.public_bytes(Encoding.PEM))
    hub = pki.issue_partner(authority, "swhub", before, algorithm="ecdsa-sha256")
    partners = {
        code: _partner(home / code, pki.issue_partner(authority, code, before, algorithm="ecdsa-sha256"), hub)
        for code in (bank, insurer)
    }
    log = logging.getLogger("hub")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        with mock.patch.dict(failpoints.MODES, {"crash": _crash}):
            signer = KeySigner.from_pem(hub.key, hub.certificate)
            yield Theatre(engine, home, bank, insurer, signer, partners, _card(authority))
    finally:
        log.setLevel(level)
        failpoints.arm({}, allowed=True)
        engine.dispose()


def _card(authority: pki.Identity) -> pki.Identity:
    return pki.issue_card(authority, enterprise=FIRM, holder=HOLDER, org_code=USCC[8:17], role="OP", now=START)


def _partner(home: Path, own: pki.Identity, hub: pki.Identity) -> Partner:
    home.mkdir(exist_ok=True)
    files = {"key": own.key, "certificate": own.certificate, "hub_certificate": hub.certificate}
    for name, content in files.items():
        (home / name).write_bytes(content)
    options = {name: home / name for name in files}
    return Partner(options, Keys.read(Options.read(options)))


def wired(adapter: Any, send: Callable[[OutMessage], Raw]) -> Any:
    """The adapter with a wire of its own: a call."""

    class Wired(type(adapter)):  # type: ignore[misc]
        def send(self, message: OutMessage, address: str, connect: float, read: float) -> Raw:
            return send(message)

    return Wired(**{row.name: getattr(adapter, row.name) for row in fields(adapter)})


def away(message: OutMessage) -> Raw:
    """The wire of a partner that is not there."""
    raise NotSent("nobody is there")
