"""How much a message may bring, and how fast messages may go."""

from dataclasses import replace

from hub.testing.kit.case import bronze, expect, silver
from hub.testing.kit.samples import PAPER
from hub.testing.kit.subject import Partner, raw

TOO_MUCH, OTHER_DIGEST = ("0001", "0003"), "0006"
MEGABYTE = 1024 * 1024
BOMBS = {
    "levels": b"<a>" * 5_000 + b"</a>" * 5_000,
    "elements": b"<a>" + b"<b/>" * 200_000 + b"</a>",
    "attributes": b"<a " + b" ".join(b'a%d=""' % no for no in range(50_000)) + b"/>",
    "namespaces": b"<a>" + b"".join(b'<b xmlns="urn:%d"/>' % no for no in range(10_000)) + b"</a>",
    "one long name": b"<" + b"a" * MEGABYTE + b"/>",
}


@bronze
def a_bomb_is_refused(partner: Partner) -> None:
    """Too many levels, elements, attributes or namespaces are refused before they cost anything."""
    for name, content in BOMBS.items():
        expect(partner.refused(raw(content)) in TOO_MUCH, f"{name}: not refused as too much")


@bronze
def a_message_larger_than_any_is_refused(partner: Partner) -> None:
    """A message larger than the sheet allows to any capability is refused."""
    largest = max((row.total_mb for row in partner.adapter.sheet.capabilities.values()), default=50)
    content = b"<a>" + b" " * (largest * MEGABYTE) + b"</a>"
    expect(partner.refused(raw(content)) in TOO_MUCH, f"more than {largest} MB were taken")


@bronze
def a_file_that_is_not_its_digest_is_refused(partner: Partner) -> None:
    """An attachment whose content does not match its digest is refused with 0006."""
    partner.must_carry("attachments")
    for sample in partner.one_of_each:
        wrong = replace(sample.message, attachments=(replace(PAPER, sha256="ab" * 32),))
        code = partner.refused(partner.wire(wrong))
        expect(code == OTHER_DIGEST, f"{sample.name}: {code or 'opened'}, not {OTHER_DIGEST}")


@silver
def each_capability_that_sends_says_how_fast(partner: Partner) -> None:
    """A capability that sends has a limit of messages a minute and of octets."""
    for name, row in partner.adapter.sheet.capabilities.items():
        if row.sends:
            expect(row.per_minute and row.per_minute > 0, f"{name}: limits.per_minute is missing")
            expect(0 < row.total_mb <= 100, f"{name}: limits.total_mb {row.total_mb} is not 1 to 100")
