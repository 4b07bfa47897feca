"""The application factory. Everything a request needs hangs on the one :class:`web.site.Site` of the app."""

from datetime import timedelta
from decimal import Decimal

from flask import Flask, g, request
from flask_wtf.csrf import generate_csrf

from hub import __version__
from hub.config import WebSettings
from hub.errors import ConfigError
from hub.runtime import Runtime
from hub.services.questions import open_questions
from web import assets, auth, failures, portal, security
from web import page as pages
from web import site as sites
from web.forms.controls import selects
from web.js_texts import CARD_TEXTS, JS_TEXTS
from web.lines import LINE_VIEWS
from web.site import Site
from web.views import (
    accounts,
    acts,
    buyers,
    documents,
    door,
    eligibility,
    health,
    home,
    imports,
    lists,
    login,
    many,
    notices,
    objects,
    operations,
    pay,
    programme,
    reading,
    regions,
    services,
    shelf,
    uploads,
)
from web.views.claim import shipments
from web.views.common import value_text

WHOLE = ("_no", "_serial", "_code")  # the ends of fields whose values are not broken into lines

BLUEPRINTS = (
    home.views,
    login.views,
    lists.views,
    objects.views,
    many.views,
    acts.views,
    pay.views,
    reading.views,
    uploads.views,
    buyers.views,
    shipments.views,
    imports.views,
    documents.views,
    notices.views,
    accounts.views,
    operations.views,
    programme.views,
    eligibility.views,
    regions.views,
    door.views,
    health.views,
)


def create_app(runtime: Runtime) -> Flask:
    """The portal over ``runtime``. Raises ConfigError for an unknown profile or an unreadable secret."""
    web = runtime.settings.web
    app = Flask("web")
    site = Site(
        runtime=runtime,
        portal=portal.load(web.profile),
        lines={row.line.code: row for row in LINE_VIEWS},
        questions=open_questions(runtime),
    )
    app.extensions["swhub"] = site
    app.config.update(
        SECRET_KEY=_secret(web),
        SESSION_COOKIE_NAME="__Host-swhub-form" if site.secure else "swhub-form",
        SESSION_COOKIE_SECURE=site.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=1),
        WTF_CSRF_CHECK_DEFAULT=False,  # the gate checks, in one place
        WTF_CSRF_TIME_LIMIT=None,  # as long as the browser's session
        WTF_CSRF_SSL_STRICT=False,  # the gate compares the Origin
    )
    assets.install(app)
    security.install(app, runtime)
    auth.install(app, runtime)
    failures.install(app)
    _prepare_templates(app, site)
    for views in BLUEPRINTS:
        app.register_blueprint(views)
    services.install(app, site)
    shelf.install(app, site)
    return app


def _secret(web: WebSettings) -> bytes:
    try:
        secret = web.secret.read_bytes().strip()
    except OSError as error:
        raise ConfigError(f"[web] secret: {error}") from error
    if len(secret) < 32:
        raise ConfigError("[web] secret: the file must hold at least 32 characters")
    return secret


def _prepare_templates(app: Flask, site: Site) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(t=sites.read, show=sites.show, when=sites.moment, unit=sites.unit, money=sites.money)
    app.jinja_env.tests["numeric"] = lambda field: field.type is Decimal
    app.jinja_env.tests["wordy"] = lambda field: field.type is str and not field.name.endswith(WHOLE)
    app.jinja_env.globals.update(
        _=sites.say,
        meanings=sites.meanings,
        value_text=value_text,
        selects=selects,
        csrf_token=generate_csrf,
        version=__version__,
    )

    @app.context_processor
    def shared() -> dict[str, object]:
        lang = sites.language()
        return {
            "lang": lang,
            "portal": site.portal,
            "login": g.get("login"),
            "here": pages.here(),
            "agent": site.runtime.settings.web.agent,
            "big": sites.big_type(),
            "folded": request.cookies.get("menu") == "folded",
            "unfolded": frozenset(request.cookies.get("groups", "").split(".")),
            "card_texts": {name: text(lang) for name, text in CARD_TEXTS.items()},
            "js_texts": {name: text(lang) for name, text in JS_TEXTS.items()},
        }
