"""Service pages (服务介绍): the insurer's own text where it has sent one, else ours. No login (CI-SVC-06)."""

from functools import partial

from flask import Flask
from flask.wrappers import Response

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


def introduction(line: LineView, name: str) -> Response:
    """What the product is, for whom, what it covers and how to apply (CI-SVC-02)."""
    shown = line.pages[name]
    with reading(runtime().engine) as connection:
        sent = Tenant(connection, "").introduction(shown.product)
    title = read(shown.title)
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
        sent=sent,
        text=sent[language()] if sent else None,
        template=shown.templates[language()],
    )
