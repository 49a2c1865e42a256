"""How the tables of a log came to be: one module of ``versions`` for each step, run by Alembic."""
