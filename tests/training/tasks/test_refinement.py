"""Learning to redraw a boundary from clicks."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.training.contract.test_plan import a_plan
from tests.training.data_folders import mini_data_folder
from training.contract.data_set import DataSetError, Split, read_manifest, split_samples
from training.contract.plan import NO_AUGMENTATION, SEGMENTATION_LOSSES, Stage
from training.tasks.refinement import RefinementTask
from training.tasks.segmentation import as_network_input, load_frames

STAGE = {"height_px": 32, "width_px": 64, "epochs": 1}


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Split:
    folder = mini_data_folder(tmp_path_factory.mktemp("data") / "mini")
    return split_samples(read_manifest(folder))


class HeedsGuidance(nn.Module):
    """Adds and removes what lies around clicks, keeps the rest of the mask; remembers what it saw."""

    def __init__(self) -> None:
        super().__init__()
        self.size = nn.Parameter(torch.tensor(10.0))
        self.seen: list[tuple[Tensor, bool]] = []

    def forward(self, images: Tensor, guidance: Tensor) -> Tensor:
        self.seen.append((guidance.clone(), torch.is_grad_enabled()))
        present, adds, removes = guidance.split(1, dim=1)
        return self.size * (present + 2 * wide(adds) - 2 * wide(removes) - 0.5)


def wide(disks: Tensor) -> Tensor:
    return functional.max_pool2d(disks, 9, stride=1, padding=4)


def a_task(split: Split, tmp_path: Path, **changes: object) -> RefinementTask:
    plan = a_plan(
        task="refinement", architecture="click_refiner_tiny", stages=[STAGE], batch_size=4, **changes
    )
    task = RefinementTask(plan, split, tmp_path)
    task.open_stage(plan.stages[0])
    return task


def test_the_same_batch_comes_again_and_epochs_differ(split: Split, tmp_path: Path) -> None:
    task = a_task(split, tmp_path)
    first, again, other = task.batches(0).batch(1), task.batches(0).batch(1), task.batches(1).batch(1)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["images"], other["images"])


def test_clicks_start_from_nothing_from_worse_masks_and_from_answers(split: Split, tmp_path: Path) -> None:
    task = a_task(split, tmp_path)
    batches = [task.batches(epoch).batch(index) for epoch in range(6) for index in range(4)]
    present = torch.cat([batch["present"] for batch in batches])
    wanted = torch.cat([batch["masks"] for batch in batches])
    is_empty = present.sum(dim=(1, 2, 3)) == 0
    assert 0.3 < is_empty.float().mean() < 0.9
    drawn = ~is_empty
    assert (present[drawn] != wanted[drawn]).any(dim=3).any(dim=2).all()
    assert {int(batch["rounds"][0]) for batch in batches} <= {0, 1, 2, 3, 4}
    assert any(batch["is_answered"].any() for batch in batches if batch["rounds"][0] > 0)
    assert not any(batch["is_answered"].any() for batch in batches if batch["rounds"][0] == 0)


def test_of_some_images_another_mask_than_the_experts_is_wanted(split: Split, tmp_path: Path) -> None:
    task = a_task(split, tmp_path, augmentation=NO_AUGMENTATION.model_dump())
    frames = load_frames(split.train, Stage.model_validate(STAGE), tmp_path)
    known = as_network_input(np.array(frames.images))
    are_other = []
    for epoch in range(4):
        for index in range(4):
            batch = task.batches(epoch).batch(index)
            for image, wanted in zip(batch["images"], batch["masks"], strict=True):
                place = int((known == image).flatten(1).all(dim=1).nonzero()[0])
                are_other.append(bool((wanted[0].numpy() != frames.masks[place]).any()))
    assert 0.1 < np.mean(are_other) < 0.5


def test_each_round_answers_the_answer_before_and_only_the_last_is_learned_from(
    split: Split, tmp_path: Path
) -> None:
    task = a_task(split, tmp_path)
    batch = task.batches(0).batch(0)
    batch["rounds"] = torch.full_like(batch["rounds"], 2)
    batch["is_answered"] = torch.zeros_like(batch["is_answered"])
    batch["present"] = torch.zeros_like(batch["present"])
    network = HeedsGuidance().train()

    loss = task.loss(network, batch)

    guidances = [guidance for guidance, _ in network.seen]
    assert [is_learning for _, is_learning in network.seen] == [False, False, True]
    assert network.training
    assert guidances[0][:, 0].sum() == 0
    assert (guidances[0][:, 1].sum(dim=(1, 2)) > 0).all()
    torch.testing.assert_close(guidances[1][:, :1], wide(guidances[0][:, 1:2]))
    clicks = [guidance[:, 1:].sum() for guidance in guidances]
    assert clicks[0] < clicks[1] < clicks[2]
    loss.backward()
    assert network.size.grad is not None


@pytest.mark.parametrize("loss", SEGMENTATION_LOSSES)
def test_a_refiner_can_learn_by_every_loss_of_a_boundary(split: Split, tmp_path: Path, loss: str) -> None:
    task = a_task(split, tmp_path, loss=loss)
    network = HeedsGuidance()
    task.loss(network, task.batches(0).batch(0)).backward()
    assert network.size.grad is not None
    assert torch.isfinite(network.size.grad)


def test_some_first_answers_come_without_a_click(split: Split, tmp_path: Path) -> None:
    task = a_task(split, tmp_path)
    batch = task.batches(0).batch(0)
    batch["rounds"] = torch.full_like(batch["rounds"], 1)
    batch["is_answered"] = torch.ones_like(batch["is_answered"])
    batch["present"] = torch.zeros_like(batch["present"])
    network = HeedsGuidance()
    task.loss(network, batch)
    assert network.seen[0][0].sum() == 0
    assert network.seen[1][0][:, 1].sum() > 0


def test_a_network_that_heeds_clicks_is_measured_to_gain_by_them(split: Split, tmp_path: Path) -> None:
    figures = a_task(split, tmp_path).evaluate(HeedsGuidance())
    assert 0 < figures["iou_1_from_nothing"] < figures["iou_2_from_nothing"] < figures["iou_3_from_nothing"]
    named = [figures[f"iou_{clicks}_from_{start}"] for start in ("nothing", "answer") for clicks in (1, 2, 3)]
    assert figures["score"] == pytest.approx(np.mean(named))


def test_images_without_masks_cannot_be_learned_from(split: Split, tmp_path: Path) -> None:
    plan = a_plan(task="refinement", architecture="click_refiner_tiny", stages=[STAGE])
    with pytest.raises(DataSetError, match="masks in train and in val"):
        RefinementTask(plan, Split((), split.validation), tmp_path)
