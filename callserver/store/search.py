"""Full-text search: SQLite by an FTS5 table, PostgreSQL by a GIN index; the words are folded before
they come here, so both find the same."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from callserver.model.contacts import Found, Hit
from callserver.model.plain import plain
from callserver.store.schema_crm import search_docs

_SQLITE = text(
    "SELECT kind, ref, title FROM search_index JOIN search_docs ON search_docs.n = "
    "search_index.rowid WHERE search_index MATCH :words AND instr(:kinds, kind) > 0 "
    "ORDER BY search_index.rank LIMIT :limit"
)
_POSTGRESQL = text(
    "SELECT kind, ref, title FROM search_docs WHERE to_tsvector('simple', text) @@ "
    "to_tsquery('simple', :words) AND strpos(:kinds, kind) > 0 "
    "ORDER BY ts_rank(to_tsvector('simple', text), to_tsquery('simple', :words)) DESC LIMIT :limit"
)


async def put(
    connection: AsyncConnection, kind: Found, docs: Iterable[tuple[str, str, str]]
) -> None:
    """Have these found: id, title and words of each."""
    rows = [
        {"kind": kind.value, "ref": ref, "title": plain(title), "text": plain(words)}
        for ref, title, words in docs
    ]
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(search_docs)
    changed = {name: insert.excluded[name] for name in ("title", "text")}
    await connection.execute(
        insert.on_conflict_do_update(
            index_elements=["kind", "ref"],
            set_=changed,
            where=(search_docs.c.text != insert.excluded.text)
            | (search_docs.c.title != insert.excluded.title),
        ),
        rows,
    )


async def drop(connection: AsyncConnection, kind: Found, refs: Sequence[str]) -> None:
    """Have these found no more."""
    docs = search_docs.c
    await connection.execute(delete(search_docs).where(docs.kind == kind.value, docs.ref.in_(refs)))


async def find(
    connection: AsyncConnection, words: Sequence[str], kinds: Sequence[Found], limit: int
) -> list[Hit]:
    """What has words that begin like all of these, the best first."""
    if not words:
        return []
    if connection.dialect.name == "postgresql":
        query, asked = _POSTGRESQL, " & ".join(f"{word}:*" for word in words)
    else:
        query, asked = _SQLITE, " ".join(f'"{word}"*' for word in words)
    values = {"words": asked, "kinds": " ".join(kinds), "limit": limit}
    rows = (await connection.execute(query, values)).all()
    return [Hit(Found(row[0]), row[1], row[2]) for row in rows]
