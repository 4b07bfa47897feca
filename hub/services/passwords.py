"""Login by user name, password and, after failures, a verification code (spec PT-03, PT-20). Accounts of role PW only.

A try is counted before the password is looked at and given back when it was right, so that many tries at once are still
counted one by one. Names that do not exist are counted alike and cost the same time: nobody learns who has an account.
"""

import secrets
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from hub.contract.text import Text
from hub.errors import InvalidInput, LoginRefused, NotFound
from hub.runtime import Runtime
from hub.services import audit, sessions
from hub.services.nonces import digest
from hub.services.sessions import LoginSession
from hub.store import tables
from hub.store.engine import reading, writing
from hub.store.rows import ensure

CODE_AFTER = 3  # wrong passwords in a row: from then on with a verification code
LOCK_AFTER = 5
LOCK = timedelta(minutes=15)  # also: after so long without a try the wrong ones are forgotten
LENGTHS = range(10, 129)  # characters of a password
NAMES = range(3, 65)
TRIES = select(tables.login_failure).where(tables.login_failure.c.name == bindparam("name"))

WRONG = Text("用户名或密码错误", "Wrong user name or password")
CODE = Text("验证码有误，请重新输入", "The verification code is wrong: type the new one")
LOCKED = Text(
    "密码连续输错 5 次，账号已锁定 15 分钟。请稍后再试，或用卡登录",
    "Five wrong passwords: locked for 15 minutes. Try later, or log in with the card",
)


def make_hash(password: str, salt: bytes) -> str:
    """The PHC string of a password, at OWASP's minimum cost for Argon2id (19 MiB, two passes)."""
    derivation = Argon2id(salt=salt, length=32, iterations=2, lanes=1, memory_cost=19_456)
    return derivation.derive_phc_encoded(password.encode())


@cache
def nobody() -> str:
    """What a password is compared with when there is no such name: as slow as any other."""
    return make_hash("", b"swhub.nobody.has")


class CodeNeeded(LoginRefused):
    """Type the verification code too."""

    zh = "请输入验证码"


def set_password(connection: Connection, account_id: str, name: str, password: str, now: datetime) -> None:
    """Let an account of role PW log in as ``name``; sessions opened with the old password end.

    Raises NotFound, InvalidInput.
    """
    account, table = tables.account, tables.credential
    row = connection.execute(select(account.c.role).where(account.c.id == account_id)).one_or_none()
    if row is None:
        raise NotFound
    if row.role != "PW":
        raise InvalidInput({"account": Text("仅密码账号可设密码", "only an account of role PW has a password")})
    if len(name) not in NAMES or not name.isprintable() or name != name.strip():
        raise InvalidInput({"name": Text("用户名应为 3 至 64 个字符", "name: 3 to 64 characters")})
    if len(password) not in LENGTHS or password == name:
        raise InvalidInput(
            {"password": Text("密码应为 10 至 128 个字符，且不同于用户名", "password: 10 to 128, not the name")}
        )
    taken = select(table.c.account).where(table.c.name == name, table.c.account != account_id)
    if connection.execute(taken).first() is not None:
        raise InvalidInput({"name": Text("用户名已被使用", "name: taken")})
    hashed = make_hash(password, secrets.token_bytes(16))
    connection.execute(delete(table).where(table.c.account == account_id))
    connection.execute(insert(table), {"name": name, "account": account_id, "hash": hashed, "set_at": now})
    sessions.end_all(connection, account_id, "password changed", now)
    audit.note(connection, now, "password.set", who=account_id, detail={})


def needs_code(runtime: Runtime, name: str) -> bool:
    """Whether the next try of this name has to come with a verification code."""
    now = runtime.clock.now()
    with reading(runtime.engine) as connection:
        return _wrong(connection, TRIES, name, now) >= CODE_AFTER


def login(runtime: Runtime, *, name: str, password: str, human: bool, address: str | None) -> LoginSession:
    """Open a session. ``human``: a verification code came and was right. Raises LoginRefused, CodeNeeded; audited."""
    now = runtime.clock.now()
    try:
        _count(runtime, name, now, human=human)
        account = _verified(runtime, name, password)
    except LoginRefused as refused:
        with writing(runtime.engine) as connection:
            detail = {"by": "password", "name": digest(name), "reason": refused.text.en}
            audit.note(connection, now, "login.refused", who="anonymous", address=address, detail=detail)
        raise
    with writing(runtime.engine) as connection:
        table = tables.login_failure
        connection.execute(delete(table).where(table.c.name == digest(name)))
        token = sessions.begin(runtime, connection, account, None, address, now)
    return sessions.opened(runtime, token)


def _count(runtime: Runtime, name: str, now: datetime, *, human: bool) -> None:
    """Take one try. Raises LoginRefused when none is left, CodeNeeded."""
    table = tables.login_failure
    with writing(runtime.engine) as connection:
        connection.execute(delete(table).where(table.c.last_at <= now - LOCK))
        ensure(connection, table, {"name": digest(name), "wrong": 0, "last_at": now})
        wrong = _wrong(connection, TRIES.with_for_update(), name, now)
        if wrong >= LOCK_AFTER:
            raise LoginRefused(LOCKED)
        if wrong >= CODE_AFTER and not human:
            raise CodeNeeded
        counted = {"wrong": wrong + 1, "last_at": now}
        connection.execute(update(table).where(table.c.name == digest(name)).values(counted))


def _wrong(connection: Connection, tries: Select[Any], name: str, now: datetime) -> int:
    row = connection.execute(tries, {"name": digest(name)}).one_or_none()
    return 0 if row is None or row.last_at + LOCK <= now else int(row.wrong)


def _verified(runtime: Runtime, name: str, password: str) -> str:
    """The account of this name and password. Raises LoginRefused."""
    table = tables.credential
    with reading(runtime.engine) as connection:
        row = connection.execute(select(table).where(table.c.name == name)).one_or_none()
    try:
        Argon2id.verify_phc_encoded(password.encode(), row.hash if row else nobody())
    except InvalidKey:
        raise LoginRefused(WRONG) from None
    if row is None:
        raise LoginRefused(WRONG)
    return str(row.account)
