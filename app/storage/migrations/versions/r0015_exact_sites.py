"""Exact site and side of a lesion, beside the general site that the score reads; scales of devices.

Nothing is known of either in stores of before: the columns and the table are empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_PROFILE = "device_profile"
_ID = sa.String(32)


def upgrade() -> None:
    """Add the columns, and the table with the triggers that keep what people verified."""
    for name in ("anatomic_site", "laterality"):
        op.add_column("lesion", sa.Column(name, sa.String()))
    op.create_table(
        _PROFILE,
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mm_per_px", sa.Double(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("width_px", "height_px")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("make", "model", "lens")),
        sa.Column("verified_on", sa.Date(), nullable=False),
        sa.Column("verified_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("supersedes", _ID),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=f"pk_{_PROFILE}"),
        sa.UniqueConstraint("id", name=f"uq_{_PROFILE}_id"),
    )
    _forbid("is_not_changed", f"UPDATE ON {_PROFILE}")
    _forbid("is_not_deleted", f"DELETE ON {_PROFILE}")
    is_stored = f"EXISTS (SELECT 1 FROM {_PROFILE} WHERE id = NEW.id)"
    _forbid("is_not_replaced", f"INSERT ON {_PROFILE} WHEN {is_stored}")


def _forbid(what: str, act: str) -> None:
    name = f"{_PROFILE}_{what}"
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} BEGIN SELECT RAISE(ABORT, '{name}'); END")
