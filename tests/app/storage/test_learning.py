"""A subset that was decided stays decided, and pseudonyms stay the same."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.errors import LearningError
from app.domain.ids import ImageId
from app.domain.learning import LearningImage, LearningPatient
from app.storage.database import connect
from app.storage.store import CaseStore
from tests.builders import store_image
from tests.fakes import FakeClock

NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)
GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "databases"


@pytest.fixture
def image_id(store: CaseStore) -> ImageId:
    with store.writing() as work:
        image_id = store_image(work)
        work.learning.add_patient(LearningPatient(work.cases.case(image_id).patient.id, "p1", "exam", NOW))
        work.learning.put_image(LearningImage(image_id, "i1", None))
        work.commit()
    return image_id


def test_subsets_and_pseudonyms_are_read_as_they_were_stored(store: CaseStore, image_id: ImageId) -> None:
    with store.reading() as work:
        (patient,) = work.learning.patients().values()
        assert (patient.pseudonym, patient.subset, patient.decided_at) == ("p1", "exam", NOW)
        assert work.learning.images() == {image_id: LearningImage(image_id, "i1", None)}


def test_another_subset_is_refused_and_the_same_one_is_not(store: CaseStore, image_id: ImageId) -> None:
    with store.writing() as work:
        (patient,) = work.learning.patients().values()
        work.learning.add_patient(patient)
        with pytest.raises(LearningError, match="at the same time"):
            work.learning.add_patient(replace(patient, subset="train"))


def test_an_image_gets_its_subset_once(store: CaseStore, image_id: ImageId) -> None:
    with store.writing() as work:
        work.learning.put_image(LearningImage(image_id, "i1", "exam"))
        for other in (LearningImage(image_id, "i1", "train"), LearningImage(image_id, "i2", "exam")):
            with pytest.raises(LearningError):
                work.learning.put_image(other)
        assert work.learning.images()[image_id].subset == "exam"


def test_not_even_sql_changes_a_subset(store: CaseStore, image_id: ImageId, folder: Path) -> None:
    with store.writing() as work:
        work.learning.put_image(LearningImage(image_id, "i1", "exam"))
        work.commit()
    with closing(connect(folder / "cases.sqlite")) as connection:
        for statement in (
            "UPDATE learning_sides SET side = 'train'",
            "UPDATE learning_images SET side = 'train'",
            "UPDATE learning_images SET side = NULL",
            "DELETE FROM learning_sides",
            "DELETE FROM learning_images",
            "REPLACE INTO learning_sides SELECT * FROM learning_sides",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement)


def test_all_images_are_listed_in_the_order_of_import_removed_ones_too(store: CaseStore) -> None:
    with store.writing() as work:
        later, earlier = store_image(work, code="B", minute=2), store_image(work, code="A", minute=1)
        work.cases.remove_image(earlier)
        assert work.learning.all_images() == [earlier, later]


def test_the_golden_database_keeps_its_exam_patient(tmp_path: Path) -> None:
    shutil.copy(GOLDEN / "0003.sqlite", tmp_path / "cases.sqlite")
    store = CaseStore.open(tmp_path, FakeClock())
    with store.reading() as work:
        assert [patient.subset for patient in work.learning.patients().values()] == ["exam"]
        assert [image.subset for image in work.learning.images().values()] == ["exam"]
    store.close()
