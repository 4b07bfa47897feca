"""The demo from start to end: world, programs, offers, what to click, Ctrl-C."""

import argparse
import http.client
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from hub_card_eport import CONTROL
from sqlalchemy import func, select

from demo import world
from demo.processes import HOST, DemoError, Program, end, free_port, living, start, step, wait
from demo.summary import short, summary
from demo.world import CARDS, DEMO, PIN, SAMPLE, Firm, Ports
from hub import config, setup
from hub.cards.agent.pairings import Pairings
from hub.clock import SystemClock
from hub.errors import HubError
from hub.store import tables
from hub.store.engine import open_engine, reading

ROOT = Path(__file__).parents[1]
TRIES = 3
TAKEN = "in use"  # what each program says of its port, among other words; a look of ours may come too late to see it
WEB, PARTNERS, AGENT = 8080, 9101, 21232  # the ports that are tried first; the partners' run on from theirs
EPORT = 61233  # not the vendor's: no other agent on this machine is to take a demo's card for a real one
OFFERS: Mapping[Firm, int] = {DEMO: 2, SAMPLE: 1}  # so many are waiting after every start
STATE = "demo.json"
ARTICLES = 13
ARRIVAL = 30.0  # seconds within which the pushed offers have to be in the hub's store


def main(arguments: Sequence[str]) -> int:
    """Run the demo; 1 when it cannot."""
    options = parse(arguments)
    home: Path = options.home.resolve()
    running = living(read_state(home).get("pids", {}), home)
    if options.stop:
        end(running, home)
        print(f"ended {', '.join(running)}" if running else "nothing of this demo was running")
        return 0
    if running:
        print(f"The demo is running already / 演示已在运行：{read_state(home)['portal']}")
        print("Stop it with Ctrl-C where it was started, or: script/demo --stop")
        return 1
    signal.signal(signal.SIGTERM, interrupt)
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        ports = open_world(home, options, started)
        offer(home, ports)
        print(summary(home, ports, colour=sys.stdout.isatty(), keep=options.keep), flush=True)
        if not options.keep:
            watch(started, home)
    except KeyboardInterrupt:
        print("\nstopping / 正在停止 ...", flush=True)
    except (DemoError, HubError, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        stop(started, home)
        return 1
    if not options.keep:
        stop(started, home)
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of script/demo; its --help is in the script."""
    parser = argparse.ArgumentParser(prog="script/demo", add_help=False)
    parser.add_argument("--port", type=int, default=WEB)
    parser.add_argument("--profile", default=world.STANDARD)
    parser.add_argument("--speed", type=float, default=1.0)
    parser.add_argument("--home", type=Path, default=ROOT / ".demo")
    parser.add_argument("--no-install", action="store_true")
    for flag in ("--fresh", "--keep", "--stop"):
        parser.add_argument(flag, action="store_true")
    return parser.parse_args(arguments)


def open_world(home: Path, options: argparse.Namespace, started: "dict[str, subprocess.Popen[bytes]]") -> Ports:
    """A world whose programs all run. Begins again with other ports while one is lost between look and start."""
    fresh, left = options.fresh, TRIES
    while True:
        ports = prepare(home, options, fresh=fresh)
        try:
            bring_up(home, ports, started)
        except DemoError as error:
            stop(started, home)
            fresh, left = False, left - 1
            if not left or TAKEN not in str(error):
                raise
            print(f"{error}\n  ! a port was taken meanwhile, once more / 端口刚被占用，重试", flush=True)
        else:
            return ports


def prepare(home: Path, options: argparse.Namespace, *, fresh: bool) -> Ports:
    """Free ports, and a world whose settings name them."""
    print("Demo world / 演示环境", flush=True)
    if home.exists() and (fresh or not world.exists(home)):
        with step("removing the old world" if world.exists(home) else "removing an unfinished world"):
            discard(home)
    ports = replace(choose_ports(options.port), profile=options.profile, speed=options.speed)
    if options.port and ports.web != options.port:
        print(
            f"  ! port {options.port} is taken, using {ports.web} / 端口 {options.port} 已被占用，改用 {ports.web}",
            flush=True,
        )
    if not world.exists(home):
        with step(f"keys, {len(CARDS)} cards, store in {short(home)}"):
            world.make(home, ports, datetime.now(UTC))
    world.configure(home, ports, datetime.now(UTC))
    write_options(home, ports)
    return ports


def discard(home: Path) -> None:
    """Remove a world; never a folder that is something else. Raises DemoError."""
    if any(home.iterdir()) and not any((home / name).exists() for name in (world.MARK, world.PKI, STATE)):
        raise DemoError(f"{home} is not a demo's folder: name another one with --home")
    shutil.rmtree(home)


def choose_ports(web: int) -> Ports:
    """The usual ports where they are free; for ``web`` 0, as several demos on one machine want it, any."""
    taken: list[int] = []
    for wanted in (web, AGENT, EPORT, *range(PARTNERS, PARTNERS + len(world.simulated()))):
        taken.append(free_port(wanted if web else 0, taken))
    first, agent, eport, *others = taken
    return Ports(web=first, agent=agent, control=eport, partners=dict(zip(world.simulated(), others, strict=True)))


def write_options(home: Path, ports: Ports) -> None:
    """What the partners, the control and the agent read at their start."""
    pairings = home / "pairings.json"
    Pairings(pairings).add(ports.portal, SystemClock().now())  # nobody is asked: who starts the demo wants its portal
    agent = {"port": ports.agent, "origins": [ports.portal], "hub_certificate": str(home / setup.CERTIFICATE)}
    agent |= {"pairings": str(pairings)}
    drivers = {  # in the order in which the page lists the cards
        "card_softcard": {"slot": str(home / world.SLOT)},
        "card_eport": {"address": f"ws://{HOST}:{ports.control}"},
    }
    tail = "".join(f"[drivers.{name}]\n{lines(driver)}" for name, driver in drivers.items())
    (home / "agent.toml").write_text(lines(agent) + tail, encoding="utf-8")
    (home / f"{CONTROL}.toml").write_text(lines(world.control_options(home, ports)), encoding="utf-8")
    for code in ports.partners:
        (home / f"{code}.toml").write_text(lines(world.simulator_options(home, ports, code)), encoding="utf-8")


def lines(values: Mapping[str, Any]) -> str:
    """TOML."""
    return "".join(f"{name} = {setup.toml(value)}\n" for name, value in values.items())


def programs(home: Path, ports: Ports) -> Sequence[Program]:
    """All of them; web and worker are one process."""
    knock = {"Origin": ports.portal, "X-SWHub-Agent": "demo"}
    return (
        Program(name="serve", arguments=["serve", "--home", str(home)], port=ports.web, path="/healthz"),
        *(
            Program(
                name=code,
                arguments=["simulate", code, "--options", str(home / f"{code}.toml")],
                port=port,
                path="/books",
            )
            for code, port in ports.partners.items()
        ),
        Program(
            name=CONTROL,
            arguments=["simulate", CONTROL, "--options", str(home / f"{CONTROL}.toml")],
            port=ports.control,
            path="/",
            status=426,  # a WebSocket's answer to plain HTTP: Upgrade Required
        ),
        Program(
            name="card-agent",
            arguments=["card-agent", "--config", str(home / "agent.toml")],
            port=ports.agent,
            path="/hello",
            headers=knock,
        ),
    )


WHAT = {"serve": "web and worker", "card-agent": "card agent"}  # what is not here is simulated


def bring_up(home: Path, ports: Ports, started: "dict[str, subprocess.Popen[bytes]]") -> None:
    """Start all at once, note their pids, wait until each answers. Raises DemoError."""
    print("Programs / 启动程序", flush=True)
    for program in programs(home, ports):
        started[program.name] = start(program, home)
    write_state(home, ports, {name: process.pid for name, process in started.items()})
    for program in programs(home, ports):
        with step(f"{WHAT.get(program.name, f'simulated {program.name}')} on {HOST}:{program.port}"):
            wait(program, started[program.name].poll, home)


def offer(home: Path, ports: Ports) -> None:
    """Have the insurer push what is missing, and wait until it is in the store. Raises DemoError."""
    agree(home, ports)
    publish(home, ports)
    declare(home, ports)
    missing = {firm: count - pending(home, firm) for firm, count in OFFERS.items()}
    wanted = sum(count for count in missing.values() if count > 0)
    if not wanted:
        return
    with step(f"{wanted} offers, as signed messages of the insurer"):
        control(ports, {"do": "introduce"})
        for firm, count in missing.items():
            for _ in range(count):
                control(ports, {"do": "offer", "uscc": firm.uscc, "enterprise_name": firm.name})
        until = time.monotonic() + ARRIVAL
        while any(pending(home, firm) < count for firm, count in OFFERS.items()):
            if time.monotonic() > until:
                raise DemoError(f"the offers did not arrive; see {home / 'logs'}")
            time.sleep(0.2)


def agree(home: Path, ports: Ports) -> None:
    """Have each cargo insurer tell its agreement with each firm, once for each world."""
    for code in world.offering("cargo"):
        if (home / f"{code}.agreed").exists():
            continue
        for firm in world.FIRMS:
            control(ports, {"do": "agree", "uscc": firm.uscc, "enterprise_name": firm.name}, code)
        (home / f"{code}.agreed").touch()


def publish(home: Path, ports: Ports) -> None:
    """Have each insurer that has risk information publish some, once for each world."""
    for code in world.offering("risk_info"):
        if not (home / f"{code}.published").exists():
            control(ports, {"do": "publish", "count": ARTICLES}, code)
            (home / f"{code}.published").touch()


def declare(home: Path, ports: Ports) -> None:
    """Have each source of trade data know some declarations of each firm, once for each world."""
    for code in world.offering("trade_data"):
        if (home / f"{code}.declared").exists():
            continue
        for firm, numbers in world.DECLARATIONS.items():
            for number in numbers:
                wanted = {"uscc": firm.uscc, "enterprise_name": firm.name, "declaration_no": number}
                control(ports, {"do": "declare", **wanted}, code)
        (home / f"{code}.declared").touch()


def control(ports: Ports, wanted: Mapping[str, Any], partner: str = world.PARTNER) -> dict[str, Any]:
    """Ask a simulated partner for something. Raises DemoError."""
    connection = http.client.HTTPConnection(HOST, ports.partners[partner], timeout=10)
    try:
        body = json.dumps(wanted, ensure_ascii=False).encode()
        connection.request("POST", "/control", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = json.loads(answer.read())
    finally:
        connection.close()
    if answer.status != 200:
        raise DemoError(f"the simulated {partner} refuses {wanted}: {said.get('error')}")
    return dict(said)


def pending(home: Path, firm: Firm) -> int:
    """How many offers wait for the enterprise."""
    table = tables.business_object
    engine = open_engine(config.load(home / setup.FILE, {}).database_url())
    mine = (table.c.enterprise == firm.uscc, table.c.kind == "micro_application", table.c.state == "PENDING_CONFIRM")
    try:
        with reading(engine) as connection:
            return int(connection.execute(select(func.count()).where(*mine)).scalar_one())
    finally:
        engine.dispose()


def watch(started: "Mapping[str, subprocess.Popen[bytes]]", home: Path) -> NoReturn:
    """Wait for Ctrl-C. Raises DemoError when a program ends by itself."""
    while True:
        for name, process in started.items():
            if process.poll() is not None:
                raise DemoError(f"{name} ended with code {process.returncode}; its log: {home / 'logs' / name}.log")
        time.sleep(0.5)


def stop(started: "Mapping[str, subprocess.Popen[bytes]]", home: Path) -> None:
    """End the programs that are ours."""
    end({name: process.pid for name, process in started.items() if process.poll() is None}, home)
    for process in started.values():
        process.wait()


def read_state(home: Path) -> dict[str, Any]:
    """What the last start wrote; empty when there was none."""
    try:
        return dict(json.loads((home / STATE).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def write_state(home: Path, ports: Ports, pids: Mapping[str, int]) -> None:
    """For machines: where everything is, which cards there are, what runs."""
    state = {
        "portal": ports.portal,
        "partners": {code: f"http://{HOST}:{port}" for code, port in ports.partners.items()},
        "agent": f"http://{HOST}:{ports.agent}",
        "home": str(home),
        "slot": str(home / world.SLOT),
        "pids": dict(pids),
        "cards": [
            {
                "serial": card.serial,
                "token": card.token,
                "label": card.label,
                "pin": PIN,
                "role": card.role,
                "holder": card.holder,
                "bound": card.bound,
                "uscc": card.firm.uscc,
                "enterprise": card.firm.name,
            }
            for card in CARDS
        ],
    }
    (home / STATE).write_text(json.dumps(state, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """SIGTERM ends the demo as Ctrl-C does."""
    raise KeyboardInterrupt
