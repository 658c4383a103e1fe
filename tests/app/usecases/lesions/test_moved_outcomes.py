"""An outcome belongs to its lesion: an image that turns out to be of another one does not take it along."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest

from app.domain.audit import AuditKind
from app.domain.ids import ImageId
from app.text.outcomes import outcome_title
from app.usecases.cases.record_outcome import record_outcome, withdraw_outcome
from app.usecases.lesions.filing import Moved
from app.usecases.lesions.merge_lesions import merge_lesions
from app.usecases.lesions.move_images import change_visit, split_off
from app.usecases.lesions.move_lesion import move_lesion
from app.usecases.lesions.undo_move import undo_move
from app.usecases.services import Services
from tests.app.usecases.lesions.conftest import case_of
from tests.builders import store_image
from tests.fakes import FakeClock

MELANOMA, NEVUS, HISTOLOGY = "Melanoma Invasive", "Nevus", "histopathology"
KNOWN = date(2026, 3, 20)


@dataclass(frozen=True)
class Merged:
    """Two lesions of a patient with an image each, of which somebody said that they are one."""

    services: Services
    kept: ImageId
    other: ImageId
    merge: Moved

    def record(self, at: ImageId, diagnosis: str) -> None:
        record_outcome(
            self.services, at, diagnosis=diagnosis, confirm_type=HISTOLOGY, known_on=KNOWN, note="pT1a"
        )

    def undo(self) -> Moved:
        return undo_move(self.services, self.merge.move_id)

    def diagnoses(self) -> tuple[str | None, str | None]:
        cases = (case_of(self.services, one) for one in (self.kept, self.other))
        kept, other = (None if case.outcome is None else case.outcome.diagnosis for case in cases)
        return kept, other


@pytest.fixture
def merged(services: Services) -> Merged:
    clock = FakeClock()
    clock.now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    services = replace(services, clock=clock)
    with services.store.writing() as work:
        kept, other, _bea = (store_image(work, code=code) for code in ("ADA", "ADA-2", "BEA"))
        work.commit()
    lesion, into = (case_of(services, one).lesion.id for one in (other, kept))
    move_lesion(services, lesion, "ADA")
    return Merged(services, kept, other, merge_lesions(services, lesion, into))


def test_an_outcome_leaves_an_image_with_its_lesion_and_comes_back_with_it(merged: Merged) -> None:
    merged.record(merged.kept, MELANOMA)
    undone = merged.undo()
    assert merged.diagnoses() == (MELANOMA, None)
    with merged.services.store.reading() as work:
        case, act = work.cases.case(merged.other), work.audit.events(merged.other)[-1]
        (line,) = (one for one in work.cases.case_lines() if one.image_id == merged.other)
    copied, left = case.outcomes
    assert (copied.diagnosis, copied.entered_at, left.move_id) == (MELANOMA, merged.kept, undone.move_id)
    assert (act.kind, act.detail, line.is_outcome_known) == (AuditKind.OUTCOME_REFILED, left.id, False)
    assert outcome_title(copied, left) == "Outcome left with its lesion after a move"

    undo_move(merged.services, undone.move_id)
    assert merged.diagnoses() == (MELANOMA, MELANOMA)
    back = case_of(merged.services, merged.other).outcomes[-1]
    assert (back.note, back.entered_at, back.author) == ("pT1a", merged.kept, "Dr Test")
    assert outcome_title(left, back) == "Outcome holds after a move"


def test_an_outcome_does_not_reach_another_patient_and_is_taken_back_alone(merged: Merged) -> None:
    merged.record(merged.kept, MELANOMA)
    split_off(merged.services, [merged.other])
    move_lesion(merged.services, case_of(merged.services, merged.other).lesion.id, "BEA")
    assert merged.diagnoses() == (MELANOMA, None)
    withdraw_outcome(merged.services, merged.kept)
    assert len(case_of(merged.services, merged.other).outcomes) == 2


def test_what_was_entered_at_an_image_goes_along_with_it(merged: Merged) -> None:
    merged.record(merged.other, MELANOMA)
    split_off(merged.services, [merged.other])
    assert merged.diagnoses() == (None, MELANOMA)


def test_an_image_has_the_outcome_again_that_it_had_before_the_merge(merged: Merged) -> None:
    apart = merged.undo()
    merged.record(merged.kept, NEVUS)
    merged.record(merged.other, NEVUS)
    together = undo_move(merged.services, apart.move_id)
    merged.record(merged.kept, MELANOMA)
    assert merged.diagnoses() == (MELANOMA, MELANOMA)
    undo_move(merged.services, together.move_id)
    assert merged.diagnoses() == (MELANOMA, NEVUS)


def test_an_image_that_comes_back_has_what_is_known_by_then(merged: Merged) -> None:
    merged.record(merged.kept, MELANOMA)
    apart = merged.undo()
    merged.record(merged.kept, NEVUS)
    together = undo_move(merged.services, apart.move_id)
    assert merged.diagnoses() == (NEVUS, NEVUS)
    apart = undo_move(merged.services, together.move_id)
    withdraw_outcome(merged.services, merged.kept)
    undo_move(merged.services, apart.move_id)
    assert merged.diagnoses() == (None, None)


def test_what_a_person_took_back_does_not_return_with_a_move(merged: Merged) -> None:
    merged.record(merged.kept, MELANOMA)
    withdraw_outcome(merged.services, merged.other)
    apart = merged.undo()
    assert merged.diagnoses() == (None, None)
    undo_move(merged.services, apart.move_id)
    assert merged.diagnoses() == (None, None)


def test_an_outcome_does_not_hold_for_an_image_that_is_found_to_be_later(merged: Merged) -> None:
    merged.record(merged.kept, MELANOMA)
    moved = change_visit(merged.services, [merged.other], date(2026, 3, 21))
    assert merged.diagnoses() == (MELANOMA, None)
    undo_move(merged.services, moved.move_id)
    assert merged.diagnoses() == (MELANOMA, MELANOMA)


def test_an_outcome_with_half_a_character_in_its_note_is_stored(merged: Merged) -> None:
    record_outcome(
        merged.services,
        merged.kept,
        diagnosis=NEVUS,
        confirm_type=HISTOLOGY,
        known_on=KNOWN,
        note="pT1a \ud83d",
    )
    assert case_of(merged.services, merged.kept).outcomes[-1].note == "pT1a \ufffd"
