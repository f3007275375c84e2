"""Seconds in which a leg sent nothing though it should have."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("legs", sa.Column("silent_s", sa.Double(), nullable=True))
