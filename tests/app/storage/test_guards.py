"""What must never change cannot be changed, not even with SQL."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.device_profile import CaptureDevice, DeviceProfile
from app.domain.ids import ProfileId
from app.domain.work_list.saved_filter import SavedFilter
from app.storage.database import connect
from app.storage.rows import APPEND_ONLY
from app.storage.store import CaseStore
from tests.builders import (
    a_boundary,
    a_decision,
    a_lesion_list,
    a_mark,
    a_reading,
    a_revision,
    a_score,
    an_outcome,
    store_image,
)

MOMENT = datetime(2026, 3, 14, 12, tzinfo=UTC)


@pytest.fixture
def database(store: CaseStore, folder: Path) -> Path:
    with store.writing() as work:
        image_id = store_image(work)
        work.cases.add_boundary(replace(a_boundary(image_id), border_uncertainty=0.2))
        work.cases.add_score(a_score(image_id, 0.5))
        work.cases.add_revision(a_revision(image_id))
        work.cases.add_decision(a_decision(image_id))
        work.cases.add_outcome(an_outcome(image_id))
        work.cases.add_reading(a_reading(image_id))
        work.marked_structures.add(a_mark(image_id))
        work.cases.add_lesion_list(a_lesion_list(image_id))
        work.tags.add_tag(image_id, "teaching", "Dr Test", MOMENT, is_set=True)
        work.tags.assign(image_id, "Dr Test", "Dr Test", MOMENT)
        work.tags.add_filter(SavedFilter("Mine", "assigned:me", "Dr Test", MOMENT))
        work.device_profiles.add(_a_profile())
        work.audit.append("Dr Test", "image imported", image_id)
        work.commit()
    return folder / "cases.sqlite"


def _a_profile() -> DeviceProfile:
    lens = CaptureDevice("Make", "Model", "Lens")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return DeviceProfile(ProfileId("1" * 32), "Lens", 0.01, 640, 480, lens, at.date(), "Dr Test", at)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_was_said_is_neither_changed_nor_deleted(database: Path, table: str) -> None:
    with closing(connect(database)) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="is_not_changed"):
            connection.execute(f"UPDATE {table} SET sequence = sequence + 1")
        with pytest.raises(sqlite3.IntegrityError, match="is_not_deleted"):
            connection.execute(f"DELETE FROM {table}")
        with pytest.raises(sqlite3.IntegrityError, match="is_not_replaced"):
            connection.execute(f"REPLACE INTO {table} SELECT * FROM {table}")


def test_how_a_score_was_divided_is_not_added_afterwards(database: Path) -> None:
    with closing(connect(database)) as connection, pytest.raises(sqlite3.IntegrityError, match="not_changed"):
        connection.execute("UPDATE score_prediction SET diagnosis_shares = '[]'")


@pytest.mark.parametrize("table", ["patient", "lesion", "visit", "image"])
def test_patients_and_images_are_not_deleted(database: Path, table: str) -> None:
    with (
        closing(connect(database)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="is_not_deleted"),
    ):
        connection.execute(f"DELETE FROM {table}")


def test_an_image_keeps_its_pixels_but_not_its_scale_and_visit(database: Path) -> None:
    with closing(connect(database)) as connection:
        connection.execute("UPDATE image SET mm_per_px = 0.1, is_hidden = 1, visit_id = visit_id")
        with pytest.raises(sqlite3.IntegrityError, match="keeps_its_identity"):
            connection.execute("UPDATE image SET original = upright")


def test_a_probability_lies_between_zero_and_one(database: Path) -> None:
    with (
        closing(connect(database)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="ck_score_prediction_probability"),
    ):
        connection.execute(
            "INSERT INTO score_prediction SELECT sequence + 1, 'x', image_id, model_name, model_version, "
            "weights_sha256, preprocessing, threshold, engine, provider, milliseconds, predicted_at, 1.5, "
            "probability_low, probability_high, mask_source, missing_inputs, quality_warnings, "
            "urgent_threshold, soon_threshold, diagnosis_shares, inputs_sha256 FROM score_prediction"
        )
