"""Things tests need: lesion images, image files, a workplace with a real store, cases at each stage."""

import shutil
import tempfile
import tomllib
from collections.abc import Generator, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np

import resources
from app.domain.analysis.need import FIRST_LOOK
from app.domain.analysis.prediction import BoundaryPrediction, DiagnosisShare, ScorePrediction
from app.domain.clock import Clock
from app.domain.followup.marked_structure import MarkedStructure
from app.domain.ids import (
    BlobName,
    DecisionId,
    ImageId,
    LesionId,
    LesionListId,
    MarkId,
    OutcomeId,
    PatientId,
    PredictionId,
    ReadingId,
    RevisionId,
    VisitId,
    new_id,
)
from app.domain.image import Calibration, DermoscopicImage
from app.domain.lesion import Lesion, Visit
from app.domain.other_lesions import ImageLesions, LesionChange, LesionList, OtherLesion
from app.domain.outcome import LesionOutcome
from app.domain.people.patient import Patient
from app.domain.readings.reading import Answer, EvidenceSource, Reading
from app.domain.revision import Decision, MaskRevision, RevisionReason
from app.domain.vocabulary import Vocabulary
from app.imaging.readers import ImageReader
from app.runs.launcher import ProcessRunLauncher
from app.storage.store import CaseStore
from app.storage.unit_of_work import UnitOfWork
from app.usecases.analysis.analyse import AGAIN, analyse
from app.usecases.cancellation import CancelToken
from app.usecases.cases.import_images import import_images
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.exports.export_manner import ExportManner, NamedBy
from app.usecases.exports.exporter import CaseFile, Exporter
from app.usecases.exports.report_layout import NO_LETTERHEAD, Letterhead, ReportForm
from app.usecases.image_arrays import ImageArrays
from app.usecases.services import Services
from models.contract.arrays import BoolMask, RgbImage
from models.contract.shelf.model_shelf import ModelShelf
from tests.fakes import (
    CLASSIFIER,
    RUN,
    SEGMENTER,
    THRESHOLDS,
    FakeClock,
    FakeExporter,
    FakePredictor,
    FakeToken,
)

Result = TypeVar("Result")


def result_of(job: Generator[Any, None, Result]) -> Result:
    """Run a job with progress to its end and return its result."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            return end.value


def exported(
    exporter: Exporter,
    cases: Iterable[CaseFile],
    folder: Path,
    *,
    deidentified: bool,
    named_by: NamedBy | None = None,
    form: ReportForm = ReportForm.LONG,
    letterhead: Letterhead = NO_LETTERHEAD,
) -> list[Path]:
    """Write cases in a format and return the files; of reports, everything that they can hold."""
    manner = ExportManner(deidentified, named_by, form=form, letterhead=letterhead)
    writing = exporter.write(cases, folder, manner)
    return result_of(writing)


def a_mask(
    height_px: int = 96, width_px: int = 128, *, radius_px: int = 20, at_xy: tuple[int, int] | None = None
) -> BoolMask:
    """Return a disc."""
    x, y = at_xy or (width_px // 2, height_px // 2)
    rows, columns = np.mgrid[:height_px, :width_px]
    return np.asarray((rows - y) ** 2 + (columns - x) ** 2 <= radius_px**2)


def a_lesion_image(seed: int = 1, height_px: int = 96, width_px: int = 128) -> RgbImage:
    """Return light skin with a dark disc and some grain; another seed, another image."""
    grain = np.random.default_rng(seed).integers(-25, 26, (height_px, width_px, 1))
    image = np.full((height_px, width_px, 3), (225, 180, 160), np.int64)
    image[a_mask(height_px, width_px)] = (90, 55, 45)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def an_image_file(folder: Path, name: str = "lesion.png", *, seed: int = 1) -> Path:
    """Write an image file and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    done, content = cv2.imencode(path.suffix, cv2.cvtColor(a_lesion_image(seed), cv2.COLOR_RGB2BGR))
    assert done
    path.write_bytes(content.tobytes())
    return path


def the_vocabulary() -> Vocabulary:
    """Return the vocabulary that ships with the program."""
    fields, diagnoses, keys = (
        tomllib.loads(resources.path("terms", name).read_text(encoding="utf-8"))
        for name in ("case_fields.toml", "diagnoses.toml", "decision_keys.toml")
    )
    sites = resources.rows("terms", "anatomic_sites.csv")
    return Vocabulary.from_tables(fields, diagnoses["diagnosis"], keys, sites)


