"""Exact site and side of a lesion, beside the general site that the score reads, which stays as it is.

Nothing is known of them for lesions that are stored already.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty."""
    for name in ("anatomic_site", "laterality"):
        op.add_column("lesion", sa.Column(name, sa.String()))
