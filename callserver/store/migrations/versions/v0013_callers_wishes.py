"""Answers in surveys, and callbacks that callers ask for."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("calls", sa.Column("survey", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column(
        "callbacks", sa.Column("why", sa.String(), nullable=False, server_default="fault")
    )
    op.add_column(
        "callbacks", sa.Column("state", sa.String(), nullable=False, server_default="open")
    )
    op.create_index("callbacks_number", "callbacks", ["number", "state"])
