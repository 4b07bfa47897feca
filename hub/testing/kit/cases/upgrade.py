"""A new version of the plugin: what waits from the one before can still be handled.

``tests/released/<version>.toml`` is the ``capability.toml`` of a version that went out. Who leaves one behind with each
release learns here what the next one would break: messages are queued and parked for days, and a partner sends what it
has learnt to send.
"""

from collections.abc import Iterator

from hub.contract.adapters import Refusal
from hub.contract.capability import CapabilitySheet
from hub.testing.kit.case import Broken, Exempt, bronze, expect, silver
from hub.testing.kit.subject import Partner

FOLDER = "tests/released"


@bronze
def the_partner_keeps_its_code(partner: Partner) -> None:
    """The code of a released version is the code of today: it stands in addresses, keys and every stored message."""
    for version, sheet in _released(partner):
        mine = partner.adapter.sheet.partner
        expect(sheet.partner == mine, f"{version} was {sheet.partner!r}, this is {mine!r}")


@bronze
def what_a_released_version_took_is_still_taken(partner: Partner) -> None:
    """Each message that a released version declared as incoming is declared today: parked ones are opened again."""
    for version, sheet in _released(partner):
        lost = sorted({name for row in sheet.capabilities.values() for name in row.receives} - set(partner.receives))
        expect(not lost, f"{version} took {lost}; what is parked, or comes tomorrow, would be refused")


@silver
def the_answer_to_what_a_released_version_sent_can_be_read(partner: Partner) -> None:
    """A capability of a released version that still stands knows each message that was sent under it."""
    for version, sheet in _released(partner):
        for name, row in sheet.capabilities.items():
            for declared in row.sends if name in partner.adapter.sheet else ():
                try:
                    partner.schema(declared)
                except Refusal as refusal:
                    raise Broken(f"{version} sent {declared} for {name}, and nobody knows it now") from refusal


@silver
def a_capability_that_asked_can_still_ask(partner: Partner) -> None:
    """A capability that could be asked about can still be: an outcome in doubt would wait for two persons."""
    for version, sheet in _released(partner):
        for name, row in sheet.capabilities.items():
            now = partner.adapter.sheet.capabilities.get(name)
            expect(now is None or now.query or not row.query, f"{name}: {version} could ask what became of a message")


def _released(partner: Partner) -> Iterator[tuple[str, CapabilitySheet]]:
    """(version, its sheet). Raises Exempt where nothing was released."""
    places = sorted((partner.folder / FOLDER).glob("*.toml"))
    if not places:
        raise Exempt(f"there is no sheet of a released version in {FOLDER}")
    for place in places:
        yield place.stem, CapabilitySheet.parse(place.read_text(encoding="utf-8"))
