"""Several images of a lesion from one day have one score together, in store, list and exports."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.analysis.prediction import ScorePrediction
from app.domain.analysis.triage import Band
from app.domain.case import Case, CaseLine
from app.domain.ids import ImageId, PredictionId, new_id
from app.usecases.analysis.accept_band import accept_band
from app.usecases.analysis.score_image import rescore_image
from app.usecases.cases.import_images import import_images
from app.usecases.cases.remove_case import remove_case, restore_case
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.patients.edit_visit import edit_visit
from app.usecases.services import Services
from models.contract.imaging.frame_verdict import FrameVerdict
from tests.builders import a_case, a_mask, an_image_file, predict_again, result_of
from tests.fakes import CLASSIFIER, FakePredictor, FakeToken

FOREIGN = FrameVerdict(is_dermoscopic=False, has_lesion=True, distance=9.5, lesion_logit=2.0)


@pytest.fixture
def images(services: Services, tmp_path: Path) -> tuple[ImageId, ImageId]:
    """Return two scored images of one lesion; its first is Urgent, as is the second."""
    first = a_case(services, tmp_path)
    path = an_image_file(tmp_path, "second.png", seed=2)
    lesion = _case(services, first).lesion
    job = import_images(services, [path], token=FakeToken(), lesion_id=lesion.id)
    (second,) = result_of(job).imported
    predict_again(services, second)
    return first, second


def _case(services: Services, image_id: ImageId) -> Case:
    with services.store.reading() as work:
        return work.cases.case(image_id)


def _line(services: Services, image_id: ImageId) -> CaseLine:
    with services.store.reading() as work:
        (line,) = work.cases.lines_of([image_id])
    return line


def _say(services: Services, image_id: ImageId, probability: float, **changes: object) -> ScorePrediction:
    """Store a further score of the valid mask, as if the models had been asked anew."""
    case = _case(services, image_id)
    newest = case.score
    assert newest is not None
    score = replace(
        newest,
        id=PredictionId(new_id()),
        probability=probability,
        probability_high=probability,
        predicted_at=newest.predicted_at + timedelta(minutes=1),
        **changes,  # type: ignore[arg-type]  # names of ScorePrediction's fields
    )
    score = replace(score, inputs_sha256=case.scored_inputs(score.model.weights_sha256).sha256)
    with services.store.writing() as work:
        work.cases.add_score(score)
        work.commit()
    return score


def _accept(services: Services, image_id: ImageId, probability: float) -> None:
    accept_band(services, image_id, _say(services, image_id, probability).id)


def test_both_images_say_the_score_of_their_lesion(
    services: Services, images: tuple[ImageId, ImageId]
) -> None:
    cases = [_case(services, image_id) for image_id in images]
    own = [case.score.probability for case in cases if case.score is not None]
    found = {case.lesion_score for case in cases}
    assert len(found) == 1
    (lesion,) = found
    assert lesion is not None
    assert lesion.image_count == 2
    assert min(own) < lesion.probability < max(own)
    assert [_line(services, image_id).lesion for image_id in images] == [lesion, lesion]


def test_the_list_ranks_a_routine_image_with_its_lesion(
    services: Services, images: tuple[ImageId, ImageId], tmp_path: Path
) -> None:
    new = a_case(services, tmp_path, seed=3, predicted=False)
    _accept(services, images[1], 0.1)
    line, case = _line(services, images[1]), _case(services, images[1])
    assert case.priority is not None
    assert case.priority.band is Band.ROUTINE
    assert line.priority == case.queue_priority
    assert line.priority is not None
    assert line.priority.band is Band.SOON
    assert "Lesion score" in line.priority.reasons[0]
    first = _line(services, images[0])
    assert first.priority is not None
    assert first.priority.band is Band.URGENT
    with services.store.reading() as work:
        ranked = [line.image_id for line in work.cases.case_lines()]
        bands = work.cases.decided_bands(CLASSIFIER.weights_sha256)
    assert ranked == [*images, new]
    assert bands == []


def test_a_slip_on_one_image_does_not_lower_the_band_of_the_lesion(
    services: Services, images: tuple[ImageId, ImageId]
) -> None:
    _accept(services, images[1], 0.1)
    correct_mask(services, images[0], a_mask(radius_px=6, at_xy=(10, 10)))
    for acts in ("stale", "rescored"):
        case = _case(services, images[1])
        assert case.queue_priority is not None, acts
        assert case.queue_priority.band is Band.SOON, acts
        rescore_image(services, images[0], FakeToken())
    case = _case(services, images[0])
    assert case.score is not None
    assert case.score.probability < 0.3
    accept_band(services, images[0], case.score.id)
    assert _line(services, images[1]).priority == _case(services, images[1]).priority


def test_a_score_of_an_earlier_mask_does_not_count(
    services: Services, images: tuple[ImageId, ImageId]
) -> None:
    correct_mask(services, images[0], a_mask(radius_px=12))
    assert _case(services, images[1]).lesion_score is None
    assert _line(services, images[1]).lesion is None
    rescore_image(services, images[0], FakeToken())
    assert _line(services, images[1]).lesion is not None


def test_a_score_of_another_model_does_not_count(services: Services, images: tuple[ImageId, ImageId]) -> None:
    later = replace(CLASSIFIER, version="later", weights_sha256="c" * 64)
    _say(services, images[0], 0.5, model=later)
    assert _line(services, images[1]).lesion is None
    _say(services, images[1], 0.5, model=later)
    lesion = _line(services, images[0]).lesion
    assert lesion is not None
    assert lesion.probability == pytest.approx(0.5)


def test_a_withheld_score_does_not_count(services: Services, images: tuple[ImageId, ImageId]) -> None:
    assert isinstance(services.predictor, FakePredictor)
    services.predictor.frame = FOREIGN
    predict_again(services, images[0])
    assert [_line(services, image_id).lesion for image_id in images] == [None, None]


def test_images_of_another_day_have_nothing_to_do_with_each_other(
    services: Services, images: tuple[ImageId, ImageId]
) -> None:
    visit = _case(services, images[1]).visit
    earlier = replace(visit, visited_on=visit.visited_on - timedelta(days=90))
    edit_visit(services, visit, earlier)
    assert [_line(services, image_id).lesion for image_id in images] == [None, None]
    edit_visit(services, earlier, visit)
    assert [_line(services, image_id).lesion is None for image_id in images] == [False, False]


def test_a_removed_image_does_not_count_until_it_is_restored(
    services: Services, images: tuple[ImageId, ImageId]
) -> None:
    changes = remove_case(services, images[1])
    assert changes.images == frozenset(images)
    assert _line(services, images[0]).lesion is None
    assert restore_case(services, images[1]).images == frozenset(images)
    assert _line(services, images[0]).lesion is not None


def test_a_new_score_of_one_image_refreshes_the_others(
    services: Services, images: tuple[ImageId, ImageId]
) -> None:
    assert rescore_image(services, images[0], FakeToken()).images == frozenset(images)


def test_an_unsaved_correction_counts_with_its_own_score(
    services: Services, images: tuple[ImageId, ImageId]
) -> None:
    case = _case(services, images[0])
    assert case.score is not None
    preview = replace(case.score, probability=0.2)
    lesion = case.lesion_score_with(preview)
    assert lesion is not None
    assert lesion.probability_low == 0.2
    assert case.lesion_score is not None
    assert case.lesion_score.probability_low > 0.2
