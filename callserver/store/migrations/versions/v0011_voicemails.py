"""Voice messages that callers leave."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "voicemails",
        sa.Column("voicemail", sa.String(), primary_key=True),
        sa.Column("call", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column("sample_rate", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("repaired", sa.Boolean(), nullable=False),
    )
    op.create_index("voicemails_mailbox", "voicemails", ["mailbox", "voicemail"])
    op.create_index("voicemails_call", "voicemails", ["call"])
