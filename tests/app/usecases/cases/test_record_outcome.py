"""What became of a lesion, recorded in a real store."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.domain.audit import AuditKind
from app.domain.case import Case
from app.domain.case_filter import CaseFilter
from app.domain.errors import InvalidFieldError
from app.domain.ids import BlobName, ImageId, VisitId, new_id
from app.domain.lesion import Visit
from app.usecases.cases.list_cases import list_cases
from app.usecases.cases.record_outcome import record_outcome, withdraw_outcome
from app.usecases.cases.set_decision import set_decision
from app.usecases.services import Services
from tests.builders import services_at, store_image
from tests.fakes import FakeClock

MELANOMA, NEVUS = "Melanoma Invasive", "Nevus"
HISTOLOGY, FOLLOW_UP = "histopathology", "serial imaging showing no change"
VISITED, REPORTED, TODAY = date(2026, 3, 14), date(2026, 4, 2), date(2026, 6, 1)


@pytest.fixture
def services(tmp_path: Path) -> Services:
    clock = FakeClock()
    clock.now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    return replace(services_at(tmp_path / "data"), clock=clock)


@pytest.fixture
def image_id(services: Services) -> ImageId:
    with services.store.writing() as work:
        stored = store_image(work)
        work.commit()
    return stored


def _case(services: Services, image_id: ImageId) -> Case:
    with services.store.reading() as work:
        return work.cases.case(image_id)


def _other_image(services: Services, of: ImageId, visited_on: date) -> ImageId:
    """Store another image of the same lesion from a day."""
    case = _case(services, of)
    visit = Visit(VisitId(new_id()), case.lesion.id, visited_on)
    original = BlobName(new_id() * 2)
    image = replace(case.image, id=ImageId(new_id()), visit_id=visit.id, original=original)
    with services.store.writing() as work:
        work.cases.add_visit(visit)
        work.cases.add_image(image, original)
        work.commit()
    return image.id


def test_an_outcome_stands_beside_the_decision_with_its_author_and_an_act(
    services: Services, image_id: ImageId
) -> None:
    set_decision(services, image_id, diagnosis=NEVUS)
    changes = record_outcome(
        services, image_id, diagnosis=MELANOMA, confirm_type=HISTOLOGY, known_on=REPORTED, note=" pT1a "
    )
    case = _case(services, image_id)
    assert changes.touches(image_id)
    assert case.decision is not None
    assert case.outcome is not None
    assert (case.decision.diagnosis, case.outcome.diagnosis) == (NEVUS, MELANOMA)
    assert (case.outcome.confirm_type, case.outcome.known_on) == (HISTOLOGY, REPORTED)
    assert (case.outcome.note, case.outcome.author) == ("pT1a", "Dr Test")
    with services.store.reading() as work:
        act = work.audit.events(image_id)[-1]
    assert (act.who, act.kind, act.detail) == ("Dr Test", AuditKind.OUTCOME_RECORDED, case.outcome.id)


def test_a_later_outcome_replaces_an_earlier_one_which_stays_readable(
    services: Services, image_id: ImageId
) -> None:
    record_outcome(services, image_id, diagnosis=NEVUS, confirm_type=FOLLOW_UP, known_on=REPORTED)
    record_outcome(services, image_id, diagnosis=MELANOMA, confirm_type=HISTOLOGY, known_on=TODAY)
    assert [each.diagnosis for each in _case(services, image_id).outcomes] == [NEVUS, MELANOMA]


@pytest.mark.parametrize(
    ("diagnosis", "confirm_type", "known_on", "field", "sentence"),
    [
        (None, HISTOLOGY, REPORTED, "outcome_diagnosis", "needs a diagnosis"),
        ("Mole", HISTOLOGY, REPORTED, "outcome_diagnosis", "not in the list of diagnoses"),
        (NEVUS, None, REPORTED, "outcome_confirm_type", "how it was confirmed"),
        (NEVUS, "a guess", REPORTED, "outcome_confirm_type", "choose one of: histopathology"),
        (NEVUS, HISTOLOGY, date(2026, 6, 2), "outcome_known_on", "in the future"),
        (NEVUS, HISTOLOGY, date(2026, 3, 13), "outcome_known_on", "13 Mar 2026 lies before the visit of 14"),
    ],
)
def test_an_outcome_that_cannot_be_is_refused_and_not_stored(
    services: Services,
    image_id: ImageId,
    diagnosis: str | None,
    confirm_type: str | None,
    known_on: date,
    field: str,
    sentence: str,
) -> None:
    with pytest.raises(InvalidFieldError, match=sentence) as refused:
        record_outcome(services, image_id, diagnosis=diagnosis, confirm_type=confirm_type, known_on=known_on)
    assert refused.value.field == field
    assert _case(services, image_id).outcomes == ()


def test_the_days_of_visit_and_of_today_are_permitted(services: Services, image_id: ImageId) -> None:
    for day in (VISITED, TODAY):
        record_outcome(services, image_id, diagnosis=NEVUS, confirm_type=HISTOLOGY, known_on=day)
    assert [each.known_on for each in _case(services, image_id).outcomes] == [VISITED, TODAY]


def test_an_outcome_holds_for_the_images_of_the_lesion_up_to_its_day(
    services: Services, image_id: ImageId
) -> None:
    earlier = _other_image(services, image_id, date(2025, 9, 1))
    later = _other_image(services, image_id, date(2026, 5, 1))
    record_outcome(services, image_id, diagnosis=MELANOMA, confirm_type=HISTOLOGY, known_on=REPORTED)
    assert [len(_case(services, each).outcomes) for each in (image_id, earlier, later)] == [1, 1, 0]
    with services.store.reading() as work:
        assert work.audit.events(earlier)[-1].kind is AuditKind.OUTCOME_RECORDED


def test_an_image_keeps_an_outcome_of_its_own(services: Services, image_id: ImageId) -> None:
    record_outcome(services, image_id, diagnosis=MELANOMA, confirm_type=HISTOLOGY, known_on=REPORTED)
    scar = _other_image(services, image_id, date(2026, 5, 1))
    record_outcome(services, scar, diagnosis=NEVUS, confirm_type=FOLLOW_UP, known_on=TODAY)
    outcome = _case(services, image_id).outcome
    assert outcome is not None
    assert outcome.diagnosis == MELANOMA


def test_an_outcome_entered_by_mistake_is_taken_back_wherever_it_was_entered(
    services: Services, image_id: ImageId
) -> None:
    other = _other_image(services, image_id, VISITED)
    record_outcome(services, image_id, diagnosis=MELANOMA, confirm_type=HISTOLOGY, known_on=REPORTED)
    withdraw_outcome(services, other)
    for each in (image_id, other):
        assert _case(services, each).outcome is None
        assert len(_case(services, each).outcomes) == 2
        with services.store.reading() as work:
            assert work.audit.events(each)[-1].kind is AuditKind.OUTCOME_WITHDRAWN
    with pytest.raises(InvalidFieldError, match="No outcome is recorded"):
        withdraw_outcome(services, image_id)


def test_decided_cases_without_an_outcome_are_found(services: Services, image_id: ImageId) -> None:
    def found() -> list[ImageId]:
        window = list_cases(services, shown=CaseFilter.OUTCOME_UNKNOWN)
        assert window.total == len(window.lines)
        return [line.image_id for line in window.lines]

    assert found() == []
    set_decision(services, image_id, diagnosis=NEVUS)
    (line,) = list_cases(services, shown=CaseFilter.OUTCOME_UNKNOWN).lines
    assert line.awaits_outcome
    assert line.decided_at is not None
    assert line.decided_at.date() == TODAY
    record_outcome(services, image_id, diagnosis=NEVUS, confirm_type=HISTOLOGY, known_on=REPORTED)
    assert found() == []
    assert list_cases(services, search="nevus").lines[0].is_outcome_known
    withdraw_outcome(services, image_id)
    assert found() == [image_id]
