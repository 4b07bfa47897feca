"""What a user does: the form keeps what was typed, an act happens once, conflicts show both versions."""

from datetime import timedelta
from typing import Any

import pytest

from hub.services.shapes import BusinessObject
from hub.store import tables
from tests.web.world import Browser, World

A = "/micro_policy/micro_application"
TYPED = {
    "contact_name": "王小明",
    "contact_phone": "029-80000000",
    "contact_mobile": "13800000000",
    "contact_email": "trade@example.cn",
    "remark": "请尽快审核",
    "declaration_accepted": "yes",
}


def confirm(user: Browser, obj: BusinessObject, values: dict[str, str] | None = None, **more: str) -> Any:
    data = {"revision": str(obj.revision), **TYPED, **(values or {})}
    return user.post(f"{A}/{obj.id}/confirm", data, **more)


def test_the_entry_form_shows_the_offer_and_what_the_insurer_filled_in(world: World, user: Browser) -> None:
    obj = world.offer()
    text = user.get(f"{A}/{obj.id}/confirm").text
    for said in (
        *("小微信保易投保", "陕西示例进出口有限公司", "91610000MA6TESTX01", "MA6TESTX0", "待确认", "029-80000000"),
        *("trade@example.cn", "单证列表", "小微企业投保单(待确认)", "查看单证", "下载", "打印", "投保声明"),
        *("我公司已阅读投保产品条款。", "我已认真阅读以上内容并同意", "确认投保", "返回", "暂存"),
    ):
        assert said in text
    assert text.count("readonly") == 5


def test_a_confirmed_application_waits_for_the_insurers_receipt(world: World, user: Browser) -> None:
    obj = world.offer()
    answer = confirm(user, obj)
    assert answer.status_code == 303
    page = user.get(answer.headers["Location"]).text
    assert "投保申请已提交，等待保险公司确认收到" in page
    assert "投保申请提交成功" not in page
    assert len(world.rows(tables.outbox)) == 1


def test_while_evidence_cannot_be_signed_the_user_is_told_why_and_nothing_is_sent(world: World, user: Browser) -> None:
    obj = world.offer()
    world.unsigned(timedelta(hours=5))

    answer = confirm(user, obj)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "证据链暂时无法签名，为保证可追溯，暂停办理，请稍后重试" in answer.text
    assert world.rows(tables.outbox) == []


def test_after_the_receipt_the_page_says_what_the_manual_says(world: World, user: Browser) -> None:
    obj = world.offer()
    part = user.get(confirm(user, obj).headers["Location"] + "&part=1", HX_Request="true").text
    world.delivery(obj, "ACKED")
    final = user.get(f"{A}/{obj.id}/progress?action=confirm&part=1", HX_Request="true").text
    assert 'data-poll="1"' in part
    assert "投保申请提交成功" in final
    assert "data-final" in final
    assert "data-poll" not in final


def test_a_page_that_waits_longer_asks_less_often(world: World, user: Browser) -> None:
    obj = world.offer()
    where = confirm(user, obj).headers["Location"] + "&part=1"

    world.clock.move(timedelta(seconds=11))

    assert 'data-poll="3"' in user.get(where, HX_Request="true").text


@pytest.mark.parametrize(
    ("state", "said", "final"),
    [
        ("RETRYING", "已排队，将自动重试", False),
        ("UNKNOWN", "正在核实对方是否收到", False),
        ("REFUSED", "对方未接受", True),
        ("DEAD", "未能送达合作机构", True),
        ("CANCELLED", "发送已取消", True),
    ],
)
def test_a_message_in_trouble_is_told_honestly(state: str, said: str, final: bool, world: World, user: Browser) -> None:
    obj = world.offer()
    confirm(user, obj)
    world.delivery(obj, state)
    text = user.get(f"{A}/{obj.id}/progress?action=confirm&part=1").text
    assert said in text
    assert "成功" not in text
    assert ("data-final" in text) is final


@pytest.mark.parametrize("fragment", [False, True])
def test_a_wrong_value_keeps_everything_that_was_typed(fragment: bool, world: World, user: Browser) -> None:
    obj = world.offer()
    headers = {"HX_Request": "true"} if fragment else {}
    answer = confirm(user, obj, {"contact_email": "wrong", "contact_name": ""}, **headers)
    assert answer.status_code == 422
    for typed in ("13800000000", "029-80000000", 'value="wrong"', "请尽快审核", 'value="yes"'):
        assert typed in answer.text
    assert " checked" in answer.text
    assert 'class="error-summary" tabindex="-1"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 2
    assert world.rows(tables.outbox) == []


def test_every_error_is_linked_to_its_field_and_told_beside_it(world: World, user: Browser) -> None:
    obj = world.offer()
    text = confirm(user, obj, {"contact_mobile": "123", "declaration_accepted": ""}).text
    view = f"v-micro_application-{obj.id[:8]}-confirm"
    for name in ("contact_mobile", "declaration_accepted"):
        assert f'href="#{view}-{name}"' in text
        assert f'id="{view}-{name}-tip"' in text


