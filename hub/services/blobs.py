"""Files by their digest: stored once, never changed."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from hub.errors import NotFound
from hub.runtime import Runtime
from hub.services import audit
from hub.store.engine import writing
from hub.store.prepared import Prepared
from hub.store.rows import ensure, insert_new
from hub.store.tables import blob, blob_ahead, metadata

CERTIFICATE, REVOCATION_LIST = "application/pkix-cert", "application/pkix-crl"
PATIENCE = timedelta(days=1)  # with what was kept ahead
AT_ONCE = 200  # files that one sweep takes away
FOR_GOOD = Prepared(delete(blob_ahead).where(blob_ahead.c.digest == bindparam("kept")))
NAMING = [key.parent for table in metadata.tables.values() for key in table.foreign_keys if key.references(blob)]
"""The columns that refer to a file."""


def keep(connection: Connection, content: bytes, media_type: str) -> str:
    """Keep a file for good; returns its SHA-256, hex."""
    row = _row(content, media_type)
    ensure(connection, blob, row)
    FOR_GOOD.write(connection, {"kept": row["digest"]})  # it may have been kept ahead
    return str(row["digest"])


def keep_ahead(connection: Connection, content: bytes, media_type: str, now: datetime) -> str:
    """Keep a file for what is about to refer to it; if nothing comes to, it is swept.

    What is kept for good (a certificate that only evidence names) is never noted, and so never swept.
    """
    row = _row(content, media_type)
    digest = str(row["digest"])
    if insert_new(connection, blob, row):
        connection.execute(insert(blob_ahead).values(digest=digest, at=now))
    else:
        connection.execute(update(blob_ahead).where(blob_ahead.c.digest == digest).values(at=now))
    return digest


def _row(content: bytes, media_type: str) -> dict[str, Any]:
    digest = sha256(content).hexdigest()
    return {"digest": digest, "media_type": media_type, "size": len(content), "content": content}


def held(connection: Connection, digest: str) -> bool:
    """Whether a file is kept already."""
    return connection.execute(select(blob.c.digest).where(blob.c.digest == digest)).first() is not None


def load(connection: Connection, digest: str) -> bytes:
    """The file's bytes. Raises NotFound."""
    found: bytes | None = connection.execute(select(blob.c.content).where(blob.c.digest == digest)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def sweep(runtime: Runtime) -> int:
    """Take away what was kept ahead, a day ago, for something that never came: a submission that was refused, a card
    that did not sign. Leaves an audit line; returns how many files went.
    """
    now = runtime.clock.now()
    old = select(blob_ahead.c.digest).where(blob_ahead.c.at < now - PATIENCE).limit(AT_ONCE)
    with writing(runtime.engine) as connection:
        ahead = connection.execute(old.with_for_update()).scalars().all()
        named = [exists().where(column == blob.c.digest) for column in NAMING]
        unnamed = select(blob.c.digest).where(blob.c.digest.in_(ahead), *(~row for row in named))
        gone = sorted(connection.execute(unnamed).scalars())
        connection.execute(delete(blob).where(blob.c.digest.in_(gone)))
        connection.execute(delete(blob_ahead).where(blob_ahead.c.digest.in_(ahead)))
        if gone:
            audit.note(connection, now, "files.swept", who="hub", detail={"digests": gone})
    return len(gone)
