"""What a boundary network says of frames that are none of its kind."""

from pathlib import Path

import numpy as np
import pytest
import torch

from models.contract.imaging.regions import extent_px
from models.contract.imaging.suitability import SuitabilityLimits, verdict_of
from models.nets import build
from models.nets.segmentation.dermomamba_efficient import DermoMambaEfficient
from models.nets.weights import round_to_half, save_weights
from tests.training.data_folders import mini_data_folder
from training.contract.data_set import read_manifest
from training.contract.plan import Stage
from training.inputs.decode import read_image
from training.inputs.samplers import generator
from training.inputs.skin_crops import lesion_frame, skin_frame
from training.publishing.suitability_fit import chosen_limits, fit_suitability, suitability_of

STAGE = Stage(height_px=64, width_px=64, epochs=1)
LIMITS = SuitabilityLimits(largest_distance=3, least_lesion_logit=-1, false_alarm_rate=0.02, n=100)


@pytest.mark.parametrize(
    ("answer", "is_dermoscopic", "has_lesion"),
    [
        ((3.0, -1.0), True, True),
        ((3.1, 0.0), False, True),
        ((1.0, -1.1), True, False),
        ((np.nan, 5.0), False, True),
        ((np.inf, 5.0), False, True),
        ((1.0, np.nan), True, False),
    ],
)
def test_limits_decide(answer: tuple[float, float], is_dermoscopic: bool, has_lesion: bool) -> None:
    verdict = verdict_of(np.array(answer, np.float32), LIMITS)
    assert (verdict.is_dermoscopic, verdict.has_lesion) == (is_dermoscopic, has_lesion)
    assert verdict.is_suitable == (is_dermoscopic and has_lesion)


def test_skin_frames_hold_no_lesion_and_have_the_size_of_the_image() -> None:
    mask = np.zeros((200, 300), np.bool_)
    mask[80:140, 150:230] = True
    image = np.where(mask[..., None], np.uint8(0), np.uint8(200)).repeat(3, axis=2)
    for seed in range(8):
        frame = skin_frame(image, mask, generator(seed))
        assert frame is not None
        assert frame.shape == image.shape
        assert frame.min() == 200


def test_a_lesion_that_fills_the_frame_leaves_no_skin() -> None:
    mask = np.ones((100, 100), np.bool_)
    assert skin_frame(np.zeros((100, 100, 3), np.uint8), mask, generator(0)) is None
    assert extent_px(mask) == (0, 0, 100, 100)


def test_lesion_frames_keep_part_of_the_lesion() -> None:
    mask = np.zeros((120, 160), np.bool_)
    mask[40:90, 60:110] = True
    image = np.where(mask[..., None], np.uint8(10), np.uint8(200)).repeat(3, axis=2)
    for seed in range(8):
        frame = lesion_frame(image, mask, generator(seed))
        assert frame.shape == image.shape
        assert (frame < 100).mean() > 0.02


@pytest.mark.slow
def test_other_pictures_lie_farther_than_the_training_images(tmp_path: Path) -> None:
    torch.manual_seed(3)
    network = build("dermomamba_efficient_tiny").eval()
    assert isinstance(network, DermoMambaEfficient)
    samples = read_manifest(mini_data_folder(tmp_path / "data", train=40, val=16, test=0))
    learned = [sample for sample in samples if sample.split == "train"]
    judged = [sample for sample in samples if sample.split == "val"]
    fit_suitability(network, learned, STAGE)

    limits = chosen_limits(network, judged, STAGE)
    own = suitability_of(network, [read_image(sample) for sample in judged], STAGE)
    rng = np.random.default_rng(1)
    noise = [rng.integers(0, 256, (60, 80, 3), dtype=np.uint8) for _ in range(8)]
    foreign = suitability_of(network, noise, STAGE)

    assert limits.n == 16
    assert limits.false_alarm_rate <= 0.25
    assert np.median(foreign[:, 0]) > 2 * np.median(own[:, 0])
    assert all(not verdict_of(answer, limits).is_suitable for answer in foreign)


@pytest.mark.slow
@pytest.mark.parametrize("count", [4, 24])
def test_a_handful_of_images_leaves_numbers_that_half_precision_holds(tmp_path: Path, count: int) -> None:
    network = build("dermomamba_efficient_tiny").eval()
    assert isinstance(network, DermoMambaEfficient)
    samples = read_manifest(mini_data_folder(tmp_path / "data", train=count, val=1, test=0))
    fit_suitability(network, samples[:count], STAGE)
    round_to_half(network)
    save_weights(network, tmp_path)
    answers = suitability_of(network, [read_image(samples[0])], STAGE)
    assert np.isfinite(answers).all()
