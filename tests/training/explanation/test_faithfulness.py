import numpy as np
import pytest
from numpy.typing import NDArray

from tests.model_folders import write_model
from training.explanation.explained_answers import Answer, Subject, answer_to, maps_of, overlays_shown
from training.explanation.faithfulness import (
    Curves,
    Faithfulness,
    Judged,
    Patches,
    Protocol,
    area,
    blurred,
    faithfulness,
)
from training.explanation.faithfulness_exactness import exactness, head_correlations
from training.tasks.loaded_model import PublishedModel

Floats = NDArray[np.float64]

PROTOCOL = Protocol(patch_px=8, steps=4, random_orders=2)


def a_spotted_image(seed: int = 0, height: int = 24, width: int = 32) -> NDArray[np.float32]:
    """Noise, so that every patch differs from its blurred version."""
    return np.random.default_rng(seed).normal(size=(3, height, width)).astype(np.float32)


def sharpness_of(patches: Floats, image: NDArray[np.float32]) -> Answer:
    """An answer that counts, with these weights, the patches of which nothing was blurred."""

    def answer(images: NDArray[np.float32]) -> Floats:
        is_kept = np.isclose(images, image[None]).all(axis=1)
        whole = is_kept.reshape(len(images), 3, 8, 4, 8).all(axis=(2, 4))
        return (whole * patches[None]).sum(axis=(1, 2))

    return answer


@pytest.fixture
def weights() -> Floats:
    """How much each of 3 x 4 patches counts; twelfths."""
    return np.random.default_rng(2).permutation(12).reshape(3, 4) / 66.0


def test_an_order_that_knows_the_answer_gains_and_its_reverse_loses(weights: Floats) -> None:
    image = a_spotted_image()
    patches = Patches(image, sharpness_of(weights, image), PROTOCOL)

    knowing = patches.curves(patches.order_of(weights.astype(np.float32)))
    reverse = patches.curves(patches.order_of(-weights.astype(np.float32)))

    # Three patches a step: the best three of 0..11 leave 36/66, then 15/66, then 3/66 and nothing.
    np.testing.assert_allclose(knowing.deletion[0], np.array([66, 36, 15, 3, 0]) / 66)
    np.testing.assert_allclose(knowing.insertion[0], np.array([0, 30, 51, 63, 66]) / 66)
    np.testing.assert_allclose(knowing.gain, -reverse.gain)
    assert knowing.gain[0] > 0.2


def test_the_control_gains_nothing_by_construction(weights: Floats) -> None:
    image = a_spotted_image()
    patches = Patches(image, sharpness_of(weights, image), PROTOCOL)

    control = patches.control(np.random.default_rng(0))
    again = patches.control(np.random.default_rng(0))

    assert control.gain[0] == pytest.approx(0.0)
    np.testing.assert_array_equal(control.deletion, again.deletion)
    assert control.deletion[0, 0] == pytest.approx(1.0)
    assert control.deletion[0, -1] == pytest.approx(0.0)


def test_an_image_that_is_no_whole_number_of_patches_is_covered_to_its_edge() -> None:
    image = a_spotted_image(height=20, width=27)
    seen = []

    def answer(images: NDArray[np.float32]) -> Floats:
        seen.append(images)
        return np.zeros(len(images))

    patches = Patches(image, answer, PROTOCOL)
    order = patches.order_of(np.arange(12, dtype=np.float32).reshape(3, 4))
    patches.curves(order)

    assert order[0] == 11
    np.testing.assert_array_equal(seen[0], np.stack([image, blurred(image, 8)]))
    np.testing.assert_array_equal(seen[1][0][:, 16:, 24:], blurred(image, 8)[:, 16:, 24:])
    np.testing.assert_array_equal(seen[1][0][:, :16], image[:, :16])


def test_a_coarse_map_is_laid_over_the_patches_as_it_is_shown() -> None:
    image = a_spotted_image(height=32, width=32)
    patches = Patches(image, lambda images: np.zeros(len(images)), PROTOCOL)

    order = patches.order_of(np.array([[0.0, 0.0], [0.0, 1.0]], dtype=np.float32))

    assert order[0] == 15
    assert set(order[:4]) == {15, 14, 11, 10}


def test_area_is_that_of_trapezia() -> None:
    curves = np.array([[1.0, 0.5, 0.0], [0.0, 0.0, 1.0]])

    np.testing.assert_allclose(area(curves), [0.5, 0.25])


def judged(name: str, gains: list[float]) -> Judged:
    """An overlay with these gains: deletion at zero, insertion a constant."""
    insertion = np.repeat(np.array(gains)[:, None], 3, axis=1)
    nothing = np.full(len(gains), np.nan)
    return Judged(name, Curves(np.zeros_like(insertion), insertion), nothing, nothing)


def found(*overlays: Judged, control: float = 0.0) -> Faithfulness:
    count = len(overlays[0].share_inside)
    ids = tuple(str(index) for index in range(count))
    flat = judged("control", [control] * count).curves
    return Faithfulness(PROTOCOL, (24, 32), ids, np.array(ids), np.ones(count), overlays, flat, flat)


@pytest.mark.parametrize(
    ("first", "second", "control", "chosen"),
    [
        ([0.1, 0.2, 0.1, 0.2] * 4, [0.3, 0.5, 0.3, 0.4] * 4, 0.0, "second"),
        ([0.1, 0.4, 0.1, 0.4] * 4, [0.2, 0.3, 0.2, 0.4] * 4, 0.0, "first"),
        ([0.1, 0.2, 0.1, 0.2] * 4, [0.3, 0.5, 0.3, 0.4] * 4, 0.6, "first"),
        ([0.3, 0.5, 0.3, 0.4] * 4, [0.1, 0.2, 0.1, 0.2] * 4, 0.0, "first"),
    ],
    ids=["better", "not to be told apart", "no better than random", "worse"],
)
def test_the_default_changes_only_for_an_overlay_that_is_measurably_better(
    first: list[float], second: list[float], control: float, chosen: str
) -> None:
    assert (
        found(judged("first", first), judged("second", second), control=control).default({"first", "second"})
        == chosen
    )


