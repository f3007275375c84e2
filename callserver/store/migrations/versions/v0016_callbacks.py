"""Calling back: attempts, windows of time, ends, and the calls made for it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column(
        "callbacks", sa.Column("attempts", sa.JSON(), nullable=False, server_default="[]")
    )
    op.add_column("callbacks", sa.Column("not_before", sa.Double()))
    op.add_column("callbacks", sa.Column("not_after", sa.Double()))
    op.add_column("callbacks", sa.Column("closed_at", sa.Double()))
    op.add_column("calls", sa.Column("callback_of", sa.String()))
