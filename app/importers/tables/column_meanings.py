"""What the columns of a table mean: found by the headers that public data sets and our own tables use.

Known are the ISIC archive (before and after its dictionary of 2026), ISIC 2019, 2020 and 2024, HAM10000,
MILK10k, PH2 and Naevus' own tables. Anything else is said by hand.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from app.domain.errors import InvalidFieldError
from app.domain.fields import FIELDS, CaseField
from app.translation import _
from training.contract.body_sites import EXACT_COLUMN, LEVEL_COLUMNS, SITE_COLUMNS


class KeyColumn(StrEnum):
    """A column that says which stored images a line is about."""

    IMAGE = "image"
    """The image's file name, with or without its ending, or its id in the store."""


class DecisionColumn(StrEnum):
    """A column that says what was found, which only a person may record as their decision."""

    DIAGNOSIS = "diagnosis"
    CONFIRMED_BY = "confirmed_by"


class OutcomeColumn(StrEnum):
    """A column that says what became of the lesion, and when that was known."""

    DIAGNOSIS = "outcome"
    CONFIRMED_BY = "outcome_confirmed_by"
    KNOWN_ON = "outcome_known_on"


ColumnMeaning: TypeAlias = CaseField | KeyColumn | DecisionColumn | OutcomeColumn

IMPORTED_FIELDS: Final = tuple(field for field in FIELDS if field.is_entered)
"""Fields that a table may fill: those of the forms."""

PATIENT_NUMBER: Final = next(field for field in FIELDS if field.name == "code")
SITE: Final = next(field for field in FIELDS if field.name == "site")
EXACT_SITE: Final = next(field for field in FIELDS if field.name == "anatomic_site")

_HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("patient_id", "patient_number", "patient_code", "patient", "patientid", "patientennummer"),
    "name": ("patient_name", "patients_name"),
    "birth_year": ("birth_year", "year_of_birth", "yob", "geburtsjahr"),
    "visited_on": ("visited_on", "visit_date", "date_of_visit", "exam_date", "acquisition_date"),
    "age_years": ("age", "age_approx", "age_approximate", "age_years", "alter", "age_at_visit"),
    "sex": ("sex", "gender", "geschlecht", "sexe", "patient_sex"),
    "site": (*SITE_COLUMNS, *LEVEL_COLUMNS, "lokalisation"),
    "site_special": ("anatom_site_special", "site_special"),
    "laterality": ("naevus_laterality", "laterality", "image_laterality", "body_side", "side", "seite"),
    "label": ("lesion_label", "lesion_id", "lesion"),
    "clin_size_long_diam_mm": ("clin_size_long_diam_mm", "diameter_mm", "size_mm", "lesion_size_mm"),
    "fitzpatrick_skin_type": ("fitzpatrick_skin_type", "fitzpatrick", "skin_type", "hauttyp"),
    "personal_hx_mm": ("personal_hx_mm",),
    "family_hx_mm": ("family_hx_mm",),
}
"""Headers by the name of a field, as ``_plain`` writes them; of several in one table the first is read."""

_IMAGE_HEADERS: Final = (
    *("file_name", "filename", "file", "image_file", "image_name", "image", "isic_id", "image_id", "img_id"),
    *("img_name", "dateiname", "fichier"),
)
_DECISION_HEADERS: Final[Mapping[DecisionColumn, tuple[str, ...]]] = {
    DecisionColumn.DIAGNOSIS: (
        *("diagnosis", "dx", "diagnosis_5", "diagnosis_4", "diagnosis_3", "diagnosis_2", "diagnosis_1"),
        *("common_nevus", "atypical_nevus", "melanoma", "clinical_diagnosis", "histological_diagnosis"),
    ),
    DecisionColumn.CONFIRMED_BY: ("diagnosis_confirm_type", "dx_type", "confirmed_by"),
}
_OUTCOME_HEADERS: Final[Mapping[OutcomeColumn, tuple[str, ...]]] = {
    OutcomeColumn.DIAGNOSIS: ("naevus_outcome", "outcome", "outcome_diagnosis"),
    OutcomeColumn.CONFIRMED_BY: (
        "naevus_outcome_confirm_type",
        "outcome_confirmed_by",
        "outcome_confirm_type",
    ),
    OutcomeColumn.KNOWN_ON: ("outcome_known_on", "outcome_date", "outcome_day"),
}
_OF_PH2: Final = frozenset({"clinical_diagnosis", "histological_diagnosis"})


