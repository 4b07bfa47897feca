"""``swhub plugins``."""

from pathlib import Path
from typing import Any

import click

from hub import blocklist, registry
from hub.commands.home import FILE, home_option, json_option, opened
from hub.commands.output import show
from hub.services import partners
from hub.services.partners import PluginCard
from hub.store.engine import reading

COLUMNS = {
    "plugin": "plugin",
    "version": "version",
    "partner": "partner",
    "kind": "kind",
    "state": "state",
    "contract": "contract",
    "grade": "grade",
    "capabilities": "capabilities",
    "last_contact": "last contact",
    "waiting": "waiting",
    "faults": "faults",
    "problem": "why not",
}


@click.command("plugins")
@home_option
@json_option
def command(home: Path, *, as_json: bool) -> None:
    """List the installed plugins: what each connects, how it does, and of those left out the reason.

    "grade" is what the conformance kit proved of exactly the installed code: the plugin's own claim, unless somebody
    in [trust] kit_signers has signed the report. Where the folder is a home, "last
    contact" says when the partner's latest message came, and "faults" what its plugin did wrong and in which call.

    \b
    Example:
      swhub plugins --json
    """
    if (home / FILE).exists():
        runtime = opened(home)
        with reading(runtime.engine) as connection:
            found = partners.cards(runtime.registry, runtime.settings, connection)
    else:
        found = partners.cards(registry.build(blocks=blocklist.read()))
    show([row(card) for card in found], COLUMNS, as_json=as_json, none="no plugin is installed: pip install swhub-...")


def grade(card: PluginCard) -> str:
    """What was proven, and whose word that is."""
    own = card.proof.why is None and not card.proof.vouched
    return f"{card.proof.grade} (own claim)" if own else card.proof.grade


def row(card: PluginCard) -> dict[str, Any]:
    """One line of the table; for machines the report's digest too, or why there is no grade."""
    sheet, health = card.sheet, card.health
    return {
        "plugin": card.plugin,
        "version": card.version,
        "partner": card.partner,
        "kind": sheet.kind if sheet is not None else None if card.problem else card.plugin.partition("_")[0],
        "state": sheet.state if sheet is not None else None,
        "contract": sheet.contract if sheet is not None else None,
        "grade": grade(card),
        "report": card.proof.digest,
        "no_grade": card.proof.why,
        "capabilities": list(sheet.capabilities) if sheet is not None else None,
        "last_contact": health.last_in,
        "waiting": [f"{number} {state}" for state, number in health.waiting.items()],
        "faults": [f"{row.call} {row.fault.name} {row.count}x ({row.version})" for row in health.faults],
        "problem": card.problem,
    }
