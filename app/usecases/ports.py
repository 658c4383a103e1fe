"""What the use cases need from the outside world, as Protocols; bootstrap fills them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from app.domain.analysis.prediction import (
    BoundaryPrediction,
    DiagnosisShare,
    EngineRun,
    ModelRef,
    ScorePrediction,
)
from app.domain.analysis.triage import Band, TriageThresholds
from app.domain.audit import AuditEvent
from app.domain.case import Case, CaseLine
from app.domain.case_filter import CaseFilter
from app.domain.ids import BlobName, ImageId, LesionId, PatientId, VisitId
from app.domain.image import Calibration, DermoscopicImage
from app.domain.learning import LearningImage, LearningPatient
from app.domain.lesion import Lesion, Visit
from app.domain.people.identity import IdentityQuestion
from app.domain.people.patient import Patient
from app.domain.revision import Decision, MaskRevision
from app.domain.stroke_journal import Work, WorkStart, WorkStep
from app.domain.vocabulary import Vocabulary
from models.contract.arrays import AttentionMap, BoolMask, ProbabilityMap, RgbImage
from models.contract.imaging.clicks import Click
from models.contract.imaging.frame_verdict import FrameVerdict
from models.contract.imaging.mask_values import MaskReading
from models.contract.lesion.tabular import TabularInput
from models.contract.shelf.model_shelf import ModelShelf
from models.contract.shelf.triage_figures import BandFigures
from training.contract.events import Event

EXPORT_WORKSPACE_PREFIX = ".naevus-"
"""Begins the names of hidden folders in which exports are made."""


class CancelToken(Protocol):
    """Asked by long jobs whether to stop."""

    @property
    def is_cancelled(self) -> bool:
        """Say whether the person asked to stop."""
        ...

    def on_cancel(self, action: Callable[[], None]) -> None:
        """Call ``action`` when the person cancels (at once if that has happened)."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long job is."""

    done: int
    of: int
    label: str


@dataclass(frozen=True, slots=True)
class ReadImage:
    """A file as the image reader understood it."""

    pixels: RgbImage
    media_type: str
    calibration: Calibration | None
    provenance: tuple[tuple[str, str], ...]
    dermoscopic_type: str | None = None
    patient_code: str | None = None
    patient_name: str | None = None
    sex: str | None = None
    age_years: int | None = None
    birth_year: int | None = None
    taken_on: date | None = None
    """The day on which the file says that the picture was taken."""
    patient_issuer: str | None = None
    """Who gave the patient's number."""
    birthday: str | None = None
    """Month and day of birth, such as 05-17."""
    remarks: tuple[str, ...] = ()
    """Sentences about the file that a person should see."""


class ImageReader(Protocol):
    """Bytes to upright sRGB pixels."""

    def read(self, path: Path, *, takes_damaged: bool = False) -> ReadImage:
        """Decode a file; one that is damaged only where ``takes_damaged``, with its mark in the provenance.

        Raises:
            NoImageError: the file is no image.
            PartlyReadableFileError: it is damaged, but part of its picture can be shown.
            UnreadableFileError: it cannot be used; the message is the sentence to show.
        """
        ...

    def read_mask(self, path: Path) -> MaskReading:
        """Read a mask file; raises UnreadableFileError with the sentence to show when it is no mask."""
        ...

    def thumbnail_png(self, pixels: RgbImage, side_px: int) -> bytes:
        """Return a PNG whose longer side is ``side_px``."""
        ...

    def png(self, pixels: RgbImage) -> bytes:
        """Return lossless PNG bytes of an image."""
        ...

    def pixels_from_png(self, content: bytes) -> RgbImage:
        """Return the pixels of a PNG written by ``png``."""
        ...

    def mask_png(self, mask: BoolMask) -> bytes:
        """Return a 1-bit PNG."""
        ...

    def mask_from_png(self, content: bytes) -> BoolMask:
        """Return the mask of a PNG written by ``mask_png``."""
        ...

    def probability_png(self, probability: ProbabilityMap) -> bytes:
        """Return an 8-bit greyscale PNG, 255 = probability 1."""
        ...

    def probability_from_png(self, content: bytes) -> ProbabilityMap:
        """Return the probabilities of a PNG written by ``probability_png``."""
        ...


