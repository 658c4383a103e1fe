"""What a boundary model found of the whole frame: whether it is dermoscopic, and whether a lesion is on it.

Predictions that exist were made by models that do not tell, so their columns stay empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    for name, kind in (
        ("is_dermoscopic", sa.Boolean()),
        ("has_lesion", sa.Boolean()),
        ("frame_distance", sa.Double()),
        ("lesion_logit", sa.Double()),
    ):
        op.add_column("boundary_prediction", sa.Column(name, kind))
