"""Lists of calls are ordered by their time, which each of their indexes has behind its filter: so
"abandoned calls of this queue in that week" reads the week and not the year."""

from alembic import op

revision = "0022"
down_revision = "0021"

FILTERS = ("queue", "agent", "line", "number", "result")


def upgrade() -> None:
    for name in FILTERS:
        op.drop_index(f"calls_{name}", "calls")
        op.create_index(f"calls_{name}", "calls", [name, "offered_at", "id"])
    op.drop_index("calls_offered_at", "calls")
    op.create_index("calls_offered_at", "calls", ["offered_at", "id"])
