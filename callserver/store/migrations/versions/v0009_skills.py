"""What agents can do: penalties by queue, skills with levels, languages, calls at once."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    for name, default in (("penalties", "{}"), ("skills", "{}"), ("languages", "[]")):
        op.add_column("agents", sa.Column(name, sa.JSON(), nullable=False, server_default=default))
    op.add_column(
        "agents", sa.Column("capacity", sa.BigInteger(), nullable=False, server_default="1")
    )
