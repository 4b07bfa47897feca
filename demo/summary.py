"""What the demo prints when it is up: where to go, with which card, what to click."""

from pathlib import Path

from demo.world import CARDS, PIN, Ports
from hub.commands.output import width

ROLES = {"LP": "法人卡", "OP": "操作员卡"}
MAGIC = (
    ("退回修改", "returned for correction"),
    ("审核不通过", "rejected"),
)
WIDE = 84
BOLD, DIM, GREEN, OFF = "\033[1m", "\033[2m", "\033[32m", "\033[0m"

TEXT = """
{rule}
  {bold}国际贸易单一窗口 · 演示 / Single Window Hub demo{off}

  {bold}{green}{portal}{off}

  卡介质 / Cards — PIN {bold}{pin}{off} for each
{cards}

  三分钟流程 / Three minutes
   1  打开上面的网址，登录：选择“{first}”，输入密码 {pin}，点击【登录】
      open the address, choose that card, enter the PIN, log in
   2  首页“您有 2 份待确认小微信保易保单”→【查看保单】→ 一行的【查看待确认保单】
      the home page says that offers wait: open one
   3  填写联系人（姓名、手机、邮箱），阅读并勾选声明，点击【确认投保】，再输入密码签名
      fill in the contact, accept the declaration, confirm, sign with the PIN
   4  几秒后状态变为“审核通过”，保险公司的保单到达：回到首页，打开保单，点击【收悉】
      seconds later the insurer has approved and issued: open the policy, acknowledge
   5  收悉状态变为“已收悉”：完成。点击状态可看到每一步的时间线
      received: done. A click on any status shows the whole timeline

{magic}
  运维 / For operators   swhub = {swhub}
      swhub check    --home {home}
      swhub messages list --home {home}
      swhub messages trace <申请号或保单号> --home {home}

  卡的插拔 / Pull and plug a card
      {python} -m hub_card_softcard {slot} remove {serial}     (insert, list, unlock)

  日志 / Logs {logs}
  停止 / Stop {stop}
{rule}
"""


def summary(home: Path, ports: Ports, *, colour: bool, keep: bool) -> str:
    """The whole text."""
    here = short(home)
    first = next(card for card in CARDS if card.bound and card.role == "OP")
    style = (
        {"bold": BOLD, "dim": DIM, "green": GREEN, "off": OFF}
        if colour
        else dict.fromkeys(("bold", "dim", "green", "off"), "")
    )
    return TEXT.format(
        **style,
        rule="─" * WIDE,
        portal=ports.portal,
        pin=PIN,
        cards="\n".join(rows()),
        first=first.label,
        magic=magic(),
        swhub=".venv/bin/swhub",
        python=".venv/bin/python",
        home=here,
        slot=f"{here}/cards",
        serial=first.serial,
        logs=f"{here}/logs/",
        stop="script/demo --stop" if keep else "Ctrl-C",
    )


def rows() -> list[str]:
    """One line for each card, aligned."""
    made = []
    for card in CARDS:
        note = "" if card.bound else "未绑定账号，登录会被拒绝 / bound to nobody: refused"
        cells = ((card.serial, 11), (card.firm.name, 24), (ROLES[card.role], 10), (card.holder, 12))
        made.append("      " + "".join(pad(text, to) for text, to in cells) + note)
    return made


def magic() -> str:
    """The values that make the simulated insurer answer otherwise."""
    return ""


def pad(text: str, to: int) -> str:
    """Filled with spaces to ``to`` columns."""
    return text + " " * max(to - width(text), 1)


def short(path: Path) -> str:
    """Relative to here where that is shorter."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
