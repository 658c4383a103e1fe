"""Which stored cases a line of a table is about."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.errors import InvalidFieldError, NotFoundError
from app.domain.ids import ImageId, PatientId, is_id
from app.importers.tables.column_meanings import PATIENT_NUMBER, ColumnMapping, KeyColumn
from app.importers.tables.metadata_table import TableLine
from app.translation import N_, _
from app.usecases.cases.case_names import CaseNames
from app.usecases.patients.edit_patient import images_of_patient
from app.usecases.services import Services


class MatchedBy(StrEnum):
    """What tells which case a line is about."""

    FILE = "file"
    IMAGE = "image"
    PATIENT = "patient"


_WANTED: Mapping[MatchedBy | None, str] = {
    None: N_("the image file or the patient number"),
    MatchedBy.FILE: N_("the image file"),
    MatchedBy.IMAGE: N_("the id of the image"),
    MatchedBy.PATIENT: N_("the patient number"),
}


@dataclass(frozen=True, slots=True)
class MatchedLine:
    """A line and the cases that it is about."""

    line: TableLine
    subject: str
    image_ids: tuple[ImageId, ...]


class LineMatcher:
    """Finds the cases of the work list that lines name."""

    def __init__(
        self,
        services: Services,
        mapping: ColumnMapping,
        by: MatchedBy | None,
        among: Collection[ImageId] | None = None,
    ) -> None:
        """Look at the columns and at the work list.

        Args:
            services: the case store.
            mapping: what the columns mean.
            by: what tells which case is meant; None = the image where a column names one, else the patient.
            among: the only cases that may be meant; None = the whole work list.

        Raises:
            InvalidFieldError: no column tells which case is meant.
        """
        images, numbers = mapping.columns_of(KeyColumn.IMAGE), mapping.columns_of(PATIENT_NUMBER)
        self.by = by or (MatchedBy.PATIENT if numbers and not images else None)
        self._services = services
        self._columns = numbers if self.by is MatchedBy.PATIENT else images
        if not self._columns:
            raise InvalidFieldError(
                "column",
                _("No column is known to hold {value}; say which does.").format(value=_(_WANTED[self.by])),
            )
        self._names = CaseNames(services, among)
        self._patients = _Patients(services) if self.by is MatchedBy.PATIENT else None

    def matched(self, line: TableLine) -> MatchedLine:
        """Return the cases of a line; an empty tuple where the work list has none.

        Raises:
            NotFoundError: the line names several cases, or nothing at all.
        """
        cells = [cell for column in self._columns if (cell := line.cells.get(column, ""))]
        if not cells:
            raise NotFoundError(_("The line names no case."))
        if self._patients is not None:
            return MatchedLine(line, cells[0], self._of_patient(self._patients.only(cells[0])))
        subject = next((cell for cell in cells if not is_id(cell)), cells[0])
        return MatchedLine(line, subject, self._of_image(cells))

    def _of_patient(self, patient_id: PatientId | None) -> tuple[ImageId, ...]:
        if patient_id is None:
            return ()
        with self._services.store.reading() as work:
            images = images_of_patient(work, patient_id)
        return tuple(sorted(image_id for image_id in images if self._names.has(image_id)))

    def _of_image(self, cells: list[str]) -> tuple[ImageId, ...]:
        if self.by is not MatchedBy.FILE:
            for cell in cells:
                image_id = ImageId(cell.lower())
                if is_id(image_id) and self._names.has(image_id):
                    return (image_id,)
        if self.by is MatchedBy.IMAGE:
            return ()
        for cell in cells:
            found = self._names.of_file(cell)
            if len(found) > 1:
                raise NotFoundError(
                    _(
                        "{count} cases have an image file called {cell}; name the id of the image instead."
                    ).format(count=len(found), cell=cell)
                )
            if found:
                return found
        return ()


class _Patients:
    """The stored patients by their numbers."""

    def __init__(self, services: Services) -> None:
        self._by_number: dict[str, set[PatientId]] = defaultdict(set)
        with services.store.reading() as work:
            for patient in work.cases.patients():
                for number in filter(None, (patient.code, patient.issued_id)):
                    self._by_number[number].add(patient.id)

    def only(self, number: str) -> PatientId | None:
        """Return the patient of a number, None if there is none; raises NotFoundError for several."""
        found = self._by_number.get(number, set())
        if len(found) > 1:
            raise NotFoundError(
                _("{count} patients have the number {number}; say first who is who.").format(
                    count=len(found), number=number
                )
            )
        return next(iter(found), None)
