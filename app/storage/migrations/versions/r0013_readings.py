"""Readings: answers to the criteria of a published form, append-only like all that people say."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_READING = "reading"


def upgrade() -> None:
    """Add the table, and the guards against changing what is in it."""
    op.create_table(
        _READING,
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("image_id", sa.String(32), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("evidence_mask", sa.String(64)),
        sa.Column("evidence_definition", sa.String()),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=f"pk_{_READING}"),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=f"fk_{_READING}_image_id_image"),
        sa.UniqueConstraint("id", name=f"uq_{_READING}_id"),
    )
    op.create_index(f"ix_{_READING}_image_id", _READING, ["image_id"])
    _forbid("is_not_changed", "UPDATE")
    _forbid("is_not_deleted", "DELETE")
    name = f"{_READING}_is_not_replaced"
    op.execute(
        f"CREATE TRIGGER {name} BEFORE INSERT ON {_READING} "
        f"WHEN EXISTS (SELECT 1 FROM {_READING} WHERE id = NEW.id) "
        f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
    )


def _forbid(what: str, act: str) -> None:
    name = f"{_READING}_{what}"
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {_READING} BEGIN SELECT RAISE(ABORT, '{name}'); END")
