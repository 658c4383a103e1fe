"""At which image of a lesion an outcome was entered, and which move took it from an image or brought it back.

Until now one act stored an outcome at several images, first at the one where a person entered it; all of them
have the moment of that act. An outcome that was taken back stays the word of the image that it came from.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ID = sa.String(32)
_GUARD = "outcome_is_not_changed"


def upgrade() -> None:
    """Add two columns and fill in the first one; the guard against changes is lifted for that alone."""
    op.add_column("outcome", sa.Column("entered_at", _ID))
    op.add_column("outcome", sa.Column("move_id", _ID))
    connection = op.get_bind()
    rows = connection.execute(
        sa.text("SELECT sequence, image_id, diagnosis, author, created_at FROM outcome ORDER BY sequence")
    ).all()
    op.execute(f"DROP TRIGGER {_GUARD}")
    for sequence, image_id in _origins(rows):
        statement = sa.text("UPDATE outcome SET entered_at = :image_id WHERE sequence = :sequence")
        connection.execute(statement, {"image_id": image_id, "sequence": sequence})
    op.execute(f"CREATE TRIGGER {_GUARD} BEFORE UPDATE ON outcome BEGIN SELECT RAISE(ABORT, '{_GUARD}'); END")


def _origins(rows: Iterable[Any]) -> list[tuple[int, str]]:
    """Return the rows that were stored at another image than the one that their act named first."""
    first: dict[tuple[str, str], str] = {}
    newest: dict[str, str] = {}
    found = []
    for sequence, image_id, diagnosis, author, created_at in rows:
        asked = first.setdefault((author, created_at), image_id)
        source = newest.get(image_id, asked) if diagnosis is None else asked
        newest[image_id] = source
        if source != image_id:
            found.append((sequence, source))
    return found
