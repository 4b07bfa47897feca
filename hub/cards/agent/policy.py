"""Who may ask the card agent for what: the rules of the door, pure. Everything refused has a row in a table here."""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.contract.card import CardFault
from hub.contract.text import Text

HEADER = "x-swhub-agent"  # a page of another site cannot send it without a preflight
BODY_LIMIT = 16_384
PIN_LIMIT = 64
PLACES = ("window", "page")  # where a PIN may be typed: in the agent's own window, or also in the hub's page
WAITS = (2.0, 4.0, 8.0, 16.0, 30.0)  # seconds after the first, second, ... wrong PIN in a row


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request; header names in lower case, a header that came twice is left out."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Row:
    """One way to be refused by the agent itself."""

    status: int
    text: Text


FAULTS: Mapping[str, Row] = {
    "HOST": Row(421, Text("只接受本机访问", "Only calls to this PC's own address are answered")),
    "ORIGIN": Row(403, Text("此网站无权使用读卡程序", "This site may not use the card agent")),
    "HEADER": Row(403, Text("请求缺少读卡程序标识", "The header X-SWHub-Agent is missing")),
    "NOT_FOUND": Row(404, Text("没有此功能", "There is no such call")),
    "SIZE": Row(413, Text("请求过大", "The request is too large")),
    "MEDIA": Row(415, Text("只接受 JSON", "Only JSON is accepted")),
    "MALFORMED": Row(400, Text("请求格式有误，请刷新页面重试", "The request is malformed: reload the page")),
    "UNPAIRED": Row(401, Text("页面尚未与读卡程序配对，请刷新页面", "The page is not paired: reload it")),
    "TICKET": Row(403, Text("配对凭证无效，请刷新页面", "The pairing ticket is not valid: reload the page")),
    "TICKET_EXPIRED": Row(
        403, Text("配对凭证已过期，请检查电脑时间并刷新页面", "The ticket has expired: check the clock and reload")
    ),
    "TICKET_USED": Row(403, Text("配对凭证已使用，请刷新页面", "The pairing ticket was used before: reload the page")),
    "NOT_ALLOWED": Row(
        403,
        Text("您尚未允许此网站使用读卡程序", "You have not allowed this site to use the card agent yet"),
    ),
    "PAYLOAD": Row(422, Text("读卡程序只签署规定格式的内容", "The agent signs typed payloads only")),
    "PAYLOAD_ORIGIN": Row(403, Text("签名内容属于其他网站", "The payload belongs to another site")),
    "FINAL_TRY": Row(
        409,
        Text(
            "仅剩最后一次机会，再错卡将锁定，请确认后继续", "One try left: the card locks if it is wrong. Confirm first"
        ),
    ),
    "PIN_PLACE": Row(
        403, Text("卡密码只在读卡程序的窗口中输入", "The card's PIN is typed in the agent's own window only")
    ),
    "ERRAND_OVER": Row(
        410, Text("此次签名已结束或超时，请在原页面重试", "This request is over: try again in the page")
    ),
    "BACK_OFF": Row(429, Text("密码错误，请稍候再试", "Wrong PIN: wait a moment before the next try")),
    "BUSY": Row(503, Text("卡正忙，请稍后再试", "The card is busy: try again in a moment")),
    "DRIVER": Row(502, Text("读卡驱动异常，请重新插卡后重试", "The card driver failed: plug the card in again")),
    "SIGNATURE": Row(502, Text("卡返回的签名无效，请重试", "The card returned a wrong signature: try again")),
    "INTERNAL": Row(500, Text("读卡程序出错，请重新启动读卡程序", "The card agent failed: start it again")),
}

CARD_STATUS: Mapping[CardFault, int] = {
    CardFault.NO_CLIENT: 503,
    CardFault.NO_READER: 409,
    CardFault.NO_CARD: 409,
    CardFault.WRONG_CARD: 409,
    CardFault.WRONG_ROLE: 403,
    CardFault.PIN_WRONG: 422,
    CardFault.PIN_LOCKED: 423,
    CardFault.READER_RESET: 503,
    CardFault.SILENT: 504,
    CardFault.CERT_EXPIRED: 409,
    CardFault.ALGORITHM: 422,
    CardFault.CANCELLED: 409,
}


class AgentRefused(Exception):
    """The agent answers with a fault and does nothing. ``fault`` is a row of FAULTS or a name of CardFault."""

    def __init__(
        self, fault: str, *, tries_left: int | None = None, retry_after: int | None = None, reason: str = ""
    ) -> None:
        super().__init__(fault)
        self.reason = reason  # for the log only
        self.card = ""  # for the log only: set once the token is known to be a card's
        self.fault = fault
        self.tries_left = tries_left
        self.retry_after = retry_after
        self.row = FAULTS[fault] if fault in FAULTS else Row(CARD_STATUS[CardFault[fault]], CardFault[fault].value)

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        extra = {"tries_left": self.tries_left, "retry_after": self.retry_after}
        texts = {"fault": self.fault, "zh": self.row.text.zh, "en": self.row.text.en}
        return texts | {name: value for name, value in extra.items() if value is not None}


def check_host(request: Request, port: int) -> None:
    """A name that an attacker made point here (DNS rebinding) is not ours."""
    if request.headers.get("host") not in {f"127.0.0.1:{port}", f"localhost:{port}"}:
        raise AgentRefused("HOST")


def check_origin(request: Request, allowed: Collection[str]) -> str:
    """The calling site, if it is on the list. The preflight is held to the same rule."""
    origin = request.headers.get("origin", "")
    if origin not in allowed:
        raise AgentRefused("ORIGIN")
    return origin


def read_body(request: Request) -> dict[str, Any]:
    """The JSON object of a POST; form posts, which need no preflight, are refused by their type."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise AgentRefused("MEDIA")
    if len(request.body) > BODY_LIMIT:
        raise AgentRefused("SIZE")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise AgentRefused("MALFORMED") from None
    if not isinstance(body, dict):
        raise AgentRefused("MALFORMED")
    return body


def read_text(body: Mapping[str, Any], name: str, limit: int) -> str:
    """A text field that must be there and not be empty."""
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        raise AgentRefused("MALFORMED")
    return value


class BackOff:
    """Longer and longer pauses after wrong PINs, per token; the card's own counter stays the real guard."""

    def __init__(self) -> None:
        self._wrong: dict[str, tuple[int, float]] = {}  # token -> wrong in a row, next try not before

    def check(self, token: str, seconds: float) -> None:
        """Raise AgentRefused("BACK_OFF") while the token rests; ``seconds`` are monotonic."""
        _, not_before = self._wrong.get(token, (0, 0.0))
        if seconds < not_before:
            raise AgentRefused("BACK_OFF", retry_after=math.ceil(not_before - seconds))

    def wrong(self, token: str, seconds: float) -> None:
        """A wrong PIN was tried."""
        count = self._wrong.get(token, (0, 0.0))[0] + 1
        self._wrong[token] = (count, seconds + WAITS[min(count, len(WAITS)) - 1])

    def right(self, token: str) -> None:
        """A PIN was right."""
        self._wrong.pop(token, None)
