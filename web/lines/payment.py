"""在线交费 on the screen: so far its forms, lists and menu are empty, and the line shows nowhere."""

from hub.business.payment import LINE
from hub.contract.text import Text
from web.lines.presentation import LineView

VIEW = LineView(
    line=LINE,
    menu_code="payment",
    menu=(),
    listings=(),
    title=Text("在线交费", "Online payment"),
    area=Text("在线交费", "Online payment"),
    icon="coins",
)
