"""``swhub new-plugin``."""

import shlex
from pathlib import Path

import click

from hub.scaffold import codelist, plan
from hub.scaffold.names import KINDS, Names, names
from hub.scaffold.write import write


@click.command("new-plugin")
@click.argument("kind", metavar=f"[{'|'.join(KINDS)}]")
@click.argument("slug")
@click.option("--status", type=click.Path(path_type=Path), metavar="CSV", help="The partner's codes.")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), default=".", help="Where the folder is made.")
@click.option("--name-zh", default="", metavar="TEXT", help="The partner's name in Chinese.")
@click.option("--name-en", default="", metavar="TEXT", help="The partner's name in English.")
def command(kind: str, slug: str, status: Path | None, into: Path, name_zh: str, name_en: str) -> None:
    """Write the plugin of a new partner: a distribution of its own, installable, with simulator and green tests.

    \b
    Example:
      swhub new-plugin insurer acme --name-zh 示例保险
    """
    called = names(kind, slug, name_zh, name_en)
    codes = codelist.read(status) if status is not None else ()
    files = plan.insurer(called, codes)
    folder = into / called.distribution
    write(folder, files)
    click.echo(f"+ {folder}: {len(files)} files")
    click.echo("\n".join(["Next:", *(f"  {line}" for line in next_steps(called, folder))]))


def next_steps(called: Names, folder: Path) -> list[str]:
    """Install, test, simulate, list."""
    place = shlex.quote(str(folder))
    return [f"pip install -e {place}", f"pytest {place}", f"swhub simulate {called.slug}", "swhub plugins"]
