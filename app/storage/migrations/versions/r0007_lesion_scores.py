"""The score of a lesion from all its images of a day, and the place in the queue that follows from it.

Only lines of lesions with several images can have one; their ``lesion_image_count`` stays empty, and they are
renewed when the store is opened, because the score is a rule of the program and none of the database.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ALONE = """
UPDATE case_index SET lesion_image_count = 0 WHERE image_id IN (
    SELECT min(image.id) FROM image JOIN visit ON visit.id = image.visit_id
    GROUP BY visit.lesion_id, visit.visited_on HAVING count(*) = 1
)
"""


def upgrade() -> None:
    """Add the columns, and note the lesions that have one image only."""
    for name, kind in (
        ("queue_band", sa.Integer()),
        ("lesion_image_count", sa.Integer()),
        ("lesion_score", sa.JSON()),
    ):
        op.add_column("case_index", sa.Column(name, kind))
    op.execute("UPDATE case_index SET queue_band = band")
    op.execute(_ALONE)
