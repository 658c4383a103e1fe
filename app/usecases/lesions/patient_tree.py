"""The patient tree, a page of patients at a time, and what stands below one of them."""

from dataclasses import dataclass

from app.domain.case_filter import CaseFilter
from app.domain.ids import ImageId, PatientId
from app.domain.patient_tree import LesionLine, PatientLine
from app.usecases.services import Services


@dataclass(frozen=True, slots=True)
class PatientPage:
    """Some patients of the tree, and how many there are in all."""

    lines: tuple[PatientLine, ...]
    offset: int
    total: int


@dataclass(frozen=True, slots=True)
class PlaceInTree:
    """A patient, and the row among those whom search and filter leave."""

    patient_id: PatientId
    row: int


def list_patients(
    services: Services, *, offset: int, limit: int, search: str = "", shown: CaseFilter = CaseFilter.ALL
) -> PatientPage:
    """Return patients ``offset`` to ``offset + limit`` who have a case that search and filter leave."""
    with services.store.reading() as work:
        reckoning = services.reckoning
        lines = work.tree.patients(
            offset=offset, limit=limit, search=search, shown=shown, reckoning=reckoning
        )
        return PatientPage(tuple(lines), offset, work.tree.patient_count(search, shown, reckoning))


def place_of_image(
    services: Services, image_id: ImageId, *, search: str = "", shown: CaseFilter = CaseFilter.ALL
) -> PlaceInTree | None:
    """Return where the patient of an image stands in the tree; None when the image is not in the store."""
    with services.store.reading() as work:
        lines = work.cases.lines_of([image_id])
        if not lines:
            return None
        lesion = work.cases.lesion(work.cases.visit_of_image(image_id).lesion_id)
        row = work.tree.place_of(lines[0].patient_code, search, shown, services.reckoning)
        return PlaceInTree(lesion.patient_id, row)


def lesions_of_patient(services: Services, patient_id: PatientId) -> tuple[LesionLine, ...]:
    """Return the lesions of a patient with their visits and images, those without listed images left out."""
    with services.store.reading() as work:
        return tuple(work.tree.lesions_of(patient_id))


def lesions_beside(services: Services, image_id: ImageId) -> tuple[LesionLine, ...]:
    """Return the lesions of the patient of an image."""
    with services.store.reading() as work:
        lesion = work.cases.lesion(work.cases.visit_of_image(image_id).lesion_id)
        return tuple(work.tree.lesions_of(lesion.patient_id))
