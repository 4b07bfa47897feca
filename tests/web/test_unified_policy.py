"""The services of a programme on the pages: what begins where, what a claim takes over, what it might bring."""

import re
from dataclasses import replace
from typing import Any

import pytest

from hub.services.objects import Tenant
from hub.services.shapes import BusinessObject
from hub.store.engine import reading
from tests.web.test_beginnings import hidden
from tests.web.world import OURS, Browser, World
from web.app import create_app

SZ = "shenzhen-2022"
LOSSES, REPORTS = "/unified_policy/loss_report", "/unified_policy/buyer_report"
LOSS = {
    "buyer_name_en": "EXAMPLE BUYER A/S",
    "buyer_country": "DNK",
    "invoices-0-invoice_no": "INV-7",
    "invoices-0-due_on": "2026-10-31",
    "invoices-0-invoice_amount_usd": "250000.00",
    "invoices-0-received_amount_usd": "50000.00",
    "risk": "OVERDUE",
    "loss_text": "买方逾期未付款。",
    "contact_name": "王小明",
    "contact_phone": "13800000000",
}


def portal(world: World, role: str = "LP") -> Browser:
    """Somebody before the portal of Shenzhen."""
    web = replace(world.runtime.settings.web, profile=SZ)
    runtime = replace(world.runtime, settings=replace(world.runtime.settings, web=web))
    return Browser(create_app(runtime), world.enter(role))


def post(browser: Browser, listing: str, policy: BusinessObject, typed: dict[str, str]) -> Any:
    """Fill in the form that is begun from the policy, and submit it."""
    page = browser.get(f"{listing}/new?from=policy/{policy.id}").text
    path = re.findall(rf'action="({listing}/[0-9a-f]{{32}})/submit"', page)[0]
    kept = {name: hidden(page, name) for name in ("revision", "draft_revision", "action", "begin", "from")}
    return browser.post(f"{path}/submit", {**kept, **typed})


def only(world: World, kind: str) -> BusinessObject:
    with reading(world.runtime.engine) as connection:
        (found,) = Tenant(connection, OURS).standing(kind, "SUBMITTED")
    return found


def test_a_policy_of_the_programme_begins_reports_and_other_policies_do_not(world: World) -> None:
    covered, other = world.policy(programme=SZ), world.policy("BD2026-0002")
    page = portal(world).get(LOSSES).text

    for listing in (LOSSES, REPORTS):
        assert f"{listing}/new?from=policy/{covered.id}" in page
        assert f"{listing}/new?from=policy/{other.id}" not in page
    assert portal(world).get(f"{LOSSES}/new?from=policy/{other.id}").status_code == 409


def test_the_four_services_lead_to_their_lists(world: World) -> None:
    page = portal(world).get("/programme").text

    for path in ("/micro_policy/micro_application", LOSSES, REPORTS, "/inquiry/inquiry"):
        assert f'href="{path}">线上' in page


def test_a_portal_without_a_programme_has_none_of_it_in_the_menu(user: Browser) -> None:
    assert "/unified_policy/" not in user.get("/").text


@pytest.mark.parametrize("listing", [LOSSES, REPORTS])
def test_without_a_card_nothing_is_reported_or_asked_for(listing: str, world: World) -> None:
    policy = world.policy(programme=SZ)
    answer = portal(world, "PW").get(f"{listing}/new?from=policy/{policy.id}")

    assert answer.status_code == 409
    assert "请用法人卡或操作员卡登录办理" in answer.text


def test_the_fourth_report_is_refused_with_the_rule(world: World) -> None:
    policy, browser = world.policy(programme=SZ), portal(world)
    buyer = {"buyer_name_en": "EXAMPLE BUYER A/S", "buyer_country": "DNK"}
    answers = [post(browser, REPORTS, policy, buyer) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [303, 303, 303, 409]
    assert "每家企业免费调取3个海外买家资信报告，已用完" in answers[3].text
    assert "免费 3 个，已使用 3 个" in browser.get("/programme").text
