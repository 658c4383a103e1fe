"""The patient tree on one SQLAlchemy session: a page of patients, and what stands below one of them.

Pages of patients are counted and ordered on the lines of the work list alone, whose index holds them by
patient, so that the first page of 100,000 cases is there at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Row as ResultRow
from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from app.domain.analysis.triage import Band
from app.domain.case_filter import CaseFilter
from app.domain.ids import LesionId, PatientId, VisitId
from app.domain.patient_tree import ImageLine, LesionLine, PatientLine, VisitLine
from app.domain.work_list.due import Reckoning
from app.storage import mapping
from app.storage.rows import CaseIndexRow, ImageRow, LesionRow, PatientRow, VisitRow
from app.storage.work_list_query import matching

_Counted = ResultRow[str, int, int | None, int]


class PatientTree:
    """Patients with cases in the work list, and their lesions, visits and images."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def patient_count(
        self, search: str = "", shown: CaseFilter = CaseFilter.ALL, reckoning: Reckoning | None = None
    ) -> int:
        """Return how many patients have a case that search and filter leave."""
        query = select(func.count(distinct(CaseIndexRow.patient_code))).where(
            *matching(search, shown, removed=False, reckoning=reckoning)
        )
        return self._session.scalar(query) or 0

    def place_of(
        self,
        code: str,
        search: str = "",
        shown: CaseFilter = CaseFilter.ALL,
        reckoning: Reckoning | None = None,
    ) -> int:
        """Return how many of these patients come before one in the order of their codes."""
        query = select(func.count(distinct(CaseIndexRow.patient_code))).where(
            *matching(search, shown, removed=False, reckoning=reckoning), CaseIndexRow.patient_code < code
        )
        return self._session.scalar(query) or 0

    def patients(
        self,
        *,
        offset: int,
        limit: int,
        search: str = "",
        shown: CaseFilter = CaseFilter.ALL,
        reckoning: Reckoning | None = None,
    ) -> list[PatientLine]:
        """Return a page of patients in the order of their codes, with all of their listed cases counted."""
        page = (
            select(CaseIndexRow.patient_code)
            .where(*matching(search, shown, removed=False, reckoning=reckoning))
            .group_by(CaseIndexRow.patient_code)
            .order_by(CaseIndexRow.patient_code)
            .offset(offset)
            .limit(limit)
        )
        codes = list(self._session.scalars(page))
        people = self._session.scalars(select(PatientRow).where(PatientRow.code.in_(codes)))
        person_by_code = {row.code: row for row in people}
        return [
            _patient_line(person_by_code[row.patient_code], row)
            for row in self._counts(codes)
            if row.patient_code in person_by_code
        ]

    def lesions_of(self, patient_id: PatientId) -> list[LesionLine]:
        """Return a patient's lesions that have listed images, in the order of their first images."""
        lesions = self._session.scalars(select(LesionRow).where(LesionRow.patient_id == patient_id)).all()
        row_by_id = {LesionId(row.id): row for row in lesions}
        images_by_lesion = defaultdict[LesionId, list[ImageLine]](list)
        for line, image, visit in self._listed_images(row_by_id):
            images_by_lesion[LesionId(visit.lesion_id)].append(_image_line(line, image, visit))
        return [
            LesionLine(mapping.lesion_of(row_by_id[lesion_id]), number, _visits(lesion_id, images))
            for number, (lesion_id, images) in enumerate(images_by_lesion.items(), start=1)
        ]

    def _listed_images(
        self, lesion_ids: Iterable[LesionId]
    ) -> list[ResultRow[CaseIndexRow, ImageRow, VisitRow]]:
        """Return the images of lesions in the order of their import.

        Removed ones are left out and the rest is sorted here: asked to do so, SQLite would go through the
        whole work list by one of its indexes.
        """
        query = (
            select(CaseIndexRow, ImageRow, VisitRow)
            .join(ImageRow, ImageRow.id == CaseIndexRow.image_id)
            .join(VisitRow, VisitRow.id == ImageRow.visit_id)
            .where(VisitRow.lesion_id.in_(list(lesion_ids)))
        )
        found = [row for row in self._session.execute(query) if not row[0].is_hidden]
        return sorted(found, key=lambda row: (row[1].imported_at, row[1].id))

    def _counts(self, codes: Sequence[str]) -> Sequence[_Counted]:
        query = (
            select(
                CaseIndexRow.patient_code,
                func.count().label("images"),
                func.min(CaseIndexRow.queue_band).label("band"),
                func.count(distinct(VisitRow.lesion_id)).label("lesions"),
            )
            .join(ImageRow, ImageRow.id == CaseIndexRow.image_id)
            .join(VisitRow, VisitRow.id == ImageRow.visit_id)
            .where(CaseIndexRow.is_hidden.is_(False), CaseIndexRow.patient_code.in_(codes))
            .group_by(CaseIndexRow.patient_code)
            .order_by(CaseIndexRow.patient_code)
        )
        return self._session.execute(query).all()


def _image_line(line: CaseIndexRow, image: ImageRow, visit: VisitRow) -> ImageLine:
    return ImageLine(
        mapping.line_of(line), VisitId(visit.id), visit.visited_on, image.image_type, image.dermoscopic_type
    )


def _visits(lesion_id: LesionId, images: Iterable[ImageLine]) -> tuple[VisitLine, ...]:
    by_day = defaultdict[object, list[ImageLine]](list)
    for image in sorted(images, key=lambda one: one.visited_on):
        by_day[image.visited_on].append(image)
    return tuple(VisitLine(lesion_id, found[0].visited_on, tuple(found)) for found in by_day.values())


def _patient_line(person: PatientRow, counted: _Counted) -> PatientLine:
    _code, images, band, lesions = counted
    return PatientLine(
        id=PatientId(person.id),
        code=person.code,
        name=person.name,
        sex=person.sex,
        birth_year=person.birth_year,
        lesion_count=lesions,
        image_count=images,
        band=None if band is None else Band(band),
    )
