"""A small clinic whose patients have corrected images and confirmed diagnoses."""

from dataclasses import replace
from pathlib import Path

from app.domain.ids import ImageId
from app.usecases.cases.set_decision import set_decision
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.patients.edit_patient import edit_patient
from app.usecases.services import Services
from tests.builders import a_case, a_mask


def a_patient_with_a_correction(
    services: Services, folder: Path, seed: int, *, diagnosis: str | None = None, confirm: str | None = None
) -> ImageId:
    """Import an image of a new patient, correct its boundary and, when named, decide its diagnosis."""
    image_id = a_case(services, folder, seed=seed)
    correct_mask(services, image_id, a_mask(radius_px=10 + seed % 8))
    if diagnosis is not None:
        set_decision(services, image_id, diagnosis=diagnosis, diagnosis_confirm_type=confirm)
    return image_id


def name_patient(services: Services, image_id: ImageId, **changes: object) -> None:
    """Give the patient of an image a name, a code, a year of birth ..."""
    with services.store.reading() as work:
        patient = work.cases.case(image_id).patient
    edit_patient(services, patient, replace(patient, **changes))  # type: ignore[arg-type]


def a_clinic(services: Services, folder: Path, patients: int, *, first: int = 1) -> list[ImageId]:
    """Return the images of several patients with one corrected image each."""
    return [a_patient_with_a_correction(services, folder, first + number) for number in range(patients)]
