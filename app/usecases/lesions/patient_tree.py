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


def list_patients(
    services: Services, *, offset: int, limit: int, search: str = "", shown: CaseFilter = CaseFilter.ALL
) -> PatientPage:
    """Return patients ``offset`` to ``offset + limit`` who have a case that search and filter leave."""
    with services.store.reading() as work:
        lines = work.tree.patients(offset=offset, limit=limit, search=search, shown=shown)
        return PatientPage(tuple(lines), offset, work.tree.patient_count(search, shown))


def place_of_patient(
    services: Services, image_id: ImageId, *, search: str = "", shown: CaseFilter = CaseFilter.ALL
) -> int:
    """Return how many patients of the tree come before the one of an image."""
    with services.store.reading() as work:
        (line,) = work.cases.lines_of([image_id])
        return work.tree.place_of(line.patient_code, search, shown)


def lesions_of_patient(services: Services, patient_id: PatientId) -> tuple[LesionLine, ...]:
    """Return the lesions of a patient with their visits and images, those without listed images left out."""
    with services.store.reading() as work:
        return tuple(work.tree.lesions_of(patient_id))


def lesions_beside(services: Services, image_id: ImageId) -> tuple[LesionLine, ...]:
    """Return the lesions of the patient of an image."""
    with services.store.reading() as work:
        lesion = work.cases.lesion(work.cases.visit_of_image(image_id).lesion_id)
        return tuple(work.tree.lesions_of(lesion.patient_id))
