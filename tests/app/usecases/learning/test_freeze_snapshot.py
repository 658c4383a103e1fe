"""Snapshots hold signed corrections under pseudonyms, and an exam patient never becomes anything else."""

import errno
import hashlib
import os
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.errors import CancelledError, LearningError
from app.domain.ids import ImageId
from app.domain.revision import RevisionReason
from app.imaging import png_codec
from app.usecases.cases.import_images import import_images
from app.usecases.cases.import_samples import import_samples
from app.usecases.cases.remove_case import remove_case
from app.usecases.cases.set_decision import set_decision
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.learning.freeze_snapshot import FrozenSnapshot, freeze_snapshot
from app.usecases.lesions.edit_lesions import add_lesion, draw_lesion
from app.usecases.patients.edit_lesion import assign_lesion
from app.usecases.services import Services
from models.contract.shelf.card import Task
from tests.app.usecases.learning.learning_clinic import a_clinic, a_patient_with_a_correction, name_patient
from tests.builders import a_case, a_mask, result_of, services_at
from tests.fakes import FakeToken
from training.contract.data_set import Sample, read_manifest
from training.contract.snapshot import Snapshot, Subset, read_snapshot


def test_corrections_become_a_snapshot_that_training_can_read(services: Services, tmp_path: Path) -> None:
    a_clinic(services, tmp_path, 8)
    frozen = _frozen(services)
    snapshot = read_snapshot(frozen.folder)
    assert frozen.images_by_subset == {"train": 5, "val": 1, "exam": 2, "uncorrected": 0}
    assert {image.reason for image in snapshot.images} == {"The boundary was corrected."}
    assert {image.mask_revision for image in snapshot.images} == {1}
    assert {sample.split for sample in read_manifest(frozen.folder)} == {"train", "val", "test"}


def test_pixels_and_masks_are_those_of_the_store(services: Services, tmp_path: Path) -> None:
    a_clinic(services, tmp_path, 4)
    sample = read_manifest(_frozen(services).folder)[0]
    image_id = _image_of(services, sample)
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    pixels = cv2.imread(str(sample.image_file))
    assert pixels is not None
    stored = png_codec.pixels_from_png(services.store.blobs.get(case.image.upright))
    np.testing.assert_array_equal(pixels[..., ::-1], stored)
    assert sample.mask_file is not None
    assert case.revision is not None
    mask = png_codec.mask_from_png(sample.mask_file.read_bytes())
    np.testing.assert_array_equal(mask, png_codec.mask_from_png(services.store.blobs.get(case.revision.mask)))
    assert sample.mask_file.read_bytes()[24] == 1, "bit depth of the PNG"


def test_nothing_in_a_snapshot_names_a_patient(services: Services, tmp_path: Path) -> None:
    images = a_clinic(services, tmp_path, 4)
    for number, image_id in enumerate(images):
        name_patient(
            services, image_id, name="Zoë Muster", code=f"CLINIC-77{number}", birth_year=1937, sex="female"
        )
        with services.store.reading() as work:
            patient_id = work.cases.case(image_id).patient.id
        assert patient_id
    folder = _frozen(services).folder
    written = b"\n".join(
        file.read_bytes() + str(file.relative_to(folder)).encode() for file in _files(folder)
    )
    for secret in ("Zoë", "Muster", "CLINIC", "lesion 1", "Dr Test", "2026-03-14T08"):
        assert secret.encode() not in written
    tables = (folder / "manifest.csv").read_text() + (folder / "snapshot.json").read_text()
    without_hashes = re.sub(r"[0-9a-f]{32,64}", "", tables)
    assert "1937" not in without_hashes
    with services.store.reading() as work:
        for image_id in images:
            case = work.cases.case(image_id)
            for identifier in (case.patient.id, case.lesion.id, case.visit.id, image_id):
                assert identifier not in tables
    assert "female" in tables


def test_great_age_does_not_identify_anybody(services: Services, tmp_path: Path) -> None:
    for image_id in a_clinic(services, tmp_path, 4):
        name_patient(services, image_id, birth_year=1927)
    ages = {sample.age_years for sample in read_manifest(_frozen(services).folder)}
    assert ages == {85}


