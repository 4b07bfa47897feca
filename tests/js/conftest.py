"""A tiny portal for the browser modules: the shell of fixtures/shell.html around a few views, no Flask, no hub.

Each test gets a server of its own on a free port and a fresh browser context; ``portal.sent`` is what came.
"""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from web.js_texts import CARD_TEXTS, JS_TEXTS

HERE = Path(__file__).parent / "fixtures"
MODULES = Path(__file__).parents[2] / "web" / "static" / "js"
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; frame-src 'self'; base-uri 'none'"
TYPES = {".js": "text/javascript", ".css": "text/css"}


def article(title: str, body: str, key: str = "") -> str:
    return f'<article class="view" data-view="v" data-title="{title}" data-key="{key}"><h1>{title}</h1>{body}</article>'


def entry_view(number: str, *, signed: bool = False, errors: str = "") -> str:
    sign = 'data-signed="1" data-payload-url="/entry/payload"' if signed else ""
    return article(
        f"录入{number}",
        f"""{errors}
        <form method="post" action="/entry/{number}" data-entry data-enter-nav data-draft-url="/draft/{number}" {sign}
              novalidate>
          <input type="hidden" name="draft_revision" value="">
          <fieldset><legend>企业</legend>
            <div class="row"><label for="firm">企业</label><input id="firm" name="firm" value="示例" readonly></div>
            <div class="row"><label for="name">姓名</label>
              <input id="name" name="name" required aria-describedby="name-tip"><p class="tip" id="name-tip"></p></div>
            <div class="row"><label for="off">停用</label><input id="off" name="off" disabled></div>
            <div class="row"><label for="port">口岸</label>
              <select id="port" name="port" data-combobox><option value=""></option>
                <option value="142">中国</option><option value="110">香港</option><option value="502">美国</option>
              </select></div>
          </fieldset>
          <fieldset><legend>说明</legend>
            <label><input type="radio" name="way" value="a"> 海运</label>
            <label><input type="radio" name="way" value="b" checked> 空运</label>
            <label for="term">条件</label>
            <select id="term" name="term"><option>FOB</option><option>CIF</option></select>
            <label for="remark">备注</label><textarea id="remark" name="remark"></textarea>
            <label><input type="checkbox" id="accept" name="accept" value="yes"> 同意</label>
          </fieldset>
          <p data-saved role="status"></p>
          <button type="submit" formaction="/draft/{number}" formnovalidate data-shortcut="save">暂存</button>
          <button type="submit" data-primary>提交</button>
        </form>
        <form method="post" action="/delete/{number}" data-question="是否删除？">
          <button type="submit" data-shortcut="delete">删除</button></form>
        <button type="button" data-shortcut="print">打印</button>""",
        f"entry/{number}",
    )


VIEWS: dict[str, str] = {
    "/": article("首页", '<p><a data-tab href="/list?state=1">待确认(2)</a></p>', "home"),
    "/list": article(
        "投保申请",
        """<form method="get" action="/list" data-filter><input name="q" id="q"><button>查询</button></form>
        <p id="place">{query}</p>
        <button type="button" class="tag" data-dialog="/timeline">待核保</button>
        <a class="next" href="/list?page=2">下一页</a> <a class="detail" href="/detail">查看详情</a>
        <a class="file" data-pdf href="/documents/1" data-title="投保单">查看单证</a>
        <a class="changes" data-dialog data-title="变更记录" href="/changes">变更记录</a>
        <a class="more" data-dialog data-title="追加" href="/entry/1">追加</a>""",
        "list",
    ).replace('<article class="view"', '<article class="view" data-live'),
    "/changes": article(
        "额度",
        """<p class="place">{query}</p><nav class="pages"><a href="/changes?page=2">2</a></nav>
        <form method="get" action="/changes"><select name="size"><option>10</option><option>20</option></select>
        <button>确定</button></form><a href="/detail">详情</a>""",
        "changes",
    ),
    "/many": article(
        "投保单",
        """<form method="post" id="m" data-many data-added="应缴保费"><p data-chosen></p>
        <button data-code="delete">删除</button><button data-code="pay">支付</button></form>
        <input type="checkbox" data-all hidden>"""
        + "".join(
            f'<input type="checkbox" form="m" name="row" value="{cents}" data-codes="{codes}" data-cents="{cents}"'
            f' data-unit="{unit}" data-number="HY-{cents}">'
            for codes, cents, unit in (
                *(("pay", "999999999999999", "人民币"), ("pay", "1", "人民币"), ("pay delete", "5", "美元")),
            )
        ),
        "many",
    ),
    "/detail": article("详情", "<p>只读</p>", "detail"),
    "/keys": entry_view("keys"),
    "/entry/1": entry_view("1"),
    "/entry/2": entry_view("2"),
    "/signed": entry_view("signed", signed=True),
    "/long": article("长页", "<p>line</p>" * 200, "long"),
    "/notices": article("通知", "", "notices"),
    "/result": article("已提交", '<div data-poll="0.1" data-src="/progress">等待</div>', "result"),
    "/timeline": article("状态记录", "<ol>" + "<li>待核保</li>" * 60 + '</ol><a href="/detail">详情</a>', "timeline"),
    **{f"/n/{number}": article(f"第{number}", "", f"n/{number}") for number in range(20)},
}


