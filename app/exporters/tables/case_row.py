"""A case as one line of a table: ISIC dictionary columns, then the model's output, then the clinician's.

Column names follow the ISIC metadata dictionary where it has the thing; ours begin with ``naevus_``.
"""

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING

import resources
from app.domain.anatomic_sites import LEVELS, levels_of
from app.domain.case import Case
from app.domain.fields import FIELDS, Note
from app.domain.image import DermoscopicImage
from app.domain.mask import area_px
from app.domain.vocabulary import Vocabulary
from app.exporters.case_index import mask_origin
from app.exporters.csv_cells import Cell
from app.exporters.deidentification import CaseDisclosure, disclosed_case
from app.exporters.tables.reading_columns import READING_COLUMNS, readers, reading_cells
from app.usecases.analysis.measurements import mask_area_mm2
from app.usecases.exports.exporter import CaseFile
from models.contract.arrays import BoolMask
from models.contract.lesion.colour_variation import DEFINITION, colour_variation
from models.contract.lesion.features import LesionFeatures

if TYPE_CHECKING:
    from datetime import date

    from app.domain.ids import PatientId

Row = dict[str, Cell]

_CODES = ("image_id", "patient_id", "lesion_id")
_ENTERED = tuple(field for field in FIELDS if field.of is not DermoscopicImage)

SITE_LEVEL_COLUMNS = tuple(f"anatom_site_{level}" for level in range(1, LEVELS + 1))
ISIC_COLUMNS = (
    *_CODES,
    "acquisition_day",
    *(field.column for field in _ENTERED if field.column and not field.identifies),
    *SITE_LEVEL_COLUMNS,
    "diagnosis_1",
    "diagnosis",
    "diagnosis_confirm_type",
    "melanocytic",
    "image_type",
    "dermoscopic_type",
    "pixels_x",
    "pixels_y",
)
MODEL_COLUMNS = (
    "naevus_malignancy_probability",
    "naevus_probability_low",
    "naevus_probability_high",
    "naevus_threshold",
    "naevus_score_model",
    "naevus_score_model_version",
    "naevus_score_weights_sha256",
    "naevus_score_is_of_current_mask",
    "naevus_score_is_current",
    "naevus_triage_band",
    "naevus_triage_reasons",
    "naevus_lesion_probability",
    "naevus_lesion_probability_low",
    "naevus_lesion_probability_high",
    "naevus_lesion_images",
    "naevus_lesion_band",
    "naevus_no_score_reason",
    "naevus_quality_warnings",
    "naevus_missing_inputs",
    "naevus_boundary_model",
    "naevus_boundary_model_version",
    "naevus_boundary_weights_sha256",
)
MEASURED_COLUMNS = (
    "naevus_mask_origin",
    "naevus_mask_revisions",
    "naevus_lesions_in_image",
    "naevus_mm_per_px",
    "naevus_calibration_source",
    "naevus_area_px",
    "naevus_measured_region_area_px",
    "naevus_perimeter_px",
    "naevus_long_diameter_px",
    "naevus_short_diameter_px",
    "naevus_area_mm2",
    "naevus_perimeter_mm",
    "naevus_long_diameter_mm",
    "naevus_short_diameter_mm",
    "naevus_asymmetry",
    "naevus_border_irregularity",
    "naevus_colour_variation",
    "naevus_colour_variation_definition",
    "naevus_colour_variation_definition_1",
    "naevus_eccentricity",
)
CLINICIAN_COLUMNS = (
    "naevus_management",
    "naevus_outcome",
    "naevus_outcome_1",
    "naevus_outcome_confirm_type",
    "naevus_outcome_days_after_visit",
    "naevus_intended_use",
)
_IDENTIFYING = tuple(field for field in _ENTERED if field.identifies and field.column not in _CODES)
IDENTIFYING_COLUMNS = (
    *(field.column for field in _IDENTIFYING if field.column and not isinstance(field.kind, Note)),
    "file_name",
    "decided_by",
    "readings_by",
    "decision_comment",
    "outcome_known_on",
    "outcome_entered_by",
    "outcome_note",
    *(field.column for field in _IDENTIFYING if field.column and isinstance(field.kind, Note)),
)

