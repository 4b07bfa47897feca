"""The run of the kit inside pytest: one item for each case, a skip for an exemption, and the report at the end."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from hub.contract.adapters import Signer
from hub.crypto.keys import KeySigner
from hub.testing.kit import report
from hub.testing.kit.case import EXEMPT, FAILED, TODO, Case, Result, counts, grade, run
from hub.testing.kit.cases import CASES
from hub.testing.kit.find import NotFound, names_in, subjects
from hub.testing.kit.subject import Partner, Subject

RESULTS = pytest.StashKey[dict[str, tuple[Subject, list[Result]]]]()
SCRATCH = pytest.StashKey["tempfile.TemporaryDirectory[str]"]()


class RuleBroken(Exception):
    """A case failed; shown without a traceback, because the message says what is wrong."""


class Group(pytest.Collector):
    """The cases of one group for one subject."""

    def collect(self) -> list[pytest.Item]:
        """Nothing: the session makes the items."""
        return []


class KitItem(pytest.Item):
    """One case."""

    case: Case
    subject: Subject

    def runtest(self) -> None:
        """Run the case and keep its result for the report."""
        result = run(self.case, self.subject, self.config.getoption("hub_kit_seconds"))
        self.config.stash[RESULTS][label(self.subject)][1].append(result)
        if result.outcome in (EXEMPT, TODO):
            pytest.skip(f"{result.outcome}: {result.reason}")
        if result.outcome == FAILED:
            raise RuleBroken(result.reason)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:  # noqa: ARG002
        """The rule and how it is broken."""
        return f"{self.case.rule}\n  {excinfo.value}"

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Named by group and case."""
        return self.subject.folder, None, self.nodeid


def label(subject: Subject) -> str:
    """The subject's name in the report and in node ids."""
    return subject.adapter.sheet.partner if isinstance(subject, Partner) else subject.plugin.name


def pytest_configure(config: pytest.Config) -> None:
    """A place for the results, and for the cards of a bench."""
    config.stash[RESULTS] = {}
    config.stash[SCRATCH] = tempfile.TemporaryDirectory(prefix="swhub-kit-")


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> bool:
    """The kit's cases instead of the tests of the folder; ``-k`` chooses among them as usual."""
    config = session.config
    items: list[pytest.Item] = []
    for subject in _subjects(config):
        config.stash[RESULTS][label(subject)] = (subject, [])
        items += _items(session, subject)
    session.items = items
    config.hook.pytest_collection_modifyitems(session=session, config=config, items=items)
    session.testscollected = len(items)
    config.hook.pytest_collection_finish(session=session)
    return True


def _subjects(config: pytest.Config) -> list[Subject]:
    name, here = config.getoption("hub_kit_plugin"), Path(config.invocation_params.dir)
    scratch = Path(config.stash[SCRATCH].name)
    try:
        if name:
            return subjects(name, scratch)
        return [subject for found in names_in(here) for subject in subjects(found, scratch, here)]
    except NotFound as error:
        raise pytest.UsageError(str(error)) from error


def _items(session: pytest.Session, subject: Subject) -> list[pytest.Item]:
    made: list[pytest.Item] = []
    groups: dict[str, Group] = {}
    for case in CASES:
        if not case.fits(subject):
            continue
        if case.group not in groups:
            nodeid = f"{label(subject)}/{case.group}"
            groups[case.group] = Group.from_parent(session, name=case.group, nodeid=nodeid)
        item = KitItem.from_parent(groups[case.group], name=case.name)
        item.case, item.subject = case, subject
        item.user_properties.append(("grade", case.grade))
        made.append(item)
    return made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The grade of each subject, and why it is not a higher one."""
    for name, (_, results) in config.stash[RESULTS].items():
        said = ", ".join(f"{number} {outcome}" for outcome, number in counts(results).items())
        terminalreporter.write_line(f"{name}: {grade(results)} ({said})")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the report of a whole run, into the plugin itself unless a folder is named; a part proves nothing."""
    folder = session.config.getoption("hub_kit_report")
    found = session.config.stash[RESULTS]
    for name, (subject, results) in found.items():
        if len(results) != sum(case.fits(subject) for case in CASES):
            continue
        place = report.brought_along(subject) if len(found) == 1 else None
        if folder:
            place = (Path(folder) if len(found) == 1 else Path(folder) / name) / report.FILE
        if place is not None:
            report.write(place, report.make(subject, results, _signer(session.config)))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Put the cards away."""
    config.stash[SCRATCH].cleanup()


def _signer(config: pytest.Config) -> Signer | None:
    paths: Sequence[str | None] = (config.getoption("hub_kit_key"), config.getoption("hub_kit_certificate"))
    key, certificate = (Path(path).read_bytes() if path else None for path in paths)
    if key is None or certificate is None:
        return None
    return KeySigner.from_pem(key, certificate)
