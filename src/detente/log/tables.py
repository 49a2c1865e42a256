"""The table of events, as the newest step of the migrations leaves it."""

import sqlalchemy as sa

__all__ = ["APPLICATION_ID", "EVENTS", "VERSION_TABLE"]

APPLICATION_ID = 0x64_65_74_65
"""What the head of a file of SQLite says of whose it is: ``dete``."""
VERSION_TABLE = "detente_log_version"

EVENTS = sa.Table(
    "detente_events",
    sa.MetaData(),
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("command", sa.Text, nullable=False),
)
"""``data`` is JSON in ASCII, so that both databases keep the same bytes; ``at`` is ISO 8601, UTC."""
