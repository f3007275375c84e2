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
