"""Fills a case store with many small cases, for the work list's rows of benchmark.py."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from app.bootstrap import open_services
from app.domain.analysis.prediction import BoundaryPrediction, EngineRun, ModelRef, ScorePrediction
from app.domain.analysis.triage import TriageThresholds
from app.domain.ids import BlobName, ImageId, LesionId, PatientId, PredictionId, VisitId, new_id
from app.domain.image import DermoscopicImage
from app.domain.lesion import Lesion, Visit
from app.domain.people.patient import Patient
from app.imaging import png_codec
from app.settings import Settings
from app.usecases.services import Services

_SITES = ("head/neck", "upper extremity", "lower extremity", "anterior torso", "posterior torso")
_MODEL = ModelRef("benchmark", "1", "0" * 64, "none", 0.5)
_RUN = EngineRun("benchmark", "none", 0.0)


def store_with_cases(folder: Path, count: int, *, with_boundaries: bool = False) -> Services:
    """Return services over a new store of ``count`` cases, which share one image file but not the score."""
    services = open_services(folder, Settings())
    blob = services.store.blobs.put(png_codec.png(np.full((64, 64, 3), 128, np.uint8)))
    square = np.zeros((64, 64), np.bool_)
    square[16:48, 20:52] = square[50:60, 50:60] = True
    mask = services.store.blobs.put(png_codec.mask_png(square))
    scores = np.random.default_rng(3).random(count)
    now = datetime.now(UTC)
    with services.store.writing() as work:
        for index in range(count):
            patient = Patient(PatientId(new_id()), f"P-{index:05d}", name=f"Patient {index}")
            lesion = Lesion(LesionId(new_id()), patient.id, site=_SITES[index % len(_SITES)])
            visit = Visit(VisitId(new_id()), lesion.id, date(2026, 1, 1))
            original = BlobName(f"{index:064x}")
            image = DermoscopicImage(
                ImageId(new_id()),
                visit.id,
                f"{index}.png",
                "image/png",
                original,
                blob,
                64,
                64,
                now,
                "benchmark",
            )
            work.cases.add_patient(patient)
            work.cases.add_lesion(lesion)
            work.cases.add_visit(visit)
            work.cases.add_image(image, blob)
            if with_boundaries:
                work.cases.add_boundary(_boundary(image, mask, now))
            work.cases.add_score(_score(image, float(scores[index]), now))
        work.commit()
    return services


def _boundary(image: DermoscopicImage, mask: BlobName, now: datetime) -> BoundaryPrediction:
    return BoundaryPrediction(PredictionId(new_id()), image.id, _MODEL, mask, mask, _RUN, now)


def _score(image: DermoscopicImage, probability: float, now: datetime) -> ScorePrediction:
    return ScorePrediction(
        id=PredictionId(new_id()),
        image_id=image.id,
        model=_MODEL,
        probability=probability,
        probability_low=probability,
        probability_high=probability,
        mask_source=PredictionId(image.id),
        missing_inputs=(),
        quality_warnings=(),
        run=_RUN,
        predicted_at=now,
        thresholds=TriageThresholds(urgent=0.6, soon=0.3),
    )
