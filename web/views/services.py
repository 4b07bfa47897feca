"""Service pages (服务介绍): the insurer's own text where it has sent one, else ours. No login (CI-SVC-06)."""

from dataclasses import dataclass
from functools import partial

from flask import Flask
from flask.wrappers import Response

from hub.contract.text import Text
from hub.services.objects import Tenant
from hub.store.engine import reading
from web.auth import ANYONE, access
from web.lines.presentation import LineView
from web.page import View, crumbs, page
from web.site import Site, language, read, runtime


def install(app: Flask, site: Site) -> None:
    """One route per page that a line of business declares."""
    for line in site.lines.values():
        for name in line.pages:
            show = access(ANYONE)(partial(introduction, line, name))
            app.add_url_rule(f"/{line.line.code}/{name}", f"services.{line.line.code}.{name}", show)


@dataclass(frozen=True, kw_only=True)
class Words:
    """What an introduction says in the page's language: the insurer's own text, else the template of ours."""

    title: Text
    template: str
    version: str = ""
    text: str = ""


def told(line: LineView, name: str) -> Words:
    """The introduction ``name`` of the line."""
    shown = line.pages[name]
    with reading(runtime().engine) as connection:
        sent = Tenant(connection, "").introduction(shown.product)
    own = {"version": sent["version"], "text": sent[language()]} if sent else {}
    return Words(title=shown.title, template=shown.templates[language()], **own)


def introduction(line: LineView, name: str) -> Response:
    """What the product is, for whom, what it covers and how to apply (CI-SVC-02)."""
    words = told(line, name)
    title = read(words.title)
    view = View(
        id=f"v-{line.line.code}-{name}",
        title=title,
        key=f"{line.line.code}/{name}",
        crumbs=crumbs((read(line.line.label), None), (title, None), line=line),
    )
    return page(
        "introduction.html",
        view,
        line=line,
        introduction=words,
    )
