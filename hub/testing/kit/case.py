"""What a case is, how one is run, and what a run is worth: bronze, silver or gold."""

import inspect
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

GRADES = ("bronze", "silver", "gold")
NO_GRADE = "none"
PASSED, FAILED, EXEMPT, TODO = "passed", "failed", "exempt", "todo"
SECONDS = 30.0  # one case; an adapter that hangs fails its case and not the run
LONGEST = 300  # characters of a reason


class Broken(AssertionError):
    """The plugin breaks the rule of a case; the message says how."""


class Exempt(Exception):
    """The rule cannot apply, because of what the plugin declares; the message says which declaration."""


class Todo(Exception):
    """The plugin says that this is still to be done: no failure, and no grade that asks for it."""


class Overdue(BaseException):
    """A case did not end in time. No ``except Exception`` of a plugin can swallow it."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One rule of the kit as a function that raises Broken or Exempt."""

    group: str  # "outcomes"
    name: str  # "an_answer_that_is_cut_off_is_unknown"
    grade: str  # the grade that asks for it
    rule: str  # the first line of its docstring
    about: type  # the subject it takes: Subject, Partner or Card
    check: Callable[[Any], None] = field(repr=False)

    def fits(self, subject: object) -> bool:
        """Whether the case is about this kind of plugin."""
        return isinstance(subject, self.about)


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one case."""

    group: str
    name: str
    grade: str
    outcome: str  # passed | failed | exempt | todo
    reason: str = ""


def bronze(check: Callable[[Any], None]) -> Callable[[Any], None]:
    """Marks a rule without which a plugin endangers its users' messages or money."""
    return _marked(check, "bronze")


def silver(check: Callable[[Any], None]) -> Callable[[Any], None]:
    """Marks a rule without which a plugin costs its operators work."""
    return _marked(check, "silver")


def gold(check: Callable[[Any], None]) -> Callable[[Any], None]:
    """Marks a rule that holds under load, in any order and for years."""
    return _marked(check, "gold")


def _marked(check: Callable[[Any], None], grade: str) -> Callable[[Any], None]:
    check.kit_grade = grade  # type: ignore[attr-defined]
    return check


def cases_of(modules: Iterable[ModuleType]) -> Iterator[Case]:
    """The cases of these modules, in the order in which they are written."""
    for module in modules:
        for name, check in vars(module).items():
            grade = getattr(check, "kit_grade", None)
            if grade is None:
                continue
            (about,) = (row.annotation for row in inspect.signature(check).parameters.values())
            yield Case(
                group=module.__name__.rpartition(".")[2],
                name=name,
                grade=grade,
                rule=(check.__doc__ or "").partition("\n")[0].strip(),
                about=about,
                check=check,
            )


def expect(holds: object, otherwise: str) -> None:
    """Raises Broken(``otherwise``) unless ``holds``; unlike ``assert`` also under ``python -O``."""
    if not holds:
        raise Broken(otherwise)


def run(case: Case, subject: object, seconds: float = SECONDS) -> Result:
    """Run one case. Whatever a plugin raises is a failure of the case, never of the run."""
    try:
        with _watched(seconds):
            case.check(subject)
    except Exempt as exempt:
        return _result(case, EXEMPT, str(exempt))
    except Todo as todo:
        return _result(case, TODO, str(todo))
    except Broken as broken:
        return _result(case, FAILED, str(broken))
    except Overdue:
        return _result(case, FAILED, f"did not end within {seconds:g} s")
    except Exception as error:
        return _result(case, FAILED, f"{type(error).__name__}: {error}")
    return _result(case, PASSED, "")


def _result(case: Case, outcome: str, reason: str) -> Result:
    return Result(group=case.group, name=case.name, grade=case.grade, outcome=outcome, reason=reason[:LONGEST])


@contextmanager
def _watched(seconds: float) -> Iterator[None]:
    """Raises Overdue in the main thread after ``seconds``; without effect where there is no such signal."""
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def overdue(*_: object) -> None:
        raise Overdue

    before = signal.signal(signal.SIGALRM, overdue)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def grade(results: Iterable[Result]) -> str:
    """The highest grade all of whose rules, and all rules of the grades below, passed or cannot apply."""
    rows = list(results)
    reached = NO_GRADE
    for level in GRADES:
        asked = [row for row in rows if row.grade == level]
        if any(row.outcome in (FAILED, TODO) for row in asked) or not any(row.outcome == PASSED for row in asked):
            break
        reached = level
    return reached


def counts(results: Iterable[Result]) -> Mapping[str, int]:
    """How many cases passed, failed, were exempt, are still to be done."""
    rows = list(results)
    return {outcome: sum(row.outcome == outcome for row in rows) for outcome in (PASSED, FAILED, EXEMPT, TODO)}
