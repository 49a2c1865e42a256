"""What Alembic runs: the steps on the connection that it is handed, in the transaction that this has begun."""

from alembic import context

from detente.log.tables import VERSION_TABLE

if __name__ == "env_py":  # as Alembic calls it; otherwise there is no context
    context.configure(
        connection=context.config.attributes["connection"], version_table=VERSION_TABLE
    )
    with context.begin_transaction():
        context.run_migrations()
