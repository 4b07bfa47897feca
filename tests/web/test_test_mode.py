"""Test mode: a partner's simulator answers, every page says so, and a partner that is live can never be in it."""

import html
from collections.abc import Iterator
from dataclasses import replace

import pytest

from hub import registry
from hub.config import PartnerSettings
from hub.contract.adapters import MagicValue
from hub.contract.capability import STATES
from hub.errors import ConfigError
from hub.registry import Registry
from hub.runtime import Runtime
from hub.services import drafts
from tests.web.world import Browser, World
from web.app import create_app
from web.site import Site, site
from web.views import magic

INSTALLED = registry.build()
PLAYED = {spec.partner: spec for spec in INSTALLED.simulators() if spec.partner in INSTALLED.partners}
UNTYPED = {("AgreementSigned", "enterprise_name"), ("PaymentAgreementRequest", "payee_name")}
"""What the hub knows by itself, so that no form has it."""


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


# the published magic values


@pytest.fixture
def tested(world: World) -> World:
    """A portal with everything that is installed, all of it in test mode."""
    partners = dict.fromkeys(PLAYED, PartnerSettings(test_mode=True, address="http://127.0.0.1:1/messages"))
    settings = replace(world.runtime.settings, partners=partners)
    return replace(world, runtime=replace(world.runtime, settings=settings, registry=INSTALLED))


def on_forms(partner: str) -> Iterator[MagicValue]:
    """Every value that the panel of some form offers to whoever deals with ``partner``."""
    shown: Site = site()
    for view in shown.lines.values():
        for listing in view.listings:
            for action in listing.kind.actions:
                if action.form in view.forms:
                    now = shown.runtime.clock.now()
                    obj = drafts.blank(listing.kind, "0" * 32, "91000000DEM000014K", "示例", partner, now, {})
                    for group in magic.of_form(obj, view.forms[action.form].schema()):
                        yield from group.values


def test_every_installed_partner_publishes_values() -> None:
    assert set(PLAYED) == set(INSTALLED.partners)
    assert all(spec.magic for spec in PLAYED.values())


@pytest.mark.parametrize("partner", PLAYED)
def test_operators_read_every_published_value_and_what_the_partner_does_then(partner: str, tested: World) -> None:
    text = html.unescape(
        Browser(create_app(tested.runtime), tested.enter("ADM", None)).get(f"/operations/plugins/{partner}").text
    )

    for value in PLAYED[partner].magic:
        assert f">{value.text}<" in text
        assert value.then.zh in text


@pytest.mark.parametrize("partner", PLAYED)
def test_every_value_that_a_user_can_type_stands_beside_its_form(partner: str, tested: World) -> None:
    with create_app(tested.runtime).test_request_context():
        offered = list(on_forms(partner))

    missing = [value for value in PLAYED[partner].magic if value not in offered]
    assert {(value.type, *value.fields) for value in missing} <= UNTYPED


def test_a_form_fills_in_a_value_where_it_is_best_typed(tested: World) -> None:
    offer = replace(tested, partner="sinosure").offer()
    browser = Browser(create_app(tested.runtime), tested.enter("OP"))

    text = browser.get(f"/micro_policy/micro_application/{offer.id}/confirm").text

    assert '<button type="button" class="btn small" data-fill="remark">退回</button>' in text
    assert "returned for correction" not in text


def test_a_form_outside_of_test_mode_says_nothing_of_magic(world: World) -> None:
    live = replace(world, runtime=replace(world.runtime, registry=INSTALLED), partner="sinosure")
    offer = live.offer()
    browser = Browser(create_app(live.runtime), live.enter("OP"))

    assert "data-fill" not in browser.get(f"/micro_policy/micro_application/{offer.id}/confirm").text
