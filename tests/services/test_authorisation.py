"""Data authorisation: what is told to the insurer when it is given, taken back or over."""

from datetime import date, timedelta

import pytest

from hub.errors import NotAllowed
from hub.services import calendar, papers
from hub.services.shapes import BusinessObject
from tests.services.conftest import World
from tests.services.office import Office, office


def give(desk: Office) -> BusinessObject:
    seal = desk.make_seal()
    return desk.act(desk.begin("authorisation", "sinosure"), "give", {"term": "1", "seal_no": seal.number})


def test_the_letter_says_what_is_given_and_until_when_and_is_signed(world: World) -> None:
    desk = office(world)

    letter = give(desk)

    (row, content) = desk.papers(letter)[0]
    assert letter.states["state"] == "AUTHORISED"
    assert letter.content["scope"] == ["企业基本信息", "出口申报数据", "投保与保单信息"]
    assert (letter.content["valid_from"], letter.content["valid_until"]) == (date(2026, 11, 20), date(2027, 11, 19))
    assert papers.check(world.runtime, letter, row, content).good


def test_taking_it_back_is_signed_and_told_too(sqlite_world: World) -> None:
    desk = office(sqlite_world)

    letter = desk.act(give(desk), "revoke", {})

    assert letter.states["state"] == "REVOKED"
    assert desk.sent(letter) == ["DataAuthorisation/1.0", "DataAuthorisation/1.0"]


def test_it_ends_by_itself(sqlite_world: World) -> None:
    desk = office(sqlite_world)
    letter = give(desk)
    sqlite_world.clock.move(timedelta(days=366))

    calendar.run(sqlite_world.runtime)

    assert desk.now(letter).states["state"] == "EXPIRED"


def test_only_the_legal_person_gives_it(sqlite_world: World) -> None:
    operator = office(sqlite_world, "OP")

    with pytest.raises(NotAllowed):
        operator.begin("authorisation", "sinosure")
