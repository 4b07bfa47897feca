"""The main job with SM2 cards, and the portal's first call of a card agent."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import and_, select

from hub import config
from hub.cards.agent.pairings import Pairings
from hub.store import tables
from hub.store.engine import open_engine, reading
from tests.browser.conftest import Demo
from tests.browser.test_journey import fill, open_offer, sign

pytestmark = pytest.mark.browser
SAID_YES = ("APPROVED", "ISSUED")


def confirm_an_offer(page: Page, demo: Demo) -> str:
    demo.control(do="offer", uscc="91000000DEM000014K", enterprise_name="示例进出口有限公司")
    number = open_offer(page)
    fill(page)
    sign(page, demo.pin)
    expect(page.get_by_text("投保申请提交成功")).to_be_visible()
    return number


def test_a_portal_that_is_new_to_the_agent_is_allowed_in_its_window(demo: Demo, page: Page) -> None:
    Pairings(demo.home / "pairings.json").remove(demo.portal)
    page.goto(demo.portal)
    expect(page.locator("#card-chip")).to_have_attribute("data-state", "NOT_ALLOWED")
    with page.expect_popup() as window:
        page.get_by_role("button", name="允许读卡").click()

    window.value.get_by_role("button", name="允许", exact=True).click()

    expect(page.locator("#card-chip")).to_have_attribute("data-state", "CARD_PRESENT")
    expect(page.get_by_role("button", name="允许读卡")).to_be_hidden()


def approved(page: Page, demo: Demo, number: str) -> bytes:
    """Wait until the insurer has said yes to the application; returns the message that it was sent."""
    application = and_(tables.business_object.c.number == number, tables.business_object.c.kind == "micro_application")
    sent = select(tables.outbox_raw.c.content).join(tables.outbox).where(tables.outbox.c.business_key == number)
    engine = open_engine(config.load(demo.home / "swhub.toml", {}).database_url())
    try:
        for _ in range(60):
            with reading(engine) as connection:
                if connection.execute(select(tables.business_object.c.state).where(application)).scalar() in SAID_YES:
                    return bytes(connection.execute(sent).scalars().first() or b"")
            page.wait_for_timeout(250)
    finally:
        engine.dispose()
    raise AssertionError("the insurer has not approved")


@pytest.mark.parametrize("serial", ["DEMO-4", "DEMO-5"], ids=["operator", "legal person"])
def test_an_sm2_card_logs_in_and_confirms(demo: Demo, login: Callable[..., Page], serial: str) -> None:
    page = login(serial)

    number = confirm_an_offer(page, demo)

    assert b">sm2-sm3<" in approved(page, demo, number)