_INTENDED_USE = "research use only, not a medical device"
_JOINT = " | "


def columns(*, deidentified: bool) -> tuple[str, ...]:
    """Return the table's columns."""
    disclosed = ISIC_COLUMNS + MODEL_COLUMNS + MEASURED_COLUMNS + READING_COLUMNS + CLINICIAN_COLUMNS
    return disclosed if deidentified else disclosed + IDENTIFYING_COLUMNS


def case_row(file: CaseFile, *, deidentified: bool) -> Row:
    """Return a case's line; ``acquisition_day`` is added by ``case_rows``."""
    case, disclosed = file.case, disclosed_case(file.case, deidentified=deidentified)
    measured = _measured(case, file.mask, file.measure())
    said_by_people = {**_outcome(case), **reading_cells(case)}
    row = {**_isic(case, disclosed), **_model(case), **_lesion(case), **measured, **said_by_people}
    row["naevus_management"] = case.decision.management if case.decision else None
    row["naevus_intended_use"] = _INTENDED_USE
    return row if deidentified else {**row, **_identifying(case, disclosed)}


def case_rows(cases: Iterable[CaseFile], *, deidentified: bool) -> Iterator[tuple[CaseFile, Row]]:
    """Yield each case with its line; ``acquisition_day`` counts from the patient's first visit among them.

    The cases are gone through twice, so that no more than one line is held.
    """
    first: dict[PatientId, date] = {}
    for file in cases:
        patient, day = file.case.patient.id, file.case.visit.visited_on
        first[patient] = min(day, first.get(patient, day))
    for file in cases:
        row = case_row(file, deidentified=deidentified)
        row["acquisition_day"] = (file.case.visit.visited_on - first[file.case.patient.id]).days
        yield file, row


@cache
def _vocabulary() -> Vocabulary:
    fields, diagnoses = (
        tomllib.loads(resources.path("terms", name).read_text(encoding="utf-8"))
        for name in ("case_fields.toml", "diagnoses.toml")
    )
    return Vocabulary.from_tables(fields, diagnoses["diagnosis"])


def _isic(case: Case, disclosed: CaseDisclosure) -> Row:
    decision = case.decision
    known = _vocabulary().diagnosis(decision.diagnosis) if decision and decision.diagnosis else None
    return {
        **disclosed.entered,
        **dict(zip_longest(SITE_LEVEL_COLUMNS, levels_of(case.lesion.anatomic_site))),
        "image_id": disclosed.image_code,
        "patient_id": disclosed.patient_code,
        "lesion_id": disclosed.lesion_code,
        "diagnosis_1": known.level_1 if known else None,
        "diagnosis": decision.diagnosis if decision else None,
        "diagnosis_confirm_type": decision.diagnosis_confirm_type if decision else None,
        "melanocytic": known.is_melanocytic if known else None,
        "image_type": case.image.image_type or "dermoscopic",
        "pixels_x": case.image.width_px,
        "pixels_y": case.image.height_px,
    }


def _model(case: Case) -> Row:
    row: Row = {}
    if case.boundary is not None:
        model = case.boundary.model
        row |= {
            "naevus_boundary_model": model.name,
            "naevus_boundary_model_version": model.version,
            "naevus_boundary_weights_sha256": model.weights_sha256,
        }
    score = case.score
    if case.is_score_withheld:
        return row | {"naevus_no_score_reason": case.objection_to_score}
    if score is None:
        return row
    return row | {
        "naevus_malignancy_probability": round(score.probability, 4),
        "naevus_probability_low": round(score.probability_low, 4),
        "naevus_probability_high": round(score.probability_high, 4),
        "naevus_threshold": score.model.threshold,
        "naevus_score_model": score.model.name,
        "naevus_score_model_version": score.model.version,
        "naevus_score_weights_sha256": score.model.weights_sha256,
        "naevus_score_is_of_current_mask": case.is_score_of_valid_mask,
        "naevus_score_is_current": case.is_score_current,
        "naevus_triage_band": case.priority.band.label if case.priority else None,
        "naevus_triage_reasons": _plain(_JOINT.join(case.priority.reasons)) if case.priority else None,
        "naevus_quality_warnings": _JOINT.join(score.quality_warnings),
        "naevus_missing_inputs": _JOINT.join(score.missing_inputs),
    }


