"""What to correct next: how sure a boundary is, and the work list's order by the benefit of a correction.

The assessment of a boundary is computed after the boundary is shown, so it has a table of its own: a
prediction that was stored is never changed. Work lists that exist are ordered by what is known already,
the spread of the newest score.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ASSESSMENT = "boundary_assessment"

_NEWEST_SPREAD = (
    "UPDATE case_index SET score_spread = ("
    "SELECT probability_high - probability_low FROM score_prediction "
    "WHERE score_prediction.image_id = case_index.image_id ORDER BY sequence DESC LIMIT 1)"
)
_WEIGHT_OF_SPREAD = 0.1

_CORRECTED = (
    "UPDATE case_index SET correction_rank = 1 WHERE EXISTS ("
    "SELECT 1 FROM mask_revision WHERE mask_revision.image_id = case_index.image_id AND is_signed)"
)


def upgrade() -> None:
    """Add the assessments, the columns of the work list and the index of the new order."""
    _assessments()
    for name in ("border_uncertainty", "score_spread", "unlikeness"):
        op.add_column("case_index", sa.Column(name, sa.Double()))
    for name, kind in (("correction_rank", sa.Integer()), ("correction_urgency", sa.Double())):
        op.add_column("case_index", sa.Column(name, kind, nullable=False, server_default="0"))
    op.execute(_NEWEST_SPREAD)
    op.execute(f"UPDATE case_index SET correction_urgency = -{_WEIGHT_OF_SPREAD} * coalesce(score_spread, 0)")
    op.execute(_CORRECTED)
    order = ["is_hidden", "correction_rank", "correction_urgency", "imported_at", "image_id"]
    op.create_index(f"ix_case_index_{'_'.join(order)}", "case_index", order)


def _assessments() -> None:
    op.create_table(
        _ASSESSMENT,
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("prediction_id", sa.String(32), nullable=False),
        sa.Column("image_id", sa.String(32), nullable=False),
        sa.Column("disagreement", sa.String(64)),
        sa.Column("border_uncertainty", sa.Double()),
        sa.Column("unlikeness", sa.Double()),
        sa.PrimaryKeyConstraint("sequence", name=f"pk_{_ASSESSMENT}"),
        sa.UniqueConstraint("prediction_id", name=f"uq_{_ASSESSMENT}_prediction_id"),
        sa.ForeignKeyConstraint(
            ["prediction_id"],
            ["boundary_prediction.id"],
            name=f"fk_{_ASSESSMENT}_prediction_id_boundary_prediction",
        ),
        sa.ForeignKeyConstraint(["image_id"], ["image.id"], name=f"fk_{_ASSESSMENT}_image_id_image"),
        sa.CheckConstraint("border_uncertainty BETWEEN 0 AND 1", name=f"ck_{_ASSESSMENT}_border_uncertainty"),
        sa.CheckConstraint("unlikeness BETWEEN 0 AND 1", name=f"ck_{_ASSESSMENT}_unlikeness"),
    )
    op.create_index(f"ix_{_ASSESSMENT}_image_id", _ASSESSMENT, ["image_id"])
    _forbid("is_not_changed", "UPDATE")
    _forbid("is_not_deleted", "DELETE")
    name = f"{_ASSESSMENT}_is_not_replaced"
    op.execute(
        f"CREATE TRIGGER {name} BEFORE INSERT ON {_ASSESSMENT} "
        f"WHEN EXISTS (SELECT 1 FROM {_ASSESSMENT} WHERE prediction_id = NEW.prediction_id) "
        f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
    )


def _forbid(what: str, act: str) -> None:
    name = f"{_ASSESSMENT}_{what}"
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {act} ON {_ASSESSMENT} BEGIN SELECT RAISE(ABORT, '{name}'); END"
    )
