"""Who holds now: hold time is the time in which one side holds, or both."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("calls", sa.Column("holding", sa.JSON(), nullable=False, server_default="[]"))
