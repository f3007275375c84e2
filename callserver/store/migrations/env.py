"""What alembic runs: the connection is handed in by ``callserver.store.migrate``, inside its
transaction."""

from alembic import context

from callserver.store import schema_crm

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema_crm.metadata,
    transactional_ddl=True,
    # SQLite cannot alter a column: alembic then copies the table.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
