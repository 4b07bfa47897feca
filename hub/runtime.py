"""What a process of the hub holds for its life: settings, engine, registry, keys, clock. Opened once, handed in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Engine

from hub import blocklist, registry, tested
from hub.clock import Clock, SystemClock
from hub.config import DoorSettings, PartnerSettings, Settings
from hub.contract.adapters import Context, PartnerAdapter, Signer
from hub.contract.message import OutMessage
from hub.contract.text import Text
from hub.crypto.keys import KeySigner
from hub.crypto.vault import Vault
from hub.delivery.quota import Quota
from hub.errors import ConfigError
from hub.guard.guarded import Guards
from hub.registry import Registry
from hub.store.engine import open_engine


def _nothing(_: str) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """The parts that services and delivery are handed."""

    settings: Settings
    engine: Engine
    registry: Registry
    signer: Signer
    centre: Signer | None = None  # the data centre's, where it signs here
    clock: Clock = field(default_factory=SystemClock)
    quota: Quota = field(default_factory=lambda: Quota(DoorSettings().per_minute))
    wake: Callable[[str], None] = _nothing  # tells a worker in the same process that something waits for a partner
    guards: Guards = field(default_factory=Guards, repr=False)
    vault: Vault = field(default_factory=Vault, repr=False)  # the default's key ends with the process

    def __post_init__(self) -> None:
        """Raises ConfigError."""
        tested.require_sandbox(self.settings, self.registry)

    def adapter(self, partner: str) -> PartnerAdapter:
        """The adapter of ``partner`` behind its guard: the way to call one. Raises Unregistered."""
        bare = self.registry.partner(partner)
        plugin = self.registry.plugin(partner)
        module = plugin.module.__name__ if plugin is not None and plugin.module is not None else None
        return self.guards.partner(bare, module, self.settings, self.clock)

    def context(self, partner: str, sent: OutMessage | None = None) -> Context:
        """What the adapter of ``partner`` may know now; ``sent`` is the message whose answer it is going to read."""
        settings = self.settings.partners.get(partner, PartnerSettings())
        return Context(
            now=self.clock.now(),
            hub=self.settings.hub.code,
            signer=self.signer,
            trusted=certificates(settings.certificates, test_mode=settings.test_mode),
            suites=settings.suites,
            settings=settings.settings,
            sent_digest="" if sent is None else sha256(sent.content).hexdigest(),
        )


def prepare(runtime: Runtime) -> None:
    """Let every adapter that wants to do its expensive first work, before a serving process has threads."""
    for partner in runtime.registry.partners:
        first = getattr(runtime.adapter(partner), "prepare", None)
        if first is not None:
            first()


def start(settings: Settings, *, clock: Clock | None = None, extra: Mapping[str, ModuleType] | None = None) -> Runtime:
    """Open everything a process needs. Raises ConfigError when a key or certificate cannot be read."""
    signer = signing_key(settings.hub.key, settings.hub.certificate, "[hub]")
    centre = settings.centre
    try:
        vault = Vault.parse(settings.hub.vault.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"[hub] vault: {error}; 'swhub init' makes one for a new home") from error
    clock = clock or SystemClock()
    plugged = registry.build(extra, blocklist.read(settings.hub.blocked))
    return Runtime(
        settings=tested.applied(settings, plugged, clock.now()),
        engine=open_engine(settings.database_url()),
        registry=plugged,
        signer=signer,
        centre=signing_key(centre.key, centre.certificate, "[centre]") if centre.key or centre.certificate else None,
        clock=clock,
        quota=Quota(settings.door.per_minute),
        vault=vault,
    )


def signing_key(key: Path | None, certificate: Path | None, where: str) -> Signer:
    """The key of the section ``where`` with its certificate. Raises ConfigError."""
    if key is None or certificate is None:
        raise ConfigError(f"{where} key, certificate: one is nothing without the other")
    try:
        return KeySigner.from_pem(key.read_bytes(), certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigError(f"{where} key, certificate: {error}") from error


@cache
def certificates(paths: tuple[Path, ...], *, test_mode: bool = False) -> tuple[bytes, ...]:
    """The DER certificates in these PEM files, read once for the life of the process.

    Raises ConfigError, also for a certificate of test mode where there is none.
    """
    found: list[bytes] = []
    for path in paths:
        try:
            loaded = x509.load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ConfigError(f"{path}: {error}") from error
        if not test_mode and any(map(tested.marked, loaded)):
            zh = f"{path}：这是测试模式的证书，正式业务不得信任；请删除"
            raise ConfigError(
                Text(zh, f"{path}: a certificate of test mode, never to be believed elsewhere; remove it")
            )
        found += [certificate.public_bytes(Encoding.DER) for certificate in loaded]
    return tuple(found)
