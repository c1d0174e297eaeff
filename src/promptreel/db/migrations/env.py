"""Alembic's entry point. It works on the connection that `db.migrate` gives it: there is no alembic.ini."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
