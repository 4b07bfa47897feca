"""A stand-in hub and the simulated insurer, both over real HTTP, on one clock that the test moves."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hub_sinosure.simulator.papers as papers
import pytest
from hub_sinosure.adapter import PARTNER, SinosureAdapter, sheet, sinosure
from hub_sinosure.simulator.scenario import SCENARIO

from hub.clock import MovableClock
from hub.crypto.keys import KeySigner
from hub.testing import pki
from hub.testing.simulator import controls, outward
from hub.testing.simulator.canonical import other_side
from hub.testing.simulator.server import Keys, Options, Simulator, make_desk
from hub.testing.stand_in import StandIn

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
USCC = "91610000MA6TX00X1A"
FIRM = "西安某某进出口有限公司"


@dataclass(frozen=True)
class Town:
    """What all tests share, because making it takes its time."""

    hub: KeySigner
    options: dict[str, Path]
    keys: Keys


@pytest.fixture(scope="session")
def town(tmp_path_factory) -> Town:
    folder = tmp_path_factory.mktemp("keys")
    root = pki.make_authority("test", NOW)
    hub, insurer = pki.issue_partner(root, "hub", NOW), pki.issue_partner(root, "sinosure", NOW)
    options = {}
    for name, content in (
        ("key", insurer.key),
        ("certificate", insurer.certificate),
        ("hub_certificate", hub.certificate),
    ):
        options[name] = folder / name
        options[name].write_bytes(content)
    return Town(KeySigner.from_pem(hub.key, hub.certificate), options, Keys.read(Options.read(options)))


@pytest.fixture(scope="session")
def adapter() -> SinosureAdapter:
    return sinosure()


@pytest.fixture(scope="session")
def speech():
    return other_side(sheet(), "swhub")


@pytest.fixture(autouse=True)
def quick_papers(monkeypatch) -> None:
    """Printing takes its time; the tests about papers put the real printer back."""
    monkeypatch.setattr(papers, "render", lambda name, data, now: f"%PDF-1.7 {name} {data['number']}".encode())


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
        self.turn()
        return done

    def turn(self) -> None:
        outward.turn(self.insurer.desk)

    def pass_time(self, seconds: float) -> None:
        """Let the time pass in steps of half a second, and the insurer work."""
        for _ in range(int(seconds * 2)):
            self.clock.move(timedelta(seconds=0.5))
            self.turn()

    def offer(self) -> str:
        return self.control(do="offer", uscc=USCC, enterprise_name=FIRM)["application_no"]

    def confirmation(self, number: str, *, remark: str = "", name: str = "王小明", enterprise: str = USCC):
        body = {
            "application_no": number,
            "contact_name": name,
            "contact_mobile": "13800000000",
            "contact_email": "trade@example.com",
            "declaration_version": "2026-1",
            "declaration_hash": "ab" * 32,
            "accepted_at": self.clock.now(),
        }
        return self.hub.message("PolicyConfirmation", number, enterprise, body | ({"remark": remark} if remark else {}))

    def confirm(self, number: str, timeout: float = 10.0, **more):
        message = self.confirmation(number, **more)
        return message, self.hub.send(self.address, message, timeout)

    def types(self) -> list[str]:
        return [message.canonical.type for message in self.hub.taken]

    def events(self) -> list[str]:
        """What the messages that came mean, in the order of arrival."""
        ctx = self.hub.context()
        return [part.event for message in self.hub.taken for part in self.hub.adapter.parse(message, ctx)]

    def last(self, type: str):
        return next(message.canonical for message in reversed(self.hub.taken) if message.canonical.type == type)

    def journal(self) -> list[str]:
        return [row["what"] for row in self.insurer.desk.listing()["journal"]]


@pytest.fixture
def make_world(town: Town, adapter, speech):
    """Worlds with options of their own; the insurer only works when the test lets it."""
    with ExitStack() as stack:

        def make(**options) -> World:
            clock = MovableClock(at=NOW)
            hub = stack.enter_context(StandIn(adapter, town.hub, [town.keys.signer.certificate], clock))
            values = {**town.options, "hub": hub.address, "seed": "seven", "late": 60.0, **options}
            desk = make_desk(PARTNER, SCENARIO, speech, Options.read(values), town.keys, clock)
            return World(hub, stack.enter_context(Idle(desk)), clock)

        yield make


class Idle(Simulator):
    """Serves, but does nothing by itself."""

    def _work(self) -> None:
        return


@pytest.fixture
def world(make_world) -> World:
    return make_world()
