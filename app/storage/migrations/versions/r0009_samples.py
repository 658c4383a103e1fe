"""Whether an image is a sample that came with the program, which only the audit trail told so far."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and fill it from the trail."""
    op.add_column("image", sa.Column("is_sample", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE image SET is_sample = 1 "
        "WHERE id IN (SELECT subject FROM audit_event WHERE what = 'sample described')"
    )
