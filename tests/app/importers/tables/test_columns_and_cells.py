"""Headers of public tables are recognised, and their cells become what the forms would store."""

from datetime import date
from pathlib import Path

import pytest

from app.domain.errors import InvalidFieldError
from app.domain.fields import FIELDS, CaseField
from app.importers.tables.cell_values import CellReader
from app.importers.tables.column_meanings import (
    IMPORTED_FIELDS,
    DecisionColumn,
    KeyColumn,
    meaning_named,
    meaning_names,
    recognised,
)
from app.importers.tables.diagnosis_cells import confirmation_of, diagnosis_of
from app.importers.tables.table_file import read_table
from tests.app.importers.tables.table_files import (
    HAM10000,
    ISIC_2019,
    ISIC_2020,
    ISIC_2024,
    ISIC_ARCHIVE,
    PH2_TEXT,
    a_table,
    a_workbook,
    ph2_rows,
)
from tests.builders import the_vocabulary

READER = CellReader(the_vocabulary(), date(2026, 3, 14))


def field_called(name: str) -> CaseField:
    return next(field for field in FIELDS if field.name == name)


def understood(path: Path) -> list[dict[str, object]]:
    """The first table's lines as {field name: value}, refusals as their sentences."""
    table = read_table(path)
    mapping = recognised(table.columns)
    found = []
    for line in table.lines():
        values: dict[str, object] = {}
        for field in mapping.fields:
            cells = {column: line.cells[column] for column in mapping.columns_of(field)}
            try:
                value = READER.value(field, cells)
            except InvalidFieldError as error:
                value = str(error)
            if value not in (None, ""):
                values[field.name] = value
        found.append(values)
    return found


@pytest.mark.parametrize(
    ("text", "image", "expected"),
    [
        (
            ISIC_ARCHIVE,
            "isic_id",
            {
                "code": "IP_8063013",
                "age_years": 50,
                "sex": "female",
                "site": "posterior torso",
                "anatomic_site": "Trunk:Posterior trunk:Upper back",
                "label": "IL_0396491",
                "clin_size_long_diam_mm": 6.5,
                "fitzpatrick_skin_type": "II",
                "personal_hx_mm": True,
                "family_hx_mm": False,
            },
        ),
        (HAM10000, "image_id", {"age_years": 80, "sex": "male", "site": "head/neck", "label": "HAM_0000118"}),
        (ISIC_2019, "image", {"age_years": 55, "sex": "female", "site": "anterior torso"}),
        (
            ISIC_2020,
            "image_name",
            {"code": "IP_7279968", "age_years": 45, "sex": "male", "site": "head/neck"},
        ),
        (
            ISIC_2024,
            "isic_id",
            {
                "code": "IP_1235828",
                "age_years": 60,
                "sex": "male",
                "site": "lower extremity",
                "clin_size_long_diam_mm": 3.04,
            },
        ),
    ],
)
def test_the_tables_of_public_data_sets_are_understood_without_a_word(
    tmp_path: Path, text: str, image: str, expected: dict[str, object]
) -> None:
    path = a_table(tmp_path, "table.csv", text)

    assert recognised(read_table(path).columns).columns_of(KeyColumn.IMAGE) == (image,)
    assert understood(path)[0] == expected


def test_a_site_that_does_not_tell_front_from_back_is_refused(tmp_path: Path) -> None:
    second = understood(a_table(tmp_path, "HAM10000_metadata", HAM10000))[1]

    assert second["site"] == "“trunk” does not tell the front of the torso from its back or side."
    assert "sex" not in second


def test_both_tables_of_ph2_name_the_image_and_the_diagnosis(tmp_path: Path) -> None:
    for path in (a_table(tmp_path, "PH2_dataset.txt", PH2_TEXT), a_workbook(tmp_path, ph2_rows())):
        table = read_table(path)
        mapping = recognised(table.columns)
        (image,) = mapping.columns_of(KeyColumn.IMAGE)
        columns = mapping.columns_of(DecisionColumn.DIAGNOSIS)
        said = [
            (line.cells[image], diagnosis_of({name: line.cells[name] for name in columns}, READER.vocabulary))
            for line in table.lines()
        ]
        assert said == [("IMD003", "Nevus"), ("IMD061", "Melanoma, NOS")]


def test_a_table_of_photographs_by_name_is_not_taken_for_ph2() -> None:
    assert recognised(("Name", "Sex")).columns_of(KeyColumn.IMAGE) == ()


@pytest.mark.parametrize("header", ["Age", "age (years)", "AGE_APPROX", "Age [y]", " age "])
def test_headers_are_recognised_however_they_are_written(header: str) -> None:
    assert recognised((header,)).fields == (field_called("age_years"),)


def test_every_field_of_the_forms_can_be_named_by_hand() -> None:
    assert {meaning_named(name) for name in meaning_names()} >= set(IMPORTED_FIELDS)
    with pytest.raises(InvalidFieldError, match="is no field; the fields are image,"):
        meaning_named("shoe size")


