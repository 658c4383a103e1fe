"""Structures that a person found new since an earlier visit; append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_TABLE = "marked_structure"
_ID = sa.String(32)


def upgrade() -> None:
    """Add the table, with the triggers that keep what people said."""
    op.create_table(
        _TABLE,
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("image_id", _ID, nullable=False),
        sa.Column("compared_with", _ID, nullable=False),
        *(
            sa.Column(name, sa.Double(), nullable=False)
            for name in ("x_px", "y_px", "radius_x_px", "radius_y_px")
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("supersedes", _ID),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=f"pk_{_TABLE}"),
        sa.UniqueConstraint("id", name=f"uq_{_TABLE}_id"),
        *(
            sa.ForeignKeyConstraint([column], ["image.id"], name=f"fk_{_TABLE}_{column}_image")
            for column in ("image_id", "compared_with")
        ),
    )
    op.create_index(f"ix_{_TABLE}_image_id", _TABLE, ["image_id"])
    _forbid("is_not_changed", f"UPDATE ON {_TABLE}")
    _forbid("is_not_deleted", f"DELETE ON {_TABLE}")
    _forbid("is_not_replaced", f"INSERT ON {_TABLE} WHEN EXISTS (SELECT 1 FROM {_TABLE} WHERE id = NEW.id)")


def _forbid(what: str, act: str) -> None:
    name = f"{_TABLE}_{what}"
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} BEGIN SELECT RAISE(ABORT, '{name}'); END")
