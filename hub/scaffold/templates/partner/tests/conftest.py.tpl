"""A stand-in hub and the simulated partner, both over real HTTP, on one clock."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from hub.clock import MovableClock
from hub.crypto.keys import KeySigner
from hub.testing import pki
from hub.testing.simulator import controls, outward
from hub.testing.simulator.server import Keys, Options, Simulator, make_desk
from hub.testing.stand_in import StandIn
from hub.xml.own import Message
from hub.xml.reader import read
from $package.adapter import PARTNER, Adapter, make_adapter
from $package.simulator import speech
from $package.simulator.scenario import SCENARIO

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
USCC = "91610000MA6TX00X1A"


@dataclass
class World:
    hub: StandIn
    partner: Simulator
    clock: MovableClock

    @property
    def address(self) -> str:
        return f"{self.partner.address}/messages"

    def control(self, **wanted):
        return controls.control(self.partner.desk, wanted)

    def request(self, row: Message):
        """A message of ours with the values of the golden sample."""
        return self.hub.message(row.type, "N-1", USCC, example(row), row.version)


class Idle(Simulator):
    """Serves, but does nothing by itself."""

    def _work(self) -> None:
        outward.turn(self.desk)


def sample(row: Message) -> bytes:
    return (make_adapter().schemas / "samples" / f"{row.sample}.xml").read_bytes()


def example(row: Message):
    """The values of the golden sample, without those of an envelope."""
    return {name: value for name, value in row.layout.read(read(sample(row))).items() if name != "header"}


@pytest.fixture(scope="session")
def adapter() -> Adapter:
    return make_adapter()


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    """The keys of both sides: (the hub's signer, options, the partner's keys)."""
    folder = tmp_path_factory.mktemp("keys")
    root = pki.make_authority("test", NOW)
    hub, partner = (pki.issue_partner(root, name, NOW, algorithm="ecdsa-sha256") for name in ("hub", PARTNER))
    files = {"key": partner.key, "certificate": partner.certificate, "hub_certificate": hub.certificate}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    options = {name: folder / name for name in files}
    return KeySigner.from_pem(hub.key, hub.certificate), options, Keys.read(Options.read(options))


@pytest.fixture
def world(town, adapter):
    signer, options, keys = town
    clock = MovableClock(at=NOW)
    with StandIn(adapter, signer, [keys.signer.certificate], clock) as hub:
        read = Options.read({**options, "hub": hub.address, "seed": "seven", "late": 60.0})
        with Idle(make_desk(PARTNER, SCENARIO, speech("swhub"), read, keys, clock)) as partner:
            yield World(hub, partner, clock)


@pytest.fixture(name="example")
def _example():
    return example


@pytest.fixture(name="sample")
def _sample():
    return sample