@dataclass
class Sent:
    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(self.body, keep_blank_values=True).items()}


@dataclass
class Portal:
    """What the server answers, open to change by a test, and what it was asked."""

    url: str = ""
    views: dict[str, str] = field(default_factory=lambda: dict(VIEWS))
    sent: list[Sent] = field(default_factory=list)
    posts: dict[str, Callable[[Sent], tuple[int, str, str]]] = field(
        default_factory=dict
    )  # status, type, body or target
    fingerprint: str = ""
    expires: str = ""
    agent: str = "http://127.0.0.1:1"
    pin: str = "page"
    keys: str = "{}"

    def posted(self, prefix: str) -> list[Sent]:
        return [one for one in self.sent if one.method == "POST" and one.path.startswith(prefix)]

    def got(self, path: str) -> list[Sent]:
        return [one for one in self.sent if one.method == "GET" and one.path == path]

    def page(self, view: str, url: str) -> str:
        return self.fill("shell.html", view=view, url=url)

    def fill(self, name: str, **more: str) -> str:
        """A fixture with its ``{names}`` filled in."""
        facts = {
            "js_texts": json.dumps({key: text.zh for key, text in JS_TEXTS.items()}, ensure_ascii=False),
            "card_texts": json.dumps({key: text.zh for key, text in CARD_TEXTS.items()}, ensure_ascii=False),
            "title": "页面",
            "agent": self.agent,
            "pin": self.pin,
            "fingerprint": self.fingerprint,
            "expires": self.expires,
            "keys": self.keys,
        }
        text = (HERE / name).read_text()
        for key, value in (facts | more).items():
            text = text.replace(f"{{{key}}}", value)
        return text


def accept_draft(sent: Sent) -> tuple[int, str, str]:
    return 200, "application/json", json.dumps({"saved_at": "10:32:15", "revision": 7})


class Handler(BaseHTTPRequestHandler):
    portal: Portal
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.portal.sent.append(Sent("GET", self.path, dict(self.headers), ""))
        url = urlsplit(self.path)
        if url.path.startswith("/static/"):
            folder = MODULES if url.path.endswith(".js") else HERE
            file = folder / Path(url.path).name
            return self.answer(200, TYPES[file.suffix], file.read_text()) if file.exists() else self.answer(404, "", "")
        if url.path == "/card/ticket":
            return self.answer(200, "application/json", '{"ticket": "t"}')
        view = self.portal.views.get(url.path)
        if view is None:
            return self.answer(500, "text/plain", "broken")
        view = view.replace("{query}", url.query)
        fragment = "HX-Request" in self.headers or view.startswith("<!doctype")
        return self.answer(200, "text/html; charset=utf-8", view if fragment else self.portal.page(view, self.path))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        sent = Sent("POST", self.path, dict(self.headers), body)
        self.portal.sent.append(sent)
        known = sorted((path for path in self.portal.posts if self.path.startswith(path)), key=len)
        status, media, text = self.portal.posts[known[-1]](sent) if known else (303, "", "/result")
        self.answer(status, media, text)

    def answer(self, status: int, media: str, text: str) -> None:
        body = b"" if status == 303 else text.encode()
        self.send_response(status)
        self.send_header("Content-Security-Policy", f"{POLICY}; connect-src 'self' {self.portal.agent}")
        self.send_header("Content-Length", str(len(body)))
        if status == 303:
            self.send_header("Location", text)
        else:
            self.send_header("Content-Type", media)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@dataclass
