"""How a score divides among diagnoses, for models that tell them apart; older scores say nothing of it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the guards against changing a score hold for it, too."""
    op.add_column("score_prediction", sa.Column("diagnosis_shares", sa.JSON()))