@dataclass(frozen=True)
class ColumnMapping:
    """Which columns of a table are read, and as what."""

    meaning_by_column: Mapping[str, ColumnMeaning]

    def columns_of(self, meaning: ColumnMeaning) -> tuple[str, ...]:
        """Return the columns with a meaning, in the order in which they count.

        Where none was said to be the exact site, the columns of the dictionary's site tell it as well.
        """
        own = tuple(column for column, found in self.meaning_by_column.items() if found == meaning)
        if own or meaning != EXACT_SITE:
            return own
        return tuple(
            column
            for column, found in self.meaning_by_column.items()
            if found == SITE and _plain(column) in (EXACT_COLUMN, *LEVEL_COLUMNS)
        )

    @property
    def fields(self) -> tuple[CaseField, ...]:
        """Return the fields that the table fills, in the order of the forms."""
        return tuple(field for field in IMPORTED_FIELDS if self.columns_of(field))

    def with_column(self, column: str, meaning: ColumnMeaning | None) -> "ColumnMapping":
        """Return the mapping with another meaning of a column, or without the column."""
        others = {name: found for name, found in self.meaning_by_column.items() if name != column}
        return ColumnMapping(others if meaning is None else {**others, column: meaning})


def recognised(columns: Sequence[str]) -> ColumnMapping:
    """Return what the columns of a table mean as far as their headers are known."""
    column_by_header: dict[str, str] = {}
    for column in columns:
        column_by_header.setdefault(_plain(column), column)
    found: dict[str, ColumnMeaning] = {}
    image_headers = (*_IMAGE_HEADERS, "name") if _OF_PH2 & column_by_header.keys() else _IMAGE_HEADERS
    headers_by_meaning: dict[ColumnMeaning, tuple[str, ...]] = {KeyColumn.IMAGE: image_headers}
    headers_by_meaning |= {field: _headers_of(field) for field in IMPORTED_FIELDS}
    headers_by_meaning.update(_DECISION_HEADERS.items())
    headers_by_meaning.update(_OUTCOME_HEADERS.items())
    for meaning, headers in headers_by_meaning.items():
        for header in headers:
            if header in column_by_header:
                found.setdefault(column_by_header[header], meaning)
    return ColumnMapping(found)


def names_known_columns(cells: Sequence[str]) -> bool:
    """Say whether a line of a spreadsheet is a header: it names an image or patient, and something else."""
    mapping = recognised([cell for cell in cells if cell])
    meanings = set(mapping.meaning_by_column.values())
    return bool(meanings & {KeyColumn.IMAGE, PATIENT_NUMBER}) and len(mapping.meaning_by_column) > 1


def meaning_named(name: str) -> ColumnMeaning:
    """Return the meaning that a person names: a field by its name or its column in exported tables.

    Raises:
        InvalidFieldError: nothing is called so.
    """
    wanted = _plain(name)
    if wanted == KeyColumn.IMAGE:
        return KeyColumn.IMAGE
    if wanted in tuple(DecisionColumn):
        return DecisionColumn(wanted)
    if wanted in tuple(OutcomeColumn):
        return OutcomeColumn(wanted)
    for field in IMPORTED_FIELDS:
        if wanted in {_plain(each) for each in (field.name, field.column or "", field.label)}:
            return field
    raise InvalidFieldError(
        "column",
        _("“{name}” is no field; the fields are {names}.").format(
            name=name, names=", ".join(meaning_names())
        ),
    )


def meaning_names() -> tuple[str, ...]:
    """Return the names by which a person says what a column means."""
    fields = (field.column or field.name for field in IMPORTED_FIELDS)
    return (*KeyColumn, *fields, *DecisionColumn, *OutcomeColumn)


def _headers_of(field: CaseField) -> tuple[str, ...]:
    own = (field.column,) if field.column else ()
    return (*own, *_HEADERS.get(field.name, ()))


def _plain(header: str) -> str:
    """A header in lower case, without units in brackets, with one underscore between words."""
    without_unit = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", unicodedata.normalize("NFC", header))
    return re.sub(r"[\W_]+", "_", without_unit.casefold()).strip("_")
