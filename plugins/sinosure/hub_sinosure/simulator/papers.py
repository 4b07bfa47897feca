"""The insurer's papers, as PDFs of the documents station, and the texts that are printed and sent."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.contract.message import Attachment
from hub.documents.pdf import render

ISSUER = "中国出口信用保险公司（仿真）"
PRODUCT, PRODUCT_NAME, POLICY_TYPE = "XWXBY", "小微信保易", "信保易保单"
DECLARATION_VERSION = "2026-1"
DECLARATION = (
    "我公司申请开通中国信保“中小企业网上服务平台”账号并依据《中国出口信用保险公司网上业务客户服务协议》约定使用"
    "中国信保“中小企业网上服务平台”服务。",
    "我公司在签署以上投保信息，并对以上投保信息确认无误。",
    "我公司已阅读投保产品条款，特别就条款中有关责任免除和被保险人义务的内容进行阅读，充分理解并同意接受条款全部内容。",
)
"""S0:131-133, as the manual has them."""
TERMS = (
    {"item": "保险金额", "value": "60,000,000.00 人民币", "note": "保险期间内累计赔付的最高金额"},
    {"item": "赔偿比例", "value": "80%", "note": "商业风险与政治风险相同"},
    {"item": "适保范围", "value": "信用期限 180 天以内的出口", "note": "信用证和非信用证支付方式"},
    {"item": "保险期间", "value": "12 个月", "note": "自保险单载明的生效日期零时起"},
)
CLAUSES = (
    {"title": "保险责任", "text": "被保险人按合同出口后，因买方或其所在地的商业、政治风险造成的应收账款直接损失。"},
    {"title": "责任免除", "text": "汇率变动、被保险人违约或违法，以及出口前已知的风险造成的损失，不予赔偿。"},
    {"title": "被保险人义务", "text": "如实告知，妥善保管单证，知道风险后及时通知保险人，并尽力减少损失。"},
)
INTRODUCTION_VERSION = "2026-1"
INTRODUCTION_ZH = (
    "<h2>产品介绍</h2><p>小微信保易是为小微企业设计的短期出口信用保险专属产品，保障出口应收账款的收汇安全。</p>"
    "<h2>适用对象</h2><p>上年度出口额在项目规定限额以内的小微出口企业。</p>"
    "<h2>保障范围</h2><p>信用期限在 180 天以内的货物出口，支付方式为信用证或非信用证。</p>"
    "<h2>风险覆盖范围</h2><ul><li>商业风险：买方破产、拖欠货款、拒收货物。</li>"
    "<li>政治风险：汇兑限制、禁止进口、战争或暴乱。</li></ul>"
    "<h2>投保流程</h2><ol><li>查看待确认保单</li><li>提交投保申请</li><li>查看保单受理结果</li>"
    "<li>收悉确认</li><li>完成</li></ol>"
)
INTRODUCTION_EN = (
    "<h2>The product</h2><p>Xinbaoyi is a short-term export credit insurance made for micro enterprises: it protects"
    " their export receivables.</p>"
    "<h2>For whom</h2><p>Micro exporters whose exports of last year stay within the programme's limit.</p>"
    "<h2>Scope of cover</h2><p>Exports of goods on terms of up to 180 days, with or without letter of credit.</p>"
    "<h2>Risks covered</h2><ul><li>Commercial: the buyer's insolvency, default or refusal of the goods.</li>"
    "<li>Political: transfer restrictions, import bans, war or unrest.</li></ul>"
    "<h2>How to apply</h2><ol><li>Read the offer</li><li>Submit the application</li><li>See the result</li>"
    "<li>Acknowledge the policy</li><li>Done</li></ol>"
)


def application_form(offer: Mapping[str, Any], uscc: str, now: datetime) -> Attachment:
    """小微企业投保单(待确认) of an offer's body. Raises NotPrintable."""
    data = {
        "number": offer["application_no"],
        "issuer": ISSUER,
        "product_name": offer["product_name"],
        "product_code": offer["product"],
        "programme_year": offer["programme_year"],
        "renewal": offer["renewal"],
        "previous_policy_no": offer.get("previous_policy_no"),
        "valid_until": offer["valid_until"],
        "enterprise": {
            "name": offer["enterprise_name"],
            "uscc": uscc,
            "org_code": offer.get("org_code", uscc[8:17]),
            "phone": offer.get("contact_phone"),
            "email": offer.get("contact_email"),
        },
        "terms": TERMS,
        "clauses": CLAUSES,
        "declaration_version": offer["declaration_version"],
        "declaration": offer["declaration_text"],
    }
    return _file("小微企业投保单(待确认).pdf", "micro_application", data, now)


def policy_documents(policy: Mapping[str, Any], uscc: str, now: datetime) -> Attachment:
    """小微企业保单全套单证(生效) of a policy's body. Raises NotPrintable."""
    amount = policy["insured_amount"]
    data = {
        "number": policy["policy_no"],
        "application_no": policy.get("application_no"),
        "issuer": ISSUER,
        "product_name": policy["product_name"],
        "policy_type": policy["policy_type"],
        "issued_on": policy["issued_at"],
        "effective_date": policy["effective_date"],
        "expiry_date": policy["expiry_date"],
        "insured_amount": amount["amount"],
        "insured_currency": amount["currency"],
        "enterprise": {
            "name": policy["enterprise_name"],
            "uscc": uscc,
            "org_code": policy.get("org_code", uscc[8:17]),
        },
        "terms": TERMS,
        "clauses": CLAUSES,
    }
    return _file("小微企业保单全套单证(生效).pdf", "micro_policy", data, now)


def bulletin(number: str, title: str, text: str, now: datetime) -> Attachment:
    """The paper that an article brings along. Raises NotPrintable."""
    return _file(
        "附件.pdf", "bulletin", {"number": number, "title": title, "issuer": ISSUER, "paragraphs": [text]}, now
    )


def buyer_report(number: str, request: Mapping[str, Any], now: datetime) -> Attachment:
    """海外买家资信报告 (DOC-18), with made-up findings. Raises NotPrintable."""
    paragraphs = [
        f"买方英文名称：{request['buyer_name_en']}",
        f"所属国家（地区）：{request['buyer_country']}",
        f"申请企业：{request['enterprise_name']}",
        "注册情况：正常存续。付款记录：未发现拖欠。（仿真内容，仅供演示）",
    ]
    data = {"number": number, "title": "海外买家资信报告", "issuer": ISSUER, "paragraphs": paragraphs}
    return _file("海外买家资信报告.pdf", "bulletin", data, now)


def lading_report(number: str, title: str, enterprise_name: str, now: datetime) -> Attachment:
    """海外买家提单报告 (DOC-19), with made-up findings. Raises NotPrintable."""
    paragraphs = [
        f"推送企业：{enterprise_name}",
        "EXAMPLE BUYER 01 A/S，丹麦：近十二个月进口提单 24 票。",
        "EXAMPLE BUYER 02 INC，美国：近十二个月进口提单 17 票。",
        "（仿真内容，仅供演示）",
    ]
    data = {"number": number, "title": title, "issuer": ISSUER, "paragraphs": paragraphs}
    return _file("海外买家提单报告.pdf", "bulletin", data, now)


def _file(name: str, template: str, data: Mapping[str, Any], now: datetime) -> Attachment:
    content = render(template, data, now=now)
    return Attachment(
        name=name, media_type="application/pdf", sha256=hashlib.sha256(content).hexdigest(), content=content
    )
