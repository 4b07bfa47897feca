"""风险信息 on the screen: four modules of articles, and what an account wants to hear of (spec.md 11; S2:848-921)."""

from hub.business.risk_info import CATEGORIES, INDUSTRIES, LINE
from hub.contract.text import Text
from web.forms.countries import countries
from web.lines.presentation import LineView, MenuItem, Shelf

VIEW = LineView(
    line=LINE,
    menu_code="risk_info",
    menu=(
        MenuItem(
            code="risk_info", label=Text("风险信息", "Risk information"), path="/risk_info", counts="risk_info.unread"
        ),
    ),
    area=Text("信息订阅", "Subscriptions"),
    icon="news",
    shelf=Shelf(
        modules=CATEGORIES,
        aliases={"COUNTRY": Text("国别风险预警", "Country risk alerts")},  # C-14, S2:891
        countries=countries(),
        industries=INDUSTRIES,
        latest=Text("最新风险信息", "Latest risk information"),
    ),
)
