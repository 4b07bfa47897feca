"""``swhub plugins``."""

from pathlib import Path
from typing import Any

import click

from hub import registry
from hub.commands.home import FILE, home_option, json_option, opened
from hub.commands.output import show
from hub.registry import Registry
from hub.services import operations
from hub.store.engine import reading

COLUMNS = {
    "plugin": "plugin",
    "version": "version",
    "partner": "partner",
    "kind": "kind",
    "state": "state",
    "contract": "contract",
    "capabilities": "capabilities",
    "last_contact": "last contact",
    "problem": "why not",
}


@click.command("plugins")
@home_option
@json_option
def command(home: Path, *, as_json: bool) -> None:
    """List the installed plugins: what each connects, and of those left out the reason.

    Where the folder is a home, the column "last contact" says when the partner's latest message came.

    \b
    Example:
      swhub plugins --json
    """
    found = registry.build()
    heard: dict[str, Any] = {}
    if (home / FILE).exists():
        with reading(opened(home).engine) as connection:
            heard = {code: operations.last_heard(connection, code) for code in found.partners}
    show(table(found, heard), COLUMNS, as_json=as_json, none="no plugin is installed: pip install swhub-...")


def table(found: Registry, heard: dict[str, Any]) -> list[dict[str, Any]]:
    """One row for each partner, and one for each plugin without a partner or with a problem."""
    rows = []
    problems = list(found.problems)
    for plugin in found.plugins:
        blank: dict[str, Any] = dict.fromkeys(COLUMNS) | {"plugin": plugin.name, "version": plugin.version}
        partners = [code for code, origin in found.origins.items() if origin == plugin.name]
        for code in partners:
            sheet = found.partners[code].sheet
            known = {
                "partner": code,
                "kind": sheet.kind,
                "state": sheet.state,
                "contract": sheet.contract,
                "capabilities": list(sheet.capabilities),
                "last_contact": heard.get(code),
            }
            rows.append(blank | known)
        reasons = [reason for name, reason in problems if name == plugin.name]
        rows += [blank | {"problem": reason} for reason in reasons]
        if not partners and not reasons:
            rows.append(blank | {"kind": plugin.name.partition("_")[0]})
    return rows
