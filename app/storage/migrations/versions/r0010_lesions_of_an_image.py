"""The lesions of an image beside the one of interest, and which lesion a mask outlines.

Every mask that exists is that of the lesion of interest, number 1, and no image has a list of lesions yet.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.String(32)


def upgrade() -> None:
    """Add the column and both tables; the guards against changing a revision hold for the column, too."""
    op.add_column("mask_revision", sa.Column("lesion", sa.Integer(), nullable=False, server_default="1"))
    _lists()
    _other_lesions()
    for table in ("lesion_list", "other_lesion"):
        _forbid(f"{table}_is_not_changed", f"UPDATE ON {table}")
        _forbid(f"{table}_is_not_deleted", f"DELETE ON {table}")
    _forbid_replacing("lesion_list", "id = NEW.id")
    _forbid_replacing("other_lesion", "list_id = NEW.list_id AND number = NEW.number")


def _lists() -> None:
    op.create_table(
        "lesion_list",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("image_id", _ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("of_interest", sa.Integer(), nullable=False),
        sa.Column("name_of_interest", sa.String(), nullable=False),
        sa.Column("mask_revision", _ID),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_lesion_list"),
        sa.UniqueConstraint("id", name="uq_lesion_list_id"),
        sa.UniqueConstraint("image_id", "revision", name="uq_lesion_list_image_id_revision"),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name="fk_lesion_list_image_id_image"),
    )


def _other_lesions() -> None:
    op.create_table(
        "other_lesion",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("list_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mask", sa.String(64), nullable=False),
        sa.Column("area_px", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("is_signed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_other_lesion"),
        sa.UniqueConstraint("list_id", "number", name="uq_other_lesion_list_id_number"),
        sa.ForeignKeyConstraint(["list_id"], ["lesion_list.id"], name="fk_other_lesion_list_id_lesion_list"),
        sa.CheckConstraint("area_px >= 0", name="ck_other_lesion_area_px"),
    )


def _forbid(name: str, act: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} BEGIN SELECT RAISE(ABORT, '{name}'); END")


def _forbid_replacing(table: str, same: str) -> None:
    """Guard against INSERT OR REPLACE, which deletes without asking the triggers of DELETE."""
    name = f"{table}_is_not_replaced"
    op.execute(
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
        f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
    )
