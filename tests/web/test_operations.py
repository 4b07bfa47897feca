"""The operators' pages: what is plugged in, how it does, which codes nobody knows, and what may be done about them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from hub import registry
from hub.guard.fault import FaultKind, PluginFailed
from hub.guard.guarded import Guards
from hub.services import health, reconciled
from hub.services.reconciled import Result
from hub.store import tables
from hub.store.engine import reading
from tests.services.conftest import USCC, World, keys, make_world
from tests.web.world import Browser, settings_in
from tests.web.world import World as Portal
from web.app import create_app

__all__ = ["keys", "make_world"]


@pytest.fixture
def hub(make_world: Callable[[Engine], World], sqlite_engine: Engine, tmp_path: Path) -> World:
    """A hub with the installed plugins and one offer."""
    made = make_world(sqlite_engine)
    settings = replace(made.runtime.settings, web=settings_in(tmp_path).web)
    made.runtime = replace(made.runtime, settings=settings, registry=registry.build())
    made.push(made.offer())
    return made


@pytest.fixture
def operator(hub: World) -> Browser:
    """An operator's browser."""
    token = Portal(runtime=hub.runtime, clock=hub.clock).enter("ADM", None)
    return Browser(create_app(hub.runtime), token)


def hang() -> None:
    """What the guard raises for a call whose process it had to end."""
    raise PluginFailed(FaultKind.HUNG, "no answer")


def test_every_plugin_is_listed_with_its_version_and_what_was_not_loaded_says_why(
    hub: World, operator: Browser
) -> None:
    problems = (("bank_acme", "blocked (<2): loses receipts; fixed in 2.0"),)
    plugin = replace(hub.runtime.registry.plugins[0], name="bank_acme", module=None, reason=problems[0][1])
    built = replace(hub.runtime.registry, plugins=(*hub.runtime.registry.plugins, plugin), problems=problems)
    operator.app.extensions["swhub"] = replace(
        operator.app.extensions["swhub"], runtime=replace(hub.runtime, registry=built)
    )

    text = operator.get("/operations/plugins").text

    assert "中国出口信用保险公司" in text
    assert "card_softcard" in text
    assert "blocked (&lt;2): loses receipts; fixed in 2.0" in text


def test_a_partner_shows_capabilities_faults_and_alerts(hub: World, operator: Browser) -> None:
    with pytest.raises(ZeroDivisionError):
        hub.runtime.guards.all()["sinosure"].call("parse_response", lambda: 1 / 0)
    health.report(hub.runtime)

    text = operator.get("/operations/plugins/sinosure").text

    assert "micro_policy.confirm" in text
    assert "parse_response" in text
    assert "抛出异常" in text
    assert "插件 sinosure" in text  # the alert


def test_a_call_that_stopped_in_another_process_is_shown_until_it_works_again(hub: World, operator: Browser) -> None:
    elsewhere = replace(hub.runtime, guards=Guards())
    elsewhere.adapter("sinosure")
    with pytest.raises(PluginFailed):
        elsewhere.guards.all()["sinosure"].call("parse_response", hang)
    health.report(elsewhere)
    while_ill = operator.get("/operations/plugins/sinosure").text
    hub.runtime.guards.all()["sinosure"].call("parse_response", dict)
    health.report(hub.runtime)

    after = operator.get("/operations/plugins/sinosure").text

    assert "插件调用中断，尚未恢复：parse_response 调用超时" in while_ill
    assert "插件调用中断" not in after


def test_an_unknown_code_shows_with_a_guess_and_its_patch_can_be_taken(hub: World, operator: Browser) -> None:
    hub.push(hub.review("21", None, result_text="退回<b>补充</b>资料"))

    text = operator.get("/operations/plugins/sinosure").text
    patch = operator.get("/operations/plugins/sinosure/codes.patch")

    assert "退回&lt;b&gt;补充&lt;/b&gt;资料" in text
    assert "20 退回修改 → returned" in text
    assert patch.headers["Content-Disposition"] == 'attachment; filename="sinosure.patch"'
    assert '+        StatusRow("21", "returned", Text("退回<b>补充</b>资料"' in patch.text


def test_without_an_unknown_code_there_is_no_patch_and_no_such_partner_is_no_page(operator: Browser) -> None:
    assert operator.get("/operations/plugins/sinosure/codes.patch").status_code == 404
    assert operator.get("/operations/plugins/nobody").status_code == 404


def test_processing_what_waits_leaves_an_audit_line_with_the_operators_name(hub: World, operator: Browser) -> None:
    hub.push(hub.review("21", None))

    answer = operator.post("/operations/plugins/sinosure/replay", {})

    with reading(hub.runtime.engine) as connection:
        [line] = connection.execute(select(tables.audit).where(tables.audit.c.what == "web.replay")).all()
    assert answer.headers["Location"] == "/operations/plugins/sinosure"
    assert line.detail == {"partner": "sinosure", "codes": [], "applied": 0}


def test_an_operators_home_is_the_list_of_plugins(operator: Browser) -> None:
    assert operator.get("/").headers["Location"] == "/operations/plugins"


def test_a_reconciliation_shows_each_account_with_what_differs(hub: World, operator: Browser) -> None:
    assert "还没有对账结果" in operator.get("/operations/reconciliation").text
    found = {"name": "uncounted", "reference": "GS1", "order_no": "", "ours": "400.00", "theirs": "0.00"}
    for account, differences in (("ED1", [found]), ("ED2", [])):
        reconciled.keep(
            hub.runtime,
            Result(
                partner="yunfan",
                enterprise=USCC,
                account=account,
                day=date(2026, 11, 20),
                at=hub.clock.now(),
                entries=1,
                settled=0,
                differences=differences,
            ),
        )

    page = operator.get("/operations/reconciliation").text

    assert "已出单，保险公司未计入已使用额度" in page
    assert "GS1 · 平台 400.00 · 对方 0.00" in page
    assert page.count("无差异") == 1
