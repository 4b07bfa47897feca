"""The pages: whole or fragment, the manuals' words, lists that page, honest empty states."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from hub.store import tables
from hub.store.engine import writing
from tests.web.world import PDF, Browser, World

A = "/micro_policy/micro_application"


def main_of(text: str) -> str:
    """The view of a page, without what differs from request to request."""
    view = text[text.index('<article class="view"') : text.index("</article>")]
    return re.sub(r'(name="csrf_token" value=")[^"]*', r"\1", view).strip()


@pytest.fixture
def paths(world: World) -> list[str]:
    offer, policy = world.offer(), world.policy()
    return [
        *("/", A, "/micro_policy/policy", "/notices", "/search?q=BD2026-0001", "/micro_policy/introduction"),
        *(
            f"{A}/{offer.id}",
            f"{A}/{offer.id}/confirm",
            f"{A}/{offer.id}/timeline",
            f"/micro_policy/policy/{policy.id}",
        ),
        "/not/there/at/all",
    ]


def test_page_and_fragment_hold_the_same_view(paths: list[str], user: Browser) -> None:
    for path in paths:
        whole, fragment = user.get(path), user.get(path, HX_Request="true")
        assert main_of(whole.text) == main_of(fragment.text), path
        assert fragment.text.lstrip().startswith('<article class="view"')
        assert fragment.text.count("<article") == 1
        assert whole.text.count("<h1") == fragment.text.count("<h1") == 1
        assert re.search(r"<title>.+ - 中国国际贸易单一窗口</title>", whole.text)


def test_ids_inside_a_view_carry_the_views_prefix(paths: list[str], user: Browser) -> None:
    for path in paths:
        fragment = user.get(path, HX_Request="true").text
        view = re.search(r'data-view="([^"]+)"', fragment)
        assert view
        ids = re.findall(r' id="([^"]+)"', fragment)
        assert all(found.startswith(view[1]) for found in ids), (path, ids)
        assert len(ids) == len(set(ids))


def test_every_label_and_description_points_to_something(paths: list[str], user: Browser) -> None:
    for path in paths:
        text = user.get(path).text
        ids = set(re.findall(r' id="([^"]+)"', text))
        pointed = re.findall(r'(?:for|aria-labelledby|aria-describedby|aria-controls)="([^"]+)"', text)
        assert {name for names in pointed for name in names.split()} <= ids, path


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/", ("信用保险服务中心", "企业投保", "待确认保单(1)", "保单生效通知(1)", "更多&gt;&gt;", "退出", "首页")),
        ("/", ("您有一份待确认小微信保易保单，请查看保单", "查看保单", "关闭全部选项卡", "关闭其他选项卡", "关闭操作")),
        ("/", ("统一社会信用代码", "91610000MA6TESTX01", "信息无误")),
        (A, ("查看待确认保单", "提交投保申请", "查看保单受理结果", "收悉确认", "完成", "投保申请", "保险单")),
        (A, ("查询", "重置", "显示第 1 到第 1 条记录，总共 1 条记录", "待确认保单提示信息", "服务介绍")),
        ("/micro_policy/policy", ("生效", "待收悉", "收悉", "查看详情", "显示第 1 到第 1 条记录，总共 1 条记录")),
        (f"{A}?application_no=NONE", ("未查询到数据", "没有找到匹配的记录", "重置条件")),
        ("/micro_policy/introduction", ("产品介绍", "适用对象", "保障范围", "风险覆盖范围", "投保流程")),
    ],
)
def test_the_pages_use_the_manuals_words(path: str, said: tuple[str, ...], world: World, user: Browser) -> None:
    world.offer()
    world.policy()
    text = user.get(path).text
    assert [word for word in said if word not in text] == []


def test_a_policy_shows_the_manuals_facts_in_their_order(world: World, user: Browser) -> None:
    obj = world.policy()
    text = user.get(f"/micro_policy/policy/{obj.id}").text
    names = ["企业名称", "保单号", "统一社会信用代码", "生效日期", "组织机构代码", "失效日期", "保险单类型", "保单状态"]
    assert [name for name in re.findall(r"<dt>([^<]+)</dt>", text) if name in names][-8:] == names
    assert "小微企业保单全套单证(生效)" in text
    assert "查看电子保单" in text


def test_without_work_the_home_page_says_so_and_counts_nothing(user: Browser) -> None:
    text = user.get("/").text
    assert "待确认保单(0)" in text
    assert "保单生效通知(0)" in text
    assert "state=PENDING_CONFIRM" not in text
    assert "请与信用保险公司联系" in text
    assert "前往投保申请" in text


@pytest.mark.parametrize(("role", "has"), [("LP", True), ("OP", False)])
def test_the_home_page_leads_where_the_menu_of_the_role_does(
    role: str, has: bool, open_browser: Callable[..., Browser]
) -> None:
    menu, _, home = open_browser(role).get("/").text.partition('<main id="main"')

    assert ["/payment/payment_agreement" in part for part in (menu, home)] == [has, has]
    assert f"前往{'在线交费签约' if has else '待缴费业务'}" in home


@pytest.mark.parametrize("path", ["/notices", "/board", "/search?q=1", "/accounts"])
def test_what_is_about_every_line_stands_below_home_and_in_no_line(path: str, user: Browser) -> None:
    crumbs = user.get(path).text.partition('<nav class="crumbs"')[2].partition("</nav>")[0]

    assert len(re.findall("<li>", crumbs)) == 2


def test_several_offers_are_counted_in_the_notice(world: World, user: Browser) -> None:
    world.offer("XW-1")
    world.offer("XW-2")
    assert "您有 2 份待确认小微信保易保单，请查看保单" in user.get("/").text


def test_what_was_confirmed_and_waits_to_be_authorised_is_counted_too(world: World, user: Browser) -> None:
    world.event(world.offer("XW-1"), "held")
    alone = user.get("/").text
    world.offer("XW-2")

    both = user.get("/").text

    assert "待确认保单(1)" in alone
    assert f'href="{A}?state=AUTH_PENDING"' in alone
    assert "待确认保单(2)" in both


def test_the_company_is_checked_once_per_session(user: Browser) -> None:
    assert "信息无误" in user.get("/").text
    user.post("/company-checked", {"next": "/"})
    assert "信息无误" not in user.get("/").text


@pytest.fixture
def many(world: World) -> World:
    for number in range(57):
        world.offer(f"XW-{number:04}")
        world.clock.move(timedelta(minutes=1))
    return world


def numbers(text: str) -> list[str]:
    return re.findall(r'class="number">(XW-\d+)', text)


def follow(text: str, label: str) -> str:
    found = re.search(rf'<a href="([^"]+)">{label}</a>', text)
    assert found
    return found[1].replace("&amp;", "&")


def test_a_long_list_pages_to_its_end_without_losing_a_row(many: World, user: Browser) -> None:
    text = user.get(A).text
    assert "显示第 1 到第 10 条记录，总共 57 条记录" in text
    seen = numbers(text)
    while "下一页</a>" in text:
        text = user.get(follow(text, "下一页")).text
        seen += numbers(text)
    assert "显示第 51 到第 57 条记录，总共 57 条记录" in text
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 57


def test_rows_that_arrive_meanwhile_shift_nothing(many: World, user: Browser) -> None:
    first = user.get(A).text
    for number in range(5):
        many.offer(f"XW-9{number}00")
    second = user.get(follow(first, "下一页")).text
    assert not set(numbers(first)) & set(numbers(second))
    assert numbers(second)[0] == "XW-0046"


def test_page_numbers_and_the_last_page_are_one_click_away(many: World, user: Browser) -> None:
    text = user.get(f"{A}?page=3").text
    assert "显示第 21 到第 30 条记录" in text
    assert 'class="on" aria-current="page">3<' in text
    assert numbers(user.get(follow(text, "末页")).text) == [f"XW-{number:04}" for number in range(6, -1, -1)]


def test_the_page_size_is_remembered_per_user_and_list(many: World, user: Browser) -> None:
    assert len(numbers(user.get(f"{A}?size=20").text)) == 20
    assert len(numbers(user.get(A).text)) == 20
    assert len(numbers(user.get(f"{A}?size=7").text)) == 20


@pytest.mark.parametrize("cursor", ["edited", "%00", "eyJ", "x" * 3000])
def test_an_edited_cursor_gives_page_one_with_a_hint(cursor: str, many: World, user: Browser) -> None:
    answer = user.get(f"{A}?cursor={cursor}")
    assert answer.status_code == 200
    assert "该页已失效，已回到第一页" in answer.text
    assert numbers(answer.text)[0] == "XW-0056"


def test_filters_stay_in_the_address_and_in_the_form(many: World, user: Browser) -> None:
    text = user.get(f"{A}?application_no=XW-000&state=PENDING_CONFIRM&created_from=2026-11-20").text
    assert len(numbers(text)) == 10
    assert 'value="XW-000"' in text
    assert '<option value="PENDING_CONFIRM" selected>' in text
    assert "application_no=XW-000&amp;state=PENDING_CONFIRM" in text


@pytest.mark.parametrize("query", ["created_from=nonsense", "state=NONSENSE", "page=0", "page=99999999999", "size=-1"])
def test_a_senseless_filter_is_no_error(query: str, world: World, user: Browser) -> None:
    world.offer()
    assert user.get(f"{A}?{query}").status_code == 200


def test_the_timeline_shows_newest_first_who_and_the_partners_words(world: World, user: Browser) -> None:
    obj = world.offer()
    world.event(obj, "recalled")
    text = user.get(f"{A}/{obj.id}/timeline", HX_Request="true").text
    assert text.index("保险公司撤销待确认保单") < text.index("保险公司送达待确认保单")
    assert "2026-11-20 09:12:00" in text


def test_the_status_in_a_row_opens_the_records(world: World, user: Browser) -> None:
    obj = world.offer()
    text = user.get(A).text
    assert f'data-dialog="{A}/{obj.id}/timeline"' in text
    assert 'aria-label="投保状态：待确认，查看状态记录"' in text


def test_a_document_is_shown_inline_or_downloaded_under_its_chinese_name(world: World, user: Browser) -> None:
    world.offer()
    path = f"/documents/{world.document_id()}"
    shown, kept = user.get(path), user.get(f"{path}?download=1")
    assert (shown.data, shown.mimetype) == (PDF, "application/pdf")
    assert shown.headers["Content-Disposition"] == "inline; filename*=UTF-8''%E6%8A%95%E4%BF%9D%E5%8D%95.pdf"
    assert kept.headers["Content-Disposition"].startswith("attachment;")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"


def test_a_search_by_any_number_finds_the_object(world: World, user: Browser) -> None:
    policy = world.policy(application_no="XW-7")
    assert f'href="/micro_policy/policy/{policy.id}"' in user.get("/search?q=XW-7").text


def test_linked_objects_are_one_click_apart(world: World, user: Browser) -> None:
    offer = world.offer("XW-7")
    policy = world.policy(application_no="XW-7")
    assert f'href="{A}/{offer.id}"' in user.get(f"/micro_policy/policy/{policy.id}").text
    assert user.get(f"{A}/number/XW-7").headers["Location"] == f"{A}/{offer.id}"


def test_notices_are_counted_until_they_are_read(world: World, user: Browser) -> None:
    world.offer()
    text = user.get("/notices").text
    notice = re.search(r'name="id" value="(\w+)"', text)
    assert notice
    assert "1 条未读通知" in text
    user.post("/notices/read", {"id": notice[1]})
    assert "1 条未读通知" not in user.get("/notices").text


def test_what_is_done_leaves_the_board_and_its_row_says_where_to_go_on(world: World, user: Browser) -> None:
    obj = world.offer()
    for name in ("submitted", "approved"):
        world.event(obj, name, submission=1)
    world.policy(application_no=obj.number)

    assert "保单见“保险单”页签" in user.get(A).text
    assert obj.number not in main_of(user.get("/board").text)


def test_the_introduction_needs_no_login(open_browser: Callable[..., Browser]) -> None:
    assert "登录后办理" in open_browser().get("/micro_policy/introduction").text


def test_larger_type_is_remembered(user: Browser) -> None:
    user.post("/display/large", {"next": "/"})
    assert 'class="big"' in user.get("/").text


def test_an_operator_without_enterprise_is_told_what_is_missing(open_browser: Callable[..., Browser]) -> None:
    answer = open_browser("ADM", None).get("/notices")
    assert answer.status_code == 403
    assert "此功能供企业账号使用" in answer.text


@pytest.mark.parametrize(
    ("query", "found"), [("effective_date_from=2026-11-02", 0), ("effective_date_to=2026-11-01&ack=PENDING_RECEIPT", 1)]
)
def test_policies_are_found_by_the_day_they_came_into_force(
    query: str, found: int, world: World, user: Browser
) -> None:
    world.policy()
    assert f"总共 {found} 条记录" in user.get(f"/micro_policy/policy?{query}").text


def test_a_fragment_brings_the_badges_of_the_shell_that_stays(world: World, user: Browser) -> None:
    world.offer()

    fragment = user.get(A, HX_Request="true")

    counts = json.loads(fragment.headers["X-Counts"])
    assert counts[A] == 1
    assert counts["/notices"] == 1
    assert json.loads(user.get("/counts").headers["X-Counts"]) == counts


def test_the_home_page_and_the_board_name_whose_move_it_is_and_until_when(world: World, user: Browser) -> None:
    offer = world.offer()
    for path in ("/", "/board"):
        text = user.get(path).text
        assert '<h3 class="turn enterprise"><span>由您处理</span><b>1</b></h3>' in text
        assert f'href="/micro_policy/micro_application/{offer.id}">{offer.number}</a>' in text


def test_the_last_day_of_a_matter_is_named_itself(world: World, user: Browser) -> None:
    world.offer()
    with writing(world.runtime.engine) as connection:
        midnight = datetime(2026, 12, 31, 16, tzinfo=UTC)  # in Shanghai the 1st of January begins
        connection.execute(tables.business_object.update().values(due_at=midnight))

    assert "截止 2026-12-31<" in user.get("/board").text


@pytest.mark.parametrize(("role", "warned"), [("LP", False), ("OP", True)])
def test_the_instructions_for_signing_warn_who_cannot_make_seals(
    open_browser: Callable[..., Browser], role: str, warned: bool
) -> None:
    text = open_browser(role).get("/agreement/agreement").text

    assert ("当前账号非管理员" in text) == warned
    assert '<a href="/seal/seal">点击此处进入单一窗口用户管理系统</a>' in text


@pytest.mark.parametrize("path", ["/agreement/agreement", "/seal/seal"])
@pytest.mark.parametrize(("role", "offered"), [("LP", 0), ("OP", 1)])
def test_who_cannot_make_seals_is_offered_to_log_in_as_who_can_and_comes_back(
    open_browser: Callable[..., Browser], path: str, role: str, offered: int
) -> None:
    text = open_browser(role).get(path).text

    way = rf'<input type="hidden" name="next" value="{path}"><button [^>]+>退出并以法人卡重新登录</button>'
    assert len(re.findall(way, text)) == offered


def test_the_form_and_the_page_of_an_object_name_its_partner_under_the_label_of_the_list(
    world: World, open_browser: Callable[..., Browser]
) -> None:
    browser = open_browser("OP", fingerprint="ab" * 32)
    claim = world.create("shared_claim", "LP-1", world.ours, "reported", {"claim_no": "LP-1"})
    signing = world.create("payment_agreement", "QY-1", world.ours, "begun", {"request_no": "QY-1"})
    legal_person = open_browser("LP", fingerprint="cd" * 32)
    forms = {"/cargo/cargo_appointment/new": "保险机构名称", f"{A}/{world.offer().id}/confirm": "保险公司"}
    details = {
        f"/shared_claim/shared_claim/{claim.id}": "保险机构名称",
        f"/payment/payment_agreement/{signing.id}": "付款银行名称",
    }

    for path, label in forms.items():
        row = re.search(
            rf'<label for="[^"]+">{label}</label>\s*<div><input[^>]* value="([^"]+)" readonly', browser.get(path).text
        )
        assert row is not None
        assert row[1] == "示例信用保险公司"
    for path, label in details.items():
        assert f"<dt>{label}</dt><dd>示例信用保险公司</dd>" in legal_person.get(path).text


def test_what_the_hub_keeps_itself_has_no_partner_to_name(world: World, user: Browser) -> None:
    world.partner = "own"
    seal = world.create("seal", "YZ-1", world.ours, "begun", {"seal_no": "YZ-1"})

    assert "保险机构名称" not in user.get(f"/seal/seal/{seal.id}").text


@pytest.mark.parametrize("page", ["", "/confirm"])
def test_a_record_and_its_form_are_printed_by_a_key(page: str, world: World, user: Browser) -> None:
    offer = world.offer()

    assert 'data-shortcut="print" aria-keyshortcuts="Alt+P"' in user.get(f"{A}/{offer.id}{page}").text
