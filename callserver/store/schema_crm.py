"""The tables of customers; see ``schema``, whose rules are these too."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from callserver.store.schema_hooks import metadata as metadata

_Counter = BigInteger().with_variant(Integer, "sqlite")

companies = Table(
    "companies",
    metadata,
    Column("id", String, primary_key=True),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("name", String, nullable=False),
    # The name without accents and capitals, to find it by.
    Column("folded", String, nullable=False),
    Column("domain", String, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("sla", String),
    Column("notes", Text, nullable=False),
    Index("companies_folded", "folded"),
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", String, primary_key=True),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("name", String, nullable=False),
    Column("folded", String, nullable=False),
    Column("company", String, ForeignKey("companies.id", ondelete="SET NULL")),
    Column("language", String),
    Column("owner", String),
    Column("vip", Boolean, nullable=False),
    Column("blocked", Boolean, nullable=False),
    Column("do_not_call", Boolean, nullable=False),
    Column("notes", Text, nullable=False),
    Column("fields", JSON, nullable=False),
    # Who turned out to be another one waits here for the merge to be undone, without keys.
    Column("merged_into", String, ForeignKey("contacts.id", ondelete="CASCADE")),
    Index("contacts_company", "company", "id"),
    Index("contacts_owner", "owner", "id"),
    Index("contacts_folded", "folded"),
)

Index(
    "contacts_merged_into",
    contacts.c.merged_into,
    sqlite_where=contacts.c.merged_into.is_not(None),
    postgresql_where=contacts.c.merged_into.is_not(None),
)

# Everything a contact is found by: numbers, external ids, tags, and channels (``to:mail``).
contact_keys = Table(
    "contact_keys",
    metadata,
    Column("contact", String, ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("value", String, primary_key=True),
    Column("n", BigInteger, nullable=False),
    Index("contact_keys_value", "kind", "value"),
)
Index(
    "contact_keys_one_owner",
    contact_keys.c.kind,
    contact_keys.c.value,
    unique=True,
    sqlite_where=contact_keys.c.kind.in_(("number", "external")),
    postgresql_where=contact_keys.c.kind.in_(("number", "external")),
)

# What a search looks through. The index on it is each database's own: an FTS5 table that triggers
# keep (SQLite), or a GIN index (PostgreSQL).
search_docs = Table(
    "search_docs",
    metadata,
    Column("n", _Counter, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("ref", String, nullable=False),
    Column("title", String, nullable=False),
    Column("text", Text, nullable=False),
    Index("search_docs_ref", "kind", "ref", unique=True),
)

# What was written to or by a contact, and what was changed of them. Calls, callbacks and voicemails
# are not here: a timeline takes them from their own tables.
interactions = Table(
    "interactions",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", Double, nullable=False),
    Column("contact", String, ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String, nullable=False),
    Column("way", String, nullable=False),
    Column("by", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("agent", String),
    Column("thread", String),
    Column("external", String),
    Column("task", String),
    Index("interactions_contact", "contact", "id"),
    Index("interactions_external", "external", unique=True),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", String, primary_key=True),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("by", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("contact", String, ForeignKey("contacts.id", ondelete="CASCADE")),
    Column("state", String, nullable=False),
    Column("assignee", String),
    Column("due_at", Double),
    Column("external", String),
    Index("tasks_contact", "contact", "id"),
    Index("tasks_assignee", "assignee", "id"),
    Index("tasks_state", "state", "id"),
    Index("tasks_external", "external", unique=True),
)

promises = Table(
    "promises",
    metadata,
    Column("of", String, primary_key=True),
    Column("what", String, primary_key=True),
    Column("contact", String, ForeignKey("contacts.id", ondelete="CASCADE")),
    Column("profile", String, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("hours", String),
    Column("spent_s", Double, nullable=False),
    Column("since", Double),
    Column("due_at", Double),
    Column("met_at", Double),
    Column("breached_at", Double),
    Index("promises_contact", "contact"),
)
Index(
    "promises_due",
    promises.c.due_at,
    sqlite_where=promises.c.breached_at.is_(None),
    postgresql_where=promises.c.breached_at.is_(None),
)
Index(
    "promises_breached",
    promises.c.of,
    promises.c.what,
    sqlite_where=promises.c.breached_at.is_not(None),
    postgresql_where=promises.c.breached_at.is_not(None),
)

# Two contacts that became one, each as it was: the way back.
merges = Table(
    "merges",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", Double, nullable=False),
    Column("by", String, nullable=False),
    Column("kept", String, ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False),
    Column("lost", String, ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False),
    Column("before", JSON, nullable=False),
    Column("gone", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    Column("undone_at", Double),
    Index("merges_kept", "kept"),
    Index("merges_lost", "lost"),
)
