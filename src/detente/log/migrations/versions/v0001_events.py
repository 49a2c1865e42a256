"""One table of events, numbered within their stream."""

import sqlalchemy as sa
from alembic import op

from detente.log.tables import APPLICATION_ID

__all__ = ["downgrade", "upgrade"]

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; mark a file of SQLite as a log."""
    ordered = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "detente_events",
        sa.Column("stream", ordered, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("command", sa.Text, nullable=False),
    )
    op.create_index(
        "detente_events_command",
        "detente_events",
        ["stream", "command"],
        sqlite_where=sa.text("command <> ''"),
        postgresql_where=sa.text("command <> ''"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def downgrade() -> None:
    """Take the table away, with all that stands in it."""
    op.drop_table("detente_events")
