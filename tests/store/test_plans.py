"""How the rows of each message's statements are found, and those of an operator's questions.

A plan that goes through more than it has to is noticed only when there is much: these were. PostgreSQL plans for any
values (from the sixth time on statements run so), in a store that it has not counted yet.
"""

from collections.abc import Callable, Collection

import pytest
from sqlalchemy import Connection, Engine, event

from hub.delivery import lanes, outbox, receiver
from hub.services import objects, operations, partners
from hub.store.engine import reading
from hub.store.prepared import Prepared

OBJECT = ("enterprise", "kind", "id")
MOVE = outbox._move(frozenset({"SENDING"}), held=True, never_attempted=False)

PLANS: dict[str, tuple[Prepared, Collection[str], str]] = {  # statement, names of its values, how its rows are found
    "an object": (objects.OWN, OBJECT, "Index Scan using pk_business_object"),
    "an object to change": (objects.OWN_LOCKED, OBJECT, "Index Scan using pk_business_object"),
    "an answered message": (MOVE, ("moved", "held", "state"), "Index Scan using uq_outbox_message_id"),
    "what waits for a number": (receiver.PARKED, ("partner", "number"), "Index Scan using ix_inbox_parked"),
    "partners with something due": (lanes.DUE, ("now",), "CTE Scan on busy Filter: ((SubPlan"),  # asked for each
}


@pytest.mark.postgres
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
@pytest.mark.parametrize(("statement", "names", "found"), PLANS.values(), ids=PLANS)
def test_rows_are_found_by_the_index_that_is_meant_for_them(
    engine: Engine, statement: Prepared, names: Collection[str], found: str
) -> None:
    with reading(engine) as connection:
        ready = statement._for(connection.dialect, dict.fromkeys(names))
        plan = connection.exec_driver_sql(f"EXPLAIN (GENERIC_PLAN, COSTS OFF) {ready.sql}").scalars().all()

    assert found in " ".join(" ".join(plan).split())


WORK: dict[str, tuple[Callable[[Connection], object], frozenset[str]]] = {  # question, what its answers are found by
    "the latest messages": (operations.messages, frozenset({"outbox", "ix_inbox_time"})),
    "what waits for a person": (operations.stuck, frozenset({"ix_outbox_stuck", "ix_inbox_parked"})),
    "what waits for or from a partner": (
        lambda connection: list(partners._waiting(connection, "sinosure")),
        frozenset({"ix_outbox_due", "ix_outbox_lane", "ix_outbox_stuck", "ix_inbox_parked"}),
    ),
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("ask", "allowed"), WORK.values(), ids=WORK)
def test_an_operators_question_reads_no_more_than_it_shows(
    engine: Engine, ask: Callable[[Connection], object], allowed: frozenset[str]
) -> None:
    asked: list[tuple[str, object]] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    with reading(engine) as connection:
        ask(connection)
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all() for sql, given in tuple(asked)]

    ours = [" ".join(row.detail for row in plan) for plan in plans]
    said = [text.split() for text in ours if {"outbox", "inbox"} & {*text.split()}]
    assert {words[words.index("INDEX") + 1] if "INDEX" in words else words[1] for words in said} <= allowed
    assert not any("ORDER BY" in " ".join(words) for words in said)
