"""Files by their digest: stored once, never changed."""

from hashlib import sha256

from sqlalchemy import Connection, select

from hub.errors import NotFound
from hub.store.rows import insert_new
from hub.store.tables import blob

CERTIFICATE, REVOCATION_LIST = "application/pkix-cert", "application/pkix-crl"


def keep(connection: Connection, content: bytes, media_type: str) -> str:
    """Keep a file; returns its SHA-256, hex."""
    digest = sha256(content).hexdigest()
    row = {"digest": digest, "media_type": media_type, "size": len(content), "content": content}
    insert_new(connection, blob, row)
    return digest


def held(connection: Connection, digest: str) -> bool:
    """Whether a file is kept already."""
    return connection.execute(select(blob.c.digest).where(blob.c.digest == digest)).first() is not None


def load(connection: Connection, digest: str) -> bytes:
    """The file's bytes. Raises NotFound."""
    found: bytes | None = connection.execute(select(blob.c.content).where(blob.c.digest == digest)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found
