"""The readable pages of a bundle: what happened, in Chinese and English, with a link to every file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from hub.contract.text import Text
from hub.evidence.chain import Entry

ZONE = ZoneInfo("Asia/Shanghai")
TITLE = Text("业务证据包", "Evidence of a business case")
HOW = Text(
    "核验：python -m hub.evidence.verify 证据包.zip。无需数据库和网络；任何一个字节的改动都会被指出。",
    "To verify: python -m hub.evidence.verify bundle.zip. No database and no network; a change of any byte is named.",
)
MADE = Text("制作时间", "Made at")
SIGNED = Text("卡签名", "signed with the card")
HEADS = (Text("时间", "Time"), Text("事项", "What"), Text("经办", "By"), Text("状态", "State"), Text("文件", "Files"))
STYLE = """
body{font:15px/1.6 "Noto Sans SC","Microsoft YaHei",sans-serif;max-width:1100px;margin:24px auto;color:#1f1f1f}
table{border-collapse:collapse;width:100%;margin:8px 0 28px}
td,th{border:1px solid #bfc7d1;padding:6px 9px;text-align:left}
th{background:#f3f6fa}small{color:#595959}h1{color:#0b3d75;font-size:24px}h2{font-size:18px}
td:first-child{white-space:nowrap}
@media print{a{color:inherit}}
"""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry as people read it."""

    at: datetime
    text: Text
    who: str = ""
    state: Text | None = None
    signed: bool = False  # with a card
    files: Sequence[tuple[Text, str]] = ()  # what it is, its name in the bundle


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One business object: its whole chain, and the lines that say it in words. One line per entry."""

    title: Text
    number: str
    facts: Sequence[tuple[Text, str]]
    folder: str  # in entries/
    entries: Sequence[Entry]
    lines: Sequence[Line]


def as_html(number: str, chapters: Sequence[Chapter], now: datetime) -> str:
    """The page for a browser: no script, no outside address."""
    parts = [
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">',
        f"<title>{escape(TITLE.zh)} {escape(number)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{_both(TITLE)} {escape(number)}</h1><p>{_both(MADE)} {shown(now)}</p><p>{_both(HOW)}</p>",
    ]
    for chapter in chapters:
        parts.append(f"<h2>{_both(chapter.title)} {escape(chapter.number)}</h2><p>")
        parts += [f"{_both(label)}　{escape(value)}<br>" for label, value in chapter.facts]
        parts.append("</p><table><tr>" + "".join(f"<th>{_both(head)}</th>" for head in HEADS) + "</tr>")
        parts += [_row(line) for line in chapter.lines]
        parts.append("</table>")
    return "".join([*parts, "</body></html>\n"])


def as_text(number: str, chapters: Sequence[Chapter], now: datetime) -> str:
    """The same for a terminal, or for paper."""
    lines = [f"{_plain(TITLE)} {number}", f"{_plain(MADE)} {shown(now)}", HOW.zh, HOW.en, ""]
    for chapter in chapters:
        lines += [f"== {_plain(chapter.title)} {chapter.number}"]
        lines += [*(f"{_plain(label)}: {value}" for label, value in chapter.facts), ""]
        for line in chapter.lines:
            lines.append(f"{shown(line.at)}  {_plain(line.text)}{'  ' + line.who if line.who else ''}")
            lines += [f"    -> {_plain(line.state)}"] if line.state else []
            lines += [f"    {_plain(SIGNED)}"] if line.signed else []
            lines += [f"    {_plain(label)}: {name}" for label, name in line.files]
        lines.append("")
    return "\n".join(lines)


def shown(at: datetime) -> str:
    """A time as people in China read it."""
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")


def _row(line: Line) -> str:
    what = _both(line.text) + (f"<br><small>{_both(SIGNED)}</small>" if line.signed else "")
    files = "<br>".join(f'<a href="{escape(name)}">{_both(label)}</a>' for label, name in line.files)
    state = _both(line.state) if line.state else ""
    cells = (shown(line.at), what, escape(line.who), state, files)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _plain(text: Text) -> str:
    return text.zh if text.zh == text.en else f"{text.zh} / {text.en}"


def _both(text: Text) -> str:
    return escape(text.zh) if text.zh == text.en else f"{escape(text.zh)} <small>{escape(text.en)}</small>"