def _lesion(case: Case) -> Row:
    """The score of the lesion from its images of the visit, the same in the line of each of them."""
    lesion = case.lesion_score
    if lesion is None:
        return {}
    return {
        "naevus_lesion_probability": round(lesion.probability, 4),
        "naevus_lesion_probability_low": round(lesion.probability_low, 4),
        "naevus_lesion_probability_high": round(lesion.probability_high, 4),
        "naevus_lesion_images": lesion.image_count,
        "naevus_lesion_band": lesion.priority.band.label if lesion.priority else None,
    }


def _outcome(case: Case) -> Row:
    """What became of the lesion; the columns of the decision stay the decision's."""
    outcome = case.outcome
    if outcome is None:
        return {}
    known = _vocabulary().diagnosis(outcome.diagnosis) if outcome.diagnosis else None
    return {
        "naevus_outcome": outcome.diagnosis,
        "naevus_outcome_1": known.level_1 if known else None,
        "naevus_outcome_confirm_type": outcome.confirm_type,
        "naevus_outcome_days_after_visit": (outcome.known_on - case.visit.visited_on).days,
    }


def _plain(text: str) -> str:
    """Return text with common spaces, which is easier to search in a table."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _measured(case: Case, mask: BoolMask | None, features: LesionFeatures | None) -> Row:
    """The area is that of the whole mask, as it is exported."""
    calibration = case.image.calibration
    row: Row = {
        "naevus_mask_origin": mask_origin(case),
        "naevus_mask_revisions": len(case.revisions),
        "naevus_lesions_in_image": (case.mask is not None) + len(case.lesions.drawn),
        "naevus_mm_per_px": calibration.mm_per_px if calibration else None,
        "naevus_calibration_source": calibration.source if calibration else None,
    }
    if mask is None:
        return row
    numbers: dict[str, float | None] = {
        "area_px": area_px(mask),
        "area_mm2": mask_area_mm2(mask, calibration.mm_per_px if calibration else None),
    }
    if features is not None:
        numbers |= _region_numbers(features)
        row["naevus_colour_variation_definition"] = DEFINITION
    return row | {f"naevus_{name}": None if n is None else round(n, 4) for name, n in numbers.items()}


def _region_numbers(features: LesionFeatures) -> dict[str, float | None]:
    """What is measured on the largest region of the mask with its holes filled, and how large that is."""
    return {
        "measured_region_area_px": features.area_px,
        "perimeter_px": features.perimeter_px,
        "long_diameter_px": features.long_diameter_px,
        "short_diameter_px": features.short_diameter_px,
        "perimeter_mm": features.perimeter_mm,
        "long_diameter_mm": features.long_diameter_mm,
        "short_diameter_mm": features.short_diameter_mm,
        "asymmetry": features.shape.symmetry_2axis,
        "border_irregularity": features.shape.norm_border,
        "colour_variation": colour_variation(features.colour),
        "colour_variation_definition_1": features.colour.norm_colour,
        "eccentricity": features.shape.eccentricity,
    }


def _identifying(case: Case, disclosed: CaseDisclosure) -> Row:
    return {
        "file_name": disclosed.file_name,
        "decided_by": case.decision.author if case.decision else None,
        "readings_by": readers(case),
        "decision_comment": disclosed.comment,
        "outcome_known_on": case.outcome.known_on.isoformat() if case.outcome else None,
        "outcome_entered_by": case.outcome.author if case.outcome else None,
        "outcome_note": (case.outcome.note or None) if case.outcome else None,
    }
