"""When a conversation was not recorded, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("calls", sa.Column("gaps", sa.JSON(), nullable=False, server_default="[]"))
