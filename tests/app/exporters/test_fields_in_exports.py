"""Every described field reaches table and report, and those that identify stay out when de-identified."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.domain.fields import FIELDS, CaseField
from app.exporters.deidentification import disclosed_case
from app.exporters.tables.case_row import case_row, columns
from app.usecases.exports.exporter import CaseFile

MakeCase = Callable[..., CaseFile]

EXPORTED = pytest.mark.parametrize(
    "field",
    [field for field in FIELDS if field.column is not None],
    ids=lambda field: f"{field.of.__name__}.{field.name}",
)


@pytest.fixture
def full(make_case: MakeCase) -> CaseFile:
    """Return a case of which everything is known."""
    case = make_case().case
    return make_case(
        case=replace(
            case,
            patient=replace(case.patient, issuer="canary clinic"),
            lesion=replace(
                case.lesion,
                site_special="nail NOS",
                anatomic_site="Upper extremity:Hand:Fingers and thumb:Thumb",
                laterality="left",
            ),
            visit=replace(case.visit, age_years=85),
        )
    )


@EXPORTED
def test_an_exported_field_is_in_the_table(full: CaseFile, field: CaseField) -> None:
    assert field.column in columns(deidentified=False)
    assert case_row(full, deidentified=False)[str(field.column)] not in (None, "")


@EXPORTED
def test_what_identifies_is_in_no_deidentified_table(full: CaseFile, field: CaseField) -> None:
    row, is_pseudonym = case_row(full, deidentified=True), field.column == "patient_id"
    is_left_out = field.identifies and not is_pseudonym
    assert (field.column in columns(deidentified=True)) != is_left_out
    assert (field.column in row) != is_left_out
    if is_pseudonym:
        assert row["patient_id"] != full.case.patient.code


def test_a_field_that_is_never_exported_is_in_no_disclosure(full: CaseFile) -> None:
    case = replace(full.case, patient=replace(full.case.patient, birthday="05-17"))
    assert "05-17" not in disclosed_case(case, deidentified=False).entered.values()


def test_the_levels_of_an_exact_site_have_the_columns_of_the_isic_archive(full: CaseFile) -> None:
    row = case_row(full, deidentified=True)
    assert [row[f"anatom_site_{level}"] for level in range(1, 6)] == [
        *("Upper extremity", "Hand", "Fingers and thumb", "Thumb"),
        None,
    ]
    assert row["anatom_site"] == "Upper extremity:Hand:Fingers and thumb:Thumb"
    assert row["naevus_laterality"] == "left"
