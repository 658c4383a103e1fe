"""Whatever is outstanding is found and computed, on a real store: nothing shows a score of other inputs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, text

from app.domain.analysis.need import ActiveWeights, Need
from app.domain.analysis.triage import Band
from app.domain.case import Case
from app.domain.ids import ImageId
from app.domain.image import Calibration
from app.usecases.analysis.analyse import active_weights, analyse, analyse_images, outstanding
from app.usecases.analysis.score_image import rescore_image
from app.usecases.cases.import_images import import_images
from app.usecases.cases.remove_case import remove_case, restore_case
from app.usecases.cases.set_calibration import set_calibration
from app.usecases.cases.set_decision import set_decision
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.patients.edit_lesion import assign_lesion, edit_lesion
from app.usecases.patients.edit_patient import edit_patient
from app.usecases.services import Services
from models.contract.shelf.model_shelf import ModelShelf
from tests.builders import a_case, a_mask, result_of, services_at
from tests.fakes import CLASSIFIER, FakePredictor, FakeToken


def _case(services: Services, image_id: ImageId) -> Case:
    with services.store.reading() as work:
        return work.cases.case(image_id)


def _settled(services: Services) -> None:
    """Compute everything that is outstanding."""
    for image_id in outstanding(services):
        analyse(services, image_id, FakeToken())
    assert outstanding(services) == {}


@pytest.fixture
def pair(services: Services, tmp_path: Path) -> tuple[ImageId, ImageId]:
    """Return two images of two lesions of one patient, for which nothing is outstanding."""
    first, second = (a_case(services, tmp_path / "in", seed=seed) for seed in (1, 2))
    assign_lesion(services, _case(services, second).lesion.id, _case(services, first).patient.code)
    _settled(services)
    return first, second


def _enter_sex_and_year(services: Services, image_id: ImageId) -> frozenset[ImageId]:
    before = _case(services, image_id).patient
    return edit_patient(services, before, replace(before, sex="female", birth_year=1950)).images


def test_sex_and_year_of_birth_outdate_the_scores_of_all_images_of_the_patient(
    services: Services, pair: tuple[ImageId, ImageId]
) -> None:
    changed = _enter_sex_and_year(services, pair[0])
    assert changed == set(pair)
    assert outstanding(services, changed) == dict.fromkeys(pair, frozenset({Need.SCORE}))
    assert not any(_case(services, image_id).is_score_current for image_id in pair)
    assert result_of(analyse_images(services, pair, FakeToken())) == ()
    for image_id in pair:
        case = _case(services, image_id)
        assert case.is_score_current
        assert case.score is not None
        assert not {"age_approx", "sex"} & set(case.score.missing_inputs)
    assert outstanding(services) == {}


def test_an_edit_before_a_crash_is_found_at_the_next_start(
    services: Services, pair: tuple[ImageId, ImageId], tmp_path: Path
) -> None:
    _enter_sex_and_year(services, pair[0])
    services.store.close()
    again = services_at(tmp_path / "data")
    assert set(outstanding(again)) == set(pair)
    _settled(again)
    assert [len(_case(again, image_id).scores) for image_id in pair] == [
        len(_case(services, image_id).scores) for image_id in pair
    ]
    again.store.close()


@pytest.mark.parametrize(
    ("edit", "touched"),
    [
        (lambda s, c: set_calibration(s, c.image.id, Calibration(0.02, "entered by hand")), "own"),
        (lambda s, c: correct_mask(s, c.image.id, a_mask(radius_px=12)), "own"),
        (lambda s, c: edit_lesion(s, c.lesion, replace(c.lesion, site="head/neck")), "own"),
        (lambda s, c: edit_patient(s, c.patient, replace(c.patient, name="Zoë")), "none"),
    ],
    ids=["scale", "mask", "site", "name"],
)
def test_an_edit_leaves_outstanding_what_it_concerns(
    services: Services,
    pair: tuple[ImageId, ImageId],
    edit: Callable[[Services, Case], object],
    touched: str,
) -> None:
    edit(services, _case(services, pair[0]))
    assert list(outstanding(services)) == ([pair[0]] if touched == "own" else [])


def test_the_size_of_a_lesion_concerns_the_other_lesions_with_a_scale(
    services: Services, pair: tuple[ImageId, ImageId]
) -> None:
    set_calibration(services, pair[0], Calibration(0.02, "entered by hand"))
    _settled(services)
    lesion = _case(services, pair[1]).lesion
    changes = edit_lesion(services, lesion, replace(lesion, clin_size_long_diam_mm=4.0))
    assert changes.touches(pair[0])
    assert list(outstanding(services, changes.images)) == [pair[0]]


def test_another_definition_of_the_measurements_is_computed_anew(
    services: Services, pair: tuple[ImageId, ImageId], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.domain.case.DEFINITION", "another")
    assert set(outstanding(services)) == set(pair)
    _settled(services)


def _use(monkeypatch: pytest.MonkeyPatch, sha256: str) -> None:
    """Let the shelf note that a score model with these weights is in use."""
    monkeypatch.setattr(
        ModelShelf,
        "active_weights_sha256",
        lambda _shelf, task: sha256 if task == "classification" else None,
    )


def test_a_decided_case_keeps_an_earlier_model_s_score_and_an_undecided_one_follows_the_entry(
    services: Services, pair: tuple[ImageId, ImageId], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_decision(services, pair[0], diagnosis="Nevus")
    _use(monkeypatch, "f" * 64)
    assert outstanding(services) == {}
    _enter_sex_and_year(services, pair[0])
    assert list(outstanding(services)) == [pair[1]]
    scores = _case(services, pair[0]).scores
    analyse(services, pair[0], FakeToken())
    assert _case(services, pair[0]).scores == scores
    _use(monkeypatch, CLASSIFIER.weights_sha256)
    assert set(outstanding(services)) == set(pair)


def test_a_damaged_list_of_active_models_makes_nothing_an_earlier_model_s(
    services: Services, tmp_path: Path
) -> None:
    (tmp_path / "data" / "active.json").write_text("{")
    assert active_weights(services) == ActiveWeights()


def _forget_digests(services: Services) -> None:
    """Make the stored scores those of an older store."""
    with services.store._engine.begin() as connection:
        guards = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type='trigger' AND tbl_name='score_prediction'")
        ).all()
        for name, _ in guards:
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE score_prediction SET inputs_sha256 = NULL"))
        for _, sql in guards:
            connection.execute(text(sql))


def test_scores_of_older_stores_are_computed_again_only_where_the_trail_tells_of_a_later_entry(
    services: Services, pair: tuple[ImageId, ImageId], tmp_path: Path
) -> None:
    alone = a_case(services, tmp_path / "in", seed=3)
    _settled(services)
    _enter_sex_and_year(services, pair[0])
    rescore_image(services, pair[0], FakeToken())
    _forget_digests(services)
    assert list(outstanding(services)) == [pair[1]]
    case = _case(services, alone)
    edit_patient(services, case.patient, replace(case.patient, sex="male"))
    assert set(outstanding(services)) == {pair[1], alone}
    _settled(services)


def _queries_of(services: Services, image_ids: tuple[ImageId, ...]) -> int:
    asked: list[str] = []
    engine = services.store._engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        with services.store.reading() as work:
            assert len(work.cases.cases(image_ids)) == len(image_ids)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return sum(statement.lstrip().startswith("SELECT") for statement in asked)


def test_cases_of_older_stores_are_read_with_a_few_queries_for_all_of_them(
    services: Services, pair: tuple[ImageId, ImageId], tmp_path: Path
) -> None:
    third = a_case(services, tmp_path / "in", seed=3)
    _settled(services)
    _forget_digests(services)
    one = _queries_of(services, pair[:1])
    assert one > 0
    assert _queries_of(services, (*pair, third)) == one


def test_two_windows_that_find_the_same_store_one_score(
    services: Services, pair: tuple[ImageId, ImageId], tmp_path: Path
) -> None:
    other = services_at(tmp_path / "data", user="Dr Other")
    _enter_sex_and_year(services, pair[0])
    before = len(_case(services, pair[0]).scores)

    class SlowPredictor(FakePredictor):
        """Answers after the other window has stored its score."""

        def thresholds(self):  # type: ignore[no-untyped-def]  # noqa: ANN202
            rescore_image(other, pair[0], FakeToken())
            return super().thresholds()

    changes = analyse(replace(services, predictor=SlowPredictor()), pair[0], FakeToken())
    assert changes.touches(pair[0])
    assert len(_case(services, pair[0]).scores) == before + 1
    assert pair[0] not in outstanding(other)
    other.store.close()


def test_what_is_entered_while_a_score_is_computed_stays_outstanding(
    services: Services, pair: tuple[ImageId, ImageId]
) -> None:
    class SlowPredictor(FakePredictor):
        """Answers after something was entered."""

        def thresholds(self):  # type: ignore[no-untyped-def]  # noqa: ANN202
            lesion = _case(services, pair[0]).lesion
            edit_lesion(services, lesion, replace(lesion, site="head/neck"))
            return super().thresholds()

    correct_mask(services, pair[0], a_mask(radius_px=12))
    analyse(replace(services, predictor=SlowPredictor()), pair[0], FakeToken())
    assert list(outstanding(services)) == [pair[0]]


def test_removed_cases_wait_until_they_are_restored(
    services: Services, pair: tuple[ImageId, ImageId]
) -> None:
    remove_case(services, pair[0])
    set_calibration(services, pair[0], Calibration(0.02, "entered by hand"))
    assert outstanding(services) == {}
    assert outstanding(services, pair) == {}
    changes = restore_case(services, pair[0])
    assert list(outstanding(services, changes.images)) == [pair[0]]


def test_an_import_says_which_other_images_of_its_patients_may_be_concerned(
    services: Services, tmp_path: Path
) -> None:
    folder = Path(__file__).resolve().parents[3] / "golden" / "cases" / "01-same-id-two-persons"
    report = result_of(import_images(services, [folder], token=FakeToken()))
    assert report.changes.images == set(report.imported)
    again = result_of(import_images(services, [folder], token=FakeToken(), merges_patients=True))
    assert again.changes.images == set(report.imported)


def test_an_entry_alone_never_lowers_a_band(services: Services, tmp_path: Path) -> None:
    image_id = a_case(services, tmp_path / "in")
    case = _case(services, image_id)
    assert case.priority is not None
    assert case.priority.band is not Band.ROUTINE

    class LowerPredictor(FakePredictor):
        """Finds nothing to worry about."""

        def score(self, image, mask, tabular, token, *, model=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            found = super().score(image, mask, tabular, token, model=model)
            return replace(found, probability=0.01, probability_low=0.0, probability_high=0.02)

    _enter_sex_and_year(services, image_id)
    analyse(replace(services, predictor=LowerPredictor()), image_id, FakeToken())
    after = _case(services, image_id)
    assert after.priority is not None
    assert (after.priority.band, after.priority.would_be) == (case.priority.band, Band.ROUTINE)
