"""Lesions that are followed: their Tracking UID, what they were merged into, and what an image shows.

Which UID the files of stored lesions have is not known any more, so the column stays empty for them. An image
with a type of dermoscopy is a dermoscopic one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_GUARD = "image_keeps_its_identity"
_IMAGE_IDENTITY = (
    "id, file_name, media_type, original, upright, thumbnail, width_px, height_px, imported_at, imported_by, "
    "provenance"
)
"""As before, without the visit: an image that was filed wrongly can be moved."""


def upgrade() -> None:
    """Add the columns, and indexes to find a lesion by its UID and to list cases by patient."""
    op.add_column("lesion", sa.Column("tracking_uid", sa.String(), nullable=False, server_default=""))
    op.add_column("lesion", sa.Column("merged_into", sa.String(32)))
    op.create_index("ix_lesion_tracking_uid", "lesion", ["tracking_uid"])
    op.add_column("image", sa.Column("image_type", sa.String()))
    op.execute("UPDATE image SET image_type = 'dermoscopic' WHERE dermoscopic_type IS NOT NULL")
    op.execute(f"DROP TRIGGER {_GUARD}")
    op.execute(
        f"CREATE TRIGGER {_GUARD} BEFORE UPDATE OF {_IMAGE_IDENTITY} ON image "
        f"BEGIN SELECT RAISE(ABORT, '{_GUARD}'); END"
    )
    order = ["is_hidden", "patient_code", "imported_at", "image_id"]
    op.create_index(f"ix_case_index_{'_'.join(order)}", "case_index", order)
