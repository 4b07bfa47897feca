"""The table of fail points equals the code, and nothing is armed unless a test build asks for it."""

import ast
import threading
from pathlib import Path

import pytest

import hub
from hub.delivery import failpoints
from hub.delivery.failpoints import VARIABLE, FailPoint, arm, hit
from hub.errors import ConfigError


def calls():
    """The argument of every ``failpoints.hit`` in the hub."""
    for path in Path(hub.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "hit":
                yield ast.literal_eval(node.args[0])


def test_every_point_in_the_table_is_in_the_code_once_and_the_other_way_round():
    found = sorted(calls())

    assert found == sorted(failpoints.POINTS)


def test_every_point_says_where_it_is_in_one_sentence():
    for name, sentence in failpoints.POINTS.items():
        assert sentence.endswith(".")
        assert sentence.count(".") == 1, name


def test_nothing_is_armed_without_the_variable():
    arm({}, allowed=True)

    for name in failpoints.POINTS:
        hit(name)


def test_a_build_that_is_no_test_build_refuses_the_variable():
    with pytest.raises(ConfigError, match="not a test build"):
        arm({VARIABLE: "outbox.enqueue=kill"}, allowed=False)

    hit("outbox.enqueue")


@pytest.mark.parametrize(
    "text", ["nowhere=kill", "outbox.enqueue", "outbox.enqueue=explode", "outbox.enqueue=kill@x", "=kill"]
)
def test_a_misspelt_point_is_an_error_and_not_a_quiet_nothing(text):
    with pytest.raises(ConfigError, match=VARIABLE):
        arm({VARIABLE: text}, allowed=True)


def test_a_point_can_wait_for_its_turn():
    arm({VARIABLE: "outbox.enqueue=raise@3, transport.before_connect=raise"}, allowed=True)

    hit("outbox.enqueue")
    hit("outbox.enqueue")
    with pytest.raises(FailPoint, match="enqueue"):
        hit("outbox.enqueue")
    hit("outbox.enqueue")
    with pytest.raises(FailPoint):
        hit("transport.before_connect")


def test_a_hung_point_hangs():
    arm({VARIABLE: "outbox.enqueue=hang"}, allowed=True)
    thread = threading.Thread(target=hit, args=["outbox.enqueue"], daemon=True)
    thread.start()

    thread.join(0.1)

    assert thread.is_alive()
