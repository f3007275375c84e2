"""Callbacks: the language they are spoken to in, and the request another one waits with."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"


def upgrade() -> None:
    op.add_column(
        "callbacks", sa.Column("language", sa.String(), nullable=False, server_default="")
    )
    op.add_column("callbacks", sa.Column("merged_into", sa.String()))
