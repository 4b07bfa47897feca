"""The pages of the menu: lists beside each other as tabs, each with an address of its own (spec CG-APT-02, DG-CRD-01,
DG-INS-01).
"""

import re
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256

import pytest

from hub.contract.message import Attachment
from tests.web.world import PDF, Browser, World
from web.lines import LINE_VIEWS
from web.lines.presentation import LineView

CARD = "ab" * 32
LETTER, LETTERS = "/duty/duty_authorisation", "/duty/duty_authorisation_record"


@pytest.fixture
def clerk(open_browser: Callable[..., Browser]) -> Browser:
    return open_browser("OP", fingerprint=CARD)


def tabs(text: str) -> list[tuple[str, str, str]]:
    """Address, whether it is shown, label."""
    strip = re.search(r'<div class="sub" role="tablist".*?</div>', text, re.S)
    found = re.findall(r'href="([^"]+)" aria-selected="(\w+)"[^>]*>([^<]+)', strip[0] if strip else "")
    return [(path, shown, label) for path, shown, label in found]


@pytest.mark.parametrize(
    ("path", "labels"),
    [
        ("/cargo/cargo_appointment", ["货运险预约查询", "货运险预约", "货物运输险协议记录查询"]),
        ("/cargo/cargo_agreement", ["货物运输险协议查询", "货物运输险投保单查询", "货物运输险保单查询"]),
        (LETTER, ["企业征信信息", "企业征信记录信息"]),
        ("/duty/duty_limit_info", ["额度信息", "关税保证保险投保单查询", "关税保证保险保单查询"]),
    ],
)
def test_a_page_has_the_tabs_that_the_manual_names(path: str, labels: list[str], clerk: Browser) -> None:
    found = tabs(clerk.get(path).text)

    assert [label for _, _, label in found] == labels
    assert [where for where, shown, _ in found if shown == "true"] == [path]


@pytest.mark.parametrize("view", LINE_VIEWS, ids=lambda view: view.line.code)
def test_every_tab_leads_to_the_page_with_itself_shown(view: LineView, open_browser: Callable[..., Browser]) -> None:
    browsers = {role: open_browser(role, fingerprint=mark * 32) for role, mark in (("OP", "ab"), ("LP", "cd"))}
    for item in view.menu:
        clerk = browsers["OP" if not item.roles or "OP" in item.roles else "LP"]
        for listing in {tab.listing.slug: tab.listing for tab in item.tabs}.values():
            text = clerk.get(view.path(listing)).text
            assert f'<h1 tabindex="-1">{item.label.zh}</h1>' in text
            assert f'data-menu="{view.entrance(item)}"' in text
            assert [where for where, shown, _ in tabs(text) if shown == "true"] in ([view.path(listing)], [])


def test_the_entry_of_an_appointment_is_a_tab_of_its_page(clerk: Browser) -> None:
    text = clerk.get("/cargo/cargo_appointment/new").text

    assert [where for where, shown, _ in tabs(text) if shown == "true"] == ["/cargo/cargo_appointment/new"]
    assert 'data-key="cargo/cargo_appointment"' in text


def test_a_tab_that_an_account_may_not_open_is_grey_and_says_why(open_browser: Callable[..., Browser]) -> None:
    text = open_browser("LP", fingerprint=CARD).get("/cargo/cargo_appointment").text

    assert [label for _, _, label in tabs(text)] == ["货运险预约查询", "货物运输险协议记录查询"]
    grey = re.search(r'<span role="tab" class="off" aria-disabled="true"[^>]*title="([^"]+)">货运险预约<', text)
    assert grey is not None
    assert grey[1] == "当前账号无此权限，请用操作员卡登录办理"


def test_an_agreement_that_ended_is_among_the_records_only(clerk: Browser, world: World) -> None:
    for number, event in (("XY-1", "validated"), ("XY-2", "invalidated")):
        world.create("cargo_agreement", number, world.ours, event, {"agreement_no": number, "product_name": "货运险"})

    assert ["XY-1" in (page := clerk.get("/cargo/cargo_agreement").text), "XY-2" in page] == [True, False]
    assert ["XY-1" in (page := clerk.get("/cargo/cargo_agreement_record").text), "XY-2" in page] == [True, True]
    assert "投保</a>" not in page


def test_the_way_back_from_an_object_leads_to_a_list_that_shows_it(clerk: Browser, world: World) -> None:
    ended = world.create("cargo_agreement", "XY-3", world.ours, "invalidated", {"agreement_no": "XY-3"})

    text = clerk.get(f"/cargo/cargo_agreement/{ended.id}").text

    assert '<a class="btn" href="/cargo/cargo_agreement_record">返回</a>' in text


def test_a_list_is_filtered_by_a_partner_that_speaks_of_the_line(clerk: Browser, world: World) -> None:
    world.create("cargo_agreement", "XY-4", world.ours, "validated", {"agreement_no": "XY-4"})
    world.partner = "other"
    world.create("cargo_agreement", "XY-5", world.ours, "validated", {"agreement_no": "XY-5"})

    text = clerk.get("/cargo/cargo_agreement?partner=acme").text

    assert ["XY-4" in text, "XY-5" in text] == [True, False]
    assert '<option value="acme" selected>示例信用保险公司</option>' in text
    assert 'value="acme"' not in clerk.get("/duty/duty_limit").text


def test_the_newest_paper_is_one_click_from_its_row(clerk: Browser, world: World) -> None:
    file = Attachment(name="保单.pdf", media_type="application/pdf", sha256=sha256(PDF).hexdigest(), content=PDF)
    world.create("duty_policy", "GB-1", world.ours, "effective", {"policy_no": "GB-1"}, {"policy": file})

    text = clerk.get("/duty/duty_policy").text

    assert re.search(rf'data-pdf href="/documents/{world.document_id()}"[^>]*>预览', text)


def test_a_change_of_a_limit_has_its_place_and_says_when_it_does_not_add_up(clerk: Browser, world: World) -> None:
    for number, left in (("B-1", "59985277.00"), ("B-2", "59985276.00")):
        said = {"total_amount": "60000000.00", "used_amount": "14723.00", "remaining_amount": left}
        figures = {name: Decimal(value) for name, value in said.items()}
        deviation = figures["remaining_amount"] - (figures["total_amount"] - figures["used_amount"])
        world.create("duty_limit_change", number, world.ours, "stated", figures | {"deviation": deviation})

    rows = re.findall(r"<tr>\s*<td class=\"n\">(\d)</td>(.*?)</tr>", clerk.get("/duty/duty_limit_change").text, re.S)

    assert [place for place, _ in rows] == ["1", "2"]
    assert all(("核对不符" in row) == ("59,985,276.00" in row) for _, row in rows)


def test_a_group_of_the_menu_is_open_for_its_view_and_for_who_opened_it(clerk: Browser) -> None:
    clerk.client.set_cookie("groups", "cargo")

    opened = re.findall(r'<details data-group="(\w+)" open>', clerk.get("/duty/duty_limit").text)

    assert opened == ["cargo", "duty"]
