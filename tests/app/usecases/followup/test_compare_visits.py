"""Two visits of a lesion compared in a real store, on a bundled photograph and its re-photograph."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from app.domain.audit import AuditKind
from app.domain.errors import CancelledError, InvalidFieldError, NotFoundError
from app.domain.followup.growth import GrowthUnit
from app.usecases.followup.compare_visits import check_comparable, compare_visits, compare_with_visit_before
from app.usecases.followup.lesion_visits import visit_images
from app.usecases.followup.mark_structure import mark_structure, marks_of, withdraw_mark
from app.usecases.lesions.move_images import split_off
from app.usecases.lesions.undo_move import undo_move
from app.usecases.services import Services
from tests.builders import a_case, an_image_file
from tests.fakes import FakeToken
from tests.rephotographs import stored_at_visit, two_visits


def test_the_earlier_visit_is_laid_on_the_later_one_whichever_is_open(
    services: Services, tmp_path: Path
) -> None:
    first, second = two_visits(services, tmp_path / "in")
    found = compare_visits(services, first, second, FakeToken())

    assert (found.earlier.image.id, found.later.image.id) == (first, second)
    assert found.registration is not None
    assert found.refusal == ""
    assert found.registration.transform.scale == pytest.approx(1.1, abs=0.005)
    assert found.laid.pixels.shape == found.later_pixels.shape
    assert found.difference is not None
    # The disc of 60 px is 66 px in the later frame, and lies within the later one of 80 px.
    assert found.laid.mask is not None
    assert found.later_mask is not None
    assert np.count_nonzero(found.laid.mask) == pytest.approx(np.pi * 66**2, rel=0.02)
    assert not (found.laid.mask & ~found.later_mask).any()
    growth = found.growth
    assert growth is not None
    assert growth.unit is GrowthUnit.MM
    assert growth.area.difference == pytest.approx(np.pi * 0.02**2 * ((80 / 1.1) ** 2 - 60**2), rel=0.02)
    assert not growth.area.is_within_error
    assert not growth.scales_disagree
    assert [point.image_id for point in found.course] == [first, second]
    assert found.course[1].long_diameter_mm == pytest.approx(161 * 0.02 / 1.1, rel=0.01)

    with services.store.reading() as work:
        cases = work.cases.cases([first, second])
    before = compare_with_visit_before(services, cases[1], FakeToken())
    assert before is not None
    assert before.earlier.image.id == first
    assert compare_with_visit_before(services, cases[0], FakeToken()) is None


def test_without_scales_growth_is_told_in_percent(services: Services, tmp_path: Path) -> None:
    first, second = two_visits(services, tmp_path / "in", mm_per_px=None, radii_px=(60, 66))
    found = compare_visits(services, second, first, FakeToken())

    assert found.growth is not None
    assert found.growth.unit is GrowthUnit.PERCENT
    assert found.growth.area.difference == pytest.approx(0.0, abs=2.0)
    assert found.growth.area.is_within_error
    assert all(point.area_mm2 is None for point in found.course)


def test_images_that_do_not_show_the_same_skin_are_only_set_side_by_side(
    services: Services, tmp_path: Path
) -> None:
    one = stored_at_visit(services, an_image_file(tmp_path, "1.png", seed=1), None, date(2024, 5, 1))
    other = stored_at_visit(
        services, an_image_file(tmp_path, "2.png", seed=2), one.lesion.id, date(2025, 5, 1)
    )
    first, second = one.image.id, other.image.id
    found = compare_visits(services, first, second, FakeToken())

    assert found.registration is None
    assert found.refusal.endswith("side by side.")
    assert found.difference is None
    assert found.growth is None
    assert found.laid.pixels.shape == found.later_pixels.shape


def test_what_is_not_one_lesion_is_not_compared(services: Services, tmp_path: Path) -> None:
    first = a_case(services, tmp_path / "in", seed=1, predicted=False)
    second = a_case(services, tmp_path / "in", seed=2, predicted=False)
    with services.store.reading() as work:
        one, other = work.cases.cases([first, second])

    with pytest.raises(InvalidFieldError, match="different patients"):
        compare_visits(services, first, second, FakeToken())
    with pytest.raises(InvalidFieldError, match="with itself"):
        compare_visits(services, first, first, FakeToken())
    with pytest.raises(InvalidFieldError, match="different lesions"):
        check_comparable(one, replace(other, patient=one.patient))


def test_a_comparison_can_be_cancelled(services: Services, tmp_path: Path) -> None:
    first, second = two_visits(services, tmp_path / "in")
    for looks in (0, 3):
        with pytest.raises(CancelledError):
            compare_visits(services, first, second, FakeToken(cancel_after=looks))


def test_marks_are_kept_and_withdrawn_with_an_act_each(services: Services, tmp_path: Path) -> None:
    first, second = two_visits(services, tmp_path / "in")
    mark_structure(services, second, first, middle_xy=(40.0, 50.5), radii_px=(6.0, 4.0), note=" dots ")
    mark_structure(services, second, first, middle_xy=(10.0, 12.0))
    dots, point = marks_of(services, second)
    assert (dots.note, dots.x_px, dots.radius_x_px, dots.author, dots.compared_with) == (
        "dots",
        40.0,
        6.0,
        "Dr Test",
        first,
    )
    assert point.radius_y_px == 0

    changes = withdraw_mark(services, second, dots.id)
    assert changes.touches(second)
    assert marks_of(services, second) == (point,)
    with services.store.reading() as work:
        assert len(work.marked_structures.of_image(second)) == 3
        acts = [(act.kind, act.detail) for act in work.audit.events(second)][-3:]
    assert acts == [
        (AuditKind.STRUCTURE_MARKED, dots.id),
        (AuditKind.STRUCTURE_MARKED, point.id),
        (AuditKind.STRUCTURE_MARK_WITHDRAWN, dots.id),
    ]
    with pytest.raises(NotFoundError, match="withdrawn already"):
        withdraw_mark(services, second, dots.id)
    with pytest.raises(InvalidFieldError, match="outside"):
        mark_structure(services, second, first, middle_xy=(-1.0, 5.0))
    assert [image.image_id for image in visit_images(services, second)] == [first, second]
    moved = split_off(services, [first])
    assert marks_of(services, second) == ()
    undo_move(services, moved.move_id)
    assert marks_of(services, second) == (point,)
