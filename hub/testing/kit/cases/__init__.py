"""The cases, one file for each group, in the order of the page."""

from hub.testing.kit.case import Case, cases_of
from hub.testing.kit.cases import (
    build,
    cards,
    docs,
    golden,
    hours,
    idempotency,
    isolation,
    limits,
    manifest,
    money,
    outcomes,
    parse,
    privacy,
    questions,
    receipts,
    statuses,
    upgrade,
)

GROUPS = (
    manifest, build, parse, questions, outcomes, idempotency, receipts, statuses, money, golden, hours, limits, privacy,
    isolation, docs, upgrade, cards,
)  # fmt: skip
CASES: tuple[Case, ...] = tuple(cases_of(GROUPS))
