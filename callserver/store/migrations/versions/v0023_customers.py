"""Contacts with several numbers and channels, companies, and a search through them. What was kept
by number becomes a contact with that number."""

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

from callserver.crm.words import fold
from callserver.model.ids import new_id

revision = "0023"
down_revision = "0022"

_OWN = ("name", "language", "owner", "vip")
_COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    connection = op.get_bind()
    before = connection.execute(sa.text("SELECT number, fields, updated_at FROM contacts")).all()
    op.drop_table("contacts")
    op.create_table(
        "companies",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("sla", sa.String()),
        sa.Column("notes", sa.Text(), nullable=False),
    )
    op.create_index("companies_folded", "companies", ["folded"])
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("company", sa.String(), sa.ForeignKey("companies.id", ondelete="SET NULL")),
        sa.Column("language", sa.String()),
        sa.Column("owner", sa.String()),
        sa.Column("vip", sa.Boolean(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("do_not_call", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("merged_into", sa.String(), sa.ForeignKey("contacts.id", ondelete="CASCADE")),
    )
    op.create_index("contacts_company", "contacts", ["company", "id"])
    op.create_index("contacts_owner", "contacts", ["owner", "id"])
    op.create_index("contacts_folded", "contacts", ["folded"])
    merged = sa.text("merged_into IS NOT NULL")
    op.create_index(
        "contacts_merged_into",
        "contacts",
        ["merged_into"],
        sqlite_where=merged,
        postgresql_where=merged,
    )
    op.create_table(
        "contact_keys",
        sa.Column(
            "contact",
            sa.String(),
            sa.ForeignKey("contacts.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("value", sa.String(), primary_key=True),
        sa.Column("n", sa.BigInteger(), nullable=False),
    )
    op.create_index("contact_keys_value", "contact_keys", ["kind", "value"])
    one_owner = sa.text("kind IN ('number', 'external')")
    op.create_index(
        "contact_keys_one_owner",
        "contact_keys",
        ["kind", "value"],
        unique=True,
        sqlite_where=one_owner,
        postgresql_where=one_owner,
    )
    _search(connection.dialect.name)
    _bring(connection, before)


def _search(dialect: str) -> None:
    op.create_table(
        "search_docs",
        sa.Column("n", _COUNTER, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_index("search_docs_ref", "search_docs", ["kind", "ref"], unique=True)
    if dialect == "postgresql":
        op.execute(
            "CREATE INDEX search_docs_words ON search_docs USING gin (to_tsvector('simple', text))"
        )
        return
    op.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5(text, content='search_docs', "
        "content_rowid='n', tokenize='unicode61 remove_diacritics 2', prefix='2 3')"
    )
    # An FTS5 table with content elsewhere must be told what stood there: sqlite.org/fts5.html 4.4.3
    away = "INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', old.n, old.text)"
    here = "INSERT INTO search_index (rowid, text) VALUES (new.n, new.text)"
    for name, when, what in (
        ("new", "INSERT", f"{here};"),
        ("gone", "DELETE", f"{away};"),
        ("changed", "UPDATE OF text", f"{away}; {here};"),
    ):
        op.execute(
            f"CREATE TRIGGER search_docs_{name} AFTER {when} ON search_docs BEGIN {what} END"
        )


def _bring(connection: sa.Connection, before: Iterable[Any]) -> None:
    contact = sa.text(
        "INSERT INTO contacts (id, created_at, updated_at, name, folded, language, owner, vip, "
        "blocked, do_not_call, notes, fields) VALUES (:id, :at, :at, :name, :folded, :language, "
        ":owner, :vip, :no, :no, '', :fields)"
    ).bindparams(sa.bindparam("fields", type_=sa.JSON()))
    key = sa.text("INSERT INTO contact_keys VALUES (:id, 'number', :number, 0)")
    doc = sa.text(
        "INSERT INTO search_docs (kind, ref, title, text) VALUES ('contact', :id, :name, :words)"
    )
    for number, fields, at in before:
        known = json.loads(fields) if isinstance(fields, str) else fields
        name = str(known.get("name") or "")
        values = {
            "id": new_id(),
            "at": at,
            "name": name,
            "folded": fold(name),
            "language": known.get("language"),
            "owner": known.get("owner"),
            "vip": bool(known.get("vip")),
            "no": False,
            "fields": {word: value for word, value in known.items() if word not in _OWN},
            "number": number,
            "words": f"{fold(name)} {number[1:]}",
        }
        for statement in (contact, key, doc):
            names = statement.compile().params.keys()
            connection.execute(statement, {each: values[each] for each in names})
