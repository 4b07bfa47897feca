"""Time: partner hours, clocks that differ, and the day that is another one elsewhere."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hub.contract.message import CanonicalEvent
from hub.testing.kit.case import Exempt, bronze, expect, gold, silver
from hub.testing.kit.samples import NOW
from hub.testing.kit.subject import Partner

SKEW = timedelta(minutes=10)
OUT_OF_WINDOW = "1005"
CHINA = timezone(timedelta(hours=8))
EDGES = (
    datetime(2026, 11, 19, 15, 59, 59, tzinfo=UTC),  # the last second of a day in China
    datetime(2026, 11, 19, 16, 0, 0, tzinfo=UTC),
    datetime(2026, 11, 19, 23, 59, 59, tzinfo=UTC),
    datetime(2026, 11, 20, 0, 0, 0, tzinfo=UTC),
)


@bronze
def ten_minutes_of_skew_are_taken(partner: Partner) -> None:
    """A message from a clock ten minutes before or behind ours is opened."""
    for sample in partner.one_of_each:
        for at in (NOW - SKEW, NOW + SKEW):
            code = partner.refused(partner.wire(replace(sample.message, created_at=at)))
            expect(code is None, f"{sample.name}: {code} for a clock that is {at - NOW} off")


@silver
def a_message_from_tomorrow_or_of_last_year_is_refused(partner: Partner) -> None:
    """A message from the future or older than any replay is refused with 1005."""
    partner.must_carry("created_at")
    for sample in partner.one_of_each:
        for at in (NOW + timedelta(days=1), NOW - timedelta(days=366)):
            code = partner.refused(partner.wire(replace(sample.message, created_at=at)))
            expect(code == OUT_OF_WINDOW, f"{sample.name}: {code or 'opened'} for {at.isoformat()}")


@bronze
def an_event_says_when_it_happened_in_utc(partner: Partner) -> None:
    """occurred_at is aware, in UTC, and a time of the message: never the time of reading."""
    for sample in partner.incoming:
        opened = partner.open(sample.message, NOW + timedelta(minutes=7))
        for event in partner.adapter.parse(opened, partner.ctx(NOW + timedelta(minutes=7))):
            if isinstance(event, CanonicalEvent):
                expect(event.occurred_at.utcoffset() == timedelta(0), f"{sample.name}: {event.occurred_at!r}")
                told = {sample.message.created_at, *_times(dict(sample.message.body))}
                expect(event.occurred_at in told, f"{sample.name}: {event.occurred_at} is no time of the message")


@silver
def the_edge_of_a_day_stays_where_it_is(partner: Partner) -> None:
    """A time at the edge of a day, in China or in UTC, written in either zone, is the same instant in the event."""
    tried = 0
    for sample in partner.incoming:
        for key in [key for key, value in sample.message.body.items() if isinstance(value, datetime)]:
            for edge in EDGES:
                message = replace(sample.message, body={**sample.message.body, key: edge.astimezone(CHINA)})
                for event in partner.take(message):
                    if isinstance(event, CanonicalEvent) and event.occurred_at != NOW:
                        expect(event.occurred_at == edge, f"{sample.name}: {edge} became {event.occurred_at}")
                        tried += 1
    if not tried:
        raise Exempt("no event takes its time from the body")


@gold
def partner_hours_open_again(partner: Partner) -> None:
    """From every hour of two weeks, the next opening lies ahead, within the hours, and is open itself."""
    rows = {name: row.hours for name, row in partner.adapter.sheet.capabilities.items() if row.hours is not None}
    if not rows:
        raise Exempt("the sheet declares no hours")
    for name, hours in rows.items():
        for step in range(24 * 14):
            now = NOW + timedelta(hours=step, minutes=step % 60)
            opens = hours.next_open(now)
            local = opens.astimezone(ZoneInfo(hours.zone))
            inside = local.weekday() in hours.days and hours.opens <= local.time() < hours.closes
            expect(opens >= now and inside, f"{name}: from {now} on the next opening is {opens}")
            expect(hours.next_open(opens) == opens, f"{name}: not open at its own opening")


def _times(body: object) -> list[datetime]:
    if isinstance(body, datetime):
        return [body]
    values = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    return [found for value in values for found in _times(value)]
