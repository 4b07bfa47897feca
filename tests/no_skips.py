"""A pytest plugin for CI: whatever would be skipped fails instead. ``python -m pytest -p tests.no_skips``."""

from collections.abc import Generator
from typing import Any

import pytest

SAYS = "skipped, and here nothing may be: {0}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test has failed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A skipped file has failed."""
    report = yield
    if report.skipped:
        fail(report)
    return report


def fail(report: Any) -> None:
    """Turn the report round, with the reason of the skip."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = SAYS.format(reason.removeprefix("Skipped: "))