class Reader:
    """A card agent to be tested against: which cards are there, and what it says to the next signatures."""

    url: str = ""
    cards: list[dict[str, Any]] = field(default_factory=list)
    replies: list[tuple[int, dict[str, Any]]] = field(default_factory=list)  # one for each signature, then success
    asked: list[dict[str, Any]] = field(default_factory=list)  # bodies of /sign
    left: SimpleQueue[str] = field(default_factory=SimpleQueue)  # the tokens that /leave came with
    silence: float = 0  # seconds that /leave stays without an answer

    def sign(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.asked.append(body)
        if self.replies:
            return self.replies.pop(0)
        return 200, {"algorithm": "rsa-sha256", "signature": "c2ln", "certificate": "Y2VydA=="}


class ReaderHandler(BaseHTTPRequestHandler):
    reader: Reader
    protocol_version = "HTTP/1.1"

    def do_OPTIONS(self) -> None:
        self.answer(204, None)

    def do_GET(self) -> None:
        self.answer(200, {"cards": self.reader.cards} if self.path == "/cards" else {"agent": "swhub"})

    def do_POST(self) -> None:
        if self.path == "/leave":
            self.reader.left.put(self.headers["Authorization"])
            time.sleep(self.reader.silence)
            return self.answer(200, {})
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return self.answer(
            *((200, {"session": "s", "pin": "page"}) if self.path == "/pair" else self.reader.sign(body))
        )

    def answer(self, status: int, body: dict[str, Any] | None) -> None:
        text = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", self.headers["Origin"])
        self.send_header("Access-Control-Allow-Headers", "authorization, content-type, x-swhub-agent")
        self.send_header("Access-Control-Allow-Private-Network", "true")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def card(holder: str = "示例公司 法人卡", *, tries: int = 5) -> dict[str, Any]:
    return {
        "token": holder,
        "label": holder,
        "certificate": base64.b64encode(holder.encode()).decode(),
        "algorithm": "rsa-sha256",
        "not_after": "2099-06-30T00:00:00+00:00",
        "tries_left": tries,
        "factory_pin": False,
    }


def fingerprint(of: dict[str, Any]) -> str:
    return hashlib.sha256(base64.b64decode(of["certificate"])).hexdigest()


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def portal() -> Iterator[Portal]:
    portal = Portal(posts={"/draft/": accept_draft})
    with serving(type("Bound", (Handler,), {"portal": portal})) as portal.url:
        yield portal


@pytest.fixture
def reader(portal: Portal) -> Iterator[Reader]:
    """A card agent with the card of the session in it."""
    reader = Reader(cards=[card()])
    with serving(type("Bound", (ReaderHandler,), {"reader": reader})) as reader.url:
        portal.agent, portal.fingerprint = reader.url, fingerprint(card())
        yield reader


@pytest.fixture
def page(browser: Any, portal: Portal) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN", base_url=portal.url)
    page = context.new_page()
    page.set_default_timeout(5000)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda line: page.errors.append(line.text) if "Content Security" in line.text else None)
    yield page
    assert page.errors == []
    context.close()


@pytest.fixture
def visit(page: Any) -> Callable[[str], Any]:
    """Open an address and wait until the modules run."""

    def go(path: str = "/") -> Any:
        page.goto(path)
        page.wait_for_selector("html[data-ready]", state="attached")
        return page

    return go