class BlobStore(Protocol):
    """Files named by their SHA-256; written before the row that names them."""

    def put(self, content: bytes) -> BlobName:
        """Store bytes durably and return their name."""
        ...

    def get(self, name: BlobName) -> bytes:
        """Return stored bytes after checking their hash; raises StorageError."""
        ...

    def path(self, name: BlobName) -> Path:
        """Return where a blob lies."""
        ...


class CaseRepository(Protocol):
    """Everything that is stored about cases, in the domain's words."""

    def add_patient(self, patient: Patient) -> None: ...
    def update_patient(self, patient: Patient) -> None: ...
    def patient(self, patient_id: PatientId) -> Patient: ...
    def patient_by_code(self, code: str) -> Patient | None: ...
    def patients_by_number(self, number: str) -> list[Patient]:
        """Return the patients whose files have this Patient ID, or who have it as their code."""
        ...

    def patients(self) -> list[Patient]: ...
    def fresh_patient_code(self) -> str:
        """Return a patient code that is not taken, for images that come without one."""
        ...

    def add_lesion(self, lesion: Lesion) -> None: ...
    def update_lesion(self, lesion: Lesion) -> None: ...
    def lesion(self, lesion_id: LesionId) -> Lesion: ...
    def lesions_of(self, patient_id: PatientId) -> list[Lesion]: ...
    def add_visit(self, visit: Visit) -> None: ...
    def update_visit(self, visit: Visit) -> None: ...
    def visit(self, visit_id: VisitId) -> Visit: ...
    def visits_of(self, lesion_id: LesionId) -> list[Visit]: ...
    def add_image(self, image: DermoscopicImage, thumbnail: BlobName) -> None: ...
    def update_calibration(self, image_id: ImageId, calibration: Calibration | None) -> None: ...
    def image_by_original(self, original: BlobName) -> ImageId | None: ...
    def images_of(self, lesion_id: LesionId) -> list[ImageId]:
        """Return a lesion's images in the order of their import, hidden ones left out."""
        ...

    def images_of_visit(self, image_id: ImageId) -> list[ImageId]:
        """Return an image and the others of its lesion from the same day, hidden ones of those left out."""
        ...

    def is_hidden(self, image_id: ImageId) -> bool: ...
    def add_boundary(self, prediction: BoundaryPrediction) -> None: ...
    def add_assessment(self, prediction: BoundaryPrediction) -> None:
        """Store how sure a stored boundary prediction is, once; the prediction itself stays as it was."""
        ...

    def add_score(self, prediction: ScorePrediction) -> None: ...
    def add_revision(self, revision: MaskRevision) -> None: ...
    def add_decision(self, decision: Decision) -> None: ...
    def case(self, image_id: ImageId) -> Case: ...
    def cases(self, image_ids: Sequence[ImageId]) -> list[Case]:
        """Return several cases in the same order, with a few queries for all of them."""
        ...

    def renew_line(self, image_id: ImageId) -> None:
        """Bring a case's line in the work list up to date after an act that the audit trail tells of."""
        ...

    def case_count(
        self, search: str = "", *, shown: CaseFilter = CaseFilter.ALL, removed: bool = False
    ) -> int: ...
    def case_lines(
        self,
        *,
        offset: int = 0,
        limit: int = 200,
        search: str = "",
        shown: CaseFilter = CaseFilter.ALL,
        order: str = "priority",
        descending: bool = False,
        removed: bool = False,
    ) -> list[CaseLine]:
        """Return a window of the work list, or of what was removed from it.

        Order is one of ``list_cases.ORDERS``.
        """
        ...

    def lines_of(self, image_ids: Sequence[ImageId]) -> list[CaseLine]:
        """Return the lines of some cases by priority, hidden ones too."""
        ...

    def images_predicted_by_others(
        self, *, boundary_sha256: str | None, score_sha256: str | None
    ) -> list[ImageId]:
        """Return the images in the work list whose newest boundary or score other weights have made.

        A kind of prediction whose weights are None is not looked at.
        """
        ...

    def decided_bands(self, score_sha256: str) -> list[tuple[str, Band]]:
        """Return newest diagnosis and band of each listed case whose newest score these weights gave."""
        ...

    def remove_image(self, image_id: ImageId) -> None:
        """Hide a case from the work list (kept in the store, restorable)."""
        ...

    def restore_image(self, image_id: ImageId) -> None:
        """Bring a hidden case back."""
        ...


