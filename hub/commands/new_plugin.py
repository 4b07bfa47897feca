"""``swhub new-plugin``."""

import shlex
from pathlib import Path

import click

from hub.commands.home import refuse
from hub.scaffold import codelist, pack, plan
from hub.scaffold.names import KINDS, Names, names
from hub.scaffold.write import write


@click.command("new-plugin")
@click.argument("kind", metavar=f"[{'|'.join(KINDS)}]")
@click.argument("slug")
@click.argument("more", nargs=-1, type=click.Path(path_type=Path), metavar="")
@click.option(
    "--xsd",
    "xsds",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE...",
    help="The partner's XSDs: files, folders or zip archives.",
)
@click.option("--status", type=click.Path(path_type=Path), metavar="CSV", help="The partner's codes.")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), default=".", help="Where the folder is made.")
@click.option("--name-zh", default="", metavar="TEXT", help="The partner's name in Chinese.")
@click.option("--name-en", default="", metavar="TEXT", help="The partner's name in English.")
def command(
    kind: str,
    slug: str,
    more: tuple[Path, ...],
    xsds: tuple[Path, ...],
    status: Path | None,
    into: Path,
    name_zh: str,
    name_en: str,
) -> None:
    """Write the plugin of a new partner: a distribution of its own, installable, with simulator and green tests.

    With --xsd its messages, samples and simulator come from the partner's schemas; with --status its status table comes
    from the partner's code list, a CSV with the columns code,text_zh[,text_en][,event]. Nothing is written over.

    \b
    Examples:
      swhub new-plugin insurer acme --name-zh 示例保险
      swhub new-plugin bank acme --xsd pack/*.xsd --status codes.csv --into ~/plugins
    """
    called = names(kind, slug, name_zh, name_en)
    if more and not xsds:
        refuse(f"多余的参数 {more[0]}", f"unexpected argument {more[0]}: XSDs follow --xsd")
    codes = codelist.read(status) if status is not None else ()
    files = plan.files(called, pack.read([*xsds, *more]) if xsds else None, codes)
    folder = into / called.distribution
    write(folder, files)
    click.echo(f"+ {folder}: {len(files)} files")
    click.echo("\n".join(["Next:", *(f"  {line}" for line in next_steps(called, folder))]))


def next_steps(called: Names, folder: Path) -> list[str]:
    """Install, test, simulate, list."""
    place = shlex.quote(str(folder))
    return [f"pip install -e {place}", f"pytest {place}", f"swhub simulate {called.slug}", "swhub plugins"]
