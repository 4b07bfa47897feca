"""The demo world: everything in it is believed where it should be, and nothing is a real company's."""

import json
import os
import shutil
import socket
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hub_card_softcard import desk
from hub_sinosure.simulator.rules import RULES
from stdnum.cn import uscc

from demo import run, summary, world
from demo.processes import DemoError, Program, end, free_port, living, start, wait
from demo.world import CARDS, FIRMS, PIN, Ports
from hub import setup
from hub.commands.check import look
from hub.commands.output import width
from hub.testing import pki

PARTNERS = {code: 9101 + no for no, code in enumerate(world.simulated())}
PORTS = Ports(web=8080, agent=21232, control=61233, partners=PARTNERS)
FACTORY = {"88888888", "00000000", "123456"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("demo")
    world.make(home, PORTS, datetime.now(UTC))
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "demo"))


@pytest.mark.parametrize("firm", FIRMS, ids=lambda firm: firm.name)
def test_a_firm_has_a_valid_code_and_is_plainly_invented(firm: world.Firm) -> None:
    assert uscc.is_valid(firm.uscc)
    assert firm.uscc[8:].startswith("DEM")
    assert firm.name.startswith(("示例", "样例"))


def test_each_firm_has_both_cards_and_one_card_is_nobodys() -> None:
    bound = {(card.firm, card.role) for card in CARDS if card.bound}

    assert bound == {(firm, role) for firm in FIRMS for role in pki.ROLE_UNITS}
    assert len([card for card in CARDS if not card.bound]) == 1


def test_the_pin_is_no_factory_pin() -> None:
    assert PIN not in FACTORY


def test_every_soft_card_lies_in_the_slot_with_its_label(made: Path) -> None:
    inside, outside = desk.list_cards(made / world.SLOT)

    soft = [card for card in CARDS if card.driver == world.SOFT]
    assert [(card.token, card.label) for card in inside] == [(card.serial, card.label) for card in soft]
    assert outside == []


def test_the_first_card_of_the_slot_is_bound_so_that_a_newcomer_need_not_choose(made: Path) -> None:
    first = desk.list_cards(made / world.SLOT)[0][0]

    assert [card.bound for card in CARDS if card.serial == first.token] == [True]


def test_check_finds_nothing_wrong(made: Path) -> None:
    assert [finding for finding in look(made, datetime.now(UTC)) if not finding.ok] == []


def test_other_ports_change_the_settings_and_nothing_else(home: Path) -> None:
    before = {path: path.read_bytes() for path in (home / "keys").iterdir()}

    world.configure(home, replace(PORTS, web=18080, agent=31232), datetime.now(UTC))

    assert 'origin = "http://127.0.0.1:18080"' in (home / setup.FILE).read_text(encoding="utf-8")
    assert {path: path.read_bytes() for path in before} == before


def test_a_second_start_keeps_the_world(home: Path) -> None:
    before = (home / setup.KEY).read_bytes()

    run.prepare(home, run.parse(["--port", "0"]), fresh=False)

    assert (home / setup.KEY).read_bytes() == before


def test_fresh_makes_a_new_one(home: Path) -> None:
    before = (home / setup.KEY).read_bytes()

    run.prepare(home, run.parse(["--port", "0"]), fresh=True)

    assert (home / setup.KEY).read_bytes() != before


def test_an_unfinished_world_is_made_anew(home: Path) -> None:
    (home / world.MARK).unlink()

    run.prepare(home, run.parse(["--port", "0"]), fresh=False)

    assert world.exists(home)


def test_a_folder_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(DemoError, match="is not a demo's folder"):
        run.prepare(tmp_path, run.parse(["--port", "0"]), fresh=True)

    assert (tmp_path / "thesis.txt").exists()


def test_a_taken_port_is_replaced_by_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wanted = taken.getsockname()[1]

        assert free_port(wanted) not in (wanted, 0)


@pytest.mark.parametrize(
    ("said", "starts"), [("cannot listen on 127.0.0.1:8080: Address already in use", 2), ("no such table", 1)]
)
def test_only_a_port_that_was_lost_meanwhile_is_worth_another_start(
    said: str, starts: int, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports: list[Ports] = []

    def bring_up(_: Path, chosen: Ports, __: object) -> None:
        ports.append(chosen)
        if len(ports) == 1:
            raise DemoError(said)

    monkeypatch.setattr(run, "bring_up", bring_up)
    with suppress(DemoError):
        run.open_world(home, run.parse(["--port", "0"]), {})

    assert len(ports) == len({chosen.web for chosen in ports}) == starts


def test_the_state_for_machines_names_cards_and_addresses(home: Path) -> None:
    run.write_state(home, PORTS, {"serve": 1})

    state = json.loads((home / run.STATE).read_text(encoding="utf-8"))
    assert state["portal"] == "http://127.0.0.1:8080"
    assert [card["token"] for card in state["cards"]] == [card.token for card in CARDS]
    assert {card.driver for card in CARDS} == {world.SOFT, world.EPORT}


def test_a_program_that_ends_at_once_is_reported_with_its_own_words(home: Path) -> None:
    program = Program(name="broken", arguments=["serve", "--home", str(home / "nowhere")], port=1, path="/")
    process = start(program, home)

    with pytest.raises(DemoError, match="swhub init"):
        wait(program, process.poll, home)

    process.wait()


def test_only_processes_of_this_demo_are_ended(home: Path) -> None:
    me = {"me": os.getpid()}

    assert living(me, home / "elsewhere") == {}
    end(me, home / "elsewhere")


def test_the_summary_says_everything_a_newcomer_needs(home: Path) -> None:
    text = summary.summary(home, PORTS, colour=False, keep=False)

    for needed in (PORTS.portal, PIN, "Ctrl-C", *(card.serial for card in CARDS), *summary.MAGIC):
        assert needed in text
    assert "\033" not in text


def test_the_summary_fits_a_terminal() -> None:
    text = summary.summary(Path("/x"), PORTS, colour=False, keep=True)

    assert [line for line in text.splitlines() if width(line) > 112] == []


@pytest.mark.parametrize("word", summary.MAGIC)
def test_every_magic_value_is_a_rule_of_the_simulator(word: str) -> None:
    assert word in {rule.name for rule in RULES}
