"""Who is who: issuer, issued number and birthday of a patient, and doubts that only a person can settle.

Patients who are stored already are found by their code, as before; which of them came with a number from
a file is not known any more, so that column stays empty for them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_DOUBT = "identity_doubt"
_ID = sa.String(32)


def upgrade() -> None:
    """Add the columns, an index to find a number by, and the table of doubts."""
    for name in ("issuer", "issued_id", "birthday"):
        op.add_column("patient", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.create_index("ix_patient_issued_id", "patient", ["issued_id"])
    op.create_table(
        _DOUBT,
        sa.Column("newcomer_id", _ID, nullable=False),
        sa.Column("stored_id", _ID, nullable=False),
        sa.Column("raised_at", sa.String(32), nullable=False),
        sa.Column("is_same", sa.Boolean()),
        sa.Column("settled_by", sa.String()),
        sa.Column("settled_at", sa.String(32)),
        sa.PrimaryKeyConstraint("newcomer_id", name=f"pk_{_DOUBT}"),
        *(
            sa.ForeignKeyConstraint([column], ["patient.id"], name=f"fk_{_DOUBT}_{column}_patient")
            for column in ("newcomer_id", "stored_id")
        ),
    )
    op.execute(
        f"CREATE TRIGGER {_DOUBT}_is_not_deleted BEFORE DELETE ON {_DOUBT} "
        f"BEGIN SELECT RAISE(ABORT, '{_DOUBT}_is_not_deleted'); END"
    )