class AuditTrail(Protocol):
    """Append-only record of acts."""

    def append(
        self, who: str, what: str, subject: str, detail: str = "", weights_sha256: str | None = None
    ) -> AuditEvent:
        """Add an event with the next sequence number."""
        ...

    def events(self, subject: str | None = None, limit: int = 1000) -> list[AuditEvent]:
        """Return events, oldest first."""
        ...


class LearningSides(Protocol):
    """Which patients a model learns from and which it is examined on, decided once."""

    def patients(self) -> dict[PatientId, LearningPatient]: ...
    def images(self) -> dict[ImageId, LearningImage]: ...
    def all_images(self) -> list[ImageId]:
        """Return every image of the case store in the order of import, removed ones too."""
        ...

    def add_patient(self, patient: LearningPatient) -> None:
        """Store a patient's side; raises LearningError when another one was decided meanwhile."""
        ...

    def put_image(self, image: LearningImage) -> None:
        """Store an image's pseudonym, or the side on which it is used from now on."""
        ...


class IdentityQuestions(Protocol):
    """Patients kept apart from one of the same number, and what a person said about them."""

    def add(self, question: IdentityQuestion) -> None: ...
    def open(self) -> list[IdentityQuestion]:
        """Return the doubts that nobody has settled, the oldest first."""
        ...

    def of(self, newcomer: PatientId) -> IdentityQuestion | None:
        """Return the doubt about a patient, settled or not."""
        ...

    def settle(self, newcomer: PatientId, *, is_same: bool, who: str, at: datetime) -> None:
        """Store what a person said; raises NotFoundError."""
        ...

    def person_of(self, patient_id: PatientId) -> PatientId:
        """Return the patient whom a person called the same as this one, else the patient itself."""
        ...


class UnitOfWork(Protocol):
    """One transaction; leaving it without ``commit`` rolls everything back."""

    cases: CaseRepository
    audit: AuditTrail
    learning: LearningSides
    identity_questions: IdentityQuestions

    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    def commit(self) -> None: ...


@dataclass(frozen=True, slots=True)
class BoundaryResult:
    """A segmentation as the engine computed it, at the image's size."""

    probability: ProbabilityMap
    mask: BoolMask
    model: ModelRef
    run: EngineRun
    frame: FrameVerdict | None = None
    """Whether the image is one to score; None when the model does not tell."""


@dataclass(frozen=True, slots=True)
class RefinedBoundary:
    """A mask as the refiner redrew it from clicks, at the image's size."""

    mask: BoolMask
    model: ModelRef
    run: EngineRun


