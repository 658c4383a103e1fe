"""The first schema: patients, lesions, visits, images, what models and people said, the trail of acts.

Triggers guard what must never change. A later migration that recreates a guarded table (batch mode) must
create its triggers again, because they go with the table.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.String(32)
_HASH = sa.String(64)
_MOMENT = sa.String(32)
_APPEND_ONLY = ("boundary_prediction", "score_prediction", "mask_revision", "decision", "audit_event")
_KEPT = ("patient", "lesion", "visit", "image")
_IMAGE_IDENTITY = (
    "id, visit_id, file_name, media_type, original, upright, thumbnail, width_px, height_px, "
    "imported_at, imported_by, provenance"
)


def upgrade() -> None:
    """Create every table, index and guard."""
    _patients()
    _lesions_and_visits()
    _images()
    _predictions()
    _revisions_and_decisions()
    _audit_trail()
    _work_list()
    _guards()


def _patients() -> None:
    op.create_table(
        "patient",
        sa.Column("id", _ID, nullable=False),
        _text("code"),
        _text("name"),
        sa.Column("birth_year", sa.Integer()),
        _optional_text("sex"),
        _optional_text("fitzpatrick_skin_type"),
        sa.Column("personal_hx_mm", sa.Boolean()),
        sa.Column("family_hx_mm", sa.Boolean()),
        _text("notes"),
        sa.PrimaryKeyConstraint("id", name="pk_patient"),
        sa.UniqueConstraint("code", name="uq_patient_code"),
    )


def _lesions_and_visits() -> None:
    op.create_table(
        "lesion",
        sa.Column("id", _ID, nullable=False),
        sa.Column("patient_id", _ID, nullable=False),
        _text("label"),
        _optional_text("site"),
        _optional_text("site_special"),
        sa.Column("clin_size_long_diam_mm", sa.Double()),
        _text("notes"),
        sa.PrimaryKeyConstraint("id", name="pk_lesion"),
        _refers_to("patient", "lesion"),
    )
    op.create_index("ix_lesion_patient_id", "lesion", ["patient_id"])
    op.create_table(
        "visit",
        sa.Column("id", _ID, nullable=False),
        sa.Column("lesion_id", _ID, nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("age_years", sa.Integer()),
        sa.CheckConstraint("age_years BETWEEN 0 AND 85", name="ck_visit_age_years"),
        sa.PrimaryKeyConstraint("id", name="pk_visit"),
        _refers_to("lesion", "visit"),
    )
    op.create_index("ix_visit_lesion_id", "visit", ["lesion_id"])


def _images() -> None:
    op.create_table(
        "image",
        sa.Column("id", _ID, nullable=False),
        sa.Column("visit_id", _ID, nullable=False),
        _text("file_name"),
        _text("media_type"),
        sa.Column("original", _HASH, nullable=False),
        sa.Column("upright", _HASH, nullable=False),
        sa.Column("thumbnail", _HASH, nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("imported_at", _MOMENT, nullable=False),
        _text("imported_by"),
        sa.Column("provenance", sa.JSON(), nullable=False),
        _optional_text("dermoscopic_type"),
        sa.Column("mm_per_px", sa.Double()),
        _optional_text("calibration_source"),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.CheckConstraint("width_px > 0 AND height_px > 0", name="ck_image_size"),
        sa.PrimaryKeyConstraint("id", name="pk_image"),
        _refers_to("visit", "image"),
        sa.UniqueConstraint("original", name="uq_image_original"),
    )
    op.create_index("ix_image_visit_id", "image", ["visit_id"])


def _predictions() -> None:
    op.create_table(
        "boundary_prediction",
        *_spoken_by_model("boundary_prediction"),
        sa.Column("mask", _HASH, nullable=False),
        sa.Column("probability", _HASH, nullable=False),
    )
    op.create_table(
        "score_prediction",
        *_spoken_by_model("score_prediction"),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("probability_low", sa.Double(), nullable=False),
        sa.Column("probability_high", sa.Double(), nullable=False),
        sa.Column("mask_source", _ID, nullable=False),
        sa.Column("missing_inputs", sa.JSON(), nullable=False),
        sa.Column("quality_warnings", sa.JSON(), nullable=False),
        sa.Column("urgent_threshold", sa.Double()),
        sa.Column("soon_threshold", sa.Double()),
        sa.CheckConstraint("probability BETWEEN 0 AND 1", name="ck_score_prediction_probability"),
    )
    for table in ("boundary_prediction", "score_prediction"):
        op.create_index(f"ix_{table}_image_id", table, ["image_id"])


def _revisions_and_decisions() -> None:
    op.create_table(
        "mask_revision",
        *_numbered("mask_revision"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mask", _HASH, nullable=False),
        sa.Column("supersedes", _ID),
        _text("author"),
        sa.Column("created_at", _MOMENT, nullable=False),
        _text("reason"),
        sa.Column("is_signed", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("image_id", "number", name="uq_mask_revision_image_id_number"),
    )
    op.create_table(
        "decision",
        *_numbered("decision"),
        _optional_text("diagnosis"),
        _optional_text("diagnosis_confirm_type"),
        _optional_text("management"),
        _text("comment"),
        _text("author"),
        sa.Column("created_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_decision_image_id", "decision", ["image_id"])


def _audit_trail() -> None:
    op.create_table(
        "audit_event",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        _text("who"),
        _text("what"),
        _text("subject"),
        _text("detail"),
        _optional_text("weights_sha256"),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_event"),
    )
    op.create_index("ix_audit_event_subject", "audit_event", ["subject"])


def _work_list() -> None:
    op.create_table(
        "case_index",
        sa.Column("image_id", _ID, nullable=False),
        sa.Column("is_hidden", sa.Boolean(), nullable=False),
        sa.Column("thumbnail", _HASH, nullable=False),
        _text("patient_code"),
        _text("patient_name"),
        _optional_text("site"),
        sa.Column("band", sa.Integer()),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("probability", sa.Double()),
        _text("status"),
        sa.Column("imported_at", _MOMENT, nullable=False),
        _text("file_name"),
        sa.Column("queue_rank", sa.Integer(), nullable=False),
        sa.Column("queue_urgency", sa.Double(), nullable=False),
        _text("searched"),
        sa.PrimaryKeyConstraint("image_id", name="pk_case_index"),
        _refers_to("image", "case_index"),
    )
    queue = ["is_hidden", "queue_rank", "queue_urgency", "imported_at", "image_id"]
    op.create_index(f"ix_case_index_{'_'.join(queue)}", "case_index", queue)
    newest = ["is_hidden", "imported_at", "image_id"]
    op.create_index(f"ix_case_index_{'_'.join(newest)}", "case_index", newest)


def _guards() -> None:
    for table in _APPEND_ONLY:
        _forbid(f"{table}_is_not_changed", f"UPDATE ON {table}")
    for table in (*_APPEND_ONLY, *_KEPT):
        _forbid(f"{table}_is_not_deleted", f"DELETE ON {table}")
        _forbid_replacing(table, "sequence" if table == "audit_event" else "id")
    _forbid("image_keeps_its_identity", f"UPDATE OF {_IMAGE_IDENTITY} ON image")


def _forbid(name: str, act: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} BEGIN SELECT RAISE(ABORT, '{name}'); END")


def _forbid_replacing(table: str, key: str) -> None:
    """Guard against INSERT OR REPLACE, which deletes without asking the triggers of DELETE."""
    name = f"{table}_is_not_replaced"
    op.execute(
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "
        f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
    )


def _spoken_by_model(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        *_numbered(table),
        _text("model_name"),
        _text("model_version"),
        _text("weights_sha256"),
        _text("preprocessing"),
        sa.Column("threshold", sa.Double(), nullable=False),
        _text("engine"),
        _text("provider"),
        sa.Column("milliseconds", sa.Double(), nullable=False),
        sa.Column("predicted_at", _MOMENT, nullable=False),
    )


def _numbered(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("image_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=f"pk_{table}"),
        sa.UniqueConstraint("id", name=f"uq_{table}_id"),
        _refers_to("image", table),
    )


def _refers_to(parent: str, child: str) -> sa.ForeignKeyConstraint:
    column = f"{parent}_id"
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=f"fk_{child}_{column}_{parent}")


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=False)


def _optional_text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String())
