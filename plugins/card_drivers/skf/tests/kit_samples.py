"""A key behind our own SKF library (``skf_card.c``) on the bench of the conformance kit."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hub_card_skf.driver import SkfDriver, utc_now

from hub.contract.card import CardFault
from hub.crypto.keys import load_private_key
from hub.crypto.sm2 import Sm2PrivateKey
from hub.testing import pki

NOW = datetime.now(UTC)
FOLDER = "SKF_CARD_DIR"
CANCELLED = 0x0B000001  # a vendor's own code
CODES = {  # what the library answers to the PIN
    CardFault.NO_CLIENT: 0x0A00000C,
    CardFault.NO_CARD: 0x0A000023,
    CardFault.WRONG_CARD: 0x0A00002E,
    CardFault.WRONG_ROLE: 0x0A00002A,
    CardFault.PIN_WRONG: 0x0A000024,
    CardFault.PIN_LOCKED: 0x0A000025,
    CardFault.READER_RESET: 0x0A000005,
    CardFault.SILENT: 0x0A00000F,
    CardFault.ALGORITHM: 0x0A000003,
    CardFault.CANCELLED: CANCELLED,
}


def build(folder: Path, *options: str) -> Path:
    """The library. Skips where there is no compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    made = folder / "skf_card.so"
    source = Path(__file__).with_name("skf_card.c")
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", *options, "-o", made, source], check=True)
    return made


def plug_in(folder: Path, name: str, identity: pki.Identity, pin: str, tries: int = 6) -> None:
    """A new key in the library's folder."""
    key = load_private_key(identity.key)
    number = key.number if isinstance(key, Sm2PrivateKey) else 0
    content = {"key": f"{number:064x}", "pin": pin, "tries": str(tries), "full": str(tries)}
    (folder / name).mkdir(parents=True, exist_ok=True)
    for file, text in content.items():
        (folder / name / file).write_text(text)
    (folder / name / "certificate").write_bytes(identity.der)


class Bench:
    """hub.testing.kit.subject.CardBench over one key."""

    pin, wrong_pin, tries = "135790", "246801", 6

    def __init__(self, folder: Path, algorithm: str = "sm2-sm3", options: Sequence[str] = ()) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        authority = pki.make_authority("kit", NOW, algorithm=algorithm)
        self.identity = pki.issue_card(
            authority,
            enterprise="示例公司",
            holder="样本",
            org_code="12345678X",
            role="LP",
            now=NOW,
            algorithm=algorithm,
        )
        os.environ[FOLDER] = str(folder)
        self.driver = SkfDriver(str(build(folder, *options)), vendor_codes={f"0x{CANCELLED:08X}": "CANCELLED"})
        self.fresh()
        self.token = self.driver.list_cards()[0].token

    def fresh(self) -> None:
        """Plugged in, with all tries."""
        for name in ("fault", "noreader"):
            (self.folder / name).unlink(missing_ok=True)
        plug_in(self.folder, "KEY001", self.identity, self.pin, self.tries)
        self.driver.clock = utc_now

    def pull(self) -> None:
        """Out of the socket."""
        shutil.rmtree(self.folder / "KEY001")

    @contextmanager
    def fail(self, fault: CardFault) -> Iterator[None]:
        """By the library's files; by another clock."""
        if fault in CODES:
            (self.folder / "fault").write_text(f"SKF_VerifyPIN {CODES[fault]:08X}")
        elif fault is CardFault.NO_READER:
            (self.folder / "noreader").write_text("1")
        elif fault is CardFault.CERT_EXPIRED:
            self.driver.clock = lambda: self.identity.x509.not_valid_after_utc
        yield
        self.fresh()


def make_bench(folder: Path) -> Bench:
    """A key in ``folder``."""
    return Bench(folder / "skf")
