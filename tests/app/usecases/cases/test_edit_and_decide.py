from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.audit import AuditKind
from app.domain.case import Case
from app.domain.errors import InvalidFieldError, NotFoundError, StorageError
from app.domain.ids import ImageId
from app.domain.lesion import Visit
from app.usecases.analysis.score_image import rescore_image
from app.usecases.cases.list_cases import list_cases
from app.usecases.cases.remove_case import remove_case, restore_case
from app.usecases.cases.set_decision import set_decision
from app.usecases.patients.edit_lesion import assign_lesion, edit_lesion
from app.usecases.patients.edit_patient import edit_patient
from app.usecases.patients.edit_visit import edit_visit
from app.usecases.services import Services
from tests.builders import a_case, services_at
from tests.fakes import FakePredictor, FakeToken


@pytest.fixture
def image_id(services: Services, tmp_path: Path) -> ImageId:
    return a_case(services, tmp_path)


def _case(services: Services, image_id: ImageId) -> Case:
    with services.store.reading() as work:
        return work.cases.case(image_id)


def test_an_edit_is_stored_and_says_whom_it_concerns(services: Services, image_id: ImageId) -> None:
    before = _case(services, image_id).patient
    changes = edit_patient(services, before, replace(before, name="Ada", sex="female", birth_year=1961))
    after = _case(services, image_id).patient
    assert (after.name, after.sex, after.birth_year) == ("Ada", "female", 1961)
    assert changes.touches(image_id)
    assert changes.patients == {before.id}
    assert changes.case_list


def test_an_edit_leaves_field_names_but_no_values_in_the_audit_trail(
    services: Services, image_id: ImageId
) -> None:
    before = _case(services, image_id).patient
    edit_patient(services, before, replace(before, name="Ada Lovelace", sex="female"))
    with services.store.reading() as work:
        event = work.audit.events(before.id)[-1]
    assert (event.who, event.kind, event.fields) == ("Dr Test", AuditKind.PATIENT_EDITED, ("name", "sex"))


def test_an_edit_that_changes_nothing_stores_nothing(services: Services, image_id: ImageId) -> None:
    patient = _case(services, image_id).patient
    assert edit_patient(services, patient, patient).case_list is False
    with services.store.reading() as work:
        assert [event.kind for event in work.audit.events(patient.id)] == ["patient added"]


def test_two_windows_that_edit_different_fields_lose_nothing(
    services: Services, image_id: ImageId, tmp_path: Path
) -> None:
    other = services_at(tmp_path / "data", user="Dr Other")
    seen = _case(services, image_id).patient
    edit_patient(other, seen, replace(seen, name="Ada"))
    edit_patient(services, seen, replace(seen, sex="female"))
    after = _case(services, image_id).patient
    assert (after.name, after.sex) == ("Ada", "female")
    other.store.close()


def test_two_windows_that_edit_the_same_field_are_told(
    services: Services, image_id: ImageId, tmp_path: Path
) -> None:
    other = services_at(tmp_path / "data", user="Dr Other")
    seen = _case(services, image_id).lesion
    edit_lesion(other, seen, replace(seen, site="head/neck"))
    with pytest.raises(StorageError, match="changed the same field in another window"):
        edit_lesion(services, seen, replace(seen, site="palms/soles"))
    edit_lesion(services, seen, replace(seen, site="head/neck"))
    assert _case(services, image_id).lesion.site == "head/neck"
    other.store.close()


def test_a_value_outside_the_dictionary_is_refused_and_nothing_is_stored(
    services: Services, image_id: ImageId
) -> None:
    case = _case(services, image_id)
    with pytest.raises(InvalidFieldError, match="choose one of: female, male"):
        edit_patient(services, case.patient, replace(case.patient, sex="x"))
    with pytest.raises(InvalidFieldError, match="choose one of: head/neck"):
        edit_lesion(services, case.lesion, replace(case.lesion, site="elbow"))
    with pytest.raises(InvalidFieldError, match="85 stands for 85 and older"):
        edit_visit(services, case.visit, replace(case.visit, age_years=90))
    assert _case(services, image_id) == case


def test_a_patient_code_belongs_to_one_patient(services: Services, image_id: ImageId, tmp_path: Path) -> None:
    second = a_case(services, tmp_path, seed=2, predicted=False)
    taken = _case(services, image_id).patient.code
    patient = _case(services, second).patient
    with pytest.raises(InvalidFieldError, match="is already there; assign the lesion"):
        edit_patient(services, patient, replace(patient, code=f" {taken} "))


