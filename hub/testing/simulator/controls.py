"""What can be done to a partner by hand: faults, time, and whatever its scenario adds."""

from collections.abc import Mapping
from typing import Any

from hub.testing.simulator.desk import Control, ControlError, Desk
from hub.testing.simulator.faults import side_of


def control(desk: Desk, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """``{"do": "offer", ...}``: one control, in one transaction. Raises ControlError."""
    known = {**CONTROLS, **desk.scenario.controls}
    name = wanted.get("do")
    if not isinstance(name, str) or name not in known:
        raise ControlError(f"do: must be one of {', '.join(sorted(known))}")
    with desk.books.writing():
        done = dict(known[name](desk, wanted))
    desk.wake()
    return done


def _set_fault(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"fault": name, "on": "answer" | "push", "types": [...], "times": 1}``: for the next messages."""
    try:
        side = side_of(str(wanted.get("fault")), str(wanted.get("on", "")))
    except ValueError as error:
        raise ControlError(str(error)) from error
    types, times = wanted.get("types", []), wanted.get("times", 1)
    if not isinstance(types, list) or not isinstance(times, int) or times < 1:
        raise ControlError("types: a list of message types; times: a whole number from 1")
    desk.books.arm(str(wanted["fault"]), side, types=types, times=times)
    return {"on": side}


def _clear(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG001
    """No fault is set any more."""
    desk.books.disarm()
    return {}


def _advance(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG001
    """Everything planned is due now."""
    return {"hastened": desk.books.hasten(desk.clock.now())}


CONTROLS: Mapping[str, Control] = {"fault": _set_fault, "clear": _clear, "advance": _advance}
"""What every partner can be asked by hand; a scenario adds its own."""
