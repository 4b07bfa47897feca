"""``swhub card-agent``."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from hub import config, log
from hub.cards.agent import server
from hub.cards.agent.calls import PORT, AgentSettings
from hub.cards.agent.pairings import Pairings
from hub.cards.agent.policy import PLACES
from hub.clock import SystemClock
from hub.commands.autostart import UNITS
from hub.commands.home import FILE, end_on_sigterm, home_option, json_option, refuse
from hub.commands.output import show
from hub.commands.simulate import options, value

KEYS = ("port", "origins", "hub_certificate", "pairings", "pin", "drivers")
PAIRINGS = Path(click.get_app_dir("swhub")) / "card-agent.json"  # where each system keeps such things of a user
COLUMNS = {"origin": "site", "since": "allowed at"}


@click.group("card-agent", invoke_without_command=True)
@click.option(
    "--config",
    "file",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="TOML file instead of options.",
)
@click.option("--port", type=click.IntRange(0, 65535), help=f"Port on 127.0.0.1; default {PORT}.")
@click.option(
    "--origin", multiple=True, metavar="URL", help="A hub's address as the browser shows it; may be repeated."
)
@click.option(
    "--hub-certificate",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The hub's certificate (PEM): its pages are believed.",
)
@click.option("--driver", multiple=True, metavar="PLUGIN.KEY=VALUE", help="A setting of a driver plugin; repeatable.")
@home_option
@click.pass_context
def command(
    context: click.Context,
    file: Path | None,
    port: int | None,
    origin: tuple[str, ...],
    hub_certificate: Path | None,
    driver: tuple[str, ...],
    home: Path,
) -> None:
    """Run the card agent: the small program between the hub's page and the card in this PC.

    It listens on 127.0.0.1, answers the pages of --origin only, and signs nothing but the hub's typed payloads, one
    PIN try for one confirmation. On a PC that is also the hub, origin and certificate come from swhub.toml.

    \b
    Examples:
      swhub card-agent --origin https://hub.example --hub-certificate hub.crt.pem \\
                       --driver card_softcard.slot=/media/cards
      swhub card-agent --config agent.toml
    The file holds: port, origins, hub_certificate, pairings (the file where the agent keeps which sites its holder has
    allowed), pin (window, or page for a portal whose profile allows that the PIN is typed in its pages) and
    [drivers.<plugin>] tables, in the order in which the page lists their cards.
    """
    if context.invoked_subcommand is not None:
        return
    found = read(file) if file is not None else from_home(home)
    found |= {
        name: given for name, given in (("port", port), ("hub_certificate", hub_certificate)) if given is not None
    }
    if origin:
        found["origins"] = origin
    for pair in driver:
        place, _, text = pair.partition("=")
        plugin, _, key = place.partition(".")
        if not key or not text:
            refuse(f"--driver {pair}：应为 插件.名称=值", f"--driver {pair}: write PLUGIN.KEY=VALUE")
        drivers = found.setdefault("drivers", {})
        drivers[plugin] = {**drivers.get(plugin, {}), key: value(text)}
    settings = checked(found)
    log.configure("console")
    end_on_sigterm()
    try:
        server.run(settings)
    except OSError as error:
        refuse(
            f"无法监听 127.0.0.1:{settings.port}：{error.strerror}",
            f"cannot listen on 127.0.0.1:{settings.port}: {error.strerror}",
        )


@command.command("install")
@click.argument("config", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--system", type=click.Choice(list(UNITS)), help="For this system instead of the one we are on.")
@click.option("--write", is_flag=True, help="Write the file to its place instead of showing it.")
def install(config: Path, system: str | None, *, write: bool) -> None:
    """Have the agent start with the user's session, with the settings of the TOML file CONFIG.

    Shows a systemd user unit (linux), a LaunchAgent (darwin) or a value of the Run key (win32), where it belongs, and
    the command that turns it on. No administrator's rights are needed.

    \b
    Example:
      swhub card-agent install agent.toml --write
    """
    checked(read(config))
    name = system or sys.platform
    if name not in UNITS:
        refuse(f"不支持的系统 {name}", f"nothing is known about {name}; there are: {', '.join(UNITS)}")
    unit = UNITS[name]
    arguments = [str(Path(sys.executable).with_name("swhub")), "card-agent", "--config", str(config.resolve())]
    place = Path.home() / unit.place
    if unit.place and write:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(unit.text(arguments), encoding="utf-8")
    if unit.place:
        click.echo(f"{place}{'' if write else chr(10) + unit.text(arguments)}")
    click.echo(unit.then(arguments))


@command.command("pairings")
@click.option("--config", type=click.Path(dir_okay=False, exists=True, path_type=Path), help="The agent's TOML file.")
@click.option("--allow", metavar="URL", help="Allow this site, as its holder would in the window.")
@click.option("--remove", metavar="URL", help="Ask again before this site uses the agent; its sessions end at once.")
@json_option
def pairings(config: Path | None, allow: str | None, remove: str | None, *, as_json: bool) -> None:
    """List the sites that may use the agent on this PC: its holder is asked once for each, in the agent's window.

    \b
    Example:
      swhub card-agent pairings --remove https://hub.example
    """
    kept = Pairings(Path((read(config) if config else {}).get("pairings", PAIRINGS)))
    if allow:
        kept.add(allow.rstrip("/"), SystemClock().now())
    if remove and not kept.remove(remove.rstrip("/")):
        refuse(f"{remove} 不在允许的网站之列", f"{remove} is not among the sites that are allowed")
    rows = [{"origin": origin, "since": since} for origin, since in kept.all().items()]
    show(rows, COLUMNS, as_json=as_json, none="no site is allowed yet / 尚未允许任何网站")


def read(file: Path) -> dict[str, Any]:
    """The file, the files that it names relative to its folder. Raises ConfigError."""
    found = options(file, ())
    for name in found:
        if name not in KEYS:
            refuse(f"{file}：未知设置 {name}", f"{file}: unknown setting {name}; known are {', '.join(KEYS)}")
    return found | {
        name: file.resolve().parent / str(found[name]) for name in ("hub_certificate", "pairings") if name in found
    }


def from_home(home: Path) -> dict[str, Any]:
    """What a hub on this PC knows already."""
    if not (home / FILE).exists():
        return {}
    settings = config.load(home / FILE)
    return {"origins": (settings.web.origin,), "hub_certificate": settings.hub.certificate}


def checked(found: Mapping[str, Any]) -> AgentSettings:
    """Raises ConfigError naming the option that is missing or wrong."""
    if not found.get("origins"):
        refuse("缺少 --origin（本系统网址）", "--origin is missing: the hub's address as the browser shows it")
    certificate = found.get("hub_certificate")
    if certificate is None or not Path(certificate).is_file():
        refuse("缺少 --hub-certificate 或文件不存在", f"--hub-certificate: no file {certificate or 'is given'}")
    place = str(found.get("pin", PLACES[0]))
    if place not in PLACES:
        refuse(f"pin：应为 {' 或 '.join(PLACES)}", f"pin: {' or '.join(PLACES)}, not {place!r}")
    return AgentSettings(
        origins=tuple(str(origin).rstrip("/") for origin in found["origins"]),
        hub_certificate=Path(certificate),
        pairings=Path(found.get("pairings", PAIRINGS)),
        drivers=found.get("drivers", {}),
        port=int(found.get("port", PORT)),
        pin=place,
    )
