"""What became of lesions, as a line of a table tells it."""

from dataclasses import dataclass
from datetime import date, datetime

from app.domain.case import Case
from app.domain.case_checks import check_outcome
from app.domain.errors import InvalidFieldError
from app.domain.ids import OutcomeId, new_id
from app.domain.outcome import LesionOutcome
from app.importers.tables.cell_values import CellReader
from app.importers.tables.column_meanings import ColumnMapping, OutcomeColumn
from app.importers.tables.diagnosis_cells import confirmation_of, diagnosis_of
from app.importers.tables.metadata_table import TableLine
from app.translation import _
from app.usecases.metadata.plan import OutcomeEntry


@dataclass(frozen=True)
class OutcomeLines:
    """Reads the columns about outcomes."""

    reader: CellReader
    mapping: ColumnMapping
    now: datetime

    def entry(self, line: TableLine, case: Case) -> OutcomeEntry | None:
        """Return the outcome that a line tells of a case; None where it tells none.

        Raises:
            InvalidFieldError: diagnosis, confirmation or day is missing or not permitted.
        """
        columns = self.mapping.columns_of(OutcomeColumn.DIAGNOSIS)
        cells = {column: line.cells.get(column, "") for column in columns}
        diagnosis = diagnosis_of(cells, self.reader.vocabulary)
        if diagnosis is None:
            return None
        confirmed = confirmation_of(self._cell(line, OutcomeColumn.CONFIRMED_BY), self.reader.vocabulary)
        known_on = self._day(line)
        stored = case.outcome
        told = LesionOutcome(
            id=OutcomeId(new_id()),
            image_id=case.image.id,
            diagnosis=diagnosis,
            confirm_type=confirmed,
            known_on=known_on,
            note="",
            author="",
            created_at=self.now,
        )
        check_outcome(told, case.visit, self.reader.vocabulary, today=self.reader.today)
        return OutcomeEntry(
            case.image.id, None if stored is None else stored.id, diagnosis, confirmed or "", known_on
        )

    def _day(self, line: TableLine) -> date:
        day = self.reader.day(self._cell(line, OutcomeColumn.KNOWN_ON))
        if day is None:
            raise InvalidFieldError(
                "outcome_known_on",
                _("An outcome needs the day on which it was known; say which column holds it."),
            )
        return day

    def _cell(self, line: TableLine, meaning: OutcomeColumn) -> str:
        columns = self.mapping.columns_of(meaning)
        return line.cells.get(columns[0], "").strip() if columns else ""
