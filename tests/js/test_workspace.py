"""Tabs, history and panels in real Chromium (spec UI-07..10; screen check 9)."""

import json

import pytest

from .conftest import article

pytestmark = pytest.mark.browser


def titles(page):
    return page.locator("[role=tab] .tab-title").all_inner_texts()


def open_menu(page, *names):
    for name in names:
        page.click(f"#menu a:has-text('{name}')")
        page.wait_for_function(
            "name => document.querySelector('[role=tab][aria-selected=true]').textContent.includes(name)"
            " && document.querySelector('[role=tabpanel]:not([hidden]) .view')",
            arg=name,
        )


def selected(page):
    return page.locator("[role=tab][aria-selected=true] .tab-title").inner_text()


def test_typed_text_survives_switching_between_tabs(page, visit):
    visit("/")
    open_menu(page, "投保申请", "录入1", "录入2", "长页")
    open_menu(page, "录入1")
    page.fill("[role=tabpanel]:not([hidden]) [name=name]", "王小明")
    open_menu(page, "录入2")
    page.fill("[role=tabpanel]:not([hidden]) [name=name]", "李小红")
    open_menu(page, "录入1")

    assert page.input_value("[role=tabpanel]:not([hidden]) [name=name]") == "王小明"
    assert page.locator("[role=tab][aria-selected=true]").count() == 1
    assert titles(page) == ["首页", "投保申请", "录入1", "录入2", "长页"]


def test_two_forms_with_the_same_ids_keep_their_labels(page, visit):
    visit("/entry/1")
    open_menu(page, "录入2")

    page.get_by_label("姓名").locator("visible=true").fill("第二")

    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(node => node.id)")
    assert len(ids) == len(set(ids))
    assert page.input_value("#panels section:first-child [name=name]") == ""
    assert page.locator("[role=tabpanel]:not([hidden]) [name=name]").input_value() == "第二"


def test_arrow_keys_move_enter_activates_and_delete_closes_but_home_stays(page, visit):
    visit("/")
    open_menu(page, "投保申请", "录入1")
    page.focus("[role=tab][aria-selected=true]")
    page.keyboard.press("ArrowLeft")
    focused = page.evaluate("document.activeElement.textContent")
    still = selected(page)
    page.keyboard.press("Enter")
    after = selected(page)
    page.keyboard.press("Delete")
    page.keyboard.press("Home")
    page.keyboard.press("Delete")

    assert (focused, still, after) == ("投保申请", "录入1", "投保申请")
    assert titles(page) == ["首页", "录入1"]


def test_closing_a_tab_with_unsaved_text_asks_first(page, portal, visit):
    visit("/")
    open_menu(page, "录入1")
    page.fill("[name=name]", "王小明")
    marked = page.locator("[role=tab][aria-selected=true]").inner_text()
    page.focus("[role=tab][aria-selected=true]")
    page.keyboard.press("Delete")
    page.click("#ask-dialog button:has-text('取消')")
    kept = titles(page)
    page.keyboard.press("Delete")
    page.click("#ask-dialog button.primary:has-text('保存')")
    page.wait_for_selector("[role=tab]:has-text('录入1')", state="detached")

    assert "•" in marked
    assert "有未保存内容" in marked
    assert kept == ["首页", "录入1"]
    assert portal.posted("/draft/1")[0].form["name"] == "王小明"


def test_the_close_menu_closes_others_and_all_but_never_home(page, visit):
    visit("/")
    open_menu(page, "投保申请", "录入1", "长页")
    page.click("summary:has-text('关闭操作')")
    page.click("[data-close=others]")
    others = titles(page)
    open_menu(page, "投保申请")
    page.click("summary:has-text('关闭操作')")
    page.click("[data-close=all]")

    assert others == ["首页", "长页"]
    assert titles(page) == ["首页"]
    assert page.locator("[role=tabpanel]").count() == 1


def test_reload_restores_the_open_tabs_and_the_active_one(page, visit):
    visit("/")
    open_menu(page, "投保申请", "录入1", "长页", "投保申请")
    page.click("a.next")
    page.wait_for_url("**/list?page=2")
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")

    assert titles(page) == ["首页", "投保申请", "录入1", "长页"]
    assert selected(page) == "投保申请"
    assert page.locator("#place").inner_text() == "page=2"
    stored = page.evaluate("sessionStorage.getItem(Object.keys(sessionStorage).find(key => key.startsWith('tabs:')))")
    assert all(set(tab) == {"key", "url"} for tab in json.loads(stored))


def test_the_names_of_other_tabs_do_not_push_the_active_one_out_of_sight(page, portal, visit):
    name = "名称很长的页面" * 3
    for number in range(8):
        portal.views[f"/n/{number}"] = article(f"{number}{name}", "", f"n/{number}")
        visit(f"/n/{number}")
    page.wait_for_function("() => !document.querySelector('#tabbar').textContent.includes('…')")

    strip, active = (
        page.locator(f"#tabbar {part}").bounding_box() for part in ("[role=tablist]", ".tab-holder >> nth=8")
    )
    assert active["x"] + active["width"] <= strip["x"] + strip["width"] + 1


def test_back_and_forward_show_the_view_that_was_on_screen(page, visit):
    visit("/")
    open_menu(page, "投保申请")
    page.click("a.detail")
    page.wait_for_selector("h1:has-text('详情')")
    open_menu(page, "长页")
    page.go_back()
    page.wait_for_function("() => document.title.startsWith('详情')")
    page.go_back()
    page.wait_for_selector("[role=tabpanel]:not([hidden]) h1:has-text('投保申请')")
    listed = page.url
    page.go_forward()
    page.wait_for_selector("[role=tabpanel]:not([hidden]) h1:has-text('详情')")

    assert listed.endswith("/list")
    assert page.title() == "详情 - 测试系统"


