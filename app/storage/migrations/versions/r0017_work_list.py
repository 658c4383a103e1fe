"""Tags, assignments and saved filters, append-only, and what filters ask of the work list's lines.

Nobody has put a tag on a case yet; everything else that lines say anew is taken from what they are made of.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.String(32)
_OF_IMAGE = "WHERE image_id = case_index.image_id"
_NEWEST = f"{_OF_IMAGE} ORDER BY sequence DESC LIMIT 1"
_PRIORITY = ["is_hidden", "queue_rank", "queue_urgency", "imported_at", "image_id"]
_FILTERED = [
    "queue_band",
    "status",
    "site",
    "correction_rank",
    "is_outcome_known",
    "needs_check",
    "decided_at",
    "visited_on",
    "decided_by",
    "assigned_to",
    "score_model",
    "tags",
    "diagnosis",
    "patient_code",
    "searched",
]


def upgrade() -> None:
    """Add three tables with their guards, columns to the lines, and an index that filters find all in."""
    _add_table("case_tag", sa.Column("tag", sa.String(), nullable=False), _set_column())
    _add_table("assignment", sa.Column("person", sa.String(), nullable=False))
    _add_table(
        "saved_filter",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        is_of_image=False,
    )
    for name, kind in (("diagnosis", sa.String()), ("decided_by", sa.String()), ("visited_on", sa.Date())):
        op.add_column("case_index", sa.Column(name, kind))
    for name in ("score_model", "assigned_to", "tags"):
        op.add_column("case_index", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("case_index", sa.Column("needs_check", sa.Boolean(), nullable=False, server_default="0"))
    _fill()
    op.drop_index("ix_case_index_is_hidden_queue_rank_queue_urgency_imported_at_image_id", "case_index")
    op.create_index("ix_case_index_queue", "case_index", [*_PRIORITY, *_FILTERED])
    op.create_index(
        "ix_case_index_score", "case_index", ["is_hidden", "probability", "imported_at", "image_id"]
    )
    op.create_index("ix_audit_event_what_subject", "audit_event", ["what", "subject"])


def _set_column() -> sa.Column[bool]:
    return sa.Column("is_set", sa.Boolean(), nullable=False)


def _fill() -> None:
    op.execute(f"UPDATE case_index SET decided_by = (SELECT author FROM decision {_NEWEST})")
    op.execute(f"UPDATE case_index SET diagnosis = (SELECT diagnosis FROM decision {_NEWEST})")
    op.execute(
        f"UPDATE case_index SET diagnosis = (SELECT diagnosis FROM outcome {_NEWEST}) "
        "WHERE is_outcome_known = 1"
    )
    op.execute(
        "UPDATE case_index SET visited_on = (SELECT visited_on FROM visit JOIN image "
        "ON image.visit_id = visit.id WHERE image.id = case_index.image_id)"
    )
    model = f"SELECT model_name || ' ' || model_version FROM score_prediction {_NEWEST}"
    op.execute(f"UPDATE case_index SET score_model = coalesce(({model}), '')")
    op.execute(
        "UPDATE case_index SET needs_check = 1 "
        "WHERE queue_band IS NOT NULL AND json_array_length(reasons) > 1"
    )


def _add_table(name: str, *columns: sa.Column[bool] | sa.Column[str], is_of_image: bool = True) -> None:
    of_image: tuple[sa.Column[str], ...] = ()
    keys: tuple[sa.ForeignKeyConstraint, ...] = ()
    if is_of_image:
        of_image = (sa.Column("image_id", _ID, nullable=False),)
        keys = (sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=f"fk_{name}_image_id_image"),)
    op.create_table(
        name,
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", _ID, nullable=False),
        *of_image,
        *columns,
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=f"pk_{name}"),
        sa.UniqueConstraint("id", name=f"uq_{name}_id"),
        *keys,
    )
    if is_of_image:
        op.create_index(f"ix_{name}_image_id", name, ["image_id"])
    _forbid(f"{name}_is_not_changed", f"UPDATE ON {name}")
    _forbid(f"{name}_is_not_deleted", f"DELETE ON {name}")
    # INSERT OR REPLACE deletes without asking the trigger of DELETE.
    is_stored = f"EXISTS (SELECT 1 FROM {name} WHERE id = NEW.id)"
    _forbid(f"{name}_is_not_replaced", f"INSERT ON {name} WHEN {is_stored}")


def _forbid(name: str, act: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} BEGIN SELECT RAISE(ABORT, '{name}'); END")
