"""Every table of the hub: columns and constraints only, no rules. The unique keys do much of the work (see each note).

Times are UTC (:class:`UtcTime`), documents and raw messages lie in side tables so that lists never touch them.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

from hub.store.conditions import in_state


@lru_cache(maxsize=1024)  # one transaction writes its one time a dozen times
def _text(utc: datetime) -> str:
    return utc.isoformat(" ", "microseconds").removesuffix("+00:00")


@lru_cache(maxsize=1024)
def _utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a stored time needs a zone")
    return value.astimezone(UTC)


def _written(value: datetime | None) -> str | None:
    utc = _utc(value)
    return None if utc is None else _text(utc)


def _read(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime, stored and read as UTC on both databases. Refuses naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """To the database."""
        return _utc(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """What SQLAlchemy would do in more steps: SQLite keeps a text."""
        return _written if dialect.name == "sqlite" else _utc

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], datetime | None] | None:  # noqa: ARG002
        """And reads it; PostgreSQL answers in whatever zone its session has."""
        return _read if dialect.name == "sqlite" else _utc


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

AS_IT_IS = {"toast_tuple_target": 8160}
"""Of tables with raw messages, on PostgreSQL: what fits into a page is not compressed, which takes its time."""

Serial = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER
KeyText = String(64).with_variant(String(64, collation="C"), "postgresql")  # in the order of its bytes: see LAST


def _id() -> Column[Any]:
    return Column("id", String(32), primary_key=True)


# ---- who ------------------------------------------------------------------------------------------------------------

enterprise = Table(
    "enterprise",
    metadata,
    Column("uscc", String(18), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("customs_code", String(10), nullable=True),  # 海关十位
    Column("created_at", UtcTime, nullable=False),
)

account = Table(
    "account",
    metadata,
    _id(),
    Column("enterprise", ForeignKey("enterprise.uscc"), nullable=True),  # NULL: the hub's own operator
    Column("name", String(100), nullable=False),
    Column("role", String(4), nullable=False),  # LP | OP | PW | ADM
    Column("preferences", JSON, nullable=False, default=dict),
    Column("created_at", UtcTime, nullable=False),
)

card_binding = Table(
    "card_binding",
    metadata,
    Column("fingerprint", String(64), primary_key=True),  # sha256 of the certificate
    Column("account", ForeignKey("account.id"), nullable=False),
    Column("serial", String(64), nullable=False),
    Column("holder", String(200), nullable=False),
    Column("not_after", UtcTime, nullable=False),
    Column("bound_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
)

card_request = Table(
    "card_request",
    metadata,
    Column("fingerprint", String(64), primary_key=True),  # a card that came to log in and is nobody's
    Column("serial", String(64), nullable=False),
    Column("holder", String(200), nullable=False),
    Column("org_code", String(9), nullable=False),
    Column("role", String(4), nullable=False),
    Column("not_after", UtcTime, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Index("ix_card_request", "org_code", "asked_at"),
)

delegation = Table(
    "delegation",
    metadata,
    _id(),
    Column("account", ForeignKey("account.id"), nullable=False),
    Column("right", String(80), nullable=False),  # hub.business.RIGHTS
    Column("granted_by", ForeignKey("account.id"), nullable=False),
    Column("granted_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    Index("ix_delegation", "account", "until"),
)

login_challenge = Table(
    "login_challenge",
    metadata,
    Column("nonce", String(64), primary_key=True),
    Column("browser", String(64), nullable=False),  # sha256 of the browser's pre-login cookie
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Column("prepared", String(64)),  # digest of the document that was prepared for this signature
    Column("subject", String(64)),  # digest of object, action and values that it was prepared for
)

credential = Table(
    "credential",
    metadata,
    Column("account", ForeignKey("account.id"), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),  # what the user types
    Column("hash", String(200), nullable=False),  # Argon2id, PHC string
    Column("set_at", UtcTime, nullable=False),
)

login_failure = Table(
    "login_failure",
    metadata,
    Column("name", String(64), primary_key=True),  # sha256 of what was typed, known or not
    Column("wrong", Integer, nullable=False),  # tries in a row that were not right
    Column("last_at", UtcTime, nullable=False),
)

login_session = Table(
    "login_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account", ForeignKey("account.id"), nullable=False),
    Column("fingerprint", String(64)),  # the card it was opened with
    Column("serial", String(64)),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("end_reason", String(40)),
)

# ---- business objects -----------------------------------------------------------------------------------------------

business_object = Table(
    "business_object",
    metadata,
    _id(),
    Column("enterprise", ForeignKey("enterprise.uscc"), nullable=False),
    Column("line", String(40), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("partner", String(32), nullable=False),
    Column("number", String(64), nullable=False),
    Column("state", String(40), nullable=False),
    Column("ack_state", String(40)),
    Column("title", String(200), nullable=False, default=""),
    Column("revision", Integer, nullable=False),  # optimistic lock: +1 at every change
    Column("submission", Integer, nullable=False, default=0),
    Column("delivery", String(20)),  # how the latest message out stands, see outbox.state
    Column("content", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("since", UtcTime, nullable=False),  # the state is what it is since then
    Column("due_at", UtcTime),  # end of a date that the system watches (validity, expiry)
    UniqueConstraint("partner", "kind", "number"),
    Index("ix_object_list", "enterprise", "kind", "created_at", "id"),
    Index("ix_object_state", "enterprise", "kind", "state", "created_at", "id"),
    Index("ix_object_ack", "enterprise", "kind", "ack_state", "created_at", "id"),
)
Index(
    "ix_object_due",
    business_object.c.due_at,
    sqlite_where=business_object.c.due_at.is_not(None),
    postgresql_where=business_object.c.due_at.is_not(None),
)

object_key = Table(
    "object_key",
    metadata,
    Column("object_id", ForeignKey("business_object.id"), nullable=False),
    Column("enterprise", String(18), nullable=False),
    Column("name", String(40), nullable=False),
    Column("value", KeyText, nullable=False),
    PrimaryKeyConstraint("object_id", "name", "value"),
    Index("ix_key_value", "enterprise", "value", "name", "object_id"),
)

event = Table(
    "event",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("object_id", ForeignKey("business_object.id"), nullable=False),
    Column("name", String(40), nullable=False),
    Column("identity", String(100), nullable=False),  # partner's message id, or our own
    Column("submission", Integer, nullable=False),
    Column("occurred_at", UtcTime, nullable=False),  # the causer's time
    Column("recorded_at", UtcTime, nullable=False),  # ours
    Column("content", JSON, nullable=False),
    Column("text", JSON),  # {"zh", "en"}: the partner's wording
    Column("actor", JSON),  # account, name, role, certificate, address
    Column("before", String(80)),
    Column("after", String(80)),
    Column("late", Boolean, nullable=False, default=False),
    Column("message_id", String(64)),
    UniqueConstraint("object_id", "identity", "name"),
)

draft = Table(
    "draft",
    metadata,
    Column("object_id", ForeignKey("business_object.id"), nullable=False),
    Column("form", String(40), nullable=False),
    Column("values", JSON, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("saved_at", UtcTime, nullable=False),
    Column("saved_by", String(32), nullable=False),
    PrimaryKeyConstraint("object_id", "form"),
)

upload = Table(
    "upload",
    metadata,
    _id(),  # chosen by the page, so that what is sent twice is one
    Column("object_id", ForeignKey("business_object.id"), nullable=False),
    Column("enterprise", String(18), nullable=False),
    Column("action", String(40), nullable=False),  # with which it travels
    Column("enclosure", String(40), nullable=False),
    Column("name", String(200), nullable=False),
    Column("size", Integer, nullable=False),  # as announced
    Column("received", Integer, nullable=False),
    Column("media_type", String(100)),  # once it is whole and was examined
    Column("digest", String(64)),
    Column("summary", String(100)),  # what the enterprise says of it
    Column("remark", String(500)),
    Column("sent", Boolean, nullable=False),  # its bytes are a blob then, and no parts any more
    Column("created_at", UtcTime, nullable=False),
    Column("saved_at", UtcTime, nullable=False),
    Index("ix_upload_object", "object_id"),
    Index("ix_upload_enterprise", "enterprise", "sent"),
)

upload_part = Table(
    "upload_part",
    metadata,
    Column("upload", ForeignKey("upload.id"), nullable=False),
    Column("start", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("upload", "start"),
)

blob = Table(
    "blob",
    metadata,
    Column("digest", String(64), primary_key=True),  # sha256: stored once, never changed
    Column("media_type", String(100), nullable=False),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    postgresql_with=AS_IT_IS,
)

blob_ahead = Table(
    "blob_ahead",  # kept before anything refers to it: swept when nothing has come to
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Index("ix_blob_ahead_at", "at"),
)

document = Table(
    "document",
    metadata,
    _id(),
    Column("object_id", ForeignKey("business_object.id"), nullable=False),
    Column("enterprise", String(18), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("name", String(200), nullable=False),
    Column("digest", ForeignKey("blob.digest"), nullable=False),
    Column("summary", String(100)),  # what the enterprise says of it
    Column("remark", String(500)),
    Column("source", String(40), nullable=False),  # partner code, "enterprise" or "hub"
    Column("message_id", String(64)),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("object_id", "kind", "digest"),
)

notice = Table(
    "notice",
    metadata,
    _id(),
    Column("enterprise", String(18), nullable=False),
    Column("object_id", ForeignKey("business_object.id"), nullable=False),
    Column("key", String(100), nullable=False),  # track:state:submission
    Column("channel", String(20), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("read_at", UtcTime),
    UniqueConstraint("object_id", "key", "channel"),
    Index("ix_notice_list", "enterprise", "created_at"),
)

number_sequence = Table(
    "number_sequence",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("last", BigInteger, nullable=False),
)

partner_content = Table(
    "partner_content",
    metadata,
    Column("partner", String(32), nullable=False),
    Column("key", String(80), nullable=False),  # "introduction:XWXBY"
    Column("version", String(40), nullable=False),
    Column("body", JSON, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("partner", "key", "version"),
)

hold = Table(
    "hold",
    metadata,
    Column("name", String(200), primary_key=True),  # one object at a time has it: "bill:<enterprise>:<number>"
    Column("object_id", ForeignKey("business_object.id"), nullable=False),
    Index("ix_hold_object", "object_id"),
)

article = Table(
    "article",
    metadata,
    _id(),  # of partner and number
    Column("partner", String(32), nullable=False),
    Column("number", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("category", String(20), nullable=False),
    Column("title", String(200), nullable=False),
    Column("source", String(100), nullable=False),
    Column("language", String(2), nullable=False),
    Column("published_at", UtcTime),  # NULL: only its recall has come
    Column("first_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("recalled_at", UtcTime),
    Column("reason", String(200), nullable=False),
    Column("html", Text, nullable=False),  # last: lists read the columns before it
    UniqueConstraint("partner", "number"),
)
_stands = text("recalled_at IS NULL AND published_at IS NOT NULL")
Index(
    "ix_article_list",  # with what the conditions read, so that a row is fetched only when it is shown
    *(article.c[name] for name in ("category", "published_at", "id", "title", "first_at")),
    sqlite_where=_stands,
    postgresql_where=_stands,
)
Index("ix_article_latest", article.c.published_at, article.c.id, sqlite_where=_stands, postgresql_where=_stands)

article_topic = Table(
    "article_topic",
    metadata,
    Column("article", ForeignKey("article.id"), nullable=False),
    Column("facet", String(10), nullable=False),  # country | industry
    Column("code", String(3), nullable=False),
    Column("category", String(20), nullable=False),  # the article's, so that the index alone finds a page
    Column("published_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("article", "facet", "code"),
    Index("ix_article_topic", "facet", "code", "category", "published_at", "article"),
)

article_file = Table(
    "article_file",
    metadata,
    Column("article", ForeignKey("article.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("name", String(200), nullable=False),
    Column("digest", ForeignKey("blob.digest"), nullable=False),
    PrimaryKeyConstraint("article", "place"),
)

article_read = Table(
    "article_read",
    metadata,
    Column("article", ForeignKey("article.id"), nullable=False),
    Column("account", ForeignKey("account.id"), nullable=False),
    Column("read_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("article", "account"),
)

# ---- ledger ---------------------------------------------------------------------------------------------------------
# Amounts are whole cents, exact on both databases. The bounds keep sums in 64 bits: beyond, SQLite goes on in floats.

ledger_account = Table(
    "ledger_account",
    metadata,
    Column("name", String(120), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("balance", BigInteger, nullable=False),  # debits less credits; moved with each posting
    Column("lowest", BigInteger),  # NULL: may fall as it likes
    PrimaryKeyConstraint("name", "currency"),
    CheckConstraint("balance >= lowest", name="lowest"),
    CheckConstraint("balance BETWEEN -1000000000000000000 AND 1000000000000000000", name="exact"),
)

ledger_transaction = Table(
    "ledger_transaction",
    metadata,
    Column("key", String(120), primary_key=True),  # the deduplication: one cause is booked once
    Column("at", UtcTime, nullable=False),
)

ledger_posting = Table(
    "ledger_posting",
    metadata,
    Column("key", ForeignKey("ledger_transaction.key"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("debit", String(120), nullable=False),
    Column("credit", String(120), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("cents", BigInteger, nullable=False),
    PrimaryKeyConstraint("key", "place"),
    ForeignKeyConstraint(
        ["debit", "currency"], ["ledger_account.name", "ledger_account.currency"], name="fk_ledger_posting_debit"
    ),
    ForeignKeyConstraint(
        ["credit", "currency"], ["ledger_account.name", "ledger_account.currency"], name="fk_ledger_posting_credit"
    ),
    CheckConstraint("cents BETWEEN 1 AND 1000000000000000", name="amount"),
    CheckConstraint("debit <> credit", name="sides"),
    Index("ix_ledger_posting_debit", "debit", "currency"),
    Index("ix_ledger_posting_credit", "credit", "currency"),
)

reconciliation = Table(
    "reconciliation",
    metadata,
    Column("partner", String(32), nullable=False),
    Column("day", String(10), nullable=False),  # of the bank, in China: 2026-11-21
    Column("account", String(120), nullable=False),  # sealed
    Column("enterprise", ForeignKey("enterprise.uscc"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("settled", Integer, nullable=False),
    Column("differences", JSON, nullable=False),
    PrimaryKeyConstraint("partner", "day", "account"),
)

# ---- delivery -------------------------------------------------------------------------------------------------------

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("message_id", String(64), nullable=False, unique=True),  # the submission id, the same on every retry
    Column("object_id", ForeignKey("business_object.id"), nullable=False),
    Column("enterprise", String(18), nullable=False),
    Column("partner", String(32), nullable=False),
    Column("capability", String(60), nullable=False),
    Column("type", String(60), nullable=False),  # "PolicyConfirmation/1.0"
    Column("business_key", String(64), nullable=False),
    Column("submission", Integer, nullable=False),
    Column("lane", String(64), nullable=False),  # one lane per business object: FIFO
    Column("state", String(20), nullable=False),  # QUEUED SENDING RETRYING UNKNOWN ACKED REFUSED DEAD CANCELLED
    Column("not_before", UtcTime, nullable=False),
    Column("deadline", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_until", UtcTime),
    Column("fence", Integer, nullable=False, default=0),  # grows at every claim; an old claimant's write misses
    Column("queries", Integer, nullable=False, default=0),  # questions asked since UNKNOWN
    Column("reason", String(500)),
    Column("owner", String(40)),  # who has to act on a DEAD or UNKNOWN one
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("trace", String(32), nullable=False),
    Index("ix_outbox_object", "object_id", "seq"),
)
WAITING = ("QUEUED", "SENDING", "RETRYING", "UNKNOWN")
_waiting = in_state(outbox, *WAITING)
"""Of partial indexes: finished rows cost the poll nothing. IN (...) would make SQLite fill a table at each write."""
_sending = in_state(outbox, "SENDING")
_stuck = in_state(outbox, "DEAD", "UNKNOWN")
Index(
    "ix_outbox_due",  # by partner, so that one partner's backlog never stands before another's messages
    outbox.c.partner,
    outbox.c.not_before,
    outbox.c.seq,
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)
Index("ix_outbox_lane", outbox.c.lane, outbox.c.seq, sqlite_where=_waiting, postgresql_where=_waiting)
Index("ix_outbox_lease", outbox.c.lease_until, sqlite_where=_sending, postgresql_where=_sending)
Index("ix_outbox_stuck", outbox.c.seq, sqlite_where=_stuck, postgresql_where=_stuck)  # the operators' work

outbox_raw = Table(
    "outbox_raw",
    metadata,
    Column("message_id", ForeignKey("outbox.message_id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),  # final, validated, signed; never built again
    Column("content_type", String(100), nullable=False),
    Column("path", String(200), nullable=False),
    Column("headers", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("canonical", JSON, nullable=False),  # envelope values, for parse_response and query
    postgresql_with=AS_IT_IS,
)

attempt = Table(
    "attempt",
    metadata,
    Column("message_id", ForeignKey("outbox.message_id"), nullable=False),
    Column("no", Integer, nullable=False),
    Column("purpose", String(10), nullable=False),  # send | query
    Column("fence", Integer, nullable=False),
    Column("started_at", UtcTime, nullable=False),  # committed before the first byte
    Column("finished_at", UtcTime),  # NULL at start-up: nobody knows, so UNKNOWN
    Column("outcome", String(20)),
    Column("partner_ref", String(100)),
    Column("code", String(40)),
    Column("detail", Text),
    Column("answer", LargeBinary),
    PrimaryKeyConstraint("message_id", "no"),
    postgresql_with=AS_IT_IS,
)

inbox = Table(
    "inbox",
    metadata,
    Column("partner", String(32), nullable=False),
    Column("message_id", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("type", String(60), nullable=False),
    Column("enterprise", String(18), nullable=False),
    Column("business_key", String(64), nullable=False),
    Column("signer", String(64), nullable=False),
    Column("state", String(20), nullable=False),  # APPLIED | PARKED
    Column("reason", String(500)),
    Column("created_at", UtcTime, nullable=False),  # in the message
    Column("received_at", UtcTime, nullable=False),
    Column("applied_at", UtcTime),
    Column("answer", LargeBinary, nullable=False),  # the receipt, said again to every copy
    Column("copies", Integer, nullable=False, default=0),
    PrimaryKeyConstraint("partner", "message_id"),
    Index("ix_inbox_key", "partner", "business_key", "received_at"),
    Index("ix_inbox_time", "received_at"),
    Index("ix_inbox_heard", "partner", "received_at"),
    postgresql_with=AS_IT_IS,
)
Index(
    "ix_inbox_parked",
    inbox.c.received_at,
    sqlite_where=in_state(inbox, "PARKED"),
    postgresql_where=in_state(inbox, "PARKED"),
)

inbox_raw = Table(
    "inbox_raw",
    metadata,
    Column("partner", String(32), nullable=False),
    Column("message_id", String(64), nullable=False),
    Column("digest", String(64), nullable=False),  # of a conflict too: same id, other bytes
    Column("content", LargeBinary, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("partner", "message_id", "digest"),
    postgresql_with=AS_IT_IS,
)

conflict = Table(
    "conflict",
    metadata,
    Column("partner", String(32), nullable=False),
    Column("message_id", String(64), nullable=False),
    Column("digest", String(64), nullable=False),  # same id as an inbox row, other bytes
    Column("received_at", UtcTime, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("settled_at", UtcTime),
    PrimaryKeyConstraint("partner", "message_id", "digest"),
)

circuit = Table(
    "circuit",
    metadata,
    Column("partner", String(32), nullable=False),
    Column("capability", String(60), nullable=False),
    Column("state", String(10), nullable=False),  # closed | open | half
    Column("failures", Integer, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("probe_at", UtcTime),
    Column("minute", UtcTime),  # the minute that ``sent`` counts, for a declared per_minute limit
    Column("sent", Integer, nullable=False, default=0),
    PrimaryKeyConstraint("partner", "capability"),
)

poll_cursor = Table(
    "poll_cursor",
    metadata,
    Column("partner", String(32), primary_key=True),
    Column("cursor", String(200), nullable=False),
    Column("polled_at", UtcTime, nullable=False),
    Column("lease_until", UtcTime),
)

decision = Table(
    "decision",
    metadata,
    _id(),
    Column("subject", String(100), nullable=False),  # "outbox:<message id>" | "object:<id>"
    Column("verdict", String(40), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("evidence", String(500)),
    Column("proposed_by", String(32), nullable=False),
    Column("proposed_at", UtcTime, nullable=False),
    Column("confirmed_by", String(32)),  # a second person, never the first
    Column("confirmed_at", UtcTime),
)

plugin_fault = Table(
    "plugin_fault",
    metadata,
    Column("plugin", String(64), nullable=False),  # partner code, or "observer:" and the plugin's name
    Column("version", String(40), nullable=False),
    Column("call", String(40), nullable=False),  # the adapter's method or the observing hook
    Column("fault", String(10), nullable=False),  # RAISED | HUNG | GREW | DIED
    Column("detail", String(200), nullable=False),  # of the latest one
    Column("first_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("count", Integer, nullable=False),
    Column("over_at", UtcTime),  # when the call worked again; null while it has not
    PrimaryKeyConstraint("plugin", "version", "call", "fault"),
)

unmapped = Table(
    "unmapped",
    metadata,
    Column("partner", String(32), nullable=False),
    Column("field", String(100), nullable=False),  # the status table's name: Message.Field
    Column("code", String(100), nullable=False),
    Column("wording", String(500), nullable=False),  # the partner's own words beside the code; empty without any
    Column("count", Integer, nullable=False),
    Column("first_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("message_id", String(64), nullable=False),  # the latest one that waits for it
    PrimaryKeyConstraint("partner", "field", "code"),
)

# ---- evidence -------------------------------------------------------------------------------------------------------

_covered, _uncovered = text("head IS NOT NULL"), text("head IS NULL")

evidence = Table(
    "evidence",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("chain", String(100), nullable=False),  # object id; partner:message id for what no object tells of (yet)
    Column("n", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("body", Text, nullable=False),  # canonical JSON, the exact text that was hashed
    Column("hash", String(64), nullable=False),
    Column("head", Integer),  # the signed head that covers it
    UniqueConstraint("chain", "n"),
    Index("ix_evidence_head", "head", "seq", sqlite_where=_covered, postgresql_where=_covered),
    Index("ix_evidence_waiting", "seq", sqlite_where=_uncovered, postgresql_where=_uncovered),
)

evidence_head = Table(
    "evidence_head",
    metadata,
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("algorithm", String(40), nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("certificate", ForeignKey("blob.digest"), nullable=False),
)

alert = Table(
    "alert",
    metadata,
    _id(),
    Column("key", String(120), nullable=False),  # one open alert per key
    Column("text", JSON, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("count", Integer, nullable=False, default=1),
)
Index(
    "uq_alert_open",
    alert.c.key,
    unique=True,
    sqlite_where=alert.c.closed_at.is_(None),
    postgresql_where=alert.c.closed_at.is_(None),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("what", String(60), nullable=False),
    Column("who", String(100), nullable=False),
    Column("address", String(64)),
    Column("detail", JSON, nullable=False),
    Index("ix_audit_time", "at"),
)

# The companies that may collect the policy of a unified-policy programme (hub/business/eligibility.py).
eligible = Table(
    "eligible",
    metadata,
    Column("programme", String(40), nullable=False),
    Column("uscc", String(18), nullable=False),
    Column("name", String(200), nullable=False),
    Column("exports", BigInteger, nullable=False),  # in cents
    Column("currency", String(3), nullable=False),
    Column("state", String(20), nullable=False),
    Column("until", Date),  # last day for objections
    Column("changed_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("programme", "uscc"),
)

# What is said against a company on that list, while it is published.
objection = Table(
    "objection",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("programme", String(40), nullable=False),
    Column("uscc", String(18), nullable=False),
    Column("text", String(500), nullable=False),
    Column("objector", String(32), nullable=False),  # account
    Column("at", UtcTime, nullable=False),
    Index("ix_objection_company", "programme", "uscc"),
)
