"""The page of a unified-policy programme: rules, services, and what they come to (spec.md 16)."""

from dataclasses import replace

import pytest

from hub.business.programme import PROGRAMMES
from tests.web.world import Browser, World
from web.app import create_app

TRIAL = "/programme?exports={}&collected_on={}&issued_on={}&loss={}"


@pytest.fixture
def shenzhen(world: World) -> Browser:
    """A legal person before the portal of Shenzhen."""
    web = replace(world.runtime.settings.web, profile="shenzhen-2022")
    runtime = replace(world.runtime, settings=replace(world.runtime.settings, web=web))
    return Browser(create_app(runtime), world.enter("LP"))


def test_the_page_tells_the_rules_and_leads_to_the_four_services(shenzhen: Browser) -> None:
    page = shenzhen.get("/programme").text

    for text in (
        "8,000,000.00 美元（含）以下",
        "150,000.00 美元，每一单一买方/开证行",
        "2022-06-30（含当日）",
        "免费 3 个",
    ):
        assert text in page
    for service in ("线上承保", "线上报损核赔", "线上资信", "线上咨询"):
        assert f">{service}</a>" in page
    assert 'href="/programme"' in shenzhen.get("/").text


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        (
            ("8000000", "2022-06-30", "2022-07-06", "200001"),
            ("在统保范围内", "2022-07-01 – 2023-06-30", "150,000.00 美元"),
        ),
        (
            ("8000000.01", "2022-07-01", "2022-07-06", "100000"),
            ("不在统保范围内", "2022-07-06 – 2023-06-30", "80,000.00 美元"),
        ),
        (("", "2022-07-01", "", ""), ("保单实际签发日期 – 2023-06-30",)),
        (("", "2023-07-01", "", ""), ("本年度统保已结束",)),
    ],
)
def test_a_trial_says_what_the_rules_come_to_and_that_the_policy_prevails(
    typed: tuple[str, ...], texts: tuple[str, ...], shenzhen: Browser
) -> None:
    page = shenzhen.get(TRIAL.format(*typed)).text.partition('role="status"')[2]

    assert all(text in page for text in texts)
    assert "以正式保单约定为准" in page


def test_an_account_marks_that_its_app_is_bound_and_takes_the_mark_back(shenzhen: Browser) -> None:
    before = shenzhen.get("/programme").text
    shenzhen.post("/programme/app", {"bound": "1"})
    marked = shenzhen.get("/programme").text
    shenzhen.post("/programme/app", {"bound": ""})

    assert f'href="{PROGRAMMES["shenzhen-2022"].app_site}"' in before
    assert ">已绑定<" not in before
    assert ">已绑定<" in marked
    assert ">已绑定<" not in shenzhen.get("/programme").text


def test_a_trial_with_wrong_values_says_which(shenzhen: Browser) -> None:
    answer = shenzhen.get(TRIAL.format("much", "2022-07-06", "2022-07-01", "1"))

    assert answer.status_code == 422
    assert "格式有误，请填写不小于0的数字" in answer.text
    assert "签发日期不能早于领取日期" in answer.text


def test_a_portal_without_a_programme_has_no_such_page(user: Browser) -> None:
    assert user.get("/programme").status_code == 404
    assert 'href="/programme"' not in user.get("/").text
