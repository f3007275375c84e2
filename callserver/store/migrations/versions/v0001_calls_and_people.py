"""Journal, calls with their legs and recordings, agents, tokens, bindings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("queues", sa.JSON(), nullable=False),
        sa.Column("ha1_md5", sa.String(), nullable=False),
        sa.Column("ha1_sha256", sa.String(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("username"),
    )
    op.create_table(
        "bindings",
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("hop", sa.String(), nullable=False),
        sa.Column("sip_call_id", sa.String(), nullable=False),
        sa.Column("cseq", sa.BigInteger(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("registered_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "contact"),
    )
    op.create_table(
        "calls",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("trunk", sa.String(), nullable=True),
        sa.Column("sip_call_id", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("offered_at", sa.Double(), nullable=False),
        sa.Column("answered_at", sa.Double(), nullable=True),
        sa.Column("queue", sa.String(), nullable=True),
        sa.Column("queued_at", sa.Double(), nullable=True),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("talking_at", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("flow", sa.String(), nullable=True),
        sa.Column("flow_version", sa.String(), nullable=True),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("waited_s", sa.Double(), nullable=False),
        sa.Column("talked_s", sa.Double(), nullable=False),
        sa.Column("held_s", sa.Double(), nullable=False),
        sa.Column("held_since", sa.Double(), nullable=True),
        sa.Column("digits", sa.BigInteger(), nullable=False),
        sa.Column("missed_by", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("calls_agent", "calls", ["agent", "id"], unique=False)
    op.create_index("calls_line", "calls", ["line", "id"], unique=False)
    op.create_index("calls_number", "calls", ["number", "id"], unique=False)
    op.create_index("calls_offered_at", "calls", ["offered_at"], unique=False)
    op.create_index(
        "calls_open",
        "calls",
        ["id"],
        unique=False,
        sqlite_where=sa.text("result IS NULL"),
        postgresql_where=sa.text("result IS NULL"),
    )
    op.create_index("calls_queue", "calls", ["queue", "id"], unique=False)
    op.create_index("calls_result", "calls", ["result", "id"], unique=False)
    op.create_table(
        "journal",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("call", sa.String(), nullable=True),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_index("journal_call", "journal", ["call", "seq"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("revoked_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("tokens_digest", "tokens", ["digest"], unique=True)
    op.create_table(
        "legs",
        sa.Column("call", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("leg", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("end", sa.String(), nullable=False),
        sa.Column("code", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("codec", sa.String(), nullable=True),
        sa.Column("rx_packets", sa.BigInteger(), nullable=True),
        sa.Column("rx_lost", sa.BigInteger(), nullable=True),
        sa.Column("rx_jitter_ms", sa.Double(), nullable=True),
        sa.Column("tx_packets", sa.BigInteger(), nullable=True),
        sa.Column("tx_lost", sa.BigInteger(), nullable=True),
        sa.Column("tx_jitter_ms", sa.Double(), nullable=True),
        sa.Column("round_trip_ms", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call", "n"),
    )
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("call", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column("sample_rate", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("repaired", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call"],
            ["calls.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("recordings_call", "recordings", ["call"], unique=False)