def test_back_opens_a_tab_again_that_was_closed_meanwhile(page, visit):
    visit("/")
    open_menu(page, "投保申请", "长页")
    page.click("[role=tab]:has-text('投保申请')")
    page.keyboard.press("Delete")
    page.go_back()
    page.wait_for_timeout(50)
    page.go_back()
    page.wait_for_selector("[role=tabpanel]:not([hidden]) .view")

    assert page.locator("[role=tab][aria-selected=true]").count() == 1


def test_a_deep_link_is_a_tab_beside_home(page, visit):
    visit("/detail")
    before = titles(page)
    page.click("[role=tab]:has-text('首页')")
    page.wait_for_selector("h1:has-text('首页')")

    assert before == ["首页", "详情"]
    assert page.evaluate("location.pathname") == "/"


def test_the_same_address_is_the_same_tab_and_another_query_reloads_it(page, portal, visit):
    visit("/")
    open_menu(page, "投保申请", "首页")
    page.click("a:has-text('待确认')")
    page.wait_for_selector("#place:has-text('state=1')")

    assert titles(page) == ["首页", "投保申请"]


def test_the_thirteenth_tab_asks_to_close_one(page, portal, visit):
    links = "".join(f'<a data-tab href="/n/{number}">打开{number}。</a>' for number in range(12))
    portal.views["/"] = article("首页", links, "home")
    visit("/")
    for number in range(12):
        page.click("[role=tab]:has-text('首页')")
        page.click(f"a:has-text('打开{number}。')")

    assert "最多打开 12 个" in page.locator("[data-ask-text]").inner_text()
    assert page.locator("[role=tab]").count() == 12


def test_the_arrows_scroll_a_strip_that_is_too_long(page, visit):
    page.set_viewport_size({"width": 500, "height": 700})
    visit("/")
    open_menu(page, "投保申请", "录入1", "录入2", "长页")
    left = "document.querySelector('[role=tablist]').scrollLeft"
    at_end = page.evaluate(left)
    page.click("[data-tabs=back]")
    page.click("[data-tabs=back]")

    assert at_end > 0
    assert page.evaluate(left) < at_end


def test_filters_and_pages_stay_in_the_panel_and_in_the_address(page, portal, visit):
    visit("/list")
    page.fill("#q", "XW1")
    page.press("#q", "Enter")
    page.wait_for_url("**/list?q=XW1")

    assert page.locator("#place").inner_text() == "q=XW1"
    assert portal.got("/list?q=XW1")[-1].headers["HX-Request"] == "true"
    assert page.evaluate("document.activeElement.localName") == "h1"


def test_a_post_shows_where_it_was_led_and_refusals_replace_the_form(page, portal, visit):
    summary = '<div class="error-summary" tabindex="-1"><a href="#name">姓名：此项必填</a></div>'
    answers = iter(
        [(422, "text/html", portal.views["/entry/1"].replace("<form", f"{summary}<form", 1)), (303, "", "/result")]
    )
    portal.posts["/entry/1"] = lambda sent: next(answers)
    portal.views["/progress"] = "<div data-final>投保申请提交成功</div>"
    visit("/entry/1")
    page.fill("#name", "王")
    page.click("[data-primary]")
    page.wait_for_selector(".error-summary")
    in_summary = page.evaluate("document.activeElement.className")
    marked = page.locator("[role=tab][aria-selected=true]").inner_text()
    title = page.title()
    page.click(".error-summary a")
    in_field = page.evaluate("document.activeElement.name")
    page.click("[data-primary]")
    page.wait_for_selector("text=投保申请提交成功")

    assert (in_summary, in_field) == ("error-summary", "name")
    assert "•" in marked
    assert title == "错误：录入1 - 测试系统"
    assert page.evaluate("location.pathname") == "/result"
    assert portal.posted("/entry/1")[0].headers["X-CSRFToken"] == "form-token"


def test_a_double_click_sends_once(page, portal, visit):
    visit("/entry/1")
    page.dblclick("[data-primary]")
    page.wait_for_url("**/result")

    assert len(portal.posted("/entry/1")) == 1


def test_a_failed_load_keeps_the_old_view_and_offers_another_try(page, portal, visit):
    visit("/list")
    page.evaluate("document.querySelector('a.detail').href = '/broken'")
    page.click("a.detail")
    page.wait_for_selector(".problem[role=alert]")
    portal.views["/broken"] = portal.views["/detail"]
    old = page.locator("h1").inner_text()
    page.click(".problem button")
    page.wait_for_selector("h1:has-text('详情')")

    assert old == "投保申请"


def test_the_menu_folds_and_remembers_it(page, visit):
    visit("/")
    page.click("[data-menu-toggle]")
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")

    assert page.get_attribute("[data-menu-toggle]", "aria-expanded") == "false"
    assert page.evaluate("document.documentElement.hasAttribute('data-menu-folded')")


def test_links_that_leave_the_workspace_are_left_alone(page, visit):
    visit("/list")
    page.evaluate("document.querySelector('a.detail').setAttribute('download', '')")
    stays = page.evaluate(
        """async () => {
          const { staysInside } = await import('/static/js/panels.js');
          const click = new MouseEvent('click', { button: 0 });
          const box = document.createElement('div');
          const made = (html) => { box.innerHTML = html; return box.firstChild; };
          return ['<a href="/x">', '<a href="/x" download>', '<a href="/documents/1">', '<a href="/logout">',
            '<a href="#h">', '<a href="https://example.cn/">', '<a href="/x" target="_blank">',
            '<a href="/x" data-tab>']
            .map((html) => staysInside(made(html), click));
        }"""
    )
    assert stays == [True, *[False] * 7]
