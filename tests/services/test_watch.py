"""An operator is told before the users notice."""

from datetime import timedelta
from typing import Any

import pytest

from hub import registry
from hub.contract.hooks import hookimpl
from hub.delivery.quota import Quota
from hub.services import actions, watch
from hub.services.broadcast import Broadcast
from hub.store.engine import reading
from tests.services.conftest import VALUES, World


def submitted(world: World) -> None:
    world.push(world.offer())
    obj = world.object()
    actions.perform(world.runtime, world.actor("PW"), "micro_application", obj.id, "confirm", VALUES, obj.revision)


def alerts(world: World) -> list[watch.AlertRow]:
    with reading(world.runtime.engine) as connection:
        return watch.alerts(connection, closed=True)


def test_an_answer_that_stays_out_is_one_alert_however_often_one_looks(world: World) -> None:
    submitted(world)
    world.clock.move(timedelta(hours=200))

    overdue = [watch.watch_silence(world.runtime) for _ in range(3)]

    assert overdue == [1, 1, 1]
    assert len(alerts(world)) == 1
    assert "1 笔" in alerts(world)[0].text.zh


def test_the_answer_closes_the_alert(world: World) -> None:
    submitted(world)
    world.clock.move(timedelta(hours=200))
    watch.watch_silence(world.runtime)
    world.push(world.review("10", None, policy_no="P-1"))

    watch.watch_silence(world.runtime)

    assert alerts(world)[0].closed_at is not None


def test_nobody_is_reproached_within_the_promised_time(world: World) -> None:
    submitted(world)
    world.clock.move(timedelta(minutes=1))

    assert watch.watch_silence(world.runtime) == 0


def test_every_state_in_which_a_partner_owes_an_answer_is_watched() -> None:
    assert {(row.kind.code, row.state) for row in watch.promises()} == {
        ("micro_application", "SUBMITTED"),
        ("micro_application", "WITHDRAWING"),
        ("policy", "RECEIPT_SENDING"),
        ("inquiry", "SUBMITTED"),
        ("cargo_appointment", "SUBMITTED"),
        ("cargo_application", "SUBMITTED"),
        ("cargo_application", "CANCELLING"),
        ("duty_authorisation", "SUBMITTED"),
        ("duty_limit", "SUBMITTED"),
        ("duty_top_up", "SUBMITTED"),
        ("duty_application", "SUBMITTED"),
        ("claim", "SUBMITTED"),
        ("claim", "IN_REVIEW"),
        ("claim", "WITHDRAWING"),
        ("buyer", "NEW_PENDING_CODE"),
        ("payment_agreement", "REQUESTED"),
        ("payment_order", "SENT"),
        ("agreement", "SIGNING"),
        ("buyer_report", "SUBMITTED"),
        ("loss_report", "SUBMITTED"),
    }


def test_observers_hear_of_each_change_and_one_that_raises_hides_nothing(world: World, caplog: Any) -> None:
    heard: list[tuple[str, str]] = []

    class Raises:
        @staticmethod
        @hookimpl
        def state_changed(object_id: str, kind: str, before: str, after: str) -> None:
            raise RuntimeError("not my day")

    class Hears:
        @staticmethod
        @hookimpl
        def state_changed(kind: str, after: str) -> None:
            heard.append((kind, after))

    built = registry.build({"aa_raises": Raises, "bb_hears": Hears})  # type: ignore[dict-item]
    world.runtime = type(world.runtime)(**{**vars(world.runtime), "registry": built})
    told = Broadcast(world.runtime)
    told.run()
    submitted(world)

    told.run()
    told.run()
    world.runtime.guards.settle(5)

    assert heard == [("micro_application", "state:PENDING_CONFIRM"), ("micro_application", "state:SUBMITTED")]
    assert "aa_raises" in caplog.text


@pytest.mark.parametrize("seconds", [0.0, 59.9])
def test_a_bucket_never_holds_more_than_a_minute(seconds: float) -> None:
    quota = Quota(3)
    assert [quota.take("p", 0.0) for _ in range(4)] == [True, True, True, False]
    assert sum(quota.take("p", 600 + seconds) for _ in range(9)) == 3