@cache
def _empty_store() -> tempfile.TemporaryDirectory[str]:
    """Create a store once, because creating one by migration is slower than copying one."""
    folder = tempfile.TemporaryDirectory()
    CaseStore.open(Path(folder.name), FakeClock()).close()
    return folder


def new_store(folder: Path, clock: Clock | None = None) -> CaseStore:
    """Return the store in ``folder``, an empty one when there is none."""
    if not folder.exists():
        shutil.copytree(_empty_store().name, folder)
    return CaseStore.open(folder, clock or FakeClock())


def services_at(folder: Path, *, user: str = "Dr Test") -> Services:
    """Return services on a real store in ``folder`` with an instant predictor."""
    clock = FakeClock()
    store = new_store(folder, clock)
    return Services(
        store=store,
        images=ImageReader(),
        arrays=ImageArrays(store.blobs),
        predictor=FakePredictor(),
        exporters=(FakeExporter("report_pdf"), FakeExporter("csv_table"), FakeExporter("mask_png")),
        clock=clock,
        user=user,
        vocabulary=the_vocabulary(),
        shelf=ModelShelf((folder / "models",), folder / "active.json"),
        runs=ProcessRunLauncher(),
    )


def started_anew(services: Services) -> Services:
    """Return the services of another start of the program, which holds nothing of what this one has read."""
    return replace(services, arrays=ImageArrays(services.store.blobs))


def predict_again(services: Services, image_id: ImageId, token: CancelToken | None = None) -> None:
    """Predict boundary and score anew, as a person may ask."""
    analyse(services, image_id, token or FakeToken(), among=FIRST_LOOK, request=AGAIN)


def a_case(
    services: Services,
    folder: Path,
    *,
    seed: int = 1,
    predicted: bool = True,
    corrected: bool = False,
) -> ImageId:
    """Import an image and bring it to a stage; return its id."""
    path = an_image_file(folder, f"lesion {seed}.png", seed=seed)
    (image_id,) = result_of(import_images(services, [path], token=FakeToken())).imported
    if predicted or corrected:
        predict_again(services, image_id)
    if corrected:
        correct_mask(services, image_id, a_mask(radius_px=12))
    return image_id


def store_image(
    work: UnitOfWork, *, code: str = "P-1", name: str = "", site: str | None = None, minute: int = 0
) -> ImageId:
    """Write a patient with a lesion, a visit and an image straight into the store; return the image's id."""
    patient = Patient(PatientId(new_id()), code, name=name)
    lesion = Lesion(LesionId(new_id()), patient.id, site=site)
    visit = Visit(VisitId(new_id()), lesion.id, date(2026, 3, 14))
    image = DermoscopicImage(
        id=ImageId(new_id()),
        visit_id=visit.id,
        file_name=f"{code}.jpg",
        media_type="image/jpeg",
        original=BlobName(new_id() * 2),
        upright=BlobName(new_id() * 2),
        width_px=128,
        height_px=96,
        imported_at=datetime(2026, 3, 14, 8, tzinfo=UTC) + timedelta(minutes=minute),
        imported_by="Dr Test",
        calibration=Calibration(0.02, "entered by hand"),
        provenance=(("orientation", "turned by 90 degrees"),),
        dermoscopic_type="contact polarized",
    )
    work.cases.add_patient(patient)
    work.cases.add_lesion(lesion)
    work.cases.add_visit(visit)
    work.cases.add_image(image, BlobName(new_id() * 2))
    return image.id


def a_boundary(image_id: ImageId) -> BoundaryPrediction:
    """Return a boundary prediction whose files do not exist."""
    return BoundaryPrediction(
        id=PredictionId(new_id()),
        image_id=image_id,
        model=SEGMENTER,
        mask=BlobName(new_id() * 2),
        probability=BlobName(new_id() * 2),
        run=RUN,
        predicted_at=datetime(2026, 3, 14, 9, tzinfo=UTC),
    )


