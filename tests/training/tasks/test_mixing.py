from pathlib import Path

import numpy as np
import pytest
import torch

from models.nets import build
from tests.training.data_folders import mini_data_folder
from training.contract.data_set import read_manifest, split_samples
from training.contract.plan import AuxiliaryTargets, Mixing, TrainingPlan
from training.contract.recipes import plan_for
from training.contract.run_options import RunOptions
from training.inputs.samplers import generator
from training.loop.task import Batch
from training.tasks.auxiliary_heads import UNKNOWN
from training.tasks.classification import ClassificationTask
from training.tasks.classifier_setup import classifier_with_auxiliary_heads
from training.tasks.mixing import is_mixed, mixed, mixed_auxiliary_loss

MIXUP = Mixing(mixup_share=1)
CUTMIX = Mixing(cutmix_share=1)


def a_batch() -> Batch:
    """Four images, each of one value; the second and the third are malignant."""
    values = torch.tensor([0.0, 1.0, 2.0, 3.0])
    plane = values[:, None, None, None].expand(4, 1, 16, 16)
    numeric = torch.stack([values, torch.tensor([1.0, torch.nan, torch.nan, 4.0])], dim=1)
    return {
        "images": plane.expand(4, 3, 16, 16).clone(),
        "masks": (plane > 1).float(),
        "numeric": numeric,
        "categorical": torch.arange(4)[:, None],
        "malignant": torch.tensor([0.0, 1.0, 1.0, 0.0]),
        "has_mask": torch.tensor([1.0, 1.0, 0.0, 1.0]),
        "structures": torch.tensor([[0], [1], [UNKNOWN], [1]]),
        "diagnosis": torch.tensor([0, 1, UNKNOWN, 2]),
    }


@pytest.mark.parametrize("mixing", [MIXUP, CUTMIX], ids=["mixup", "cutmix"])
@pytest.mark.parametrize("seed", range(6))
def test_the_score_is_as_malignant_as_the_image_has_of_malignant_ones(mixing: Mixing, seed: int) -> None:
    """The partner's share of the pixels, of the score and of the numbers is one and the same."""
    batch = a_batch()
    after = mixed(batch, mixing, generator(seed))
    other = 1 - after["share"]
    pixels = after["images"].mean(dim=(1, 2, 3))
    torch.testing.assert_close(pixels, after["numeric"][:, 0])
    is_malignant = dict(enumerate(batch["malignant"].tolist()))
    for place in range(4):
        gap = float(pixels[place]) - place
        if abs(gap) < 1e-6:
            continue
        partner = round(place + gap / float(other[place]))
        expected = (1 - other[place]) * is_malignant[place] + other[place] * is_malignant[partner]
        assert after["malignant"][place].item() == pytest.approx(float(expected), abs=1e-5)
        assert after["partner_diagnosis"][place] == batch["diagnosis"][partner]
        assert after["has_mask"][place] == batch["has_mask"][place] * batch["has_mask"][partner]


def test_categories_stay_and_missing_numbers_are_not_made_up() -> None:
    batch = a_batch()
    for seed in range(10):
        after = mixed(batch, MIXUP, generator(seed))
        assert torch.equal(after["categorical"], batch["categorical"])
        assert torch.equal(after["numeric"].isnan(), batch["numeric"].isnan())


def test_cutmix_leaves_every_pixel_that_of_one_image() -> None:
    for seed in range(10):
        after = mixed(a_batch(), CUTMIX, generator(seed))
        assert set(after["images"].unique().tolist()) <= {0.0, 1.0, 2.0, 3.0}
        # Image and mask are cut along the same box.
        assert torch.equal(after["masks"], (after["images"][:, :1] > 1).float())


def test_as_many_batches_are_mixed_as_planned_and_the_others_are_left_alone() -> None:
    batch = a_batch()
    mixing = Mixing(mixup_share=0.25, cutmix_share=0.25)
    drawn = [mixed(batch, mixing, generator(seed)) for seed in range(400)]
    assert 160 < sum(is_mixed(each) for each in drawn) < 240
    assert all(each is batch for each in drawn if not is_mixed(each))


def test_the_original_batch_is_not_changed() -> None:
    batch, untouched = a_batch(), a_batch()
    mixed(batch, CUTMIX, generator(1))
    for name, values in untouched.items():
        torch.testing.assert_close(batch[name], values, equal_nan=True)


