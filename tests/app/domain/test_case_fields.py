import contextlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.case_checks import check_age, check_decision, check_lesion, check_patient, check_visit
from app.domain.case_fields import age_years, birth_year, choice, diameter_mm, mm_per_px
from app.domain.errors import InvalidFieldError
from app.domain.ids import DecisionId, ImageId, LesionId, PatientId, VisitId
from app.domain.lesion import Lesion, Visit
from app.domain.people.patient import Patient
from app.domain.revision import Decision
from models.contract.lesion.tabular import CATEGORICAL_VALUES
from tests.builders import the_vocabulary

WORDS = the_vocabulary()
TODAY = date(2026, 3, 14)
PATIENT = Patient(PatientId("p"), "P-1")
LESION = Lesion(LesionId("l"), PatientId("p"))
VISIT = Visit(VisitId("v"), LesionId("l"), TODAY)
DECISION = Decision(
    DecisionId("d"), ImageId("i"), "Nevus", None, None, "", "Dr Test", datetime(2026, 3, 14, tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("0", 0),
        ("42", 42),
        (" 7 ", 7),
        ("85", 85),
        ("85+", 85),
        ("97", 85),
        (103, 85),
        ("", None),
        (None, None),
    ],
)
def test_an_age_is_whole_years_and_85_stands_for_more(text: str | int | None, age: int | None) -> None:
    assert age_years(text) == age


@pytest.mark.parametrize("text", ["-1", "4.5", "forty", "1000", "٤٢", "+", "1e2"])
def test_what_is_no_age_is_explained(text: str) -> None:
    with pytest.raises(InvalidFieldError, match="whole number of years") as caught:
        age_years(text)
    assert caught.value.field == "age_years"


@pytest.mark.parametrize("text", ["121", "200", "999+"])
def test_an_age_beyond_any_life_is_refused_by_its_own_words(text: str) -> None:
    assert age_years("120") == 85
    with pytest.raises(InvalidFieldError, match="between 0 and 120") as caught:
        age_years(text)
    assert f"“{text}”" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "size_mm"),
    [
        ("6.5", 6.5),
        ("6,5 mm", 6.5),
        ("0.65 cm", 6.5),
        ("6500 um", 6.5),
        ("6500µm", 6.5),
        ("6500μm", 6.5),
        ("7MM", 7.0),
        (6.254, 6.25),
        ("999.99", 999.99),
        ("", None),
        (None, None),
    ],
)
def test_a_size_is_brought_to_mm(text: str | float | None, size_mm: float | None) -> None:
    assert diameter_mm(text) == size_mm


@pytest.mark.parametrize("text", ["-2", "6.5 inch", "6.5.1", "mm", "1e3", "nan", "٦"])
def test_what_is_no_size_is_explained(text: str) -> None:
    with pytest.raises(InvalidFieldError):
        diameter_mm(text)


@pytest.mark.parametrize("text", ["0", "0.001 mm", "1000", "100 cm"])
def test_a_size_has_limits(text: str) -> None:
    with pytest.raises(InvalidFieldError, match="between 0"):
        diameter_mm(text)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=20))
def test_whatever_is_typed_gives_a_value_or_a_sentence(text: str) -> None:
    for read in (age_years, diameter_mm, mm_per_px, lambda typed: birth_year(typed, today=TODAY)):
        with contextlib.suppress(InvalidFieldError):
            value = read(text)
            assert value is None or value >= 0


@pytest.mark.parametrize(("text", "scale"), [("0.02", 0.02), ("0,02", 0.02), (0.02, 0.02), ("", None)])
def test_a_scale_is_mm_per_pixel(text: str | float, scale: float | None) -> None:
    assert mm_per_px(text) == scale


@pytest.mark.parametrize("text", ["0", "nan", "inf", "-0.1", "2", "much"])
def test_what_is_no_scale_is_explained(text: str) -> None:
    with pytest.raises(InvalidFieldError, match="side of one pixel in mm"):
        mm_per_px(text)


def test_a_birth_year_is_not_in_the_future() -> None:
    assert birth_year("1961", today=TODAY) == 1961
    for text in ("2027", "1899", "61", "1961.5"):
        with pytest.raises(InvalidFieldError, match="1900 to 2026"):
            birth_year(text, today=TODAY)


def test_a_choice_forgives_upper_case_but_not_other_words() -> None:
    assert choice("sex", "Female", WORDS.sexes) == "female"
    assert choice("sex", " ", WORDS.sexes) is None
    with pytest.raises(InvalidFieldError, match="choose one of: female, male"):
        choice("sex", "f", WORDS.sexes)


