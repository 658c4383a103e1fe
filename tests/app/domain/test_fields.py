"""Every field of a case is described, once, and the description is right."""

from collections import Counter
from dataclasses import fields

import pytest

from app.domain.analysis.input_edits import inputs_edited_between
from app.domain.audit import AuditEvent, AuditKind
from app.domain.fields import FIELDS, CaseField, Choice, RecordType
from app.domain.ids import PredictionId
from app.domain.lesion import Lesion, Visit
from app.domain.people.patient import Patient
from app.text.history import metadata_words
from app.text.scores import missing_words
from models.contract.lesion.tabular import CATEGORICAL_FEATURES, CATEGORICAL_VALUES, NUMERIC_FEATURES
from tests.builders import the_vocabulary
from tests.fakes import FakeClock

NOT_DESCRIBED = {
    (Patient, "id"): "an identifier of the store",
    (Patient, "issued_id"): "the number as the files have it; only compared, its corrected form is the code",
    (Lesion, "id"): "an identifier of the store",
    (Lesion, "patient_id"): "says whose the lesion is",
    (Lesion, "merged_into"): "says what an emptied lesion became",
    (Visit, "id"): "an identifier of the store",
    (Visit, "lesion_id"): "says of which lesion the visit is",
}

BY_NAME = pytest.mark.parametrize("field", FIELDS, ids=lambda field: f"{field.of.__name__}.{field.name}")


@pytest.mark.parametrize("record", [Patient, Lesion, Visit])
def test_every_field_of_a_record_is_described_or_explained(record: RecordType) -> None:
    described = {field.name for field in FIELDS if field.of is record}
    explained = {name for of, name in NOT_DESCRIBED if of is record}
    assert described | explained == {field.name for field in fields(record)}
    assert not described & explained


@BY_NAME
def test_a_described_field_is_one_of_its_record(field: CaseField) -> None:
    assert field.name in {each.name for each in fields(field.of)}


def test_no_field_and_no_column_is_described_twice() -> None:
    fields_of_records = Counter((field.of, field.name) for field in FIELDS)
    columns = Counter(field.column for field in FIELDS if field.column is not None)
    assert {*fields_of_records.values(), *columns.values()} == {1}


def test_fields_of_one_name_have_the_same_words_in_the_history() -> None:
    assert len({(field.name, field.in_sentence) for field in FIELDS}) == len({field.name for field in FIELDS})


@BY_NAME
def test_the_history_tells_an_edited_field_in_words(field: CaseField) -> None:
    told = metadata_words(
        AuditEvent(1, FakeClock()(), "Dr Test", AuditKind.PATIENT_EDITED, "p", fields=(field.name,))
    )
    assert told == ("Patient edited", field.in_sentence)
    assert "_" not in field.in_sentence


@BY_NAME
def test_a_choice_has_its_list_of_words(field: CaseField) -> None:
    if isinstance(field.kind, Choice):
        assert the_vocabulary().permitted[field.kind.terms]


@BY_NAME
def test_what_the_score_reads_is_a_column_of_its_table_and_can_be_entered(field: CaseField) -> None:
    for column in filter(None, (field.model_input, field.feeds)):
        assert column in (*NUMERIC_FEATURES, *CATEGORICAL_FEATURES)
    if field.model_input is not None:
        assert field.is_entered
        assert missing_words((field.model_input,))[0].startswith("Not entered: ")
    if field.model_input is not None and isinstance(field.kind, Choice):
        assert set(CATEGORICAL_VALUES[field.model_input]) <= set(the_vocabulary().permitted[field.kind.terms])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("age_years", ("age",)),
        ("birth_year", ("year of birth",)),
        ("visited_on", ("date of the visit",)),
        ("sex", ("sex",)),
        ("site", ("body site",)),
        ("name", ()),
        ("fitzpatrick_skin_type", ()),
    ],
)
def test_only_what_the_score_reads_or_computes_from_counts_as_an_edited_input(
    name: str, words: tuple[str, ...]
) -> None:
    now = FakeClock()()
    trail = (
        AuditEvent(1, now, "model", AuditKind.SCORE_COMPUTED, "i", "before"),
        AuditEvent(2, now, "Dr Test", AuditKind.PATIENT_EDITED, "p", fields=(name,)),
    )
    assert inputs_edited_between(trail, PredictionId("before")) == words