def test_the_auxiliary_targets_of_both_images_count_by_their_shares() -> None:
    batch = {
        "masks": torch.zeros(1, 1, 4, 4), "has_mask": torch.zeros(1),
        "structures": torch.tensor([[1]]), "partner_structures": torch.tensor([[0]]),
        "diagnosis": torch.tensor([0]), "partner_diagnosis": torch.tensor([UNKNOWN]),
        "share": torch.tensor([0.75]),
    }  # fmt: skip
    outputs = {
        "mask": torch.zeros(1, 4), "structures": torch.tensor([[2.0]]), "diagnosis": torch.zeros(1, 3),
    }  # fmt: skip
    weights = AuxiliaryTargets(structures=1, mask=1, diagnosis=1)
    present, absent = np.log1p(np.exp(-2)), np.log1p(np.exp(2))
    expected = 0.75 * (present + np.log(3)) + 0.25 * absent
    assert mixed_auxiliary_loss(outputs, batch, weights).item() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("mixing", [MIXUP, CUTMIX], ids=["mixup", "cutmix"])
def test_what_is_known_of_the_diagnoses_blends_as_malignancy_does(mixing: Mixing) -> None:
    batch = a_batch()
    batch["known"] = torch.stack([1 - batch["malignant"], batch["malignant"]], dim=1)
    for seed in range(6):
        after = mixed(batch, mixing, generator(seed))
        torch.testing.assert_close(after["known"][:, 1], after["malignant"])
        torch.testing.assert_close(after["known"].sum(dim=1), torch.ones(4))


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mini_data_folder(tmp_path_factory.mktemp("data") / "mini", train=8, val=4, test=1)


def task_of(data_dir: Path, cache: Path, **changes: object) -> tuple[TrainingPlan, ClassificationTask]:
    plan = plan_for(RunOptions(task="classification", data_dir=data_dir, quick_test=True))
    plan = TrainingPlan.model_validate(plan.model_dump() | changes)
    task = ClassificationTask(plan, split_samples(read_manifest(data_dir)), cache)
    task.open_stage(plan.stages[0])
    return plan, task


@pytest.mark.parametrize("loss", ["bce_auc", "focal_pauc"])
def test_nothing_is_learned_from_the_order_of_mixed_images(data_dir: Path, tmp_path: Path, loss: str) -> None:
    """The ranking loss would take a mixture for benign or malignant, and remember it as such."""
    _, task = task_of(data_dir, tmp_path, loss=loss, mixing=MIXUP)
    network = classifier_with_auxiliary_heads(build("mambaderm_tiny"), task.table)
    batch = task.batches(0).batch(0)
    assert ((batch["malignant"] > 0) & (batch["malignant"] < 1)).sum() > 0
    task.loss(network, batch).backward()
    assert network.partial_auc.positive_memory.isnan().all()
    single = {"bce_auc": "bce", "focal_pauc": "focal"}[loss]
    _, other = task_of(data_dir, tmp_path, loss=single, mixing=MIXUP)
    outputs = {name: value.detach() for name, value in network(
        batch["images"], batch["numeric"], batch["categorical"]).items()}  # fmt: skip
    weight = 0.5 if loss == "focal_pauc" else 1.0
    alone = other.loss_of(network, outputs, batch) - mixed_auxiliary_loss(outputs, batch, AuxiliaryTargets())
    both = task.loss_of(network, outputs, batch) - mixed_auxiliary_loss(outputs, batch, AuxiliaryTargets())
    torch.testing.assert_close(both, weight * alone)


def test_a_mixed_batch_is_the_same_whenever_it_is_asked_for(data_dir: Path, tmp_path: Path) -> None:
    changes = {"mixing": CUTMIX, "batches_per_step": 2}
    plan, task = task_of(data_dir, tmp_path, **changes)
    first, again = (task.batches(1).batch(0) for _ in range(2))
    assert len(first["images"]) == plan.images_per_step == 2 * plan.batch_size
    for name, values in first.items():
        torch.testing.assert_close(again[name], values, equal_nan=True)
    assert not torch.equal(first["images"], task.batches(0).batch(0)["images"])


def test_an_evidential_network_learns_and_its_price_rises_over_the_run(
    data_dir: Path, tmp_path: Path
) -> None:
    changes = {"loss": "evidential", "architecture_arguments": {"evidential": True}, "sampler": "balanced"}
    plan, task = task_of(data_dir, tmp_path, **changes)
    network = classifier_with_auxiliary_heads(build("mambaderm_tiny", evidential=True), task.table)
    task.loss(network, task.batches(1).batch(0)).backward()
    assert network.core.last_layer.weight.grad is not None
    assert network.core.last_layer.weight.grad.abs().sum(dim=1).min() > 0
    steps = task.steps_per_epoch()
    told = [
        float(task.batches(epoch).batch(index)["annealing"][0])
        for epoch in range(plan.epochs)
        for index in range(steps)
    ]
    assert told[0] == 0
    assert told == sorted(told)
    assert told[len(told) // 2 :] == [1.0] * (len(told) - len(told) // 2)
