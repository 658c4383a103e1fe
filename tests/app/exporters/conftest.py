"""Cases full of canaries: every identifying field holds a word that must not leave when de-identified."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
import pytest

from app.domain.analysis.prediction import BoundaryPrediction, EngineRun, ModelRef, ScorePrediction
from app.domain.analysis.triage import TriageThresholds
from app.domain.case import Case
from app.domain.ids import (
    BlobName,
    DecisionId,
    ImageId,
    LesionId,
    OutcomeId,
    PatientId,
    PredictionId,
    RevisionId,
    VisitId,
)
from app.domain.image import Calibration, DermoscopicImage
from app.domain.lesion import Lesion, Visit
from app.domain.outcome import LesionOutcome
from app.domain.people.patient import Patient
from app.domain.revision import Decision, MaskRevision, RevisionReason
from app.usecases.analysis.measurements import features_of
from app.usecases.exports.exporter import CaseFile
from models.contract.arrays import BoolMask, RgbImage
from models.contract.lesion.features import LesionFeatures
from tests.app.exporters.holed_lesion import SIZE, a_holed_lesion

HEIGHT_PX, WIDTH_PX = 90, 131
STARTED = datetime(2021, 3, 14, 9, 0, tzinfo=UTC)

MakeCase = Callable[..., CaseFile]


def a_mask() -> BoolMask:
    rows, columns = np.mgrid[:HEIGHT_PX, :WIDTH_PX]
    disc = (rows - 40) ** 2 + (columns - 50) ** 2 < 27**2
    disc[35:40, 45:50] = False
    return disc


def a_picture() -> RgbImage:
    grain = np.random.default_rng(5).integers(-20, 20, (HEIGHT_PX, WIDTH_PX, 1))
    picture = np.where(a_mask()[..., None], (95, 60, 48), (224, 182, 160)) + grain
    return np.clip(picture, 0, 255).astype(np.uint8)


def _decided_case() -> Case:
    image_id, seconds = ImageId("1" * 32), timedelta(seconds=5)
    run = EngineRun("ONNX Runtime", "CPUExecutionProvider", 80.0)
    segmenter = ModelRef("dermomamba", "1.2.0", "5e" * 32, "resize 192x256, ImageNet", 0.5)
    classifier = ModelRef("mambaderm_lite", "1.1.0", "c1" * 32, "lesion crop 224, ImageNet", 0.31)
    image = DermoscopicImage(
        id=image_id,
        visit_id=VisitId("2" * 32),
        file_name="canaryfile.jpg",
        media_type="image/jpeg",
        original=BlobName("0a" * 32),
        upright=BlobName("0b" * 32),
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
        imported_at=STARTED,
        imported_by="Dr. Canarystaff",
        calibration=Calibration(0.05, "measured on a ruler"),
        provenance=(
            ("file type", "the content is JPEG although the name ends in '.canarysuffix'"),
            ("colour profile", "converted from canaryprofile to sRGB"),
        ),
        dermoscopic_type="contact polarized",
    )
    boundary = BoundaryPrediction(
        PredictionId("3" * 32),
        image_id,
        segmenter,
        BlobName("0c" * 32),
        BlobName("0d" * 32),
        run,
        STARTED + seconds,
    )
    revision = MaskRevision(
        RevisionId("4" * 32),
        image_id,
        1,
        BlobName("0e" * 32),
        boundary.id,
        "Dr. Canarystaff",
        STARTED + timedelta(days=12),
        RevisionReason.CORRECTED,
    )
    score = ScorePrediction(
        PredictionId("5" * 32),
        image_id,
        classifier,
        0.634,
        0.52,
        0.71,
        revision.id,
        ("age_approx", "tbp_lv_x"),
        ("The image is blurred.",),
        run,
        STARTED + timedelta(days=12, minutes=1),
        TriageThresholds(0.5, 0.2),
    )
    decision = Decision(
        DecisionId("6" * 32),
        image_id,
        "Nevus",
        "histopathology",
        "biopsy",
        "canarycomment <b>bold?</b> & more",
        "Dr. Canarystaff",
        STARTED + timedelta(days=13),
    )
    outcome = LesionOutcome(
        OutcomeId("9" * 32),
        image_id,
        "Melanoma in situ",
        "histopathology",
        date(2021, 4, 2),
        "canarypathology",
        "Dr. Canarystaff",
        STARTED + timedelta(days=20),
    )
    patient = Patient(
        PatientId("7" * 32),
        "CANARY-0815/ü",
        "Canaryname, Jürgen",
        1931,
        "male",
        "II",
        True,
        False,
        "canarynotes",
    )
    lesion = Lesion(
        LesionId("8" * 32), patient.id, "canarylabel", "posterior torso", None, 8.5, "canarylesion"
    )
    visit = Visit(VisitId("2" * 32), lesion.id, date(2021, 3, 14))
    return Case(image, visit, lesion, patient, (boundary,), (score,), (revision,), (decision,), (outcome,))


def _measured(file: CaseFile) -> LesionFeatures | None:
    calibration = file.case.image.calibration
    mm_per_px = calibration.mm_per_px if calibration else None
    return None if file.mask is None else features_of(file.pixels, file.mask, mm_per_px=mm_per_px)


@pytest.fixture
def make_case() -> MakeCase:
    def make(name: str | None = None, **changes: object) -> CaseFile:
        case = _decided_case()
        patient = replace(case.patient, name=name if name is not None else case.patient.name)
        parts: dict[str, Any] = {
            "case": replace(case, patient=patient),
            "pixels": a_picture(),
            "mask": a_mask(),
            "other_masks": (),
            "probability": a_mask().astype(np.float32),
            "overlays": {"hidden_attention": a_mask().astype(np.float32)},
            "audit": (),
            "models": (),
            **changes,
        }
        chosen = parts.pop("case")
        readers = {f"read_{name}": partial(lambda part: part, part) for name, part in parts.items()}
        file = CaseFile(case=chosen, **readers, measure=lambda: _measured(file), weigh_original=lambda: 4321)
        return file

    return make


@pytest.fixture
def new_case(make_case: MakeCase) -> CaseFile:
    """Return a case that was only imported."""
    case = make_case().case
    bare = replace(case, boundaries=(), scores=(), revisions=(), decisions=(), outcomes=())
    return make_case(case=bare, mask=None, probability=None, overlays={})


@pytest.fixture
def holed(make_case: MakeCase) -> CaseFile:
    """Return a case whose lesion has a hole and a second part."""
    case = make_case().case
    image = replace(case.image, height_px=SIZE[0], width_px=SIZE[1])
    pixels = np.random.default_rng(2).integers(0, 255, (*SIZE, 3)).astype(np.uint8)
    probability = np.linspace(0, 1, SIZE[0] * SIZE[1], dtype=np.float32).reshape(SIZE)
    return make_case(
        case=replace(case, image=image), mask=a_holed_lesion(), pixels=pixels, probability=probability
    )
