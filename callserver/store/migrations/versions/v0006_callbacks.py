"""Callers who are owed a call back."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "callbacks",
        sa.Column("call", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("call"),
    )
    op.create_index("callbacks_queue", "callbacks", ["queue", "entered_at"], unique=False)
