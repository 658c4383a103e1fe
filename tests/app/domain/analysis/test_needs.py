"""What the models still have to compute for a case, told from what is stored and which models are in use."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.domain.analysis.need import ActiveWeights, Need
from app.domain.case import Case
from app.domain.ids import BlobName, ImageId, LesionId, PatientId, VisitId
from app.domain.image import Calibration, DermoscopicImage
from app.domain.lesion import Lesion, Visit
from app.domain.people.patient import Patient
from app.domain.revision import RevisionReason
from tests.builders import a_boundary, a_decision, a_revision, a_score
from tests.fakes import CLASSIFIER, SEGMENTER

IMAGE = ImageId("1" * 32)
IN_USE = ActiveWeights(SEGMENTER.weights_sha256, CLASSIFIER.weights_sha256)
OTHERS = ActiveWeights("e" * 64, "f" * 64)


def _new_case() -> Case:
    patient = Patient(PatientId("p"), "P-1")
    lesion = Lesion(LesionId("l"), patient.id)
    visit = Visit(VisitId("v"), lesion.id, date(2026, 3, 14))
    image = DermoscopicImage(
        id=IMAGE,
        visit_id=visit.id,
        file_name="1.jpg",
        media_type="image/jpeg",
        original=BlobName("a" * 64),
        upright=BlobName("b" * 64),
        width_px=128,
        height_px=96,
        imported_at=datetime(2026, 3, 14, 8, tzinfo=UTC),
        imported_by="Dr Test",
    )
    return Case(image, visit, lesion, patient)


def _scored(case: Case) -> Case:
    """Return a case with a score of the valid mask and of all that is entered."""
    digest = case.scored_inputs(CLASSIFIER.weights_sha256).sha256
    assert case.mask_source is not None
    score = replace(a_score(IMAGE, 0.4), mask_source=case.mask_source, inputs_sha256=digest)
    return replace(case, scores=(*case.scores, score))


@pytest.fixture
def case() -> Case:
    """Return a case for which nothing is outstanding."""
    boundary = replace(a_boundary(IMAGE), border_uncertainty=0.1)
    return _scored(replace(_new_case(), boundaries=(boundary,)))


def test_a_new_image_needs_a_boundary_and_a_score() -> None:
    assert _new_case().needs(IN_USE) == {Need.BOUNDARY, Need.SCORE}


def test_a_boundary_is_assessed_only_by_the_model_that_drew_it(case: Case) -> None:
    unsure = replace(case, boundaries=(replace(case.boundaries[0], border_uncertainty=None),))
    assert case.needs(IN_USE) == frozenset()
    assert unsure.needs(IN_USE) == {Need.UNCERTAINTY}
    assert unsure.needs(OTHERS) == frozenset()


@pytest.mark.parametrize(
    "change",
    [
        lambda c: replace(c, patient=replace(c.patient, sex="female")),
        lambda c: replace(c, patient=replace(c.patient, birth_year=1960)),
        lambda c: replace(c, visit=replace(c.visit, age_years=65)),
        lambda c: replace(c, lesion=replace(c.lesion, site="head/neck")),
        lambda c: replace(c, image=replace(c.image, calibration=Calibration(0.02, "entered by hand"))),
        lambda c: replace(c, revisions=(a_revision(IMAGE),)),
    ],
    ids=["sex", "year of birth", "age", "site", "scale", "mask"],
)
def test_whatever_the_model_reads_outdates_the_score(case: Case, change: object) -> None:
    changed: Case = change(case)  # type: ignore[operator]  # pytest's parameters have no type
    assert not changed.is_score_current
    assert changed.needs(IN_USE) == {Need.SCORE}
    assert _scored(changed).needs(IN_USE) == frozenset()


@pytest.mark.parametrize(
    "change",
    [
        lambda c: replace(c, patient=replace(c.patient, name="Zoë", code="P-2", notes="-")),
        lambda c: replace(c, lesion=replace(c.lesion, label="L-2", clin_size_long_diam_mm=4.0)),
        lambda c: replace(c, fellow_sizes_mm=(3.0, 5.0)),
        lambda c: replace(
            c, revisions=(replace(a_revision(IMAGE), mask=c.mask, reason=RevisionReason.CONFIRMED),)
        ),
    ],
    ids=["name", "own size", "fellows of an image without a scale", "confirmed mask"],
)
def test_what_the_model_does_not_read_outdates_nothing(case: Case, change: object) -> None:
    changed: Case = change(case)  # type: ignore[operator]  # pytest's parameters have no type
    assert changed.is_score_current
    assert changed.needs(IN_USE) == frozenset()


def test_sizes_of_fellow_lesions_are_read_on_an_image_with_a_scale(case: Case) -> None:
    scaled = replace(case, image=replace(case.image, calibration=Calibration(0.02, "")))
    current = _scored(replace(scaled, fellow_sizes_mm=(3.0, 5.0)))
    assert replace(current, fellow_sizes_mm=(5.0, 3.0)).is_score_current
    assert not replace(current, fellow_sizes_mm=(5.0, 3.5)).is_score_current


def test_ages_above_85_are_one_age_to_the_model(case: Case) -> None:
    old = _scored(replace(case, patient=replace(case.patient, birth_year=1935)))
    assert replace(old, patient=replace(old.patient, birth_year=1930)).is_score_current


def test_another_definition_of_the_measurements_outdates_the_score(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.domain.case.DEFINITION", "another")
    assert case.needs(IN_USE) == {Need.SCORE}


def test_another_model_in_use_is_offered_and_never_outstanding(case: Case) -> None:
    assert case.offered(IN_USE) == frozenset()
    assert case.offered(OTHERS) == {Need.BOUNDARY, Need.SCORE}
    assert case.needs(OTHERS) == frozenset()
    assert case.offered(ActiveWeights()) == frozenset()


def test_a_decided_case_keeps_an_earlier_model_s_score_when_something_is_entered(case: Case) -> None:
    edited = replace(case, patient=replace(case.patient, sex="female"))
    decided = replace(edited, decisions=(a_decision(IMAGE),))
    assert decided.needs(OTHERS) == frozenset()
    assert not decided.is_score_current
    assert decided.needs(IN_USE) == {Need.SCORE}
    assert edited.needs(OTHERS) == {Need.SCORE}
    corrected = replace(decided, revisions=(a_revision(IMAGE),))
    assert corrected.needs(OTHERS) == {Need.SCORE}


def test_a_score_of_unknown_inputs_counts_until_an_entry_or_a_mask_follows_it(case: Case) -> None:
    older = replace(case, scores=(replace(case.scores[0], inputs_sha256=None),))
    assert older.is_score_current
    assert older.needs(IN_USE) == frozenset()
    assert replace(older, is_edited_since_score=True).needs(IN_USE) == {Need.SCORE}
    assert replace(older, revisions=(a_revision(IMAGE),)).needs(IN_USE) == {Need.SCORE}
