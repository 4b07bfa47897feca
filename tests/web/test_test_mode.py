"""Test mode: a partner's simulator answers, every page says so, and a partner that is live can never be in it."""

from dataclasses import replace

import pytest

from hub.config import PartnerSettings
from hub.contract.capability import STATES
from hub.errors import ConfigError
from hub.registry import Registry
from hub.runtime import Runtime
from tests.web.world import Browser, World
from web.app import create_app


def put_to_test(runtime: Runtime, state: str) -> Runtime:
    """The same runtime with its first partner in this state and in test mode."""
    ((code, adapter),) = runtime.registry.partners.items()
    adapter.sheet = replace(adapter.sheet, state=state)  # type: ignore[misc]
    partners = {code: PartnerSettings(test_mode=True)}
    return replace(runtime, settings=replace(runtime.settings, partners=partners), registry=Registry({code: adapter}))


def test_every_page_says_that_a_simulator_answers(world: World) -> None:
    app = create_app(put_to_test(world.runtime, "sandbox"))
    browser = Browser(app, world.enter("LP"))

    assert "测试模式" in Browser(app, None).get("/login").text
    for path in ("/", "/notices", "/nowhere"):
        assert "测试模式" in browser.get(path).text


def test_no_page_says_so_otherwise(world: World) -> None:
    browser = Browser(create_app(world.runtime), world.enter("LP"))

    assert "测试模式" not in browser.get("/").text


@pytest.mark.parametrize("state", sorted(set(STATES) - {"sandbox"}))
def test_nobody_else_than_a_sandbox_partner_can_be_in_test_mode(state: str, world: World) -> None:
    with pytest.raises(ConfigError, match=r"test_mode.*remove it") as refused:
        put_to_test(world.runtime, state)
    assert state in str(refused.value)
