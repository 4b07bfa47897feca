"""A portal over an empty store with two enterprises."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

from hub import registry
from hub.business import KINDS
from hub.clock import MovableClock
from hub.runtime import Runtime
from hub.services import accounts
from hub.services.record import LINE_OF
from hub.store.engine import writing
from tests.web import toy
from tests.web.world import OURS, THEIRS, Browser, Insurer, Signer, World, settings_in
from web.app import create_app
from web.lines import LINE_VIEWS


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(at=datetime(2026, 11, 20, 1, 12, tzinfo=UTC))


@pytest.fixture
def world(sqlite_engine: Engine, tmp_path: Path, clock: MovableClock) -> World:
    runtime = Runtime(
        settings=settings_in(tmp_path),
        engine=sqlite_engine,
        registry=registry.of([Insurer()]),  # type: ignore[list-item]
        signer=Signer(),
        clock=clock,
    )
    with writing(sqlite_engine) as connection:
        accounts.register_enterprise(connection, OURS, "陕西示例进出口有限公司", clock.now())
        accounts.register_enterprise(connection, THEIRS, "深圳他人贸易有限公司", clock.now())
    return World(runtime=runtime, clock=clock)


@pytest.fixture
def app(world: World) -> Flask:
    return create_app(world.runtime)


@pytest.fixture
def open_browser(app: Flask, world: World) -> Callable[..., Browser]:
    """``open_browser("LP")``: a browser with a session of that role; without a role, nobody is logged in."""

    def made(role: str | None = None, enterprise: str | None = OURS, **more: Any) -> Browser:
        return Browser(app, world.enter(role, enterprise, **more) if role else None)

    return made


@pytest.fixture
def user(open_browser: Callable[..., Browser]) -> Browser:
    """A legal person of our enterprise, without a card in the session (so that acts need no signature)."""
    return open_browser("LP")


@pytest.fixture
def toys(world: World, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A browser before a portal that also has the line of toys."""
    for kind in toy.VIEW.line.kinds:
        monkeypatch.setitem(KINDS, kind.code, kind)  # type: ignore[arg-type]
        monkeypatch.setitem(LINE_OF, kind.code, toy.VIEW.line.code)  # type: ignore[arg-type]
    monkeypatch.setattr("web.app.LINE_VIEWS", (*LINE_VIEWS, toy.VIEW))
    return Browser(create_app(world.runtime), world.enter("LP"))
