"""An unknown code becomes one task with a patch; patched and installed, the messages that waited go through."""

import importlib.util
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import hub_sinosure
import pytest
from hub_sinosure.adapter import sinosure

from hub import registry
from hub.contract.message import CanonicalEvent, InMessage
from hub.contract.status import StatusRow
from hub.plugins import Plugin
from hub.registry import Registry
from hub.services import operations, unmapped
from hub.services.unmapped import Task
from hub.store.engine import reading
from tests.services.conftest import World
from tests.services.test_inbound import confirmed_application as confirmed


def tasks(world: World) -> list[Task]:
    with reading(world.runtime.engine) as connection:
        return unmapped.tasks(connection, world.runtime.registry)


@pytest.fixture
def installed(world: World) -> World:
    """The world with the installed Sinosure plugin, so that its source is known."""
    world.runtime = replace(world.runtime, registry=registry.build())
    world.push(world.offer())
    return world


def test_every_code_is_one_task_however_often_it_comes(installed: World) -> None:
    installed.push(installed.review("21", None, result_text="退回补充资料"))
    installed.push(installed.review("21", None, result_text="退回补充资料"))
    installed.push(installed.review("77", None))

    found = {(task.field, task.code): (task.wording, task.count, task.waiting) for task in tasks(installed)}

    assert found == {
        ("ReviewResult.ResultCode", "21"): ("退回补充资料", 2, 2),
        ("ReviewResult.ResultCode", "77"): ("", 1, 1),
    }


def test_a_copy_of_a_parked_message_is_not_counted_again(installed: World) -> None:
    content = installed.seal(installed.review("77", None))

    installed.push(content)
    installed.push(content)

    assert [task.count for task in tasks(installed)] == [1]


@pytest.mark.parametrize(
    ("code", "wording", "event"),
    [
        ("21", "退回补充资料", "returned"),  # wording and neighbour agree
        ("99", "审核通过（附条件）", "approved"),  # only the wording speaks
        ("42", "", "withdrawal_refused"),  # only the neighbour does
    ],
)
def test_the_nearest_row_is_proposed_and_nothing_is_applied(
    installed: World, code: str, wording: str, event: str
) -> None:
    words = {"result_text": wording} if wording else {}
    installed.push(installed.review(code, None, **words))

    [task] = tasks(installed)

    assert task.proposal is not None
    assert task.proposal.row.event == event
    assert installed.object().states["state"] == "PENDING_CONFIRM"


def test_where_nothing_is_near_nothing_is_proposed(installed: World) -> None:
    installed.push(installed.review("77", None))

    assert [task.proposal for task in tasks(installed)] == [None]


def patched(folder: Path, patch: str, tool: list[str]) -> ModuleType:
    """The codes of a copy of the plugin's source after the patch was applied with ``tool``."""
    shutil.copytree(Path(str(hub_sinosure.__file__)).parent, folder / "hub_sinosure")
    subprocess.run(tool, cwd=folder, input=patch, text=True, check=True, timeout=30)
    spec = importlib.util.spec_from_file_location("patched_codes", folder / "hub_sinosure" / "codes.py")
    assert spec is not None
    assert spec.loader is not None
    codes = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(codes)
    return codes


def task_of(proposal: unmapped.Proposal | None) -> Task:
    """A task of the insurer with this proposal."""
    now = datetime.now(UTC)
    return Task(
        partner="sinosure", field="", code="", wording="", count=1, waiting=1, first_at=now, last_at=now, known=False,
        proposal=proposal,
    )  # fmt: skip


TOOLS = [[tool, *arguments] for tool, *arguments in (("git", "apply", "-"), ("patch", "-p1")) if shutil.which(tool)]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool[0])
@pytest.mark.parametrize("field", [table.name for table in sinosure().statuses])
def test_the_patch_applies_to_the_plugins_own_file_and_adds_exactly_the_proposed_rows(
    tmp_path: Path, tool: list[str], field: str
) -> None:
    built = registry.build()
    table = next(row for row in built.partners["sinosure"].statuses if row.name == field)
    rows = [unmapped.proposed(table, code, f'{table.rows[0].text.zh}"甲"') for code in ("55", "56")]

    codes = patched(tmp_path, unmapped.patch(built, [task_of(row) for row in rows]), tool)

    [after] = [row for row in codes.TABLES if row.name == field]
    assert after.rows == (*table.rows, *(row.row for row in rows if row is not None))
    assert [len(row.rows) for row in codes.TABLES if row.name != field] == [
        len(row.rows) for row in built.partners["sinosure"].statuses if row.name != field
    ]


def test_after_the_patched_plugin_is_installed_the_messages_go_through(installed: World, tmp_path: Path) -> None:
    sent = confirmed(installed)
    installed.push(installed.review("21", sent, result_text="退回补充资料"))
    [task] = tasks(installed)
    codes = patched(tmp_path, unmapped.patch(installed.runtime.registry, [task]), ["git", "apply", "-"])
    [review] = [row for row in codes.TABLES if row.name == task.field]

    class Patched(type(sinosure())):  # type: ignore[misc]
        """The plugin with the patched table, as its next version has it."""

        def parse(self, message: InMessage, ctx: object) -> list[CanonicalEvent]:
            """The review only."""
            row: StatusRow = review[message.canonical.body["result_code"]]
            body = message.canonical.body
            return [
                CanonicalEvent(
                    kind="micro_application",
                    number=body["application_no"],
                    event=row.event,
                    occurred_at=body["reviewed_at"],
                    answers=message.canonical.correlation_id,
                    text=row.text,
                )
            ]

    adapter = Patched(catalogue=sinosure().catalogue, sheet=sinosure().sheet, statuses=codes.TABLES)
    plugin = Plugin(name="sinosure", version="0.1.1", module=sys.modules["hub_sinosure"])
    installed.runtime = replace(
        installed.runtime, registry=Registry({"sinosure": adapter}, (plugin,), {"sinosure": "sinosure"})
    )
    assert [row.known for row in tasks(installed)] == [True]

    applied = operations.replay_unmapped(installed.runtime, "sinosure", task.field, task.code)

    assert applied == 1
    assert installed.object().states["state"] == "RETURNED"
    assert tasks(installed) == []
