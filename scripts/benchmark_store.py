"""Fills a case store with many small cases, for the work list's rows of benchmark.py."""

from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from app.bootstrap import open_services
from app.domain.analysis.prediction import BoundaryPrediction, EngineRun, ModelRef, ScorePrediction
from app.domain.analysis.triage import TriageThresholds
from app.domain.audit import AuditKind
from app.domain.ids import BlobName, ImageId, LesionId, PatientId, PredictionId, VisitId, new_id
from app.domain.image import DermoscopicImage
from app.domain.lesion import Lesion, Visit
from app.domain.people.patient import Patient
from app.imaging import png_codec
from app.settings import Settings
from app.storage.database import connect
from app.storage.store import DATABASE_NAME
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


_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {last}) "
_PEOPLE = "CASE i % 4 WHEN 0 THEN 'Dr Adams' WHEN 1 THEN 'Dr Brown' WHEN 2 THEN 'Dr Clark' ELSE '' END"
_IMPORTED = "strftime('%Y-%m-%dT%H:%M:%S', 1767225600 + i * 300, 'unixepoch') || '.000000+00:00'"
_SITE = "CASE i % 6 " + " ".join(f"WHEN {n} THEN '{site}'" for n, site in enumerate(_SITES)) + " END"
_IS_DECIDED = "i % 5 < 2"
_PROBABILITY = "((i * 7919) % 10007) / 10007.0"
_BAND = f"(CASE WHEN {_PROBABILITY} > 0.6 THEN 0 WHEN {_PROBABILITY} > 0.3 THEN 1 ELSE 2 END)"
_RANK = f"(CASE WHEN {_IS_DECIDED} THEN 5 WHEN {_BAND} = 0 THEN 0 WHEN {_BAND} = 1 THEN 2 ELSE 4 END)"

_THUMBNAILS = 500
_THUMBNAIL = f"(SELECT name FROM thumbnail_name WHERE number = i % {_THUMBNAILS})"

_COLUMNS_OF_LINE = {
    "image_id": "printf('%032x', i)",
    "is_hidden": "0",
    "thumbnail": _THUMBNAIL,
    "patient_code": "printf('P-%06d', i / 3)",
    "patient_name": "printf('Patient Name%04d', i % 4096)",
    "site": _SITE,
    "band": _BAND,
    "reasons": """'["Score is at or above the threshold for an early look (30 %)."]'""",
    "probability": _PROBABILITY,
    "status": f"CASE WHEN {_IS_DECIDED} THEN 'decided' WHEN i % 7 = 0 THEN 'corrected' ELSE 'predicted' END",
    "imported_at": _IMPORTED,
    "file_name": "printf('ISIC_%07d.jpg', i)",
    "queue_rank": _RANK,
    "queue_urgency": f"-{_PROBABILITY}",
    "searched": f"""printf('p-%06d', i / 3) || char(10) || printf('patient name%04d', i % 4096) || char(10) ||
        char(10) || coalesce({_SITE}, '') || char(10) || printf('isic_%07d.jpg', i)""",
    "border_uncertainty": "0.1",
    "score_spread": "0.05",
    "unlikeness": "0.5",
    "correction_rank": "CASE WHEN i % 7 = 0 THEN 1 ELSE 0 END",
    "correction_urgency": "-((i * 53) % 1000) / 1000.0",
    "queue_band": _BAND,
    "lesion_image_count": "0",
    "decided_at": f"CASE WHEN {_IS_DECIDED} THEN {_IMPORTED} END",
    "is_outcome_known": f"{_IS_DECIDED} AND i % 3 = 0",
    "diagnosis": f"CASE WHEN {_IS_DECIDED} THEN CASE i % 9 WHEN 0 THEN 'Melanoma Invasive' "
    "ELSE 'Nevus' END END",
    "decided_by": f"CASE WHEN {_IS_DECIDED} THEN {_PEOPLE} END",
    "visited_on": "date(1767225600 + i * 300, 'unixepoch')",
    "score_model": "CASE i % 2 WHEN 0 THEN 'mambaderm 1.0' ELSE 'mambaderm 1.1' END",
    "needs_check": "i % 11 = 0",
    "assigned_to": _PEOPLE,
    "tags": "CASE i % 20 WHEN 0 THEN char(10) || 'tumour board' || char(10) "
    "WHEN 1 THEN char(10) || 'teaching' || char(10) ELSE '' END",
}

