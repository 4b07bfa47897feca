"""Error pages: what went wrong and what to do, in both languages. Never a stack, never a hint of foreign data."""

import logging
import secrets

from flask import Flask
from flask.wrappers import Response
from werkzeug.exceptions import HTTPException

from hub.contract.text import Text
from hub.errors import HubError, NotFound, Unavailable
from web.auth import NeedsCard, NeedsLegalPerson
from web.page import View, page
from web.site import read, say

log = logging.getLogger("swhub.web")
RETRY_AFTER = "60"  # seconds

TITLES = {
    401: Text("请先登录", "Please log in"),
    403: Text("不能进行此操作", "This is not allowed"),
    404: Text("未查询到数据", "Nothing found"),
    405: Text("不能进行此操作", "This is not allowed"),
    409: Text("当前状态不允许此操作", "Not possible in the present state"),
    413: Text("提交的内容过大", "Too much was sent"),
    422: Text("格式有误", "Some values are wrong"),
    500: Text("系统出现错误", "Something went wrong"),
    503: Text("系统暂不可用", "Not available right now"),
}
ADVICE = {
    401: Text("登录后会回到刚才的页面。", "You come back here after the login."),
    403: Text(
        "请确认使用的卡和账号是否正确，或返回首页重新进入。",
        "Check the card and the account, or start again from the home page.",
    ),
    404: Text(
        "记录不存在，或不属于当前企业。请检查网址或单号，或返回首页。",
        "There is no such record, or it is not your enterprise's. Check the address or number, or go home.",
    ),
    405: Text("请返回首页重新进入。", "Start again from the home page."),
    409: Text("请刷新页面，查看最新状态后再操作。", "Reload the page and look at the present state first."),
    413: Text("请减小内容或文件后重试。", "Make the text or file smaller and try again."),
    422: Text("请按提示修改后重新提交。", "Correct it as told and submit again."),
    500: Text(
        "您填写的内容没有丢失。请稍后重试；如仍有问题，请致电服务热线并告知编号。",
        "What you typed is not lost. Try again later; if it stays, call the hotline and tell them the number.",
    ),
    503: Text("请稍后重试。", "Please try again later."),
}


def install(app: Flask) -> None:
    """One page for every kind of error."""
    app.register_error_handler(HubError, _refused)
    app.register_error_handler(NeedsCard, _needs_card)
    app.register_error_handler(NeedsLegalPerson, _needs_legal_person)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def failure(status: int, text: Text | None = None, reference: str | None = None) -> Response:
    """The error page for ``status``."""
    known = status if status in TITLES else 500 if status >= 500 else 404
    title = read(TITLES[known])
    view = View(id=f"error-{known}", title=title, key=f"error-{known}", crumbs=((say("首页"), "/"),), error=True)
    told = read(text) if text else ""
    return page("error.html", view, known, code=known, text=told, advice=read(ADVICE[known]), reference=reference)


def _needs_card(error: NeedsCard) -> Response:
    """Not a dead end: out of this session, and in again with the card (spec PT-05)."""
    return _log_in_anew(error, say("本系统需使用卡介质登录"), say("退出并用卡登录"))


def _needs_legal_person(error: NeedsLegalPerson) -> Response:
    """The same for what only the legal person's card may do (spec PT-17)."""
    return _log_in_anew(error, say("当前账号非管理员"), say("退出并以法人卡重新登录"))


def _log_in_anew(error: HubError, title: str, button: str) -> Response:
    view = View(id="error-card", title=title, key="error-card", crumbs=((say("首页"), "/"),), error=True)
    return page("needs_card.html", view, error.status, text=read(error.text), button=button)


def _refused(error: HubError) -> Response:
    if isinstance(error, Unavailable):
        return _busy(error)
    if error.status >= 500:
        return _unexpected(error)
    return failure(error.status, None if isinstance(error, NotFound) else error.text)


def _busy(error: Unavailable) -> Response:
    """Nothing is broken and nothing was done: why, and when to come again."""
    log.warning("turned away: %s", error.text.en)
    response = failure(error.status, error.text)
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def _http(error: HTTPException) -> Response:
    response = failure(error.code or 500)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    reference = secrets.token_hex(5).upper()
    log.error("reference %s", reference, exc_info=error)
    status = error.status if isinstance(error, HubError) else 500
    return failure(status, reference=reference)