@dataclass(frozen=True, slots=True)
class BoundaryUncertainty:
    """How sure a boundary is, as the engine computed it."""

    disagreement: NDArray[np.float32]
    """(h, w) in [0, 0.5], of the image's shape at reduced size: the passes' standard deviation."""
    border_uncertainty: float
    """In [0, 1]; 0 = all passes agree."""
    unlikeness: float | None
    """Share of the training images that are more typical; None when the model's card does not tell."""
    weights_sha256: str
    """Of the model that was asked."""


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """A score as the engine computed it."""

    probability: float
    probability_low: float
    probability_high: float
    model: ModelRef
    run: EngineRun
    diagnosis_shares: tuple[DiagnosisShare, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineReport:
    """What a real test inference on this machine showed, for the device page."""

    engine: str
    provider: str
    device: str
    boundary_ms: float | None
    score_ms: float | None
    note: str
    """Why this engine was or was not chosen, or what went wrong, in one sentence."""
    is_active: bool


class Predictor(Protocol):
    """Runs the models, by default the active ones; one request at a time, on the inference queue."""

    def boundary(
        self, image: RgbImage, token: CancelToken, *, model: ModelRef | None = None
    ) -> BoundaryResult:
        """Segment an image with the active model, or the one named; raises InferenceError, CancelledError."""
        ...

    def boundary_uncertainty(
        self, image: RgbImage, mask: BoolMask, token: CancelToken
    ) -> BoundaryUncertainty:
        """Say how sure the boundary ``mask`` is, by further passes over the image."""
        ...

    def can_refine(self) -> bool:
        """Say whether a refiner is active, so that clicks can be offered."""
        ...

    def refine(
        self, image: RgbImage, mask: BoolMask, clicks: Sequence[Click], token: CancelToken
    ) -> RefinedBoundary:
        """Redraw the present mask from all clicks so far; what was drawn by hand is not kept here."""
        ...

    def score(
        self,
        image: RgbImage,
        mask: BoolMask | None,
        tabular: TabularInput,
        token: CancelToken,
        *,
        model: ModelRef | None = None,
    ) -> ScoreResult:
        """Score a lesion with the active model, or the one named.

        ``mask`` gives the crop, ``tabular`` the metadata and measurements.
        """
        ...

    def overlay(
        self,
        name: str,
        image: RgbImage,
        mask: BoolMask | None,
        tabular: TabularInput,
        token: CancelToken,
    ) -> AttentionMap:
        """Explain the score with one of ``overlay_names``; map at image size."""
        ...

    def overlay_names(self) -> tuple[str, ...]:
        """Return the overlays the active engine can compute."""
        ...

    def thresholds(self) -> TriageThresholds:
        """Return the triage thresholds of the active score model's card."""
        ...

    def has_to_measure(self) -> bool:
        """Say whether the next answer waits until the engines were timed with an active model."""
        ...

    def examine(self) -> Iterator[EngineReport]:
        """Run a real inference on every engine of this machine and report."""
        ...

    def forget_models(self) -> None:
        """Ask again which models are active, after a promotion or a roll-back."""
        ...

    def close(self) -> None:
        """Stop server processes and free memory."""
        ...


class StrokeJournal(Protocol):
    """Keeps every step of a correction on disk before it is shown as saved; one journal per image."""

    def begin(self, start: WorkStart) -> None:
        """Start an image's journal anew, durably; raises StorageError and leaves an older one as it was."""
        ...

    def append(self, image_id: ImageId, step: WorkStep) -> None:
        """Add a step durably; raises StorageError when it is not on disk."""
        ...

    def work(self, image_id: ImageId) -> Work | None:
        """Return the unfinished work on an image; raises StorageError when it cannot be read."""
        ...

    def close(self, image_id: ImageId) -> None:
        """Put a journal among the finished ones, because its mask is stored or given up."""
        ...

    def unfinished(self) -> tuple[ImageId, ...]:
        """Return the images with work that is not stored as a revision."""
        ...

    def let_go(self) -> None:
        """Close the files; the work stays unfinished."""
        ...


@dataclass(frozen=True, slots=True)
class MeasuredBands:
    """What a card says of the bands of its model."""

    figures: BandFigures
    images: str
    """Which ones they were measured on: 'held-out' or 'validation'."""


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """A model that spoke about a case, with what its card says."""

    what: str
    """What it said: 'Boundary' or 'Score'."""
    model: ModelRef
    figure: str | None
    """How it did on held-out images, in one line; None when that was not measured."""
    limits: tuple[str, ...] | None
    """Sentences of its card; None when the model is not on the shelf any more."""
    diagnoses: tuple[str, ...] = ()
    """The only ones that its training data know; empty when its card does not tell."""
    bands: MeasuredBands | None = None
    """What the bands of a score model were worth; None when its card does not tell."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with the arrays an exporter or report needs."""

    case: Case
    pixels: RgbImage
    mask: BoolMask | None
    probability: ProbabilityMap | None
    overlays: dict[str, AttentionMap]
    audit: tuple[AuditEvent, ...]
    """Ordered by sequence."""
    models: tuple[ModelSummary, ...]
    """Of the newest boundary and score."""


class RunFollower(Protocol):
    """Reads on in what a run tells."""

    def new_events(self) -> list[Event]:
        """Return the events since the last call; each start ends with exactly one terminal event."""
        ...


class RunLauncher(Protocol):
    """Carries out training in processes of their own, which outlive this one."""

    def start(self, folder: Path) -> None:
        """Start or resume a run; raises LearningError when it is running already."""
        ...

    def is_running(self, folder: Path) -> bool:
        """Say whether the process of a run is alive."""
        ...

    def stop(self, folder: Path) -> bool:
        """Ask a run to stop; end it and return True when an earlier request was not heeded for long."""
        ...

    def follower(self, folder: Path) -> RunFollower:
        """Return a follower that begins at the first event of a run."""
        ...

    def answer(self, arguments: Sequence[str]) -> str:
        """Carry out a short training command and return what it printed; raises LearningError."""
        ...


class Exporter(Protocol):
    """Writes cases in one format."""

    name: str
    label: str
    suffix: str

    def write(self, cases: Sequence[CaseFile], folder: Path, *, deidentified: bool) -> list[Path]:
        """Write files below ``folder`` and return them; raises ExportError."""
        ...


class Clock(Protocol):
    """Tells the time, so that tests can."""

    def __call__(self) -> datetime:
        """Return the present moment, UTC, timezone-aware."""
        ...


@dataclass(frozen=True, slots=True)
class StoreFinding:
    """One thing an examination of the case store came upon."""

    is_problem: bool
    sentence: str


class CaseStore(Protocol):
    """The case store as a whole: what is examined, and closed at the end."""

    @property
    def folder(self) -> Path:
        """Return the data folder."""
        ...

    def examine(self) -> Iterator[StoreFinding]:
        """Check the database and every stored file; one finding at a time, because it may take long."""
        ...

    def sweep(self) -> int:
        """Clear up what killed processes left, unless another process has the store open; say how much."""
        ...

    def exporting(self, target: Path) -> AbstractContextManager[None]:
        """Note that files are being written to ``target``, for the sweep after a crash."""
        ...

    def open_to_others(self) -> int:
        """Return how many files and folders other users of the machine may open."""
        ...

    def close_to_others(self) -> None:
        """Make the data folder private; raises StorageError when that is not possible."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a use case may ask for."""

    unit_of_work: Callable[[], UnitOfWork]
    """A writing transaction: it waits for its turn at once, so nothing read in it can go stale."""
    reading: Callable[[], UnitOfWork]
    """A transaction that only reads; it never waits for a writer."""
    store: CaseStore
    blobs: BlobStore
    images: ImageReader
    predictor: Predictor
    exporters: tuple[Exporter, ...]
    clock: Clock
    user: str
    """Who is at the workstation."""
    vocabulary: Vocabulary
    """The permitted words of the forms."""
    shelf: ModelShelf
    """The trained models on this machine, with their cards."""
    runs: RunLauncher
    """Carries out training."""
    learning_images: Path | None = None
    """Data folder of bundled images that are shown again while learning from corrections."""
    journal: StrokeJournal | None = None
    """Keeps the strokes of corrections; only a window needs one."""