def test_pseudonyms_and_subsets_stay_from_snapshot_to_snapshot(services: Services, tmp_path: Path) -> None:
    images = a_clinic(services, tmp_path, 4)
    first = _subsets(_frozen(services))
    name_patient(services, images[0], name="Renamed", code="RENAMED")
    a_clinic(services, tmp_path, 6, first=50)
    second = _subsets(_frozen(services))
    assert len(second) == 10
    assert first.items() <= second.items()


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(growth=st.lists(st.integers(1, 3), min_size=1, max_size=3), merge=st.booleans())
def test_an_exam_patient_never_becomes_anything_else(
    tmp_path_factory: pytest.TempPathFactory, growth: list[int], *, merge: bool
) -> None:
    folder = tmp_path_factory.mktemp("growing")
    services = services_at(folder / "data")
    images = a_clinic(services, folder, 5)
    exam: set[str] = set()
    learned: set[str] = set()
    for more in (0, *growth):
        images += a_clinic(services, folder, more, first=len(images) + 1)
        try:
            snapshot = read_snapshot(_frozen(services).folder)
        except LearningError:
            continue  # a merge may leave a subset without images
        exam |= {image.image_id for image in snapshot.on("exam")}
        learned |= {
            image.image_id for subset in ("train", "val", "uncorrected") for image in snapshot.on(subset)
        }
        assert not exam & learned
        if merge:
            _merge(services, images[0], images[-1])
    services.store.close()


def test_a_lesion_that_moves_to_a_patient_in_another_subset_is_left_out(
    services: Services, tmp_path: Path
) -> None:
    a_clinic(services, tmp_path, 8)
    first = read_snapshot(_frozen(services).folder)
    exam, train = first.on("exam")[0].image_id, first.on("train")[0].image_id
    _merge(services, _stored_image(services, exam), _stored_image(services, train))
    second = read_snapshot(_frozen(services).folder)
    (moved,) = [image for image in second.images if image.image_id == exam]
    assert moved.subset is None
    assert "another subset before" in moved.reason


@pytest.mark.parametrize(("from_subset", "to_subset"), [("exam", "train"), ("train", "exam")])
def test_one_person_of_two_subsets_is_neither_learned_nor_examined(
    services: Services, tmp_path: Path, from_subset: Subset, to_subset: Subset
) -> None:
    a_clinic(services, tmp_path, 10)
    first = read_snapshot(_frozen(services).folder)
    moved, stays = first.on(from_subset)[0], first.on(to_subset)[0]
    _merge(services, _stored_image(services, moved.image_id), _stored_image(services, stays.image_id))
    fresh = a_patient_with_a_correction(services, tmp_path, 60)
    _merge(services, fresh, _stored_image(services, stays.image_id))
    second = read_snapshot(_frozen(services).folder)
    images = [image for image in second.images if image.patient == stays.patient]
    assert [image.subset for image in images] == [None] * 3
    assert sum("Another image of this patient" in image.reason for image in images) == 2


def test_a_patient_whose_record_is_put_into_a_new_one_keeps_the_subset(
    services: Services, tmp_path: Path
) -> None:
    a_clinic(services, tmp_path, 8)
    exam = read_snapshot(_frozen(services).folder).on("exam")[0].image_id
    fresh = a_case(services, tmp_path, seed=70)
    _merge(services, _stored_image(services, exam), fresh)
    second = read_snapshot(_frozen(services).folder)
    assert exam in {image.image_id for image in second.on("exam")}


def test_uncorrected_images_come_from_training_patients_only(services: Services, tmp_path: Path) -> None:
    images = a_clinic(services, tmp_path, 8)
    for number, image_id in enumerate(images):
        _merge(services, a_case(services, tmp_path, seed=100 + number), image_id)
    frozen = _frozen(services)
    snapshot = read_snapshot(frozen.folder)
    assert frozen.images_by_subset["uncorrected"] == 5
    assert {image.patient for image in snapshot.on("uncorrected")} == snapshot.patients_on("train")
    extra = [sample for sample in read_manifest(frozen.folder) if sample.split == "train_extra"]
    assert [(sample.mask_file, sample.malignant) for sample in extra] == [(None, None)] * 5
    assert {image.reason for image in snapshot.on(None)} == {
        "The boundary was neither corrected nor confirmed; without one, only images of training patients "
        "are taken."
    }


