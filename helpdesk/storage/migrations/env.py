"""Runs migrations on the connection that Database.migrate hands over."""

from alembic import context

from helpdesk.storage import (  # noqa: F401 -- they join it
    carrier_tables,
    desk_tables,
    line_tables,
    notice_tables,
)
from helpdesk.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter a table in place: Alembic rebuilds it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
