"""The demo as a newcomer meets it: three processes, a browser, five steps."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.world import PIN
from tests.conftest import NO_CLICK_BEFORE_THE_SCRIPTS
from tests.demo.conftest import demo

CARD_IS_IN = "#card-chip[data-state=CARD_PRESENT]"
SOON = 20_000  # milliseconds; the insurer takes three seconds, a busy machine longer
pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
def page(browser: Any, state: dict[str, Any]) -> Iterator[Any]:
    context = browser.new_context(base_url=state["portal"], viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.add_init_script(NO_CLICK_BEFORE_THE_SCRIPTS)
    context.set_default_timeout(SOON)
    yield context.new_page()
    context.close()


def log_in(page: Any, label: str | None = None) -> None:
    page.goto("/login")
    page.wait_for_selector(CARD_IS_IN)
    if label is not None:
        page.select_option("#login-card", label=label)
    with page.expect_popup() as window:
        page.get_by_role("button", name="登录").click()
    give_pin(window.value)


def give_pin(window: Any) -> None:
    """In the card agent's own window."""
    window.fill("#pin", PIN)
    window.press("#pin", "Enter")


def test_the_summary_names_the_address_that_answers(running: tuple[Path, str], state: dict[str, Any]) -> None:
    assert state["portal"] in running[1]


def test_a_newcomer_goes_from_login_to_received(page: Any) -> None:
    log_in(page)
    page.get_by_role("link", name="查看待确认保单").first.click()
    page.wait_for_selector(CARD_IS_IN)
    page.fill("[name=contact_name]:visible", "示例联系人")
    page.fill("[name=contact_mobile]:visible", "13800000000")
    page.fill("[name=contact_email]:visible", "contact@example.com")
    page.check("[name=declaration_accepted]:visible")
    with page.expect_popup() as window:
        page.get_by_role("button", name="确认投保").click()
    give_pin(window.value)
    page.get_by_text("投保申请已提交").first.wait_for()
    acknowledge = page.get_by_text("收悉", exact=True).locator("visible=true")
    wait_on_the_home_page(page, acknowledge)
    acknowledge.first.click()
    page.get_by_text("收悉已提交").first.wait_for()

    received = page.get_by_text("已收悉").locator("visible=true")
    wait_on_the_home_page(page, received, "/micro_policy/policy")

    assert received.count() > 0


def wait_on_the_home_page(page: Any, wanted: Any, path: str = "/") -> None:
    """Load the page again until ``wanted`` is there, as a person does who waits for the insurer."""
    for _ in range(SOON // 1000):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        if wanted.count():
            return
        page.wait_for_timeout(1000)
    raise AssertionError(page.locator("main").inner_text())


def test_a_card_that_is_bound_to_nobody_is_refused(page: Any, state: dict[str, Any]) -> None:
    unbound = next(card for card in state["cards"] if not card["bound"])

    log_in(page, unbound["label"])

    page.get_by_text("此卡未绑定账号").first.wait_for()


def test_the_legal_person_binds_the_new_card_and_it_logs_in(page: Any, state: dict[str, Any]) -> None:
    unbound = next(card for card in state["cards"] if not card["bound"])
    legal = next(card for card in state["cards"] if card["role"] == "LP" and card["uscc"] == unbound["uscc"])
    log_in(page, unbound["label"])
    page.get_by_text("绑定码").first.wait_for()
    log_in(page, legal["label"])
    page.wait_for_url(f"{state['portal']}/")
    page.goto("/accounts")
    page.wait_for_selector(CARD_IS_IN)
    form = page.locator("form[action='/accounts/bind']").first
    form.locator("select").select_option(index=1)
    with page.expect_popup() as window:
        form.get_by_role("button", name="绑定").click()
    window.value.get_by_text(f"（{unbound['holder']}）").wait_for()
    give_pin(window.value)
    page.get_by_text("已绑定，此卡可以登录").first.wait_for()
    page.get_by_role("button", name="退出", exact=True).click()

    log_in(page, unbound["label"])

    page.get_by_text("在办事项").first.wait_for()


def test_a_second_start_says_that_it_runs_already(running: tuple[Path, str], state: dict[str, Any]) -> None:
    again = demo("--home", str(running[0]))

    assert again.returncode == 1
    assert state["portal"] in again.stdout
