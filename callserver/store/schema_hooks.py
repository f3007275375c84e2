"""The tables of webhooks; see ``schema``, whose rules are these too."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from callserver.store.schema import metadata as metadata

_Counter = BigInteger().with_variant(Integer, "sqlite")

# Who is told what by webhooks. No secret is here: see crm/keyring.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String, primary_key=True),
    Column("url", String, nullable=False),
    Column("events", JSON, nullable=False),
    Column("queues", JSON, nullable=False),
    Column("title", String, nullable=False),
    Column("keys", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("stopped", String, nullable=False),
    Column("paused_until", Double, nullable=False),
    Column("lines", JSON, nullable=False, server_default="[]"),
    Column("language", String, nullable=False, server_default=""),
)

# What is told, written in the transaction of the fact that it tells of.
outbox = Table(
    "outbox",
    metadata,
    Column("number", _Counter, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False),
    Column("at", Double, nullable=False),
    Column("type", String, nullable=False),
    Column("key", String, nullable=False),
    Column("queue", String),
    Column("body", Text, nullable=False),
    Column("line", String, nullable=False, server_default=""),
    Index("outbox_id", "id", unique=True),
    Index("outbox_at", "at"),
    # Who delivers goes on after the last number seen: none may come twice.
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column(
        "subscription",
        String,
        ForeignKey("subscriptions.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column(
        "number",
        BigInteger,
        ForeignKey("outbox.number", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("state", String, nullable=False),
    Column("since", Double, nullable=False),
    Column("tries", BigInteger, nullable=False),
    Column("next_at", Double, nullable=False),
    Column("last_at", Double),
    Column("status", BigInteger, nullable=False),
    Column("error", String, nullable=False),
    Index("deliveries_state", "subscription", "state", "number"),
    Index("deliveries_number", "number"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("n", _Counter, primary_key=True, autoincrement=True),
    Column(
        "subscription", String, ForeignKey("subscriptions.id", ondelete="CASCADE"), nullable=False
    ),
    Column("number", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
    Column("took_s", Double, nullable=False),
    Column("status", BigInteger, nullable=False),
    Column("error", String, nullable=False),
    Index("attempts_event", "subscription", "number"),
    Index("attempts_at", "at"),
)

# What connectors remember of a call between two events: its ids in the CRM. No secret is here.
remembered = Table(
    "remembered",
    metadata,
    Column(
        "subscription",
        String,
        ForeignKey("subscriptions.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("key", String, primary_key=True),
    Column("known", JSON, nullable=False),
    Column("at", Double, nullable=False),
    Index("remembered_at", "at"),
)
