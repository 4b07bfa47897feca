"""A stand-in hub and the simulated insurer, both over real HTTP, on one clock that the test moves."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from hub.clock import MovableClock
from hub.crypto.keys import KeySigner
from hub.testing import pki
from hub.testing.simulator import controls, outward
from hub.testing.simulator.canonical import other_side
from hub.testing.simulator.server import Keys, Options, Simulator, make_desk
from hub.testing.stand_in import StandIn
from $package.adapter import PARTNER, Adapter, make_adapter, sheet
from $package.simulator.scenario import SCENARIO

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
USCC = "91610000MA6TX00X1A"
FIRM = "西安某某进出口有限公司"


@dataclass
class World:
    hub: StandIn
    insurer: Simulator
    clock: MovableClock

    @property
    def address(self) -> str:
        return f"{self.insurer.address}/messages"

    def control(self, **wanted):
        done = controls.control(self.insurer.desk, wanted)
        outward.turn(self.insurer.desk)
        return done

    def pass_time(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.move(timedelta(seconds=1))
            outward.turn(self.insurer.desk)

    def offer(self) -> str:
        return self.control(do="offer", uscc=USCC, enterprise_name=FIRM)["application_no"]

    def confirmation(self, number: str, remark: str = "请尽快审核"):
        body = {
            "application_no": number,
            "contact_name": "王小明",
            "contact_mobile": "13800000000",
            "contact_email": "trade@example.com",
            "remark": remark,
            "declaration_version": "1",
            "declaration_hash": "ab" * 32,
            "accepted_at": self.clock.now(),
        }
        return self.hub.message("PolicyConfirmation", number, USCC, body)

    def confirm(self, number: str, remark: str = "请尽快审核"):
        message = self.confirmation(number, remark)
        return message, self.hub.send(self.address, message)

    def last(self, type: str):
        return next(taken for taken in reversed(self.hub.taken) if taken.canonical.type == type)

    def events(self) -> list[str]:
        ctx = self.hub.context()
        return [part.event for message in self.hub.taken for part in self.hub.adapter.parse(message, ctx)]


class Idle(Simulator):
    """Serves, but does nothing by itself: the test moves the clock."""

    def _work(self) -> None:
        return


@pytest.fixture(scope="session")
def adapter() -> Adapter:
    return make_adapter()


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    """The keys of both sides: (the hub's signer, options, the insurer's keys)."""
    folder = tmp_path_factory.mktemp("keys")
    root = pki.make_authority("test", NOW)
    hub, insurer = (pki.issue_partner(root, name, NOW, algorithm="ecdsa-sha256") for name in ("hub", PARTNER))
    files = {"key": insurer.key, "certificate": insurer.certificate, "hub_certificate": hub.certificate}
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
        with Idle(make_desk(PARTNER, SCENARIO, other_side(sheet(), "swhub"), read, keys, clock)) as insurer:
            yield World(hub, insurer, clock)