def a_score(image_id: ImageId, probability: float, *, warnings: tuple[str, ...] = ()) -> ScorePrediction:
    """Return a score with the test thresholds (urgent from 0.6, soon from 0.3)."""
    return ScorePrediction(
        id=PredictionId(new_id()),
        image_id=image_id,
        model=CLASSIFIER,
        probability=probability,
        probability_low=max(0.0, probability - 0.01),
        probability_high=min(1.0, probability + 0.01),
        mask_source=PredictionId(new_id()),
        missing_inputs=("sex",),
        quality_warnings=warnings,
        run=RUN,
        predicted_at=datetime(2026, 3, 14, 9, tzinfo=UTC),
        thresholds=THRESHOLDS,
    )


def a_divided_score(image_id: ImageId) -> ScorePrediction:
    """Return a score of 0.4 from a model that tells four diagnoses apart."""
    shares = (
        DiagnosisShare("basal cell carcinoma", is_malignant=True, share=0.1),
        DiagnosisShare("melanoma", is_malignant=True, share=0.3),
        DiagnosisShare("nevus", is_malignant=False, share=0.595),
        DiagnosisShare("vascular lesion", is_malignant=False, share=0.005),
    )
    return replace(a_score(image_id, 0.4), diagnosis_shares=shares)


def a_revision(image_id: ImageId, number: int = 1) -> MaskRevision:
    """Return a mask revision whose file does not exist."""
    return MaskRevision(
        id=RevisionId(new_id()),
        image_id=image_id,
        number=number,
        mask=BlobName(new_id() * 2),
        supersedes=None,
        author="Dr Test",
        created_at=datetime(2026, 3, 14, 10, tzinfo=UTC),
        reason=RevisionReason.CORRECTED,
    )


def a_lesion_list(image_id: ImageId) -> LesionList:
    """Return a list of two lesions, the second one not of interest."""
    other = OtherLesion(2, "", BlobName("f" * 64), 50, "Dr Test")
    return LesionList(
        id=LesionListId(new_id()),
        image_id=image_id,
        revision=1,
        lesions=ImageLesions(others=(other,)),
        mask_revision=None,
        change=LesionChange.DRAWN,
        author="Dr Test",
        created_at=datetime(2026, 3, 14, 9, tzinfo=UTC),
    )


def a_reading(image_id: ImageId, values: dict[str, int] | None = None, *, form: str = "abcd") -> Reading:
    """Return a clinician's answers to a form, two unless they are given."""
    answers = {"asymmetry": 2, "border": 3} if values is None else values
    return Reading(
        id=ReadingId(new_id()),
        image_id=image_id,
        form=form,
        answers=tuple(Answer(name, value, "Dr Test", proposed=1) for name, value in answers.items()),
        evidence=EvidenceSource(BlobName("e" * 64), "1"),
        author="Dr Test",
        created_at=datetime(2026, 3, 14, 12, tzinfo=UTC),
    )


def a_decision(image_id: ImageId, diagnosis: str | None = "Nevus") -> Decision:
    """Return a clinician's decision."""
    return Decision(
        id=DecisionId(new_id()),
        image_id=image_id,
        diagnosis=diagnosis,
        diagnosis_confirm_type=None,
        management="excise",
        comment="",
        author="Dr Test",
        created_at=datetime(2026, 3, 14, 11, tzinfo=UTC),
    )


def an_outcome(image_id: ImageId, diagnosis: str | None = "Melanoma Invasive") -> LesionOutcome:
    """Return what became of a lesion; without a diagnosis, one that takes it back."""
    return LesionOutcome(
        id=OutcomeId(new_id()),
        image_id=image_id,
        diagnosis=diagnosis,
        confirm_type=None if diagnosis is None else "histopathology",
        known_on=date(2026, 3, 20),
        note="",
        author="Dr Test",
        created_at=datetime(2026, 3, 21, 9, tzinfo=UTC),
    )


def a_mark(image_id: ImageId) -> MarkedStructure:
    """Return a point that somebody marked on an image."""
    return MarkedStructure(
        id=MarkId(new_id()),
        image_id=image_id,
        compared_with=image_id,
        x_px=10.0,
        y_px=12.5,
        radius_x_px=0.0,
        radius_y_px=0.0,
        note="dots at the rim",
        author="Dr Test",
        created_at=datetime(2026, 3, 14, 12, tzinfo=UTC),
    )
