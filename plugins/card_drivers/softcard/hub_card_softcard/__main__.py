"""``python -m hub_card_softcard SLOT COMMAND [SERIAL]``: play with the cards of a slot."""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from getpass import getpass
from pathlib import Path

from hub.contract.card import CardError
from hub_card_softcard import desk


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 1 when there is no such card or slot."""
    parser = argparse.ArgumentParser(prog="python -m hub_card_softcard", description=__doc__)
    parser.add_argument("slot", type=Path, help="the folder that is the slot")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="show the cards in the slot and those that are out")
    for name, text in {
        "insert": "plug a card in",
        "remove": "pull a card",
        "unlock": "give it all PIN tries again",
        "expire": "let it have expired yesterday",
    }.items():
        commands.add_parser(name, help=text).add_argument("serial")
    make = commands.add_parser("make", help="make a card from a key and its certificate; asks for the PIN")
    make.add_argument("serial")
    make.add_argument("label")
    make.add_argument("key", type=Path, help="PEM, PKCS#8, not encrypted")
    make.add_argument("certificate", type=Path, help="PEM")
    options = parser.parse_args(arguments)
    try:
        run(options)
    except (OSError, ValueError, CardError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def run(options: argparse.Namespace) -> None:
    """Do what was asked. Raises OSError, ValueError, CardError."""
    slot: Path = options.slot
    match options.command:
        case "list":
            inside, outside = desk.list_cards(slot)
            for card in inside:
                print(f"{card.token}  {card.label}  {card.not_after:%Y-%m-%d}  tries={card.tries_left}")
            for serial in outside:
                print(f"{serial}  (out)")
        case "insert":
            desk.insert(slot, options.serial)
        case "remove":
            desk.remove(slot, options.serial)
        case "unlock":
            desk.unlock(slot, options.serial)
        case "expire":
            desk.expire(slot, options.serial, datetime.now(UTC) - timedelta(days=1))
        case "make":
            desk.make(
                slot,
                serial=options.serial,
                label=options.label,
                key=options.key.read_bytes(),
                certificate=options.certificate.read_bytes(),
                pin=getpass("PIN: "),
            )


if __name__ == "__main__":
    sys.exit(main())
