"""A digest of what a score was computed from, so that it is known when the score is outdated.

Scores that exist stay without one: what they were computed from cannot be told any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the guards against changing a score hold for it, too."""
    op.add_column("score_prediction", sa.Column("inputs_sha256", sa.String(64)))
