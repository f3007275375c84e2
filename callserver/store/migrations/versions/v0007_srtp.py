"""Whether the sound of a leg was encrypted."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("legs", sa.Column("srtp", sa.Boolean(), nullable=True))
