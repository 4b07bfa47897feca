"""A token on the bench of the hub's conformance kit (``pytest --hub-kit``)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hub.contract.card import CardFault
from hub.testing import pki
from $package import token
from $package.driver import Driver

NOW = datetime.now(UTC)


class Bench:
    """hub.testing.kit.subject.CardBench over a reader of its own."""

    token, pin, wrong_pin, tries = "KIT0001", "135790", "246801", token.TRIES

    def __init__(self, reader: Path) -> None:
        self.reader = reader
        self.driver = Driver(reader)
        authority = pki.make_authority("kit", NOW)
        self.identity = pki.issue_card(
            authority, enterprise="示例公司", holder="样本", org_code="12345678X", role="LP", now=NOW
        )

    def fresh(self) -> None:
        """A new token in the place of the old one."""
        (self.reader / "fault").unlink(missing_ok=True)
        key, certificate = self.identity.key, self.identity.certificate
        token.make(self.reader, serial=self.token, label="示例公司", key=key, certificate=certificate, pin=self.pin)

    def pull(self) -> None:
        """Out of the reader."""
        (self.reader / f"{self.token}{token.SUFFIX}").unlink()

    @contextmanager
    def fail(self, fault: CardFault) -> Iterator[None]:
        """By the file ``fault``."""
        path = self.reader / "fault"
        path.write_text(f"open {fault.name.lower().replace('_', '-')}", encoding="utf-8")
        yield
        path.unlink()


def make_bench(folder: Path) -> Bench:
    """A reader in ``folder``."""
    return Bench(folder / "reader")
