"""Who may do what: the permission matrix (spec.md 1.2), and what is told to those who may not."""

from dataclasses import replace

import pytest

from hub.business import KINDS, roles
from hub.business.acts import Actor
from hub.business.kind import may, right
from hub.business.roles import ANYONE, CARD_HOLDERS, LEGAL_PERSON, OPERATORS

MATRIX = [  # function, its source, the actions of each kind, who may: LP, OP, PW
    ("小微投保 确认投保", "C-03", "micro_application.confirm", "LP OP PW"),
    ("小微投保 确认投保，待授权", "S1:9", "micro_application.hold", "LP"),
    ("小微投保 授权后确定", "S1:62", "micro_application.finish", "LP"),
    ("小微投保 放弃授权", "S1:41", "micro_application.abandon", "LP"),
    ("小微投保 撤回", "C-03", "micro_application.withdraw", "LP OP PW"),
    ("小微投保 收悉", "S2:355", "policy.acknowledge", "LP OP PW"),
    ("投保咨询 提交", "S2:729", "inquiry.submit", "LP OP PW"),
    ("投保咨询 删除", "S2:729", "inquiry.delete", "LP OP PW"),
    ("报案", "S4:57", "loss_report.submit", "LP OP"),
    ("报案 删除", "S4:57", "loss_report.delete", "LP OP"),
    ("海外买家资信报告", "S4:53", "buyer_report.submit", "LP OP"),
    ("海外买家资信报告 删除", "S4:53", "buyer_report.delete", "LP OP"),
    ("货运险 预约", "S3:294-304", "cargo_appointment.submit", "OP"),
    ("货运险 预约 删除", "S3:294-304", "cargo_appointment.delete", "OP"),
    ("货运险 投保、修改", "S3:294-304", "cargo_application.submit", "OP"),
    ("货运险 撤销", "S3:294-304", "cargo_application.cancel", "OP"),
    ("印章 制作", "S2:419", "seal.make", "LP"),
    ("印章 分配", "S2:420", "seal.assign", "LP"),
    ("印章 续期", "S2:419", "seal.renew", "LP"),
    ("印章 注销", "S2:419", "seal.revoke", "LP"),
    ("印章 删除", "S2:419", "seal.delete", "LP"),
    ("签约 同意", "S2:395", "agreement.sign", "LP OP PW"),
    ("签约 删除", "S2:395", "agreement.delete", "LP OP PW"),
    ("数据授权 授权", "S1:61", "authorisation.give", "LP"),
    ("数据授权 撤回", "S1:61", "authorisation.revoke", "LP"),
    ("数据授权 删除", "S1:61", "authorisation.delete", "LP"),
    ("货运险 删除", "S3:294-304", "cargo_application.delete", "OP"),
    ("征信授权书签署", "S3:637", "duty_authorisation.submit", "OP"),
    ("征信授权撤回", "G-24", "duty_authorisation.revoke", "OP"),
    ("征信授权书 删除", "S3:637", "duty_authorisation.delete", "OP"),
    ("额度申请、重新申请", "S3:684-723", "duty_limit.submit", "OP"),
    ("额度申请 删除", "S3:684-723", "duty_limit.delete", "OP"),
    ("额度追加", "S3:684-723", "duty_top_up.submit", "OP"),
    ("额度追加 删除", "S3:684-723", "duty_top_up.delete", "OP"),
    ("关税险投保、重新投保", "S3:755-821", "duty_application.submit", "OP"),
    ("关税险投保 删除", "S3:755-821", "duty_application.delete", "OP"),
    ("在线交费签约", "S3:204-208", "payment_agreement.sign", "LP"),
    ("在线交费签约 删除", "S3:204-208", "payment_agreement.delete", "LP"),
    ("在线交费签约 解约", "P", "payment_agreement.end", "LP"),
    ("在线支付", "S3:272", "payment_order.pay", "OP"),
    ("在线支付 删除", "S3:272", "payment_order.delete", "OP"),
]
ACTIONS = {right(kind, action): (kind, action) for kind in KINDS.values() for action in kind.actions}


def someone(role: str, *rights: str) -> Actor:
    return Actor(account="a1", name="王小明", enterprise="91110000MA00EXAM1X", role=role, rights=frozenset(rights))


@pytest.mark.parametrize(("name", "who"), [row[2:] for row in MATRIX], ids=[f"{row[1]} {row[0]}" for row in MATRIX])
def test_the_matrix_says_who_may(name: str, who: str) -> None:
    kind, action = ACTIONS[name]

    assert [role for role in ("LP", "OP", "PW", "ADM") if may(kind, action, someone(role))] == who.split()


def test_no_action_of_a_kind_in_the_matrix_is_left_out() -> None:
    kinds = {row[2].partition(".")[0] for row in MATRIX}

    assert {row[2] for row in MATRIX} == {name for name in ACTIONS if name.partition(".")[0] in kinds}


def test_every_line_chooses_one_of_the_named_sets() -> None:
    sets = (ANYONE, CARD_HOLDERS, LEGAL_PERSON, OPERATORS)

    assert [name for name, (_, action) in ACTIONS.items() if action.roles not in sets] == []


def test_a_refusal_names_who_may() -> None:
    assert roles.refusal(LEGAL_PERSON).zh == "当前账号无此权限，请用法人卡登录办理"
    assert roles.refusal(CARD_HOLDERS).en.endswith("log in with the legal-person card or an operator card")


def test_a_delegated_right_counts_for_delegable_actions_only() -> None:
    kind, action = ACTIONS["cargo_application.submit"]
    clerk = someone("PW", right(kind, action))

    assert not may(kind, action, clerk)
    assert may(kind, replace(action, delegable=True), clerk)
    assert not may(kind, replace(action, delegable=True), someone("PW"))