def test_a_mapping_by_hand_replaces_what_was_found() -> None:
    mapping = recognised(("file", "age", "x")).with_column("age", None).with_column("x", field_called("sex"))

    assert dict(mapping.meaning_by_column) == {"file": KeyColumn.IMAGE, "x": field_called("sex")}


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("age_years", "45,0", 45),
        ("age_years", "85+", 85),
        ("age_years", "45 years", 45),
        ("age_years", "NaN", None),
        ("birth_year", "1960.0", 1960),
        ("sex", "Weiblich", "female"),
        ("sex", "n/a", None),
        ("site", "Lower back", "posterior torso"),
        ("site", "Trunk:Anterior trunk:Chest", "anterior torso"),
        ("fitzpatrick_skin_type", "3", "III"),
        ("fitzpatrick_skin_type", "Type iv", "IV"),
        ("clin_size_long_diam_mm", "6,5", 6.5),
        ("clin_size_long_diam_mm", "0.65 cm", 6.5),
        ("personal_hx_mm", "Ja", True),
        ("family_hx_mm", "0", False),
        ("visited_on", "17.03.2024", date(2024, 3, 17)),
        ("visited_on", "20240317", date(2024, 3, 17)),
        ("visited_on", "2024-03-17T10:30:00", date(2024, 3, 17)),
        ("visited_on", "3/17/2024", date(2024, 3, 17)),
        ("name", "  Doe,   Jane ", "Doe, Jane"),
        ("code", "", ""),
    ],
)
def test_a_cell_becomes_what_the_form_would_store(name: str, cell: str, value: object) -> None:
    assert READER.value(field_called(name), {"column": cell}) == value


@pytest.mark.parametrize(
    ("name", "cell", "said"),
    [
        ("age_years", "300.0", "between 0 and 120"),
        ("age_years", "45.5", "whole number"),
        ("age_years", "-3", "is no age"),
        ("birth_year", "2030", "1900 to 2026"),
        ("site", "left antenna", "choose one of"),
        ("sex", "diverse", "choose one of: female, male"),
        ("clin_size_long_diam_mm", "inf", "number with a unit"),
        ("clin_size_long_diam_mm", "-4", "number with a unit"),
        ("personal_hx_mm", "perhaps", "neither yes nor no"),
        ("visited_on", "2027-01-01", "future"),
        ("visited_on", "03/04/2024", "two days"),
        ("visited_on", "31.02.2024", "no day of the calendar"),
        ("visited_on", "yesterday", "no day"),
        ("visited_on", "17.03.24", "no day"),
        ("code", "unknown patient", "placeholder"),
        ("name", "x" * 201, "200 are permitted"),
        ("name", "a\x00b", "control characters"),
    ],
)
def test_a_cell_that_may_not_be_stored_is_refused_with_the_reason(name: str, cell: str, said: str) -> None:
    with pytest.raises(InvalidFieldError, match=said):
        READER.value(field_called(name), {"column": cell})


def test_the_finest_diagnosis_that_the_list_knows_counts() -> None:
    levels = {"diagnosis_3": "Melanoma Invasive", "diagnosis_1": "Malignant"}
    assert diagnosis_of(levels, READER.vocabulary) == "Melanoma Invasive"
    assert diagnosis_of({"diagnosis": "unknown"}, READER.vocabulary) is None


@pytest.mark.parametrize(
    ("word", "said"), [("bkl", "stands for seborrheic keratosis"), ("wart?", "not in the list")]
)
def test_a_diagnosis_that_is_several_or_none_is_refused(word: str, said: str) -> None:
    with pytest.raises(InvalidFieldError, match=said):
        diagnosis_of({"dx": word}, READER.vocabulary)


def test_how_a_diagnosis_was_confirmed_is_understood_in_two_vocabularies() -> None:
    assert confirmation_of("histo", READER.vocabulary) == "histopathology"
    assert confirmation_of("Histopathology", READER.vocabulary) == "histopathology"
    with pytest.raises(InvalidFieldError, match="no way to confirm"):
        confirmation_of("a guess", READER.vocabulary)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("image,anatom_site\na.png,Nose\n", ("head/neck", "Head and neck:Head:Face:Nose", None)),
        (
            "image,anatom_site_1,anatom_site_2,laterality\na.png,Upper extremity,Hand,L\n",
            ("upper extremity", "Upper extremity:Hand", "left"),
        ),
        ("image,anatom_site\na.png,Trunk\n", (None, "Trunk", None)),
        ("image,anatom_site,side\na.png,head/neck,unknown\n", ("head/neck", None, None)),
        ("image,localization,side\na.png,scalp,right\n", ("head/neck", None, "right")),
        (
            "image,anatom_site_general,anatom_site,anatom_site_1,naevus_laterality\n"
            "a.png,palms/soles,Lower extremity:Foot:Sole of foot,Lower extremity,right\n",
            ("palms/soles", "Lower extremity:Foot:Sole of foot", "right"),
        ),
    ],
)
def test_exact_sites_and_sides_are_read_from_old_and_new_columns(
    tmp_path: Path, text: str, expected: tuple[str | None, ...]
) -> None:
    (values,) = understood(a_table(tmp_path, "sites.csv", text))
    assert tuple(values.get(name) for name in ("site", "anatomic_site", "laterality")) == expected


def test_sites_that_the_dictionary_does_not_have_and_unknown_sides_are_refused(tmp_path: Path) -> None:
    text = "image,anatom_site,side\na.png,Head and neck:Head:Snout,both\n"
    (values,) = understood(a_table(tmp_path, "sites.csv", text))
    assert values["site"] == "head/neck"
    assert values["anatomic_site"] == "“Head and neck:Head:Snout” is no site of the ISIC dictionary."
    assert str(values["laterality"]).startswith("“both” is not permitted")
