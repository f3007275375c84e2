"""What was written to and by contacts, tasks, what was promised, and contacts that are one."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0026"


def _contact(name: str, *, nullable: bool) -> sa.Column[str]:
    key = sa.ForeignKey("contacts.id", ondelete="CASCADE")
    return sa.Column(name, sa.String(), key, nullable=nullable)


def upgrade() -> None:
    op.create_index("voicemails_number", "voicemails", ["number", "voicemail"])
    op.create_table(
        "interactions",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("at", sa.Double(), nullable=False),
        _contact("contact", nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("agent", sa.String()),
        sa.Column("thread", sa.String()),
        sa.Column("external", sa.String()),
        sa.Column("task", sa.String()),
    )
    op.create_index("interactions_contact", "interactions", ["contact", "id"])
    op.create_index("interactions_external", "interactions", ["external"], unique=True)
    op.create_table(
        "tasks",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _contact("contact", nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("assignee", sa.String()),
        sa.Column("due_at", sa.Double()),
        sa.Column("external", sa.String()),
    )
    for name in ("contact", "assignee", "state"):
        op.create_index(f"tasks_{name}", "tasks", [name, "id"])
    op.create_index("tasks_external", "tasks", ["external"], unique=True)
    op.create_table(
        "promises",
        sa.Column("of", sa.String(), primary_key=True),
        sa.Column("what", sa.String(), primary_key=True),
        _contact("contact", nullable=True),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("hours", sa.String()),
        sa.Column("spent_s", sa.Double(), nullable=False),
        sa.Column("since", sa.Double()),
        sa.Column("due_at", sa.Double()),
        sa.Column("met_at", sa.Double()),
        sa.Column("breached_at", sa.Double()),
    )
    op.create_index("promises_contact", "promises", ["contact"])
    for name, columns, which in (
        ("promises_due", ["due_at"], "IS NULL"),
        ("promises_breached", ["of", "what"], "IS NOT NULL"),
    ):
        where = sa.text(f"breached_at {which}")
        op.create_index(name, "promises", columns, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "merges",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        _contact("kept", nullable=False),
        _contact("lost", nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("gone", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.Double()),
    )
    op.create_index("merges_kept", "merges", ["kept"])
    op.create_index("merges_lost", "merges", ["lost"])
