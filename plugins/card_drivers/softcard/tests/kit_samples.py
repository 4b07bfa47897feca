"""A soft card on the bench of the conformance kit."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hub_card_softcard import desk
from hub_card_softcard.driver import SoftCardDriver
from hub_card_softcard.faults import FILE

from hub.contract.card import CardFault
from hub.testing import pki

NOW = datetime.now(UTC)


class Bench:
    """hub.testing.kit.subject.CardBench over a slot of its own."""

    token, pin, wrong_pin, tries = "KIT0001", "135790", "246801", desk.TRIES

    def __init__(self, slot: Path) -> None:
        self.slot = slot
        self.driver = SoftCardDriver(slot)
        authority = pki.make_authority("kit", NOW)
        self.identity = pki.issue_card(
            authority, enterprise="示例公司", holder="样本", org_code="12345678X", role="LP", now=NOW
        )

    def fresh(self) -> None:
        """A new file in the place of the old one."""
        (self.slot / FILE).unlink(missing_ok=True)
        desk.make(
            self.slot,
            serial=self.token,
            label="示例公司 法人卡",
            key=self.identity.key,
            certificate=self.identity.certificate,
            pin=self.pin,
            scrypt_n=2,
        )

    def pull(self) -> None:
        """Into the drawer."""
        desk.remove(self.slot, self.token)

    @contextmanager
    def fail(self, fault: CardFault) -> Iterator[None]:
        """By faults.toml."""
        path = self.slot / FILE
        path.write_text(f'["{self.token}"]\nat = "open"\nfault = "{fault.name}"\n', encoding="utf-8")
        yield
        path.unlink()


def make_bench(folder: Path) -> Bench:
    """A slot in ``folder``."""
    return Bench(folder / "slot")
