"""What became of lesions, and in the work list's lines since when a case is decided.

No outcome has been entered yet; the moment of the newest decision is taken from the decisions.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.String(32)


def upgrade() -> None:
    """Add the table with its guards, and two columns to the lines of the work list."""
    op.create_table(
        "outcome",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("image_id", _ID, nullable=False),
        sa.Column("diagnosis", sa.String()),
        sa.Column("confirm_type", sa.String()),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_outcome"),
        sa.UniqueConstraint("id", name="uq_outcome_id"),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name="fk_outcome_image_id_image"),
    )
    op.create_index("ix_outcome_image_id", "outcome", ["image_id"])
    _forbid("outcome_is_not_changed", "UPDATE ON outcome")
    _forbid("outcome_is_not_deleted", "DELETE ON outcome")
    # INSERT OR REPLACE deletes without asking the trigger of DELETE.
    is_stored = "EXISTS (SELECT 1 FROM outcome WHERE id = NEW.id)"
    _forbid("outcome_is_not_replaced", f"INSERT ON outcome WHEN {is_stored}")
    op.add_column("case_index", sa.Column("decided_at", sa.String(32)))
    op.add_column(
        "case_index", sa.Column("is_outcome_known", sa.Boolean(), nullable=False, server_default="0")
    )
    of_image = "FROM decision WHERE image_id = case_index.image_id"
    newest = f"SELECT created_at {of_image} ORDER BY sequence DESC LIMIT 1"
    op.execute(f"UPDATE case_index SET decided_at = ({newest})")


def _forbid(name: str, act: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} BEGIN SELECT RAISE(ABORT, '{name}'); END")
