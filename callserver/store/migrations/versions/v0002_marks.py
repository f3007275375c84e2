"""How far each run of a controller is written; the last change of an agent, endings to count."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "marks",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run"),
    )
    op.create_index(
        "journal_agent",
        "journal",
        ["agent", "seq"],
        unique=False,
        sqlite_where=sa.text("kind = 'AgentChanged'"),
        postgresql_where=sa.text("kind = 'AgentChanged'"),
    )
    op.create_index("calls_ending", "calls", ["result", "reason"], unique=False)
