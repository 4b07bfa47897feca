"""The first version."""

import sqlalchemy as sa
from alembic import op

import hub.store.tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "alert",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("opened_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("closed_at", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(
            "uq_alert_open",
            ["key"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "article",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("published_at", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.Column("first_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("changed_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("recalled_at", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("partner", "number", name=op.f("uq_article_partner_number")),
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.create_index(
            "ix_article_list",
            ["category", "published_at", "id", "title", "first_at"],
            unique=False,
            sqlite_where=sa.text("recalled_at IS NULL AND published_at IS NOT NULL"),
            postgresql_where=sa.text("recalled_at IS NULL AND published_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_article_latest",
            ["published_at", "id"],
            unique=False,
            sqlite_where=sa.text("recalled_at IS NULL AND published_at IS NOT NULL"),
            postgresql_where=sa.text("recalled_at IS NULL AND published_at IS NOT NULL"),
        )

    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("who", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("ix_audit_time", ["at"], unique=False)

    op.create_table(
        "eligible",
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("exports", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("changed_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("programme", "uscc", name=op.f("pk_eligible")),
    )
    op.create_table(
        "objection",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("programme", sa.String(length=40), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("objector", sa.String(length=32), nullable=False),
        sa.Column("at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_objection")),
    )
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.create_index("ix_objection_company", ["programme", "uscc"], unique=False)

    op.create_table(
        "blob",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_blob")),
        postgresql_with={"toast_tuple_target": 8160},
    )
    op.create_table(
        "blob_ahead",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_blob_ahead")),
    )
    with op.batch_alter_table("blob_ahead", schema=None) as batch_op:
        batch_op.create_index("ix_blob_ahead_at", ["at"], unique=False)

    op.create_table(
        "circuit",
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("capability", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("changed_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("probe_at", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.Column("minute", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("partner", "capability", name=op.f("pk_circuit")),
    )
    op.create_table(
        "conflict",
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("received_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("settled_at", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("partner", "message_id", "digest", name=op.f("pk_conflict")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("evidence", sa.String(length=500), nullable=True),
        sa.Column("proposed_by", sa.String(length=32), nullable=False),
        sa.Column("proposed_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(length=32), nullable=True),
        sa.Column("confirmed_at", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_table(
        "enterprise",
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("customs_code", sa.String(length=10), nullable=True),
        sa.Column("created_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uscc", name=op.f("pk_enterprise")),
    )
    op.create_table(
        "evidence",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("chain", sa.String(length=100), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("head", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_evidence")),
        sa.UniqueConstraint("chain", "n", name=op.f("uq_evidence_chain_n")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(
            "ix_evidence_head",
            ["head", "seq"],
            unique=False,
            sqlite_where=sa.text("head IS NOT NULL"),
            postgresql_where=sa.text("head IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_evidence_waiting",
            ["seq"],
            unique=False,
            sqlite_where=sa.text("head IS NULL"),
            postgresql_where=sa.text("head IS NULL"),
        )

    op.create_table(
        "evidence_head",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("algorithm", sa.String(length=40), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("certificate", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["certificate"], ["blob.digest"], name=op.f("fk_evidence_head_certificate")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_evidence_head")),
    )
    op.create_table(
        "inbox",
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("enterprise", sa.String(length=18), nullable=False),
        sa.Column("business_key", sa.String(length=64), nullable=False),
        sa.Column("signer", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("created_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("received_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("applied_at", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("partner", "message_id", name=op.f("pk_inbox")),
        postgresql_with={"toast_tuple_target": 8160},
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_key", ["partner", "business_key", "received_at"], unique=False)
        batch_op.create_index(
            "ix_inbox_parked",
            ["received_at"],
            unique=False,
            sqlite_where=sa.text("state = 'PARKED'"),
            postgresql_where=sa.text("state = 'PARKED'"),
        )
        batch_op.create_index("ix_inbox_time", ["received_at"], unique=False)
        batch_op.create_index("ix_inbox_heard", ["partner", "received_at"], unique=False)

    op.create_table(
        "inbox_raw",
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("partner", "message_id", "digest", name=op.f("pk_inbox_raw")),
        postgresql_with={"toast_tuple_target": 8160},
    )
    op.create_table(
        "ledger_account",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("lowest", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("balance >= lowest", name=op.f("ck_ledger_account_lowest")),
        sa.CheckConstraint(
            "balance BETWEEN -1000000000000000000 AND 1000000000000000000", name=op.f("ck_ledger_account_exact")
        ),
        sa.PrimaryKeyConstraint("name", "currency", name=op.f("pk_ledger_account")),
    )
    op.create_table(
        "ledger_transaction",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_ledger_transaction")),
    )
    op.create_table(
        "ledger_posting",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("debit", sa.String(length=120), nullable=False),
        sa.Column("credit", sa.String(length=120), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("cents BETWEEN 1 AND 1000000000000000", name=op.f("ck_ledger_posting_amount")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_ledger_posting_sides")),
        sa.ForeignKeyConstraint(["key"], ["ledger_transaction.key"], name=op.f("fk_ledger_posting_key")),
        sa.ForeignKeyConstraint(
            ["debit", "currency"], ["ledger_account.name", "ledger_account.currency"], name="fk_ledger_posting_debit"
        ),
        sa.ForeignKeyConstraint(
            ["credit", "currency"], ["ledger_account.name", "ledger_account.currency"], name="fk_ledger_posting_credit"
        ),
        sa.PrimaryKeyConstraint("key", "place", name=op.f("pk_ledger_posting")),
    )
    with op.batch_alter_table("ledger_posting", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_posting_debit", ["debit", "currency"], unique=False)
        batch_op.create_index("ix_ledger_posting_credit", ["credit", "currency"], unique=False)

    op.create_table(
        "card_request",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("org_code", sa.String(length=9), nullable=False),
        sa.Column("role", sa.String(length=4), nullable=False),
        sa.Column("not_after", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("asked_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_card_request")),
    )
    with op.batch_alter_table("card_request", schema=None) as batch_op:
        batch_op.create_index("ix_card_request", ["org_code", "asked_at"], unique=False)

    op.create_table(
        "login_challenge",
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("expires_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("used_at", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.Column("prepared", sa.String(length=64), nullable=True),
        sa.Column("subject", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_login_challenge")),
    )
    op.create_table(
        "number_sequence",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_number_sequence")),
    )
    op.create_table(
        "partner_content",
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("received_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("partner", "key", "version", name=op.f("pk_partner_content")),
    )
    op.create_table(
        "plugin_fault",
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("call", sa.String(length=40), nullable=False),
        sa.Column("fault", sa.String(length=10), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("first_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("last_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("over_at", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("plugin", "version", "call", "fault", name=op.f("pk_plugin_fault")),
    )
    op.create_table(
        "unmapped",
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("wording", sa.String(length=500), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("last_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("partner", "field", "code", name=op.f("pk_unmapped")),
    )
    op.create_table(
        "poll_cursor",
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("cursor", sa.String(length=200), nullable=False),
        sa.Column("polled_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("lease_until", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("partner", name=op.f("pk_poll_cursor")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("enterprise", sa.String(length=18), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=4), nullable=False),
        sa.Column("preferences", sa.JSON(), nullable=False),
        sa.Column("created_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enterprise"], ["enterprise.uscc"], name=op.f("fk_account_enterprise")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_table(
        "business_object",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("enterprise", sa.String(length=18), nullable=False),
        sa.Column("line", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("ack_state", sa.String(length=40), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("delivery", sa.String(length=20), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("updated_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("since", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("due_at", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["enterprise"], ["enterprise.uscc"], name=op.f("fk_business_object_enterprise")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_object")),
        sa.UniqueConstraint("partner", "kind", "number", name=op.f("uq_business_object_partner_kind_number")),
    )
    with op.batch_alter_table("business_object", schema=None) as batch_op:
        batch_op.create_index("ix_object_ack", ["enterprise", "kind", "ack_state", "created_at", "id"], unique=False)
        batch_op.create_index(
            "ix_object_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )
        batch_op.create_index("ix_object_list", ["enterprise", "kind", "created_at", "id"], unique=False)
        batch_op.create_index("ix_object_state", ["enterprise", "kind", "state", "created_at", "id"], unique=False)

    op.create_table(
        "card_binding",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("not_after", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("bound_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("ended_at", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_card_binding_account")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_card_binding")),
    )
    op.create_table(
        "delegation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("right", sa.String(length=80), nullable=False),
        sa.Column("granted_by", sa.String(length=32), nullable=False),
        sa.Column("granted_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("until", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("revoked_at", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_delegation_account")),
        sa.ForeignKeyConstraint(["granted_by"], ["account.id"], name=op.f("fk_delegation_granted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.create_index("ix_delegation", ["account", "until"], unique=False)

    op.create_table(
        "document",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise", sa.String(length=18), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("summary", sa.String(length=100), nullable=True),
        sa.Column("remark", sa.String(length=500), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["blob.digest"], name=op.f("fk_document_digest")),
        sa.ForeignKeyConstraint(["object_id"], ["business_object.id"], name=op.f("fk_document_object_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("object_id", "kind", "digest", name=op.f("uq_document_object_id_kind_digest")),
    )
    op.create_table(
        "draft",
        sa.Column("object_id", sa.String(length=32), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["object_id"], ["business_object.id"], name=op.f("fk_draft_object_id")),
        sa.PrimaryKeyConstraint("object_id", "form", name=op.f("pk_draft")),
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise", sa.String(length=18), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("enclosure", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("summary", sa.String(length=100), nullable=True),
        sa.Column("remark", sa.String(length=500), nullable=True),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("created_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("saved_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["object_id"], ["business_object.id"], name=op.f("fk_upload_object_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index("ix_upload_enterprise", ["enterprise", "sent"], unique=False)
        batch_op.create_index("ix_upload_object", ["object_id"], unique=False)

    op.create_table(
        "upload_part",
        sa.Column("upload", sa.String(length=32), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["upload"], ["upload.id"], name=op.f("fk_upload_part_upload")),
        sa.PrimaryKeyConstraint("upload", "start", name=op.f("pk_upload_part")),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("object_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("identity", sa.String(length=100), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("occurred_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("recorded_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=True),
        sa.Column("actor", sa.JSON(), nullable=True),
        sa.Column("before", sa.String(length=80), nullable=True),
        sa.Column("after", sa.String(length=80), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["object_id"], ["business_object.id"], name=op.f("fk_event_object_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
        sa.UniqueConstraint("object_id", "identity", "name", name=op.f("uq_event_object_id_identity_name")),
    )
    op.create_table(
        "credential",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=200), nullable=False),
        sa.Column("set_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_credential_account")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_credential")),
        sa.UniqueConstraint("name", name=op.f("uq_credential_name")),
    )
    op.create_table(
        "login_failure",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("last_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_login_failure")),
    )
    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("serial", sa.String(length=64), nullable=True),
        sa.Column("created_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("seen_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("ended_at", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_login_session_account")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_session")),
    )
    op.create_table(
        "hold",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("object_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["object_id"],
            ["business_object.id"],
            name=op.f("fk_hold_object_id"),
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_hold")),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index("ix_hold_object", ["object_id"], unique=False)

    op.create_table(
        "reconciliation",
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("account", sa.String(length=120), nullable=False),
        sa.Column("enterprise", sa.String(length=18), nullable=False),
        sa.Column("at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False),
        sa.Column("differences", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise"], ["enterprise.uscc"], name=op.f("fk_reconciliation_enterprise")
        ),
        sa.PrimaryKeyConstraint("partner", "day", "account", name=op.f("pk_reconciliation")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("enterprise", sa.String(length=18), nullable=False),
        sa.Column("object_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("created_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("read_at", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["object_id"], ["business_object.id"], name=op.f("fk_notice_object_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("object_id", "key", "channel", name=op.f("uq_notice_object_id_key_channel")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_list", ["enterprise", "created_at"], unique=False)

    op.create_table(
        "object_key",
        sa.Column("object_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "value",
            sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["object_id"], ["business_object.id"], name=op.f("fk_object_key_object_id")),
        sa.PrimaryKeyConstraint("object_id", "name", "value", name=op.f("pk_object_key")),
    )
    with op.batch_alter_table("object_key", schema=None) as batch_op:
        batch_op.create_index("ix_key_value", ["enterprise", "value", "name", "object_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("object_id", sa.String(length=32), nullable=False),
        sa.Column("enterprise", sa.String(length=18), nullable=False),
        sa.Column("partner", sa.String(length=32), nullable=False),
        sa.Column("capability", sa.String(length=60), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("business_key", sa.String(length=64), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("not_before", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("deadline", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("queries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("owner", sa.String(length=40), nullable=True),
        sa.Column("created_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("updated_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("trace", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["object_id"], ["business_object.id"], name=op.f("fk_outbox_object_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_due",
            ["partner", "not_before", "seq"],
            unique=False,
            sqlite_where=sa.text("state = 'QUEUED' OR state = 'SENDING' OR state = 'RETRYING' OR state = 'UNKNOWN'"),
            postgresql_where=sa.text("state = 'QUEUED' OR state = 'SENDING' OR state = 'RETRYING' OR state = 'UNKNOWN'"),
        )
        batch_op.create_index(
            "ix_outbox_lane",
            ["lane", "seq"],
            unique=False,
            sqlite_where=sa.text("state = 'QUEUED' OR state = 'SENDING' OR state = 'RETRYING' OR state = 'UNKNOWN'"),
            postgresql_where=sa.text("state = 'QUEUED' OR state = 'SENDING' OR state = 'RETRYING' OR state = 'UNKNOWN'"),
        )
        batch_op.create_index(
            "ix_outbox_lease",
            ["lease_until"],
            unique=False,
            sqlite_where=sa.text("state = 'SENDING'"),
            postgresql_where=sa.text("state = 'SENDING'"),
        )
        batch_op.create_index("ix_outbox_object", ["object_id", "seq"], unique=False)
        batch_op.create_index(
            "ix_outbox_stuck",
            ["seq"],
            unique=False,
            sqlite_where=sa.text("state = 'DEAD' OR state = 'UNKNOWN'"),
            postgresql_where=sa.text("state = 'DEAD' OR state = 'UNKNOWN'"),
        )

    op.create_table(
        "attempt",
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("started_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.Column("finished_at", hub.store.tables.UtcTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("partner_ref", sa.String(length=100), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["outbox.message_id"], name=op.f("fk_attempt_message_id")),
        sa.PrimaryKeyConstraint("message_id", "no", name=op.f("pk_attempt")),
        postgresql_with={"toast_tuple_target": 8160},
    )
    op.create_table(
        "outbox_raw",
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("canonical", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["outbox.message_id"], name=op.f("fk_outbox_raw_message_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_outbox_raw")),
        postgresql_with={"toast_tuple_target": 8160},
    )
    op.create_table(
        "article_topic",
        sa.Column("article", sa.String(length=32), nullable=False),
        sa.Column("facet", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=3), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("published_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["article.id"], name=op.f("fk_article_topic_article")),
        sa.PrimaryKeyConstraint("article", "facet", "code", name=op.f("pk_article_topic")),
    )
    with op.batch_alter_table("article_topic", schema=None) as batch_op:
        batch_op.create_index(
            "ix_article_topic", ["facet", "code", "category", "published_at", "article"], unique=False
        )

    op.create_table(
        "article_file",
        sa.Column("article", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["article.id"], name=op.f("fk_article_file_article")),
        sa.ForeignKeyConstraint(["digest"], ["blob.digest"], name=op.f("fk_article_file_digest")),
        sa.PrimaryKeyConstraint("article", "place", name=op.f("pk_article_file")),
    )
    op.create_table(
        "article_read",
        sa.Column("article", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("read_at", hub.store.tables.UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_article_read_account")),
        sa.ForeignKeyConstraint(["article"], ["article.id"], name=op.f("fk_article_read_article")),
        sa.PrimaryKeyConstraint("article", "account", name=op.f("pk_article_read")),
    )


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table("article_read")
    op.drop_table("article_file")
    with op.batch_alter_table("article_topic", schema=None) as batch_op:
        batch_op.drop_index("ix_article_topic")

    op.drop_table("article_topic")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index("ix_article_latest")
        batch_op.drop_index("ix_article_list")

    op.drop_table("article")
    op.drop_table("outbox_raw")
    op.drop_table("attempt")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_stuck",
            sqlite_where=sa.text("state = 'DEAD' OR state = 'UNKNOWN'"),
            postgresql_where=sa.text("state = 'DEAD' OR state = 'UNKNOWN'"),
        )
        batch_op.drop_index("ix_outbox_object")
        batch_op.drop_index(
            "ix_outbox_lease", sqlite_where=sa.text("state = 'SENDING'"), postgresql_where=sa.text("state = 'SENDING'")
        )
        batch_op.drop_index(
            "ix_outbox_lane",
            sqlite_where=sa.text("state = 'QUEUED' OR state = 'SENDING' OR state = 'RETRYING' OR state = 'UNKNOWN'"),
            postgresql_where=sa.text("state = 'QUEUED' OR state = 'SENDING' OR state = 'RETRYING' OR state = 'UNKNOWN'"),
        )
        batch_op.drop_index(
            "ix_outbox_due",
            sqlite_where=sa.text("state = 'QUEUED' OR state = 'SENDING' OR state = 'RETRYING' OR state = 'UNKNOWN'"),
            postgresql_where=sa.text("state = 'QUEUED' OR state = 'SENDING' OR state = 'RETRYING' OR state = 'UNKNOWN'"),
        )

    op.drop_table("outbox")
    with op.batch_alter_table("object_key", schema=None) as batch_op:
        batch_op.drop_index("ix_key_value")

    op.drop_table("object_key")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index("ix_notice_list")

    op.drop_table("notice")
    op.drop_table("reconciliation")
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index("ix_hold_object")

    op.drop_table("hold")
    op.drop_table("login_session")
    op.drop_table("login_failure")
    op.drop_table("credential")
    op.drop_table("event")
    op.drop_table("upload_part")
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_index("ix_upload_object")
        batch_op.drop_index("ix_upload_enterprise")

    op.drop_table("upload")
    op.drop_table("draft")
    op.drop_table("document")
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.drop_index("ix_delegation")

    op.drop_table("delegation")
    op.drop_table("card_binding")
    with op.batch_alter_table("business_object", schema=None) as batch_op:
        batch_op.drop_index("ix_object_state")
        batch_op.drop_index("ix_object_list")
        batch_op.drop_index(
            "ix_object_due", sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL")
        )
        batch_op.drop_index("ix_object_ack")

    op.drop_table("business_object")
    op.drop_table("account")
    op.drop_table("unmapped")
    op.drop_table("poll_cursor")
    op.drop_table("plugin_fault")
    op.drop_table("partner_content")
    op.drop_table("number_sequence")
    op.drop_table("login_challenge")
    with op.batch_alter_table("ledger_posting", schema=None) as batch_op:
        batch_op.drop_index("ix_ledger_posting_credit")
        batch_op.drop_index("ix_ledger_posting_debit")

    op.drop_table("ledger_posting")
    op.drop_table("ledger_transaction")
    op.drop_table("ledger_account")
    with op.batch_alter_table("card_request", schema=None) as batch_op:
        batch_op.drop_index("ix_card_request")

    op.drop_table("card_request")
    op.drop_table("inbox_raw")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index("ix_inbox_time")
        batch_op.drop_index("ix_inbox_heard")
        batch_op.drop_index(
            "ix_inbox_parked", sqlite_where=sa.text("state = 'PARKED'"), postgresql_where=sa.text("state = 'PARKED'")
        )
        batch_op.drop_index("ix_inbox_key")

    op.drop_table("inbox")
    op.drop_table("evidence_head")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_evidence_waiting", sqlite_where=sa.text("head IS NULL"), postgresql_where=sa.text("head IS NULL")
        )
        batch_op.drop_index(
            "ix_evidence_head", sqlite_where=sa.text("head IS NOT NULL"), postgresql_where=sa.text("head IS NOT NULL")
        )

    op.drop_table("evidence")
    op.drop_table("enterprise")
    op.drop_table("decision")
    op.drop_table("conflict")
    with op.batch_alter_table("objection", schema=None) as batch_op:
        batch_op.drop_index("ix_objection_company")

    op.drop_table("objection")
    op.drop_table("eligible")
    op.drop_table("circuit")
    with op.batch_alter_table("blob_ahead", schema=None) as batch_op:
        batch_op.drop_index("ix_blob_ahead_at")

    op.drop_table("blob_ahead")
    op.drop_table("blob")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_time")

    op.drop_table("audit")
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_alert_open", sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL")
        )

    op.drop_table("alert")
