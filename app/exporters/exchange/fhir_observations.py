"""What is observed of a lesion, as FHIR observations: the score, measurements, and readings by a person."""

from dataclasses import dataclass
from typing import Any

from app.domain.readings.forms import FORMS
from app.exporters.tables.case_row import Row

_UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class Observed:
    """One thing observed."""

    text: str
    """What was observed."""
    value: dict[str, Any]
    """Under the name that FHIR has for its kind."""
    model: str | None = None
    """The model that said it: score or boundary; None for a measurement or a person."""
    notes: tuple[str, ...] = ()


_MEASURED = (
    ("naevus_area_mm2", "Area of the lesion", "mm2"),
    ("naevus_perimeter_mm", "Perimeter of the lesion", "mm"),
    ("naevus_long_diameter_mm", "Largest diameter of the lesion", "mm"),
    ("naevus_short_diameter_mm", "Smallest diameter of the lesion", "mm"),
    ("naevus_asymmetry", "Asymmetry about two axes", "1"),
    ("naevus_border_irregularity", "Irregularity of the border", "1"),
    ("naevus_colour_variation", "Variation of colour", "1"),
)
_MEASURED_IN_PIXELS = (
    ("naevus_area_px", "Area of the lesion"),
    ("naevus_long_diameter_px", "Largest diameter of the lesion"),
    ("naevus_short_diameter_px", "Smallest diameter of the lesion"),
)
_NOT_CALIBRATED = "The image has no scale; lengths are in pixels."


def observations(row: Row) -> dict[str, Observed]:
    """Return what a line of the case table observes, by names that stay."""
    found = {**_score(row), **_measurements(row), **_readings(row)}
    if (outcome := row.get("naevus_outcome")) is not None:
        how = row.get("naevus_outcome_confirm_type")
        notes = (f"Confirmed by {how}.",) if how else ()
        found["outcome"] = Observed("Outcome of the lesion", {"valueString": str(outcome)}, notes=notes)
    return found


def _score(row: Row) -> dict[str, Observed]:
    probability = row.get("naevus_malignancy_probability")
    if not isinstance(probability, float):
        return {}
    notes = ["Calibrated probability of malignancy; research use only."]
    if band := row.get("naevus_triage_band"):
        notes.append(f"Band: {band}.")
    if not row.get("naevus_score_is_current"):
        notes.append("Computed before the case was edited last.")
    quantity = _quantity(round(100 * probability, 2), "%")
    return {"score": Observed("Malignancy score", quantity, "score", tuple(notes))}


def _measurements(row: Row) -> dict[str, Observed]:
    model = "boundary" if row.get("naevus_mask_origin") == "predicted" else None
    found = {
        column: Observed(text, _quantity(value, unit), model)
        for column, text, unit in _MEASURED
        if isinstance(value := row.get(column), float)
    }
    if row.get("naevus_mm_per_px") is not None:
        return found
    for column, text in _MEASURED_IN_PIXELS:
        value = row.get(column)
        if isinstance(value, int | float):
            quantity = {"valueQuantity": {"value": value, "unit": "px"}}
            found[column] = Observed(text, quantity, model, (_NOT_CALIBRATED,))
    return found


def _readings(row: Row) -> dict[str, Observed]:
    found = {}
    for form in FORMS:
        start = f"naevus_reading_{form.name}"
        criteria = row.get(f"{start}_criteria")
        if criteria is None:
            continue
        total, lies = row.get(f"{start}_total"), row.get(f"{start}_outcome")
        value = {"valueString": str(criteria)} if total is None else _quantity(total, "1")
        notes = (str(criteria), *((f"By its threshold: {lies}.",) if lies else ()))
        found[start] = Observed(form.label, value, notes=notes)
    return found


def _quantity(value: object, unit: str) -> dict[str, Any]:
    return {"valueQuantity": {"value": value, "unit": unit, "system": _UCUM, "code": unit}}
