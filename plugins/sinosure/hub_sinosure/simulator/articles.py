"""What the simulated insurer publishes: articles of its own making, their updates and recalls, a digest of a month."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hub.contract.message import NO_ENTERPRISE
from hub.testing.simulator.books import Entry
from hub.testing.simulator.desk import ControlError, Desk
from hub.testing.simulator.lookup import named, text
from hub_sinosure.simulator import papers

ARTICLE = "article"
PUBLISHED, RECALLED = "PUBLISHED", "RECALLED"
SOURCE = "中国出口信用保险公司（仿真）"


@dataclass(frozen=True)
class Draft:
    """An article of the simulator. Everything in it is invented."""

    category: str
    title: str
    text: str
    countries: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    attached: bool = False


DRAFTS = (
    Draft(
        "COUNTRY",
        "示例：某国外汇管制收紧，进口付汇审批延长",
        "进口商购汇需提前三十日申请，建议缩短账期。",
        ("EGY",),
        ("F",),
    ),
    Draft(
        "COUNTRY",
        "示例：巴西雷亚尔波动加剧，买方付款放缓",
        "拖欠平均天数上升，建议逐单核实买方资信。",
        ("BRA",),
        ("C", "F"),
    ),
    Draft("COUNTRY", "示例：德国企业破产数量连续上升", "汽车零部件与建材买方风险较高。", ("DEU",), ("C", "E")),
    Draft("COUNTRY", "示例：土耳其进口附加税调整", "部分纺织品税率上调，注意拒收风险。", ("TUR",), ("C",)),
    Draft("COUNTRY", "示例：越南港口拥堵，到货延迟", "建议在合同中约定提单日与付款日。", ("VNM",), ("G",)),
    Draft("COUNTRY", "示例：美国零售商库存偏高，订单取消增多", "关注大型零售买方的付款条件变更。", ("USA",), ("F",)),
    Draft(
        "INDUSTRY",
        "示例：光伏行业价格下行风险提示",
        "组件价格下跌，买方要求重谈价格的情况增多。",
        ("DEU", "NLD"),
        ("C",),
        attached=True,
    ),
    Draft("INDUSTRY", "示例：纺织服装行业买方拖欠分析", "中小零售商拖欠占比上升。", ("USA", "GBR"), ("C",)),
    Draft("INDUSTRY", "示例：家电行业渠道商破产案例", "案情、处理经过与启示。", ("BRA",), ("C", "F")),
    Draft("BELT_ROAD", "示例：中欧班列沿线国家营商环境专报", "通关、汇兑与司法环境概览。", ("KAZ", "POL"), ("G",)),
    Draft("BELT_ROAD", "示例：东南亚基础设施项目收款专报", "付款里程碑与担保安排。", ("IDN", "VNM"), ("E",)),
    Draft("NEWS", "示例：多边投资协定谈判取得进展", "对设备出口的影响简析。"),
    Draft("NEWS", "示例：国际海运价格指数周报", "主要航线运价变化。", industries=("G",)),
)
"""In this order; ``publish`` goes round."""


def publish(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{}`` or ``{"count"}``: the next articles go out, a day apart, the last one dated now."""
    count = wanted.get("count", 1)
    if not isinstance(count, int) or not 0 < count <= MOST:
        raise ControlError(f"count: a whole number from 1 to {MOST} is required")
    now = desk.clock.now()
    numbers = []
    for place in range(count):
        draft = desk.books.count(ARTICLE) % len(DRAFTS)
        data = {"draft": draft, "revision": 0}
        entry = Entry(kind=ARTICLE, number=desk.number("FX"), enterprise=NO_ENTERPRISE, state=PUBLISHED, data=data)
        _send(desk, entry, DRAFTS[draft], now - timedelta(days=count - 1 - place))
        numbers.append(entry.number)
    return {"article_nos": numbers}


MOST = 200


def recall(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"article_no"}`` and as wished reason: the article is taken back."""
    entry = named(desk, ARTICLE, wanted, "article_no", frozenset({PUBLISHED}))
    revision = entry.data["revision"] + 1
    desk.books.write(replace(entry, state=RECALLED, data={**entry.data, "revision": revision}))
    reason = {"reason": text(wanted, "reason")} if "reason" in wanted else {}
    body = {"article_no": entry.number, "revision": revision, "recalled_at": desk.clock.now(), **reason}
    return {"message_id": desk.tell("RiskRecall", entry.number, NO_ENTERPRISE, body)}


def update(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"article_no", "text"}``: the article again, with another text."""
    entry = named(desk, ARTICLE, wanted, "article_no", frozenset({PUBLISHED}))
    draft = replace(DRAFTS[entry.data["draft"]], text=text(wanted, "text"))
    return {"message_id": _send(desk, entry, draft, desk.clock.now())}


def digest(desk: Desk, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """``{"month"}`` (yyyy-mm) and as wished revision: the digest of the month."""
    month = text(wanted, "month")
    body = {
        "month": month,
        "revision": wanted.get("revision", 1),
        "title": f"{month} 风险提示月报（仿真）",
        "html": "<p>本月国别风险总体平稳，个别市场外汇与拖欠风险上升，详见下列文章。</p>",
    }
    return {"message_id": desk.tell("RiskDigest", month, NO_ENTERPRISE, body)}


CONTROLS = {"publish": publish, "recall_article": recall, "update_article": update, "digest": digest}


def _send(desk: Desk, entry: Entry, draft: Draft, at: datetime) -> str:
    revision = entry.data["revision"] + 1
    desk.books.write(replace(entry, data={**entry.data, "revision": revision}))
    body = {
        "article_no": entry.number,
        "revision": revision,
        "category": draft.category,
        "title": draft.title,
        "country": list(draft.countries),
        "industry": list(draft.industries),
        "published_at": at,
        "source": SOURCE,
        "html": f"<p>{draft.text}</p><p>本文由仿真系统生成，仅供演示。</p>",
    }
    body = {name: value for name, value in body.items() if value != []}
    files = (papers.bulletin(entry.number, draft.title, draft.text, desk.clock.now()),) if draft.attached else ()
    return desk.tell("RiskArticle", entry.number, NO_ENTERPRISE, body, attachments=files)
