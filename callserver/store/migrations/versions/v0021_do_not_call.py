"""Numbers that must not be called, and what customers are asked."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "do_not_call",
        sa.Column("number", sa.String(), primary_key=True),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("until", sa.Double()),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
    )
    op.create_table(
        "survey_answers",
        sa.Column("call", sa.String(), primary_key=True),
        sa.Column("question", sa.String(), primary_key=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("answer", sa.String()),
    )
    op.create_index("survey_answers_at", "survey_answers", ["at"])
    op.create_table(
        "surveys",
        sa.Column("call", sa.String(), primary_key=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("queue", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made", sa.String()),
        sa.Column("made_at", sa.Double()),
        sa.Column("closed_at", sa.Double()),
    )
    op.create_index("surveys_number", "surveys", ["number", "made_at"])
    op.create_index("surveys_state", "surveys", ["state"])
    op.create_index("surveys_at", "surveys", ["at"])
