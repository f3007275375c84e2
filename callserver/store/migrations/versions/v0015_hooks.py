"""Webhooks: who is told what, what is told, and how far that is."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("queues", sa.JSON(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("stopped", sa.String(), nullable=False),
        sa.Column("paused_until", sa.Double(), nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("number", _COUNTER, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("queue", sa.String()),
        sa.Column("body", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_id", "outbox", ["id"], unique=True)
    op.create_index("outbox_at", "outbox", ["at"])
    op.create_table(
        "deliveries",
        sa.Column(
            "subscription",
            sa.String(),
            sa.ForeignKey("subscriptions.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "number",
            sa.BigInteger(),
            sa.ForeignKey("outbox.number", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.Double(), nullable=False),
        sa.Column("last_at", sa.Double()),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
    )
    op.create_index("deliveries_state", "deliveries", ["subscription", "state", "number"])
    op.create_index("deliveries_number", "deliveries", ["number"])
    op.create_table(
        "attempts",
        sa.Column("n", _COUNTER, primary_key=True, autoincrement=True),
        sa.Column(
            "subscription",
            sa.String(),
            sa.ForeignKey("subscriptions.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("took_s", sa.Double(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
    )
    op.create_index("attempts_event", "attempts", ["subscription", "number"])
    op.create_index("attempts_at", "attempts", ["at"])
