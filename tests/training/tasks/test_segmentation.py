from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.contract.imaging.preprocess import for_segmenter, mask_for_segmenter, normalised
from tests.training.contract.test_plan import a_plan
from tests.training.data_folders import manifest_row, mini_data_folder, write_manifest
from training.contract.data_set import DataSetError, Split, read_manifest, split_samples
from training.contract.plan import NO_AUGMENTATION, SEGMENTATION_LOSSES, Stage, TrainingPlan
from training.inputs.decode import read_image, read_mask
from training.tasks.segmentation import (
    SegmentationTask,
    as_network_input,
    load_frames,
    outlined_by_experts,
)

STAGE = Stage(height_px=32, width_px=64, epochs=1)


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Split:
    folder = mini_data_folder(tmp_path_factory.mktemp("data") / "mini")
    return split_samples(read_manifest(folder))


class SeesDarkness(nn.Module):
    """Calls dark pixels lesion, as the synthetic images are drawn."""

    def __init__(self, sign: float = 1.0) -> None:
        super().__init__()
        self.sign = nn.Parameter(torch.tensor(sign))

    def forward(self, images: Tensor) -> Tensor:
        return self.sign * 20 * (0.35 - images[:, 1:2])


def a_task(split: Split, tmp_path: Path, **changes: object) -> SegmentationTask:
    plan: TrainingPlan = a_plan(stages=[STAGE.model_dump()], batch_size=4, **changes)
    task = SegmentationTask(plan, split, tmp_path)
    task.open_stage(plan.stages[0])
    return task


def test_training_frames_are_what_the_application_feeds_the_network(split: Split, tmp_path: Path) -> None:
    frames = load_frames(split.train, STAGE, tmp_path)
    inputs = as_network_input(np.array(frames.images)).numpy()
    for index, sample in enumerate(split.train):
        image = read_image(sample)
        expected, _ = for_segmenter(image, height_px=32, width_px=64)
        np.testing.assert_allclose(inputs[index], expected, atol=1e-5)
        mask = read_mask(sample, image.shape)
        assert mask is not None
        small = mask_for_segmenter(mask, height_px=32, width_px=64)
        np.testing.assert_array_equal(frames.masks[index], small)


def test_a_tensor_is_normalised_as_the_application_does_it() -> None:
    image = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    np.testing.assert_allclose(as_network_input(image[None])[0].numpy(), normalised(image), atol=1e-5)


def test_images_are_decoded_once_per_size(
    split: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_frames(split.train, STAGE, tmp_path)
    monkeypatch.setattr("training.tasks.segmentation.read_image", None)
    again = load_frames(split.train, STAGE, tmp_path)
    np.testing.assert_array_equal(first.images, again.images)


def test_other_images_never_share_a_cache(split: Split, tmp_path: Path) -> None:
    load_frames(split.train, STAGE, tmp_path)
    fewer = load_frames(split.train[::-1], STAGE, tmp_path)
    fresh = load_frames(split.train[::-1], STAGE, tmp_path / "other")
    np.testing.assert_array_equal(fewer.images, fresh.images)


def test_a_right_network_scores_high_and_its_opposite_low(split: Split, tmp_path: Path) -> None:
    task = a_task(split, tmp_path)
    assert task.evaluate(SeesDarkness())["iou"] > 0.85
    assert task.evaluate(SeesDarkness(-1.0))["iou"] < 0.3


@pytest.mark.parametrize("loss", SEGMENTATION_LOSSES)
def test_every_loss_prefers_the_right_network(split: Split, tmp_path: Path, loss: str) -> None:
    task = a_task(split, tmp_path, loss=loss, augmentation=NO_AUGMENTATION)
    batch = task.batches(0).batch(0)
    right, wrong = (float(task.loss(SeesDarkness(sign), batch).detach()) for sign in (1.0, -1.0))
    assert right < wrong


def test_a_segmentation_batch_is_the_same_whenever_it_is_asked_for(split: Split, tmp_path: Path) -> None:
    first, again = a_task(split, tmp_path), a_task(split, tmp_path)
    first.batches(0).batch(0)
    ours, theirs = first.batches(3).batch(1), again.batches(3).batch(1)
    assert torch.equal(ours["images"], theirs["images"])
    assert torch.equal(ours["masks"], theirs["masks"])
    assert not torch.equal(ours["images"], first.batches(4).batch(1)["images"])


def test_masks_of_another_size_are_explained(tmp_path: Path) -> None:
    folder = mini_data_folder(tmp_path / "d", train=2, val=2, test=0)
    (folder / "masks" / "train000.png").write_bytes((folder / "masks" / "train001.png").read_bytes())
    sample = read_manifest(folder)[0]
    with pytest.raises(DataSetError, match="differ in size"):
        read_mask(sample, (10, 10, 3))


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_masks_of_0_and_1_are_learned_from(tmp_path: Path, kind: type[np.generic]) -> None:
    folder = mini_data_folder(tmp_path / "d", train=2, val=2, test=0)
    sample = read_manifest(folder)[0]
    shape = read_image(sample).shape
    plain = read_mask(sample, shape)
    assert plain is not None
    cv2.imwrite(str(folder / "masks" / "train000.png"), plain.astype(kind))
    again = read_mask(sample, shape)
    assert again is not None
    assert np.array_equal(again, plain)


@pytest.mark.parametrize("content", [b"", b"not an image"])
def test_a_damaged_image_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(content)
    write_manifest(tmp_path, [manifest_row("a")])
    with pytest.raises(DataSetError, match="of a cannot be read"):
        read_image(read_manifest(tmp_path)[0])


def test_a_boundary_that_a_model_drew_teaches_none(tmp_path: Path) -> None:
    samples = read_manifest(mini_data_folder(tmp_path, train=3, val=1, test=0))
    drawn = replace(samples[0], is_mask_predicted=True)
    assert outlined_by_experts((drawn, *samples[1:])) == samples[1:]
