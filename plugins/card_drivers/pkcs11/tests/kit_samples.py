"""A SoftHSM token that behaves like a card (``cardlike.c``) on the bench of the conformance kit."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hub_card_pkcs11.driver import Pkcs11Driver, utc_now

from hub.contract.card import CardFault
from hub.testing import pki, softhsm

NOW = datetime.now(UTC)
LOGIN = 18  # the place of C_Login in the function list
CODES = {  # what the library answers to the login
    CardFault.WRONG_CARD: 0xE1,
    CardFault.WRONG_ROLE: 0x68,
    CardFault.PIN_WRONG: 0xA0,
    CardFault.PIN_LOCKED: 0xA4,
    CardFault.READER_RESET: 0x30,
    CardFault.SILENT: 0x06,
    CardFault.ALGORITHM: 0x70,
    CardFault.CANCELLED: 0x50,
}
FILES = {CardFault.NO_READER: "noslots", CardFault.NO_CARD: "out"}


def build(folder: Path) -> Path:
    """The card-like library. Skips where there is no compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    made = folder / "cardlike.so"
    source = Path(__file__).with_name("cardlike.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", made, source, "-ldl"], check=True)
    return made


class Bench:
    """hub.testing.kit.subject.CardBench over one token."""

    pin, wrong_pin, tries = "135790", "246801", 6

    def __init__(self, folder: Path, algorithm: str = "ecdsa-sha256") -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        authority = pki.make_authority("kit", NOW)
        self.identity = pki.issue_card(
            authority,
            enterprise="示例公司",
            holder="样本",
            org_code="12345678X",
            role="LP",
            now=NOW,
            algorithm=algorithm,
        )
        conf = softhsm.make_tokens(folder / "softhsm", {"kit": (self.identity, self.pin)})
        os.environ |= {
            softhsm.CONF: str(conf),
            "CARDLIKE_MODULE": softhsm.module_path(),
            "CARDLIKE_DIR": str(folder),
        }
        self.module = str(build(folder))
        self.driver = Pkcs11Driver(self.module)
        self.write("tries", str(self.tries))
        self.write("full", str(self.tries))
        self.token = self.driver.list_cards()[0].token

    def write(self, name: str, content: str = "") -> None:
        """One of the library's files."""
        (self.folder / name).write_text(content)

    def fresh(self) -> None:
        """Plugged in, with all tries."""
        for name in ("fault", *FILES.values()):
            (self.folder / name).unlink(missing_ok=True)
        self.write("tries", str(self.tries))
        self.driver.module, self.driver.clock = self.module, utc_now

    def pull(self) -> None:
        """Out of the reader."""
        self.write("out")

    @contextmanager
    def fail(self, fault: CardFault) -> Iterator[None]:
        """By the library's files; by another clock; by a library that is not there."""
        if fault in FILES:
            self.write(FILES[fault])
        elif fault in CODES:
            self.write("fault", f"{LOGIN} {CODES[fault]:x}")
        elif fault is CardFault.CERT_EXPIRED:
            self.driver.clock = lambda: self.identity.x509.not_valid_after_utc
        elif fault is CardFault.NO_CLIENT:
            self.driver.module = str(self.folder / "none.so")
        yield
        self.fresh()


def make_bench(folder: Path) -> Bench:
    """A token in ``folder``."""
    try:
        softhsm.module_path()
    except softhsm.NoSoftHsm as missing:
        pytest.skip(str(missing))
    return Bench(folder / "pkcs11")