def test_an_overlay_that_explains_no_answer_never_becomes_the_default() -> None:
    report = found(judged("first", [0.1, 0.2] * 8), judged("second", [0.5, 0.6] * 8))

    assert report.default({"second"}) == "second"
    assert report.default({"first"}) == report.default(set()) == "first"


def test_the_other_control_goes_from_the_centre_outwards() -> None:
    patches = Patches(a_spotted_image(), lambda images: np.zeros(len(images)), PROTOCOL)

    order = patches.from_centre().tolist()

    assert set(order[:2]) == {5, 6}
    assert set(order[-4:]) == {0, 3, 8, 11}


def test_what_is_not_known_of_some_images_is_left_out_of_the_mean() -> None:
    report = found(judged("first", [0.1] * 4))

    interval = report.interval(np.array([1.0, np.nan, 3.0, np.nan]))
    assert interval is not None
    assert (interval.value, interval.n) == (2.0, 2)
    assert report.interval(np.full(4, np.nan)) is None


@pytest.fixture(scope="module")
def score_model(tmp_path_factory: pytest.TempPathFactory) -> PublishedModel:
    folder = tmp_path_factory.mktemp("models")
    return PublishedModel.read(write_model(folder, "mambaderm_tiny", "classification", with_graph=False))


@pytest.fixture(scope="module")
def boundary_model(tmp_path_factory: pytest.TempPathFactory) -> PublishedModel:
    folder = tmp_path_factory.mktemp("models")
    return PublishedModel.read(write_model(folder, "dermomamba_tiny", "segmentation", with_graph=False))


def subjects(model: PublishedModel, count: int = 2) -> tuple[Subject, ...]:
    size_px = (model.card.input.height_px, model.card.input.width_px)
    mask = np.zeros(size_px, dtype=np.bool_)
    mask[: size_px[0] // 2] = True
    return tuple(
        Subject(f"image {seed}", f"lesion {seed}", a_spotted_image(seed, *size_px), mask)
        for seed in range(count)
    )


def test_a_score_model_is_measured_overlay_by_overlay(score_model: PublishedModel) -> None:
    report = faithfulness(score_model, subjects(score_model), Protocol(16, 3, 2))

    assert [each.name for each in report.overlays] == [each.name for each in overlays_shown(score_model)]
    for each in report.overlays:
        assert each.curves.deletion.shape == each.curves.insertion.shape == (2, 4)
        np.testing.assert_allclose(each.curves.deletion[:, 0], report.control.deletion[:, 0])
        np.testing.assert_allclose(each.curves.deletion[:, -1], each.curves.insertion[:, 0])
        assert ((each.agreement >= -1) & (each.agreement <= 1)).all()
    by_name = {each.name: each for each in report.overlays}
    # The gate is never negative: without a say, half of it lies in the half that is lesion.
    np.testing.assert_allclose(by_name["gate"].share_inside, 0.5, atol=0.05)
    np.testing.assert_allclose(report.lesion_area, 0.5)


def test_a_boundary_model_is_followed_over_the_lesion_it_first_outlined(
    boundary_model: PublishedModel,
) -> None:
    subject = subjects(boundary_model)[0]
    card = boundary_model.card
    middle = boundary_model.card.model_copy(update={"threshold": 0.0})
    answer = answer_to(PublishedModel(boundary_model.network, middle), subject)
    assert answer is not None

    said = answer(np.stack([subject.image, np.zeros_like(subject.image)]))

    assert said.shape == (2,)
    assert ((said > 0) & (said < 1)).all()
    assert said[0] != said[1]
    nothing = PublishedModel(boundary_model.network, card.model_copy(update={"threshold": 1.0}))
    assert answer_to(nothing, subject) is None
    with pytest.raises(ValueError, match="nothing to explain"):
        faithfulness(nothing, [subject], PROTOCOL)


def test_a_boundary_model_has_one_view(boundary_model: PublishedModel) -> None:
    (subject,) = subjects(boundary_model, 1)
    model = PublishedModel(boundary_model.network, boundary_model.card.model_copy(update={"threshold": 0.0}))

    report = faithfulness(model, [subject], Protocol(16, 2, 1))

    assert np.isnan([each.agreement for each in report.overlays]).all()
    assert len(maps_of(model, overlays_shown(model)[0], subject)) == 1


def test_the_exact_checks_pass_and_would_fail_for_a_broken_scan(
    score_model: PublishedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = exactness(score_model, subjects(score_model))
    assert [check.passed for check in checks] == [True, True]

    monkeypatch.setattr(
        "training.explanation.faithfulness_exactness.column_sums", lambda reading: reading.u.abs()
    )
    assert [check.passed for check in exactness(score_model, subjects(score_model))] == [True, False]


def test_only_maps_that_explain_the_answer_change_with_the_last_layer(score_model: PublishedModel) -> None:
    weight = score_model.network.get_parameter("head.score.weight").clone()

    likeness = head_correlations(score_model, subjects(score_model))

    assert likeness["gate"] == likeness["hidden_attention"] == pytest.approx(1.0)
    assert likeness["gradient_x_input"] < 0.9
    assert (score_model.network.get_parameter("head.score.weight") == weight).all()
