"""What the demo prints when it is up: where to go, with which card, what to click."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from demo.world import CARDS, DECLARATIONS, DEMO, EPORT, NAME, PASSWORD, PIN, Card, Ports
from hub.commands.output import width
from hub.contract.suites import SM2
from hub.contract.text import Text

ROLES: Mapping[str, Text] = {
    "LP": Text("法人卡", "legal person"),
    "OP": Text("操作员卡", "operator"),
}
NOTES: Sequence[tuple[Callable[[Card], bool], str]] = (
    (lambda card: card.algorithm == SM2, "国密 SM2"),
    (lambda card: not card.bound, "未绑定，待法人绑定 / not bound"),
    (lambda card: card.driver == EPORT, "模拟电子口岸控件 / E-Port"),
)
MAGIC: Mapping[str, Text] = {  # written into 备注: rules of plugins/sinosure/README.md
    "退回": Text("退回修改", "returned for correction"),
    "拒绝": Text("审核不通过", "rejected"),
    "超时": Text("回执丢失：查询，绝不重发", "the answer is lost: asked about, never sent again"),
    "重复": Text("每份报文来两次，只生效一次", "every message comes twice, one effect"),
    "矛盾": Text("两个相反的结果，转人工", "two opposite results: a person decides"),
}
STEPS = (
    Text(
        "打开上面的网址，【登录】：卡已选好（{card}）；在弹出窗口输入卡密码 {pin}",
        "Open the address and log in: the card is chosen already; the card agent's window asks for the PIN, {pin}",
    ),
    Text(
        "首页【在办事项】里点【查看待确认保单】：这是保险公司刚发来的",
        "On the home page open one of the two offers that the insurer has just sent",
    ),
    Text(
        "填联系人姓名、手机、邮箱，勾选声明，【确认投保】，在读卡程序窗口核对并输入 {pin}",
        "Fill in name, mobile and e-mail, accept the declaration, 确认投保, and give the PIN in the window",
    ),
    Text(
        "约五秒后回到【首页】：审核通过，保单已到；在保单那一行点【收悉】",
        "Some five seconds later, on the home page: approved and issued. Click 收悉 in its row",
    ),
    Text(
        "收悉状态变为【已收悉】，完成。点任何状态标签可看到全部经过",
        "已收悉: done. A click on any status tag shows everything that happened",
    ),
)
WIDE = 88
STYLES = {"bold": "\033[1m", "dim": "\033[2m", "green": "\033[1;32m", "off": "\033[0m"}

TEXT = """
{dim}{rule}{off}
  {bold}国际贸易单一窗口 · 演示{off}   Single Window Hub, demo (everything on this machine, everybody invented)

      {green}{portal}{off}

  {bold}卡 / Cards{off}                                      卡密码 / PIN  {bold}{pin}{off}
{cards}
      {account}

  {bold}三分钟 / Three minutes{off}
{steps}

  {bold}另一种结果 / Another outcome{off}：在【备注】里写 / write into 备注
{magic}

  {bold}索赔 / Claims{off}：{firm} 的报关单号 / its declarations {declarations}

  {bold}运维 / For operators{off}
      {swhub} check --home {home}
      {swhub} messages list --home {home}
      {swhub} messages trace XW2026-... --home {home}
      {python} -m hub_card_softcard {home}/cards remove {serial}     {dim}# 拔卡 pull; insert, list{off}
      {dim}日志 logs: {home}/logs     重来 afresh: script/demo --fresh{off}

  {bold}停止 / Stop{off}   {stop}
{dim}{rule}{off}
"""


def summary(home: Path, ports: Ports, *, colour: bool, keep: bool) -> str:
    """The whole text."""
    first = CARDS[0]
    style = STYLES if colour else dict.fromkeys(STYLES, "")
    return TEXT.format(
        **style,
        rule="─" * WIDE,
        portal=ports.portal,
        pin=PIN,
        cards="\n".join(rows()),
        account=f"不用卡 / without a card: {NAME}  {PASSWORD}   （{DEMO.name}）",
        steps="\n".join(steps()),
        magic="\n".join(f"      {word}   {pad(text.zh, 28)}{text.en}" for word, text in MAGIC.items()),
        swhub=".venv/bin/swhub",
        python=".venv/bin/python",
        home=short(home),
        firm=DEMO.name,
        declarations="、".join(DECLARATIONS[DEMO]),
        serial=first.serial,
        stop="script/demo --stop" if keep else "Ctrl-C",
    )


def rows() -> list[str]:
    """One line for each card, aligned."""
    made = []
    for card in CARDS:
        role = ROLES[card.role]
        notes = [text for holds, text in NOTES if holds(card)]
        cells = ((card.serial, 14), (card.firm.name, 22), (f"{role.zh} {role.en}", 24), (card.holder, 16))
        made.append(("      " + "".join(pad(text, to) for text, to in cells) + "".join(notes)).rstrip())
    return made


def steps() -> list[str]:
    """What to do, in both languages."""
    values = {"card": CARDS[0].label, "pin": PIN}
    return [
        f"   {number}  {text.zh.format(**values)}\n      {text.en.format(**values)}"
        for number, text in enumerate(STEPS, start=1)
    ]


def pad(text: str, to: int) -> str:
    """Filled with spaces to ``to`` columns."""
    return text + " " * max(to - width(text), 1)


def short(path: Path) -> str:
    """Relative to here where that is shorter."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
