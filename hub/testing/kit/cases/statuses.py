"""The partner's codes: each has one meaning in both languages, and a code without a row has none at all."""

from collections.abc import Iterator
from dataclasses import replace

from hub.business import KINDS
from hub.business.kind import Kind
from hub.business.states import By, Next, Track
from hub.contract.message import CanonicalMessage
from hub.contract.status import UnmappedCode
from hub.testing.kit.case import Broken, Exempt, bronze, expect, silver
from hub.testing.kit.samples import Sample
from hub.testing.kit.subject import Partner

ENDED = ("done", "ended", "failed")  # families of states from which no way out is asked
ODD = ("ZZ99", "00", "O", "-")  # codes that a partner may send one day


@bronze
def a_code_without_a_row_is_unmapped(partner: Partner) -> None:
    """A code that the table does not have raises UnmappedCode with the code; it is never a success or a failure."""
    for sample, field in _coded(partner):
        known = {row.code for table in partner.adapter.statuses for row in table}
        real = sample.message.body[field]
        for code in {*ODD, f"{real}0", f"0{real}", str(real).swapcase() + "x"} - known:
            opened = partner.open(_with(sample.message, field, code))
            try:
                meaning = partner.adapter.parse(opened, partner.ctx())
            except UnmappedCode as unmapped:
                expect(unmapped.code == code, f"{sample.name}: {code} is reported as {unmapped.code}")
                continue
            raise Broken(f"{sample.name}: {code} was taken as {meaning}")


@bronze
def a_row_means_its_event(partner: Partner) -> None:
    """A message with a code of the table means the event of that row and no other."""
    for sample, _ in _coded(partner):
        events = [event.event for event in partner.events(sample)]
        wanted = sample.row.event if sample.row is not None else ""
        expect(events == [wanted], f"{sample.name}: means {events}, the table says {wanted}")


@bronze
def a_row_of_another_table_is_unmapped(partner: Partner) -> None:
    """A code of one field means nothing in another."""
    tried = 0
    for sample, field in _coded(partner):
        own = {row.code for row in sample.table or ()}
        for code in {row.code for table in partner.adapter.statuses for row in table} - own:
            tried += 1
            opened = partner.open(_with(sample.message, field, code))
            try:
                partner.adapter.parse(opened, partner.ctx())
            except UnmappedCode:
                continue
            raise Broken(f"{sample.name}: took {code} of another table")
    if not tried:
        raise Exempt("there is one table, or all have the same codes")


@bronze
def every_table_is_of_a_field_that_may_come_in(partner: Partner) -> None:
    """A table is called ``Message.Field`` or ``Message.Field(OtherField)`` after an incoming message of the sheet."""
    _tables(partner)
    tried = {sample.table.name for sample in partner.incoming if sample.table is not None}
    for table in partner.adapter.statuses:
        expect(table.name in tried, f"{table.name} is no field that may come in")


@bronze
def every_row_means_an_event_of_a_partner(partner: Partner) -> None:
    """The event of each row is one that some kind lets a partner cause."""
    _tables(partner)
    known = {event.name for kind in KINDS.values() for event in kind.events if event.by is By.PARTNER}
    for table in partner.adapter.statuses:
        for row in table:
            expect(row.event in known, f"{table.name} {row.code}: no partner may cause {row.event!r}")


@bronze
def every_row_has_words_in_both_languages(partner: Partner) -> None:
    """Each row has the partner's wording in Chinese and a translation, and two codes of a table do not read alike."""
    _tables(partner)
    for table in partner.adapter.statuses:
        words = [row.text for row in table]
        for text in words:
            expect(text.zh.strip() and text.en.strip(), f"{table.name}: a row without words")
        expect(len({text.zh for text in words}) == len(words), f"{table.name}: two codes read alike")


@silver
def an_event_has_words_for_its_timeline(partner: Partner) -> None:
    """An event that comes from a code carries words, in both languages."""
    for sample, _ in _coded(partner):
        for event in partner.events(sample):
            expect(event.text is not None and event.text.zh and event.text.en, f"{sample.name}: no words")


@silver
def no_state_waits_for_a_word_that_the_partner_cannot_say(partner: Partner) -> None:
    """Each state that waits for the partner, and can be reached, is left by an event that the partner can say."""
    said = {(event.kind, event.event) for sample in partner.incoming for event in partner.events(sample)}
    touched = {kind for kind, _ in said}
    if not touched:
        raise Exempt("no message of this partner moves an object")
    for kind in (KINDS[code] for code in sorted(touched)):
        own = {name for code, name in said if code == kind.code}
        for track in kind.tracks:
            reached = _reached(partner, kind, track, own)
            for state in track.states:
                waits = state.id in reached and state.next is Next.PARTNER and state.family not in ENDED
                out = any(row.source == state.id and row.event in own for row in track.transitions)
                expect(out or not waits, f"{kind.code}: the partner has no word that leaves {state.id}")


def _reached(partner: Partner, kind: Kind, track: Track, said: set[str]) -> set[str | None]:
    """The states to which the partner's words, the system, a beginning and the declared actions lead."""
    sheet = partner.adapter.sheet
    actions = {action.event for action in kind.actions if action.sends is None or action.sends.capability in sheet}
    system = {row.name for row in kind.events if row.by is By.SYSTEM or row.phase == "start"}
    reached: set[str | None] = {None}
    while True:
        more = {
            row.target for row in track.transitions if row.source in reached and row.event in said | actions | system
        }
        if more <= reached:
            return reached
        reached |= more


def _tables(partner: Partner) -> None:
    if not partner.adapter.statuses:
        raise Exempt("the partner sends no codes: there is no status table")


def _coded(partner: Partner) -> Iterator[tuple[Sample, str]]:
    """The samples that carry a code, with the field it stands in. Raises Exempt without tables."""
    _tables(partner)
    yield from ((sample, sample.key) for sample in partner.incoming if sample.table is not None)


def _with(message: CanonicalMessage, field: str, code: str) -> CanonicalMessage:
    return replace(message, body={**message.body, field: code})
