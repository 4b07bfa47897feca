"""The simulated control, in a process of its own, on the bench of the conformance kit."""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hub_card_eport.driver import EportDriver
from hub_card_eport.simulator import run
from hub_card_eport.wire import opened

from hub.contract.card import CardFault
from hub.testing import pki

NOW = datetime.now(UTC)
SPAWN = multiprocessing.get_context("spawn")


class Bench:
    """hub.testing.kit.subject.CardBench over a control of its own; it ends with the process that made it."""

    token, pin, wrong_pin, tries = "9600000000001", "135790", "246801", 6

    def __init__(self, folder: Path, tries: int = tries) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        authority = pki.make_authority("kit", NOW)
        self.identity = pki.issue_card(
            authority,
            enterprise="示例公司",
            holder="样本",
            org_code="12345678X",
            role="LP",
            now=NOW,
            algorithm="rsa-sha256",
        )
        (folder / "key.pem").write_bytes(self.identity.key)
        (folder / "certificate.pem").write_bytes(self.identity.certificate)
        options = {"port": 0, "number": self.token, "pin": self.pin, "tries": tries}
        options |= {name: str(folder / f"{name}.pem") for name in ("key", "certificate")}
        options |= {"address_file": str(folder / "address")}
        self.process = SPAWN.Process(target=run, args=(options,), daemon=True)
        self.process.start()
        while not (folder / "address").exists():
            if not self.process.is_alive():
                raise RuntimeError("the simulated control did not start")
            time.sleep(0.01)
        self.driver = EportDriver((folder / "address").read_text("utf-8"))

    def hand(self, method: str, **args: str) -> None:
        """Do something to the card or the control."""
        with opened(self.driver.address) as control:
            control.ask(f"sim_{method}", **args)

    def fresh(self) -> None:
        """The card in the reader, all tries, no fault."""
        self.hand("Renew")

    def pull(self) -> None:
        """Out of the reader."""
        self.hand("Pull")

    @contextmanager
    def fail(self, fault: CardFault) -> Iterator[None]:
        """The control answers with this fault's words."""
        self.hand("Fail", fault=fault.name)
        yield
        self.hand("Fail", fault="")

    def close(self) -> None:
        """End the control."""
        self.process.kill()
        self.process.join()


def make_bench(folder: Path) -> Bench:
    """A control with its card in ``folder``."""
    return Bench(folder / "control")