def test_a_lesion_can_be_assigned_to_another_patient(
    services: Services, image_id: ImageId, tmp_path: Path
) -> None:
    second = a_case(services, tmp_path, seed=2, predicted=False)
    patient = _case(services, image_id).patient
    changes = assign_lesion(services, _case(services, second).lesion.id, patient.code)
    assert _case(services, second).patient == patient
    assert patient.id in changes.patients
    assert [line.patient_code for line in list_cases(services).lines] == [patient.code] * 2
    with pytest.raises(NotFoundError, match="no patient X-99"):
        assign_lesion(services, _case(services, second).lesion.id, "X-99")


def test_age_and_year_of_birth_cannot_contradict_each_other(services: Services, image_id: ImageId) -> None:
    case = _case(services, image_id)
    edit_visit(services, case.visit, replace(case.visit, age_years=40))
    with pytest.raises(InvalidFieldError, match="was not 40 years old"):
        edit_patient(services, case.patient, replace(case.patient, birth_year=1950))
    born = case.visit.visited_on.year - 40
    edit_patient(services, case.patient, replace(case.patient, birth_year=born))
    visit = _case(services, image_id).visit
    with pytest.raises(InvalidFieldError, match="was not 20 years old"):
        edit_visit(services, visit, replace(visit, age_years=20))


def test_the_score_is_given_what_is_known_about_the_patient(services: Services, image_id: ImageId) -> None:
    case = _case(services, image_id)
    edit_patient(services, case.patient, replace(case.patient, sex="male", birth_year=1960))
    edit_lesion(services, case.lesion, replace(case.lesion, site="posterior torso"))
    rescore_image(services, image_id, FakeToken())
    score = _case(services, image_id).score
    assert score is not None
    assert not {"sex", "anatom_site_general", "age_approx"} & set(score.missing_inputs)
    assert isinstance(services.predictor, FakePredictor)
    assert services.predictor.seen_tabular[-1].numeric[0] == case.visit.visited_on.year - 1960


def test_a_site_the_model_does_not_know_is_missing_input(services: Services, image_id: ImageId) -> None:
    case = _case(services, image_id)
    edit_lesion(services, case.lesion, replace(case.lesion, site="palms/soles"))
    rescore_image(services, image_id, FakeToken())
    score = _case(services, image_id).score
    assert score is not None
    assert "anatom_site_general" in score.missing_inputs


def test_a_decision_stands_beside_the_score_and_keeps_its_history(
    services: Services, image_id: ImageId
) -> None:
    before = _case(services, image_id)
    set_decision(services, image_id, management="monitor, re-image in 3 months", comment=" unsure ")
    set_decision(services, image_id, diagnosis="Melanoma in situ", diagnosis_confirm_type="histopathology")
    after = _case(services, image_id)
    first, second = after.decisions
    assert (first.management, first.comment, first.author) == (
        "monitor, re-image in 3 months",
        "unsure",
        "Dr Test",
    )
    assert after.decision == second
    assert after.scores == before.scores
    assert after.status == "decided"
    with pytest.raises(InvalidFieldError):
        set_decision(services, image_id)


def test_a_diagnosis_that_is_not_listed_is_answered_with_what_is_near_it(
    services: Services, image_id: ImageId
) -> None:
    with pytest.raises(InvalidFieldError, match=r"near it are:.* Melanoma in situ"):
        set_decision(services, image_id, diagnosis="melanoma insitu")
    with pytest.raises(InvalidFieldError, match="the page Decision of the window shows them all"):
        set_decision(services, image_id, diagnosis="qqqq")


def test_a_removed_case_leaves_the_list_and_comes_back(services: Services, image_id: ImageId) -> None:
    assert remove_case(services, image_id).case_list
    assert list_cases(services).total == 0
    restore_case(services, image_id)
    assert list_cases(services).total == 1
    with services.store.reading() as work:
        acts = [event.kind for event in work.audit.events(image_id)]
    assert acts[-2:] == ["case removed", "case restored"]


def test_an_unknown_visit_is_said_in_a_sentence(services: Services, image_id: ImageId) -> None:
    visit = _case(services, image_id).visit
    ghost = Visit(id=type(visit.id)("0" * 32), lesion_id=visit.lesion_id, visited_on=visit.visited_on)
    with pytest.raises(NotFoundError, match="visit is not in the case store"):
        edit_visit(services, ghost, replace(ghost, age_years=3))
