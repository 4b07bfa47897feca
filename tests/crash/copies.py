"""One offer sent a thousand times at once: one effect, equal answers; the same id with other bytes: one conflict."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from sqlalchemy import select

from hub.store import tables
from hub.store.engine import reading
from tests.crash.house import Broken, House

THREADS = 32


def storm(house: House, copies: int) -> None:
    """Send ``copies`` copies of an offer, and as many with the same id and other bytes. Raises Broken."""
    house.start("door")
    offer = house.insurer.write.offer(house.number())
    content = house.insurer.seal(offer)
    other = house.insurer.seal(replace(offer, body={**offer.body, "product_name": "另一产品"}))
    mixed = [content] * copies + [other] * copies

    same = _answers(house, [content] * copies)
    if len(same) != 1 or next(iter(same))[0] != 200:
        raise Broken(f"{copies} copies got {len(same)} answers: {[status for status, _ in same]}")
    if house.insurer.push(offer, content) != "0000":
        raise Broken("the stored receipt is not good")
    then = _answers(house, mixed)
    if sorted(status for status, _ in then) != [200, 409] or next(iter(same)) not in then:
        raise Broken(f"other bytes under the same id: {[status for status, _ in then]}")
    if house.insurer.push(offer, other) != "2002":
        raise Broken("other bytes under the same id were not called a conflict")
    _check_effects(house, offer.message_id, 2 * copies)


def _answers(house: House, contents: list[bytes]) -> Counter[tuple[int, bytes]]:
    with ThreadPoolExecutor(THREADS) as threads:
        found = list(threads.map(house.insurer.post, contents))
    if None in found:
        raise Broken(f"{found.count(None)} of {len(found)} were not answered")
    return Counter((raw.status, raw.content) for raw in found if raw is not None)


def _check_effects(house: House, message_id: str, sent: int) -> None:
    with reading(house.runtime.engine) as connection:
        inbox = connection.execute(select(tables.inbox)).all()
        events = connection.execute(select(tables.event)).all()
        conflicts = connection.execute(select(tables.conflict)).all()
        notices = connection.execute(select(tables.notice)).all()
    if [(row.message_id, row.copies) for row in inbox] != [(message_id, sent)]:
        raise Broken(f"inbox: {[(row.message_id, row.copies) for row in inbox]}")
    if (len(events), len(conflicts), len(notices)) != (1, 1, 1):
        raise Broken(f"{len(events)} events, {len(conflicts)} conflicts, {len(notices)} notices")
    code, said = house.command("dead-letters", "list", "--json")
    if code != 0 or '"CONFLICT"' not in said:
        raise Broken(f"the operator does not see the conflict: {said}")
    house.check(settled=True)
