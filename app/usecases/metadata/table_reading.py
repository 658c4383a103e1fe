"""A table as a person works with it: read, its columns recognised, and corrected by hand where needed."""

from collections.abc import Collection, Generator
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.errors import InvalidFieldError
from app.domain.fields import CaseField
from app.domain.ids import ImageId
from app.importers.tables.column_meanings import (
    IMPORTED_FIELDS,
    PATIENT_NUMBER,
    ColumnMapping,
    ColumnMeaning,
    DecisionColumn,
    KeyColumn,
    OutcomeColumn,
    meaning_named,
    recognised,
)
from app.importers.tables.metadata_table import MetadataTable
from app.importers.tables.table_file import read_table
from app.translation import N_, _
from app.usecases.cancellation import CancelToken
from app.usecases.metadata.line_matching import MatchedBy
from app.usecases.metadata.plan import MetadataPlan
from app.usecases.metadata.plan_metadata import plan_metadata
from app.usecases.progress import Progress
from app.usecases.services import Services

_LABELS = {
    KeyColumn.IMAGE: N_("Image (file name or id)"),
    DecisionColumn.DIAGNOSIS: N_("Decision: diagnosis"),
    DecisionColumn.CONFIRMED_BY: N_("Decision: confirmed by"),
    OutcomeColumn.DIAGNOSIS: N_("Outcome: diagnosis"),
    OutcomeColumn.CONFIRMED_BY: N_("Outcome: confirmed by"),
    OutcomeColumn.KNOWN_ON: N_("Outcome: known on"),
}


@dataclass(frozen=True)
class ColumnChoice:
    """Something that a column may mean."""

    name: str
    label: str


@dataclass(frozen=True)
class TableReading:
    """A table and what its columns are taken for."""

    _table: MetadataTable
    _mapping: ColumnMapping

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the headers."""
        return self._table.columns

    @property
    def examples(self) -> tuple[tuple[str, ...], ...]:
        """Return the cells of the first lines in the order of the columns."""
        return tuple(
            tuple(line.cells.get(column, "") for column in self.columns) for line in self._table.examples
        )

    @property
    def unread(self) -> tuple[str, ...]:
        """Return the columns that nothing is taken from."""
        return tuple(column for column in self.columns if self.meaning_of(column) is None)

    @property
    def names_decisions(self) -> bool:
        """Say whether a column holds diagnoses, which become decisions only if a person signs them."""
        return bool(self._mapping.columns_of(DecisionColumn.DIAGNOSIS))

    def meaning_of(self, column: str) -> str | None:
        """Return the name of what a column is taken for, None when it is not read."""
        meaning = self._mapping.meaning_by_column.get(column)
        return None if meaning is None else _name(meaning)

    def with_meaning(self, column: str, name: str | None) -> "TableReading":
        """Return the table with a column taken for something else, or not read.

        Raises:
            InvalidFieldError: the table has no such column, or there is no such meaning.
        """
        if column not in self.columns:
            raise InvalidFieldError(
                "column",
                _("The table has no column “{column}”; it has {names}.").format(
                    column=column, names=", ".join(self.columns)
                ),
            )
        meaning = None if name is None else meaning_named(name)
        return replace(self, _mapping=self._mapping.with_column(column, meaning))

    def plan(
        self,
        services: Services,
        token: CancelToken,
        *,
        by: MatchedBy | None = None,
        among: Collection[ImageId] | None = None,
    ) -> Generator[Progress, None, MetadataPlan]:
        """Return what the table would change; see ``plan_metadata``."""
        return plan_metadata(services, self._table, self._mapping, token, by=by, among=among)


def read_metadata(path: Path) -> TableReading:
    """Return a table with its columns recognised; raises UnreadableFileError."""
    table = read_table(path)
    return TableReading(table, recognised(table.columns))


def column_choices() -> tuple[ColumnChoice, ...]:
    """Return everything that a column may mean: what names the case first, then the fields of the forms."""
    meanings: list[ColumnMeaning] = [KeyColumn.IMAGE, PATIENT_NUMBER]
    meanings += [field for field in IMPORTED_FIELDS if field is not PATIENT_NUMBER]
    meanings += [*DecisionColumn, *OutcomeColumn]
    return tuple(ColumnChoice(_name(meaning), _label(meaning)) for meaning in meanings)


def _name(meaning: ColumnMeaning) -> str:
    return (meaning.column or meaning.name) if isinstance(meaning, CaseField) else meaning.value


def _label(meaning: ColumnMeaning) -> str:
    return meaning.label if isinstance(meaning, CaseField) else _(_LABELS[meaning])
