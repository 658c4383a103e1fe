"""Sides of patients and images when models learn from corrections; a decided side stays for ever."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.String(32)
_SIDE = sa.String(8)


def upgrade() -> None:
    """Create both tables and the guards that keep what was decided."""
    op.create_table(
        "learning_sides",
        sa.Column("patient_id", _ID, nullable=False),
        sa.Column("pseudonym", _ID, nullable=False),
        sa.Column("side", _SIDE, nullable=False),
        sa.Column("decided_at", sa.String(32), nullable=False),
        sa.CheckConstraint("side IN ('exam', 'val', 'train')", name="ck_learning_sides_side"),
        sa.PrimaryKeyConstraint("patient_id", name="pk_learning_sides"),
        sa.UniqueConstraint("pseudonym", name="uq_learning_sides_pseudonym"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_learning_sides_patient_id_patient"),
    )
    op.create_table(
        "learning_images",
        sa.Column("image_id", _ID, nullable=False),
        sa.Column("pseudonym", _ID, nullable=False),
        sa.Column("side", _SIDE),
        sa.CheckConstraint("side IN ('exam', 'val', 'train')", name="ck_learning_images_side"),
        sa.PrimaryKeyConstraint("image_id", name="pk_learning_images"),
        sa.UniqueConstraint("pseudonym", name="uq_learning_images_pseudonym"),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name="fk_learning_images_image_id_image"),
    )
    _forbid("learning_sides_is_not_changed", "UPDATE ON learning_sides")
    _forbid(
        "learning_images_keeps_its_side",
        "UPDATE ON learning_images WHEN OLD.side IS NOT NEW.side "
        "AND OLD.side IS NOT NULL OR OLD.pseudonym <> NEW.pseudonym OR OLD.image_id <> NEW.image_id",
    )
    for table, key in (("learning_sides", "patient_id"), ("learning_images", "image_id")):
        _forbid(f"{table}_is_not_deleted", f"DELETE ON {table}")
        _forbid(
            f"{table}_is_not_replaced",
            f"INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})",
        )


def _forbid(name: str, act: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} BEGIN SELECT RAISE(ABORT, '{name}'); END")
