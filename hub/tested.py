"""Partners in test mode, and those among them that the hub plays itself: the ones without an address.

What a simulator needs lies in ``test/<code>`` of the home folder, made at the first start and the same for every
process of this home: a key with its certificate, the port, later its books. These certificates carry MARK, and what
carries it is believed in test mode only, wherever else it may be named.
"""

import socket
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509

from hub.config import PartnerSettings, Settings
from hub.contract.adapters import PollingAdapter
from hub.contract.suites import CLASSIC
from hub.contract.text import Text
from hub.errors import ConfigError
from hub.registry import Registry
from hub.testing import pki

SANDBOX = "sandbox"
MARK = "SWHub test mode"
FOLDER, KEY, CERTIFICATE = Path("test"), Path("key.pem"), Path("crt.pem")
PORT, BOOKS, LOG = Path("port"), Path("books.db"), Path("simulator.log")
HERE = "127.0.0.1"
ANYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - as [web] host: this machine is among them
YEARS = 10
POLL = 2.0  # seconds between two questions to a partner that pushes nothing
OUTLAST = 5.0  # seconds that a simulator's late answer comes after the hub's patience


def require_sandbox(settings: Settings, registry: Registry) -> None:
    """Raises ConfigError: what a simulator answers must never pass for the word of a partner that is live."""
    for code in settings.tested:
        state = registry.partners[code].sheet.state if code in registry.partners else SANDBOX
        if state != SANDBOX:
            zh = f"[partners.{code}] test_mode：机构状态为 {state}，测试模式仅限 {SANDBOX}；请删除该设置"
            en = f"[partners.{code}] test_mode: the partner is {state}, and only {SANDBOX} may be tested; remove it"
            raise ConfigError(Text(zh, en))


def without_simulator(settings: Settings, registry: Registry) -> list[str]:
    """The partners that the hub should play and cannot: their plugins bring no simulator."""
    wanted = _wanted(settings, registry)
    brought = {spec.partner for spec in registry.simulators()} if wanted else set()
    return [code for code in wanted if code not in brought]


def applied(settings: Settings, registry: Registry, now: datetime) -> Settings:
    """The settings with address, certificate and poll of every partner that the hub plays. Raises ConfigError."""
    require_sandbox(settings, registry)
    for code in without_simulator(settings, registry):
        zh = f"[partners.{code}] test_mode：该插件没有模拟器；请填写 address，或删除该设置"
        en = f"[partners.{code}] test_mode: its plugin brings no simulator; give an address, or remove it"
        raise ConfigError(Text(zh, en))
    ours = {}
    for code in _wanted(settings, registry):
        _make(settings.home / FOLDER / code, code, now)
        polled = isinstance(registry.partners[code], PollingAdapter)
        ours[code] = _played(settings.partners[code], settings.home / FOLDER / code, POLL if polled else 0.0)
    return replace(settings, partners={**settings.partners, **ours}) if ours else settings


def played(settings: Settings) -> list[str]:
    """The partners of :func:`applied` settings that the hub plays: by what is believed of them."""
    return [
        code
        for code in settings.tested
        if settings.partners[code].certificates == (settings.home / FOLDER / code / CERTIFICATE,)
    ]


def options(settings: Settings, code: str) -> dict[str, Any]:
    """What the simulator of a played partner is told (:class:`hub.contract.adapters.SimulatorSpec`)."""
    folder, web = settings.home / FOLDER / code, settings.web
    host = HERE if web.host in ANYWHERE else f"[{web.host}]" if ":" in web.host else web.host
    return {
        "key": folder / KEY,
        "certificate": folder / CERTIFICATE,
        "hub_certificate": settings.hub.certificate,
        "hub": f"http://{host}:{web.port}/partners/{code}/messages",
        "hub_code": settings.hub.code,
        "port": port(settings, code),
        "books": folder / BOOKS,
        "late": settings.delivery.read_timeout + OUTLAST,
    }


def port(settings: Settings, code: str) -> int:
    """Where the simulator of a played partner listens, on this machine only. Raises ConfigError."""
    return _port(settings.home / FOLDER / code)


def marked(certificate: x509.Certificate) -> bool:
    """Whether the certificate is a simulator's, made for test mode."""
    return any(str(part.value).startswith(MARK) for part in certificate.subject)


def _wanted(settings: Settings, registry: Registry) -> list[str]:
    return [code for code in settings.tested if code in registry.partners and not settings.partners[code].address]


def _played(partner: PartnerSettings, folder: Path, poll: float) -> PartnerSettings:
    return replace(
        partner,
        address=f"http://{HERE}:{_port(folder)}/messages",
        certificates=(folder / CERTIFICATE,),
        suites=CLASSIC,
        ca=None,
        poll=partner.poll or poll,
    )


def _port(folder: Path) -> int:
    try:
        return int((folder / PORT).read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        zh = f"测试模式：{folder / PORT} 无法读取（{error}）；请删除文件夹 {folder}，下次启动时自动重建"
        en = f"test mode: {folder / PORT}: {error}; delete the folder {folder}, the next start makes it anew"
        raise ConfigError(Text(zh, en)) from error


def _make(folder: Path, code: str, now: datetime) -> None:
    """All of it or nothing: of two processes that start together, the second takes what the first has made."""
    if folder.exists():
        return
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    identity = pki.issue_partner(pki.make_authority(MARK, now), f"{MARK}: {code}", now, days=365 * YEARS)
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        free = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(dir=folder.parent) as draft:  # its owner's alone
        whole = Path(draft) / code
        whole.mkdir(mode=0o700)
        (whole / KEY).touch(mode=0o600)
        (whole / KEY).write_bytes(identity.key)
        (whole / CERTIFICATE).write_bytes(identity.certificate)
        (whole / PORT).write_text(f"{free}\n", encoding="ascii")
        try:
            whole.rename(folder)
        except OSError:
            if not folder.exists():
                raise
