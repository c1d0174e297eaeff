"""The schema, step by step: each step is a file of written SQL and a small Alembic revision that runs it."""
