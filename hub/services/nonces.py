"""Nonces that one browser may use once, within minutes: of logins, signatures and captchas (reliability.md P18)."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select, update

from hub.cards import challenge as cards
from hub.contract.text import Text
from hub.runtime import Runtime
from hub.store import tables
from hub.store.engine import reading, writing

USED = Text("登录请求已失效，请刷新页面重试", "This login request is no longer valid: reload the page")


def digest(text: str) -> str:
    """How tokens lie in the store: never as they are."""
    return sha256(text.encode()).hexdigest()


def new(runtime: Runtime, browser: str) -> str:
    """A new single-use nonce for this browser (or session), kept for five minutes."""
    now = runtime.clock.now()
    fresh = cards.new_nonce()
    with writing(runtime.engine) as connection:
        connection.execute(
            insert(tables.login_challenge),
            {"nonce": digest(fresh), "browser": digest(browser), "expires_at": now + cards.LIFE},
        )
    return fresh


def spend(connection: Connection, nonce: str, browser: str, now: datetime) -> bool:
    """Use a nonce up; False when it is unknown, foreign, expired or spent."""
    table = tables.login_challenge
    spent = connection.execute(
        update(table)
        .where(
            table.c.nonce == digest(nonce),
            table.c.browser == digest(browser),
            table.c.used_at.is_(None),
            table.c.expires_at > now,
        )
        .values(used_at=now)
    )
    return spent.rowcount == 1


def use(runtime: Runtime, nonce: str, browser: str) -> bool:
    """Use a nonce up in a transaction of its own; False when it is not good."""
    with writing(runtime.engine) as connection:
        return spend(connection, nonce, browser, runtime.clock.now())


def is_live(runtime: Runtime, nonce: str, browser: str) -> bool:
    """Whether :func:`use` would take it."""
    table = tables.login_challenge
    mine = (table.c.nonce == digest(nonce), table.c.browser == digest(browser))
    live = (table.c.used_at.is_(None), table.c.expires_at > runtime.clock.now())
    with reading(runtime.engine) as connection:
        return connection.execute(select(table.c.nonce).where(*mine, *live)).first() is not None


def bind(connection: Connection, nonce: str, prepared: str, subject: str) -> None:
    """Remember what document was prepared for the signature with this nonce, and for what it is."""
    table = tables.login_challenge
    row = {"prepared": prepared, "subject": subject}
    connection.execute(update(table).where(table.c.nonce == digest(nonce)).values(row))


def bound(connection: Connection, nonce: str, subject: str) -> str | None:
    """The document that was prepared for exactly this, by its digest."""
    table = tables.login_challenge
    wanted = select(table.c.prepared).where(table.c.nonce == digest(nonce), table.c.subject == subject)
    return connection.execute(wanted).scalar_one_or_none()


def waiting(runtime: Runtime, reference: str, browser: str) -> str | None:
    """The document, by its digest, that waits for the signature with the nonce whose :func:`digest` is ``reference``:
    as long as this browser may use it.
    """
    table = tables.login_challenge
    mine = (table.c.nonce == reference, table.c.browser == digest(browser))
    with reading(runtime.engine) as connection:
        return connection.execute(
            select(table.c.prepared).where(*mine, table.c.expires_at > runtime.clock.now())
        ).scalar_one_or_none()


def forget(runtime: Runtime) -> int:
    """Remove the nonces that nobody can use any more; returns how many."""
    table = tables.login_challenge
    with writing(runtime.engine) as connection:
        return connection.execute(delete(table).where(table.c.expires_at <= runtime.clock.now())).rowcount
