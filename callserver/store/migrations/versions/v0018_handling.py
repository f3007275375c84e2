"""What comes of voice messages; webhooks by line, and in a language."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("voicemails", sa.Column("queue", sa.String()))
    op.add_column("voicemails", sa.Column("assignee", sa.String()))
    op.add_column("voicemails", sa.Column("done_at", sa.Double()))
    op.add_column(
        "voicemails", sa.Column("done_by", sa.String(), nullable=False, server_default="")
    )
    op.add_column("voicemails", sa.Column("deleted_at", sa.Double()))
    op.add_column("outbox", sa.Column("line", sa.String(), nullable=False, server_default=""))
    op.add_column(
        "subscriptions", sa.Column("lines", sa.JSON(), nullable=False, server_default="[]")
    )
    op.add_column(
        "subscriptions", sa.Column("language", sa.String(), nullable=False, server_default="")
    )
