"""What a simulated insurer would print."""

from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

NOW = datetime(2026, 11, 20, 1, 12, 30, tzinfo=UTC)
ISSUER = "示例信用保险公司"
TERMS = [
    {"item": "保险金额", "value": "200,000.00 美元", "note": "保险期间内累计赔付的最高金额"},
    {"item": "赔偿比例", "value": "90%", "note": "商业风险与政治风险相同"},
    {"item": "适保范围", "value": "信用期限 180 天以内的出口", "note": "信用证、付款交单、承兑交单、赊销"},
    {"item": "单一买方限额", "value": "50,000.00 美元", "note": "无需逐一申请买方信用限额"},
    {"item": "赔款等待期", "value": "应付款日后 4 个月", "note": "买方破产的，自证明文件送达之日起核定"},
    {"item": "保险费", "value": "0.00 美元", "note": "由项目年度的专项资金统一支付"},
    {"item": "保险期间", "value": "12 个月", "note": "自保险单载明的生效日期零时起"},
]
CLAUSES = [
    {
        "title": "保险责任",
        "text": "被保险人按贸易合同出口货物后，因买方破产、拖欠货款、拒收货物，"
        "或因买方所在地的政治事件而收不到货款的直接损失，保险人按约定的比例赔偿。",
    },
    {
        "title": "责任免除",
        "text": "汇率变动、被保险人违约或违法、买方在出口前已经破产，"
        "以及其他财产保险可以承保的损失，不在保险责任之内。",
    },
    {
        "title": "出口申报",
        "text": "保险期间内的出口由“单一窗口”的报关数据自动归集，企业无需逐票申报；"
        "数据有误时，请在发现后十个工作日内告知保险人。",
    },
    {
        "title": "知险通知",
        "text": "买方逾期六十天仍未付款，或出现破产、拒收等情形时，请在知道后十个工作日内通知保险人，并尽力减少损失。",
    },
    {
        "title": "索赔",
        "text": "提交可能损失通知后，请在六个月内连同合同、发票、运输单据等提出索赔；保险人在收齐单证后三十日内核定。",
    },
    {"title": "赔后追偿", "text": "赔款支付后，相应的债权转让给保险人；追回的款项扣除费用后，按赔偿比例分配。"},
]
APPLICATION: dict[str, Any] = {
    "number": "XW2026-00018233",
    "issuer": ISSUER,
    "product_name": "短期出口信用保险小微企业综合保险",
    "product_code": "XWXBY",
    "programme_year": 2026,
    "renewal": True,
    "previous_policy_no": "XB2025-00009120",
    "valid_until": date(2026, 12, 20),
    "enterprise": {
        "name": "示例进出口有限公司",
        "uscc": "91110000EXAMPLE00X",
        "org_code": "EXAMPLE00",
        "phone": "010-65300000",
        "email": "trade@example.cn",
    },
    "terms": TERMS,
    "clauses": CLAUSES,
    "declaration_version": "2026-01",
    "declaration": ["我公司已核对以上投保信息，确认无误。", "我公司已阅读条款，特别是责任免除与被保险人义务。"],
}
POLICY: dict[str, Any] = {
    "number": "XB2026-00003680",
    "application_no": "XW2026-00018233",
    "issuer": ISSUER,
    "product_name": "短期出口信用保险小微企业综合保险",
    "policy_type": "信保易保单",
    "issued_on": date(2026, 11, 21),
    "effective_date": date(2026, 12, 1),
    "expiry_date": date(2027, 11, 30),
    "insured_amount": Decimal("200000.00"),
    "insured_currency": "美元",
    "enterprise": {"name": "示例进出口有限公司", "uscc": "91110000EXAMPLE00X", "org_code": "EXAMPLE00"},
    "terms": TERMS,
    "clauses": CLAUSES,
}


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def application() -> dict[str, Any]:
    return deepcopy(APPLICATION)


@pytest.fixture
def policy() -> dict[str, Any]:
    return deepcopy(POLICY)