def test_each_image_that_is_left_out_has_its_reason(services: Services, tmp_path: Path) -> None:
    a_clinic(services, tmp_path, 4)
    _frozen(services)  # so that every subset has a sound image, whoever comes later
    removed = a_patient_with_a_correction(services, tmp_path, 20)
    remove_case(services, removed)
    a_case(services, tmp_path, seed=21)
    reset = a_case(services, tmp_path, seed=22)
    correct_mask(services, reset, a_mask(), reason=RevisionReason.RESET)
    empty = a_case(services, tmp_path, seed=23)
    correct_mask(services, empty, a_mask(radius_px=-1) & False, is_meant=True)
    damaged = a_patient_with_a_correction(services, tmp_path, 24)
    several = a_patient_with_a_correction(services, tmp_path, 26)
    add_lesion(services, several)
    draw_lesion(services, several, 2, a_mask(radius_px=6, at_xy=(20, 20)))
    with services.store.reading() as work:
        upright = work.cases.case(damaged).image.upright
    services.store.blobs.path(upright).write_bytes(b"damaged")
    confirmed = a_case(services, tmp_path, seed=25)
    with services.store.reading() as work:
        mask_name = work.cases.case(confirmed).mask
    assert mask_name is not None
    correct_mask(
        services,
        confirmed,
        png_codec.mask_from_png(services.store.blobs.get(mask_name)),
        reason=RevisionReason.CONFIRMED,
    )
    frozen = _frozen(services)
    reasons = " ".join(frozen.left_out)
    for part in (
        "removed from the work list",
        "neither corrected",
        "goes back to",
        "empty",
        "is damaged",
        "other lesions",
    ):
        assert part in reasons
    read_snapshot(frozen.folder)
    assert "The boundary was confirmed." in {
        image.reason for image in read_snapshot(frozen.folder).images if image.subset
    }


def test_sample_cases_are_never_learned_or_examined(services: Services, tmp_path: Path) -> None:
    a_clinic(services, tmp_path, 4)
    folder = tmp_path / "samples"
    folder.mkdir()
    assert cv2.imwrite(str(folder / "one.png"), np.full((96, 128, 3), 90, np.uint8))
    content_hash = hashlib.sha256((folder / "one.png").read_bytes()).hexdigest()
    (folder / "samples.csv").write_text(
        f"file,sha256,title,age,sex\none.png,{content_hash},A nevus,25,female\n", encoding="utf-8"
    )
    (sample,) = result_of(import_samples(services, folder, token=FakeToken())).imported
    correct_mask(services, sample, a_mask(radius_px=9))
    name_patient(services, sample, code="1234")
    assert [count for reason, count in _frozen(services).left_out.items() if "sample case" in reason] == [1]


def test_the_same_picture_under_two_patients_is_left_out(services: Services, tmp_path: Path) -> None:
    images = a_clinic(services, tmp_path, 5)
    with services.store.reading() as work:
        picture = png_codec.pixels_from_png(
            services.store.blobs.get(work.cases.case(images[0]).image.upright)
        )
    copy = tmp_path / "copy.bmp"
    assert cv2.imwrite(str(copy), picture[..., ::-1])
    (copied,) = result_of(import_images(services, [copy], token=FakeToken())).imported
    correct_mask(services, copied, a_mask(radius_px=9))
    frozen = _frozen(services)
    assert [count for reason, count in frozen.left_out.items() if "two patients" in reason] == [2]


@pytest.mark.parametrize(
    ("patients", "said"), [(0, "no corrected"), (1, "3 more"), (2, "2 more"), (3, "1 more")]
)
def test_too_few_patients_are_refused_with_how_many_more(
    services: Services, tmp_path: Path, patients: int, said: str
) -> None:
    a_clinic(services, tmp_path, patients)
    with pytest.raises(LearningError, match=said):
        _frozen(services)
    assert _snapshots(services) == []
    with services.store.reading() as work:
        assert work.learning.patients() == {}


