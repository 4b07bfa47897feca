"""Risk information (风险信息, spec.md 11): articles that an insurer publishes for every enterprise.
Messages MSG-RSK-01..02 and MSG-SZ-04; manual S2:848-921.

No business object: an article belongs to nobody, has no lifecycle of an enterprise, and the latest revision counts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.business.kind import Line
from hub.contract.message import PartnerContent
from hub.contract.text import Text

MESSAGES = {"RiskArticle/1.0": "MSG-RSK-01", "RiskRecall/1.0": "MSG-RSK-02", "RiskDigest/1.0": "MSG-SZ-04"}

CATEGORIES: Mapping[str, Text] = {
    "COUNTRY": Text("国别信息预警", "Country alerts"),
    "INDUSTRY": Text("重点行业风险预警", "Alerts for key industries"),
    "BELT_ROAD": Text("一带一路专报", "Belt and Road reports"),
    "NEWS": Text("国际贸易和投资要闻", "Trade and investment news"),
}
"""The four modules in their order (S2:861)."""

INDUSTRIES: Mapping[str, Text] = {
    "A": Text("农、林、牧、渔业", "Agriculture, forestry, animal husbandry and fishery"),
    "B": Text("采矿业", "Mining"),
    "C": Text("制造业", "Manufacturing"),
    "D": Text("电力、热力、燃气及水生产和供应业", "Electricity, heat, gas and water"),
    "E": Text("建筑业", "Construction"),
    "F": Text("批发和零售业", "Wholesale and retail trade"),
    "G": Text("交通运输、仓储和邮政业", "Transport, storage and post"),
    "H": Text("住宿和餐饮业", "Accommodation and catering"),
    "I": Text("信息传输、软件和信息技术服务业", "Information, software and IT services"),
    "J": Text("金融业", "Finance"),
    "K": Text("房地产业", "Real estate"),
    "L": Text("租赁和商务服务业", "Leasing and business services"),
    "M": Text("科学研究和技术服务业", "Research and technical services"),
    "N": Text("水利、环境和公共设施管理业", "Water, environment and public facilities"),
    "O": Text("居民服务、修理和其他服务业", "Services to households, repair and others"),
    "P": Text("教育", "Education"),
    "Q": Text("卫生和社会工作", "Health and social work"),
    "R": Text("文化、体育和娱乐业", "Culture, sports and entertainment"),
    "S": Text("公共管理、社会保障和社会组织", "Public administration, social security, organisations"),
    "T": Text("国际组织", "International organisations"),
}
"""Sections of GB/T 4754-2017."""


@dataclass(frozen=True, kw_only=True)
class Article:
    """What an article's body says, typed. ``recalled_at`` alone stands in a recall."""

    revision: int
    category: str = ""
    title: str = ""
    countries: tuple[str, ...] = ()  # ISO 3166 alpha-3
    industries: tuple[str, ...] = ()
    published_at: datetime | None = None
    source: str = ""
    language: str = "zh"
    html: str = ""
    recalled_at: datetime | None = None
    reason: str = ""

    @classmethod
    def read(cls, content: PartnerContent) -> "Article":
        """From the body of a PartnerContent; its version is the revision. Raises ValueError naming the rule."""
        body: dict[str, Any] = dict(content.body)
        html = body.pop("article_html", "")
        values = {name: READ[name](value) if name in READ else value for name, value in body.items()}
        try:
            found = cls(revision=int(content.version), html=html, **values)
        except TypeError as error:
            raise ValueError(f"{content.key}: {error}") from error
        if found.recalled_at is None and not (found.category in CATEGORIES and found.title and found.published_at):
            raise ValueError(f"{content.key}: an article needs one of the categories, a title and published_at")
        return found


READ: Mapping[str, Callable[[Any], Any]] = {
    "published_at": datetime.fromisoformat,
    "recalled_at": datetime.fromisoformat,
    "countries": tuple,
    "industries": tuple,
}
"""JSON values as what they are."""

LINE = Line(code="risk_info", label=Text("风险信息", "Risk information"), kinds=(), messages=MESSAGES)