_SPEAKER = {
    "image_id": "printf('%032x', i)",
    "model_name": "'mambaderm'",
    "model_version": "'1.0'",
    "weights_sha256": "printf('%064x', 0)",
    "preprocessing": "'none'",
    "threshold": "0.5",
    "engine": "'benchmark'",
    "provider": "'none'",
    "milliseconds": "0",
    "predicted_at": _IMPORTED,
}

_COLUMNS_BY_TABLE = {
    "patient": {
        "id": "printf('%032x', i)",
        "code": "printf('P-%06d', i / 3) || CASE i % 3 WHEN 0 THEN '' ELSE printf('-%d', i % 3) END",
        "name": "''",
        "notes": "''",
        "issuer": "''",
        "issued_id": "''",
        "birthday": "''",
    },
    "lesion": {
        "id": "printf('%032x', i)",
        "patient_id": "printf('%032x', i / 3 * 3)",
        "label": "''",
        "site": _SITE,
        "notes": "''",
        "tracking_uid": "''",
    },
    "visit": {
        "id": "printf('%032x', i)",
        "lesion_id": "printf('%032x', i)",
        "visited_on": "date(1767225600 + i * 300, 'unixepoch')",
    },
    "image": {
        "id": "printf('%032x', i)",
        "visit_id": "printf('%032x', i)",
        "file_name": "printf('ISIC_%07d.jpg', i)",
        "media_type": "'image/jpeg'",
        "original": "printf('%064x', i)",
        "upright": _THUMBNAIL,
        "thumbnail": _THUMBNAIL,
        "width_px": "600",
        "height_px": "450",
        "imported_at": _IMPORTED,
        "imported_by": "'benchmark'",
        "provenance": "'[]'",
        "is_hidden": "0",
        "is_sample": "0",
    },
    "boundary_prediction": {
        **_SPEAKER,
        "id": "printf('%030x01', i)",
        "mask": _THUMBNAIL,
        "probability": _THUMBNAIL,
    },
    "boundary_assessment": {
        "prediction_id": "printf('%030x01', i)",
        "image_id": "printf('%032x', i)",
        "border_uncertainty": "0.1",
        "unlikeness": "0.5",
    },
    "score_prediction": {
        **_SPEAKER,
        "id": "printf('%030x02', i)",
        "probability": _PROBABILITY,
        "probability_low": _PROBABILITY,
        "probability_high": _PROBABILITY,
        "mask_source": "printf('%030x01', i)",
        "missing_inputs": "'[]'",
        "quality_warnings": "'[]'",
        "urgent_threshold": "0.6",
        "soon_threshold": "0.3",
    },
    "case_index": _COLUMNS_OF_LINE,
    "audit_event": {
        "at": _IMPORTED,
        "who": "'benchmark'",
        "what": f"CASE i % 5 WHEN 0 THEN '{AuditKind.BOUNDARY_SKIPPED}' "
        f"WHEN 1 THEN '{AuditKind.SECOND_LOOK_ASKED}' ELSE '{AuditKind.IMAGE_IMPORTED}' END",
        "subject": "printf('%032x', i)",
        "detail": "''",
    },
}


def fill_work_list(folder: Path, count: int) -> Path:
    """Write ``count`` cases with all that filters ask for straight into a new store; return its database.

    Of patients, lesions, visits, images and predictions there is what a start of the window reads, of files
    a few hundred thumbnails, which stand for every other file, too.
    """
    services = open_services(folder, Settings())
    rng = np.random.default_rng(3)
    pixels = rng.integers(0, 255, (_THUMBNAILS, 96, 128, 3), np.uint8)
    thumbnails = [services.store.blobs.put(png_codec.png(each)) for each in pixels]
    services.store.close()
    database = folder / DATABASE_NAME
    with closing(connect(database)) as connection:
        connection.execute("CREATE TEMP TABLE thumbnail_name (number INTEGER PRIMARY KEY, name TEXT)")
        connection.executemany("INSERT INTO thumbnail_name VALUES (?, ?)", list(enumerate(thumbnails)))
        connection.execute("BEGIN")
        for table, columns in _COLUMNS_BY_TABLE.items():
            names, values = ", ".join(columns), ", ".join(columns.values())
            numbers = _NUMBERS.format(last=count - 1)
            connection.execute(f"{numbers} INSERT INTO {table} ({names}) SELECT {values} FROM n")
        connection.execute("COMMIT")
    return database