def test_the_second_click_leads_to_the_same_result_and_one_message(world: World, user: Browser) -> None:
    """Acceptance example A-24."""
    obj = world.offer()
    answers = [confirm(user, obj), confirm(user, obj)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert len(world.rows(tables.outbox)) == 1


def test_another_act_on_an_older_revision_shows_both_versions(world: World, user: Browser) -> None:
    obj = world.offer()
    world.event(obj, "recalled")
    answer = confirm(user, obj, {"contact_name": "李四"})
    assert answer.status_code == 409
    assert "李四" in answer.text
    assert "已失效" in answer.text
    assert world.rows(tables.outbox) == []


def test_an_act_that_the_state_forbids_is_not_offered_and_not_done(world: World, user: Browser) -> None:
    obj = world.offer()
    assert user.get(f"{A}/{obj.id}/withdraw").status_code == 409
    assert user.post(f"{A}/{obj.id}/withdraw", {"revision": str(obj.revision)}).status_code == 409
    assert "撤回" not in user.get(f"{A}/{obj.id}").text


def test_withdrawing_asks_first_and_then_waits(world: World, user: Browser) -> None:
    obj = world.offer()
    confirm(user, obj)
    world.delivery(obj, "ACKED")
    question = user.get(f"{A}/{obj.id}/withdraw").text
    answer = user.post(
        f"{A}/{obj.id}/withdraw", {"revision": question.split('name="revision" value="')[1].split('"')[0]}
    )
    assert "是否撤回该投保申请？" in question
    assert "撤回申请已提交" in user.get(answer.headers["Location"]).text


def test_acknowledging_a_policy_is_one_click_and_shows_that_it_waits(world: World, user: Browser) -> None:
    obj = world.policy()
    assert f'action="/micro_policy/policy/{obj.id}/acknowledge"' in user.get("/micro_policy/policy").text
    answer = user.post(f"/micro_policy/policy/{obj.id}/acknowledge", {"revision": str(obj.revision)})
    assert "收悉已提交，等待保险公司确认" in user.get(answer.headers["Location"]).text
    assert "收悉中" in user.get("/micro_policy/policy").text


def test_while_the_outcome_is_unknown_no_button_can_send_again(world: World, user: Browser) -> None:
    obj = world.policy()
    world.delivery(obj, "UNKNOWN")
    text = user.get("/micro_policy/policy").text
    assert 'aria-disabled="true"' in text
    assert "请勿重复提交" in text
    assert f"{obj.id}/acknowledge" not in text


def test_a_draft_is_kept_however_incomplete_and_comes_back(world: World, user: Browser) -> None:
    obj = world.offer()
    typed = {"action": "confirm", "contact_name": "王", "contact_email": "half@", "draft_revision": ""}
    answer = user.post(f"{A}/{obj.id}/draft", typed, HX_Request="true")
    assert answer.json["revision"] == 1
    assert answer.json["saved_at"] == "09:12:00"
    page = user.get(f"{A}/{obj.id}/confirm").text
    assert 'value="half@"' in page
    assert "已于 09:12:00 保存" in page


def test_without_script_saving_a_draft_returns_to_the_form(world: World, user: Browser) -> None:
    obj = world.offer()
    answer = user.post(f"{A}/{obj.id}/draft", {"action": "confirm", "contact_name": "王"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{A}/{obj.id}/confirm")


def test_a_second_editor_does_not_overwrite_the_first_ones_draft(world: World, user: Browser) -> None:
    obj = world.offer()
    for name, revision in (("甲甲", ""), ("乙乙", "1")):
        user.post(f"{A}/{obj.id}/draft", {"action": "confirm", "contact_name": name, "draft_revision": revision})
    late = {"action": "confirm", "contact_name": "丙丙", "draft_revision": "1"}
    script = user.post(f"{A}/{obj.id}/draft", late, HX_Request="true")
    page = user.post(f"{A}/{obj.id}/draft", late)
    assert (script.status_code, script.json["revision"]) == (409, 2)
    assert page.status_code == 409
    assert "丙丙" in page.text
    assert "乙乙" in page.text


@pytest.mark.parametrize("action", ["withdraw", "nothing", ""])
def test_only_forms_have_drafts(action: str, world: World, user: Browser) -> None:
    obj = world.offer()
    assert user.post(f"{A}/{obj.id}/draft", {"action": action}).status_code == 404


def test_an_unknown_act_does_not_exist(world: World, user: Browser) -> None:
    obj = world.offer()
    for path in (f"{A}/{obj.id}/explode", f"{A}/{obj.id}/progress?action=explode"):
        assert user.get(path).status_code == 404


def test_a_returned_application_says_why_and_can_be_corrected(world: World, user: Browser) -> None:
    obj = world.offer()
    confirm(user, obj)
    world.delivery(obj, "ACKED")
    world.clock.move(timedelta(minutes=20))
    after = world.event(obj, "returned", reason="联系人邮箱无法送达")
    assert "修改" in user.get(A).text
    assert "联系人邮箱无法送达" in user.get(f"{A}/{obj.id}/confirm").text
    assert confirm(user, after, {"contact_email": "new@example.cn"}).status_code == 303
    assert len(world.rows(tables.outbox)) == 2
