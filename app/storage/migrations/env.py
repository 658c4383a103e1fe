"""Alembic's entry: runs the migrations on the connection that ``app.storage.migrate`` hands in."""

from alembic import context

from app.storage.rows import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
)
context.run_migrations()
