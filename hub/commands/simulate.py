"""``swhub simulate``."""

import tomllib
from pathlib import Path
from typing import Any

import click

from hub import log, registry
from hub.commands.home import end_on_sigterm, refuse
from hub.guard.parent import end_with_parent


@click.command("simulate")
@click.argument("partner", required=False)
@click.option(
    "--options",
    "file",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="TOML file with the simulator's options.",
)
@click.option("--set", "given", multiple=True, metavar="KEY=VALUE", help="One option; may be repeated.")
@click.option("--with-parent", is_flag=True, help="End when the program that started it ends.")
def command(partner: str | None, file: Path | None, given: tuple[str, ...], *, with_parent: bool) -> None:
    """Play the side of PARTNER until Ctrl-C; without PARTNER, list who can be played.

    A simulator is part of the partner's plugin and speaks real HTTP with real signatures, in a process of its own. The
    options are in the plugin's README. Relative paths in the file are relative to the file's folder.

    \b
    Example:
      swhub simulate sinosure --options sinosure.toml --set port=9101
    """
    specs = {spec.partner: spec for spec in registry.build().simulators()}
    if partner is None:
        click.echo("\n".join(sorted(specs)) or "no installed plugin brings a simulator")
        return
    if partner not in specs:
        known = ", ".join(sorted(specs)) or "-"
        refuse(f"没有名为 {partner} 的模拟器，可用：{known}", f"no simulator {partner}; there are: {known}")
    log.configure("console")
    end_on_sigterm()
    if with_parent:
        end_with_parent()
    try:
        specs[partner].run(options(file, given))
    except (ValueError, OSError) as error:  # an option, a file or a port; the message names it
        refuse(f"{partner} 模拟器：{error}", f"simulator of {partner}: {error}")
    except KeyboardInterrupt:
        click.echo("simulate: ended", err=True)


def options(file: Path | None, given: tuple[str, ...]) -> dict[str, Any]:
    """The file's options with the single ones over them. Raises ConfigError."""
    found: dict[str, Any] = {}
    if file is not None:
        try:
            found = tomllib.loads(file.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            refuse(f"{file}：{error}", f"{file}: {error}")
    for pair in given:
        name, equals, text = pair.partition("=")
        if not name or not equals:
            refuse(f"--set {pair}：应为 名称=值", f"--set {pair}: write KEY=VALUE")
        found[name] = value(text)
    return found


def value(text: str) -> Any:
    """``9101`` is a number, ``true`` a truth, ``[1, 2]`` a list; anything else the text itself."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