def test_scores_learn_from_histopathology_unless_told_otherwise(services: Services, tmp_path: Path) -> None:
    seed = 0
    for diagnosis in ("Melanoma Invasive", "Nevus"):
        for confirm in ["histopathology"] * 4 + ["confocal microscopy with consensus dermoscopy"]:
            seed += 1
            a_patient_with_a_correction(services, tmp_path, seed, diagnosis=diagnosis, confirm=confirm)
    frozen = _frozen(services, "classification")
    samples = [sample for sample in read_manifest(frozen.folder) if sample.malignant is not None]
    for split in ("train", "val", "test"):
        assert {sample.malignant for sample in samples if sample.split == split} == {True, False}
    assert {sample.diagnosis for sample in samples} == {"melanoma", "nevus"}
    assert all(sample.mask_file is not None for sample in samples)
    assert {i.confirmed_by for i in read_snapshot(frozen.folder).images if i.subset} == {"histopathology"}
    wider = _frozen(services, "classification", any_confirmation=True)
    assert sum(wider.images_by_subset.values()) == 10
    assert "skin_type,confirmed_by" in (wider.folder / "manifest.csv").read_text()


def test_one_class_only_is_refused(services: Services, tmp_path: Path) -> None:
    for seed in range(1, 5):
        a_patient_with_a_correction(services, tmp_path, seed, diagnosis="Nevus", confirm="histopathology")
    with pytest.raises(LearningError, match="All confirmed diagnoses are benign"):
        _frozen(services, "classification")
    image_id = a_patient_with_a_correction(services, tmp_path, 9)
    set_decision(services, image_id, diagnosis="Melanoma Invasive", diagnosis_confirm_type="histopathology")
    with pytest.raises(LearningError, match="3 more patients are needed with a confirmed malignant"):
        _frozen(services, "classification")


def test_cancelling_leaves_nothing_behind(services: Services, tmp_path: Path) -> None:
    a_clinic(services, tmp_path, 4)
    for looks in range(0, 9, 2):
        with pytest.raises(CancelledError):
            result_of(freeze_snapshot(services, "segmentation", token=FakeToken(cancel_after=looks)))
        assert _snapshots(services) == []
    with services.store.reading() as work:
        assert work.learning.patients() == {}
        assert work.audit.events("snapshot frozen") == []


def test_a_job_that_is_dropped_leaves_nothing_behind(services: Services, tmp_path: Path) -> None:
    a_clinic(services, tmp_path, 4)
    job = freeze_snapshot(services, "segmentation", token=FakeToken())
    for _ in range(7):
        next(job)
    assert _snapshots(services) != []
    job.close()
    assert _snapshots(services) == []


def test_a_full_disk_leaves_nothing_behind(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_clinic(services, tmp_path, 4)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(LearningError, match="not enough space"):
            _frozen(services)
    assert _snapshots(services) == []
    assert _frozen(services).images_by_subset["train"] == 2


def test_the_act_is_in_the_audit_trail(services: Services, tmp_path: Path) -> None:
    a_clinic(services, tmp_path, 4)
    frozen = _frozen(services)
    with services.store.reading() as work:
        (event,) = work.audit.events(frozen.id)
    assert (event.kind, event.who, event.detail) == ("snapshot frozen", "Dr Test", "4 images")


def _frozen(services: Services, task: Task = "segmentation", **options: bool) -> FrozenSnapshot:
    return result_of(freeze_snapshot(services, task, token=FakeToken(), **options))


def _subsets(frozen: FrozenSnapshot) -> dict[str, tuple[str, str | None]]:
    snapshot: Snapshot = read_snapshot(frozen.folder)
    return {image.image_id: (image.patient, image.subset) for image in snapshot.images}


def _stored_image(services: Services, pseudonym: str) -> ImageId:
    with services.store.reading() as work:
        return next(i.image_id for i in work.learning.images().values() if i.pseudonym == pseudonym)


def _image_of(services: Services, sample: Sample) -> ImageId:
    return _stored_image(services, sample.image_id)


def _merge(services: Services, moved: ImageId, into: ImageId) -> None:
    """Give the lesion of one image to the patient of another one."""
    with services.store.reading() as work:
        lesion, patient = work.cases.case(moved).lesion, work.cases.case(into).patient
    assign_lesion(services, lesion.id, patient.code)


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _snapshots(services: Services) -> list[Path]:
    folder = services.store.folder / "snapshots"
    return list(folder.iterdir()) if folder.exists() else []