def test_the_vocabulary_holds_the_words_the_score_model_knows() -> None:
    assert set(CATEGORICAL_VALUES["sex"]) == set(WORDS.sexes)
    assert set(CATEGORICAL_VALUES["anatom_site_general"]) <= set(WORDS.permitted["site"])
    assert {"lateral torso", "palms/soles", "oral/genital"} <= set(WORDS.permitted["site"])


def test_every_diagnosis_has_a_first_level() -> None:
    levels = {diagnosis.level_1 for diagnosis in WORDS.diagnoses}
    names = [diagnosis.name for diagnosis in WORDS.diagnoses]
    assert levels == {"Benign", "Indeterminate", "Malignant"}
    assert len(set(names)) == len(names)
    assert all(d.is_melanocytic and d.level_1 == "Malignant" for d in WORDS.diagnoses if d.is_melanoma)


def test_benign_or_malignant_follows_from_the_diagnosis() -> None:
    assert WORDS.benign_malignant("nevus") == "benign"
    assert WORDS.benign_malignant("Melanoma in situ") == "malignant"
    assert WORDS.benign_malignant("Atypical melanocytic neoplasm") == "indeterminate"
    assert WORDS.benign_malignant("Something else") is None
    assert WORDS.benign_malignant(None) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": " "}, "code"),
        ({"sex": "Female"}, "sex"),
        ({"fitzpatrick_skin_type": "VII"}, "fitzpatrick_skin_type"),
        ({"birth_year": 1800}, "birth_year"),
    ],
)
def test_a_patient_with_a_wrong_value_is_not_stored(change: dict[str, object], field: str) -> None:
    check_patient(PATIENT, WORDS, today=TODAY)
    with pytest.raises(InvalidFieldError) as caught:
        check_patient(replace(PATIENT, **change), WORDS, today=TODAY)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"site": "torso"}, "site"),
        ({"site_special": "hand"}, "site_special"),
        ({"clin_size_long_diam_mm": 0.0}, "clin_size_long_diam_mm"),
        ({"site": "head/neck", "site_special": "toenail"}, "site_special"),
        ({"site": "upper extremity", "site_special": "toenail"}, "site_special"),
    ],
)
def test_a_lesion_with_a_wrong_value_is_not_stored(change: dict[str, object], field: str) -> None:
    check_lesion(replace(LESION, site="lower extremity", site_special="toenail"), WORDS)
    with pytest.raises(InvalidFieldError) as caught:
        check_lesion(replace(LESION, **change), WORDS)
    assert caught.value.field == field


def test_a_visit_is_neither_in_the_future_nor_of_somebody_aged_86() -> None:
    check_visit(replace(VISIT, age_years=85), today=TODAY)
    with pytest.raises(InvalidFieldError, match="in the future"):
        check_visit(replace(VISIT, visited_on=date(2026, 3, 15)), today=TODAY)
    with pytest.raises(InvalidFieldError, match="between 0 and 85"):
        check_visit(replace(VISIT, age_years=86), today=TODAY)


@pytest.mark.parametrize(
    ("born", "age", "fits"),
    [
        (1961, 65, True),
        (1961, 64, True),
        (1961, 66, False),
        (1930, 85, True),
        (1961, None, True),
        (None, 3, True),
    ],
)
def test_age_and_year_of_birth_must_fit(born: int | None, age: int | None, fits: bool) -> None:
    patient, visit = replace(PATIENT, birth_year=born), replace(VISIT, age_years=age)
    if fits:
        check_age(patient, visit)
    else:
        with pytest.raises(InvalidFieldError, match="born in 1961 was not 66") as refused:
            check_age(patient, visit)
        assert f"at the visit of {VISIT.visited_on:%d %b %Y}." in str(refused.value)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"diagnosis": "Freckle of doom"}, "diagnosis"),
        ({"diagnosis_confirm_type": "gut feeling"}, "diagnosis_confirm_type"),
        ({"management": "wait"}, "management"),
        ({"diagnosis": None, "diagnosis_confirm_type": "histopathology"}, "diagnosis_confirm_type"),
        ({"diagnosis": None}, "diagnosis"),
    ],
)
def test_a_decision_uses_the_vocabulary_and_says_something(change: dict[str, object], field: str) -> None:
    check_decision(DECISION, WORDS)
    check_decision(replace(DECISION, diagnosis=None, comment="Seen."), WORDS)
    with pytest.raises(InvalidFieldError) as caught:
        check_decision(replace(DECISION, **change), WORDS)
    assert caught.value.field == field
