"""The control without a card reader: real WebSocket, real blocks, one card that signs, counts tries and locks.

Options are in README.md. Besides the control's own methods it has a family ``sim_`` for the hand that plugs the card
in and pulls it, and for faults; the real control has nothing like it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.testing.pki import Identity
from hub_card_eport.simulator.card import TRIES, ControlCard
from hub_card_eport.simulator.control import serve

PORT = 61232  # where the vendor's control listens
KNOWN = ("port", "number", "key", "certificate", "algorithm", "pin", "tries", "address_file")


def run(options: Mapping[str, Any]) -> None:
    """Play the control until stopped. Raises ValueError naming the option, OSError."""
    for name in options:
        if name not in KNOWN:
            raise ValueError(f"{name}: unknown; known are {', '.join(KNOWN)}")
    for name in ("key", "certificate", "pin"):
        if not options.get(name):
            raise ValueError(f"{name}: missing")
    identity = Identity(
        algorithm=str(options.get("algorithm", "rsa-sha256")),
        key=Path(options["key"]).read_bytes(),
        certificate=Path(options["certificate"]).read_bytes(),
    )
    tries = int(options.get("tries", TRIES))
    card = ControlCard(str(options.get("number", "9600000000001")), identity, str(options["pin"]), tries)
    address_file = options.get("address_file")
    serve(card, int(options.get("port", PORT)), Path(address_file) if address_file else None)
