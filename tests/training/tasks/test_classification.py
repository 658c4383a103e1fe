from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.contract.imaging.preprocess import for_classifier
from models.contract.lesion.tabular import NUMERIC_FEATURES
from models.nets import build
from tests.tiny_scores import tiny_score_network
from tests.training.data_folders import mini_data_folder
from training.augmentation.mask_jitter import mask_variants
from training.contract.data_set import DataSetError, Split, read_manifest, split_samples
from training.contract.plan import NO_AUGMENTATION, Stage, TabularDropout, TrainingPlan
from training.contract.recipes import plan_for
from training.contract.run_options import RunOptions
from training.inputs.crop_cache import load_canvases, view_of
from training.inputs.decode import read_image, read_mask
from training.inputs.lesion_table import load_table, standardisation, withheld
from training.inputs.samplers import generator
from training.tasks.auxiliary_heads import UNKNOWN, diagnosis_loss, mask_loss, structure_loss
from training.tasks.classification import (
    ClassificationTask,
    Views,
    every_view_logit,
    every_view_logit_by_inputs,
    logits_by_inputs,
    logits_of,
    score_logits,
    shown_and_withheld,
)
from training.tasks.classifier_setup import classifier_with_auxiliary_heads

SIZE_PX = 64


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mini_data_folder(tmp_path_factory.mktemp("data") / "mini")


@pytest.fixture(scope="module")
def split(data_dir: Path) -> Split:
    return split_samples(read_manifest(data_dir))


def quick_plan(data_dir: Path, **changes: object) -> TrainingPlan:
    plan = plan_for(RunOptions(task="classification", data_dir=data_dir, quick_test=True))
    return plan.model_copy(update=changes)


def test_perturbed_masks_stay_on_the_lesion() -> None:
    mask = np.zeros((100, 120), bool)
    mask[30:70, 40:90] = True
    variants = mask_variants(mask, 8, generator(1))
    assert len(variants) == 8
    np.testing.assert_array_equal(variants[0], mask)
    overlaps = [(v & mask).sum() / (v | mask).sum() for v in variants[1:]]
    assert all(0.5 < overlap < 1 for overlap in overlaps)


@pytest.mark.parametrize("side", [1, 2])
def test_a_perturbed_mask_is_never_empty(side: int) -> None:
    mask = np.zeros((30, 30), bool)
    mask[10 : 10 + side, 10 : 10 + side] = True
    for seed in range(20):
        assert all(variant.any() for variant in mask_variants(mask, 7, generator(seed)))


def test_an_unvaried_training_view_is_what_the_application_sees(split: Split, tmp_path: Path) -> None:
    table = load_table(split.train, 1, 0, tmp_path)
    canvases = load_canvases(split.train, table.squares[:, 0], size_px=SIZE_PX, margin=0.25, cache=tmp_path)
    for index, sample in enumerate(split.train[:6]):
        view, _ = view_of(
            canvases, index, table.squares[index, 0], NO_AUGMENTATION, generator(0),
            margin=0.25, size_px=SIZE_PX,
        )  # fmt: skip
        image = read_image(sample)
        crop, _ = for_classifier(image, read_mask(sample, image.shape), size_px=SIZE_PX, margin=0.25)
        std, mean = np.array([0.229, 0.224, 0.225]), np.array([0.485, 0.456, 0.406])
        seen = (crop.transpose(1, 2, 0) * std + mean) * 255
        assert np.abs(seen - view).mean() < 8


def test_the_table_is_measured_once_and_read_back_equal(split: Split, tmp_path: Path) -> None:
    first, again = (load_table(split.train, 3, 5, tmp_path) for _ in range(2))
    np.testing.assert_array_equal(first.numeric, again.numeric)
    assert first.numeric.shape == (len(split.train), 3, 35)
    assert len(list(tmp_path.glob("*.npz"))) == 1
    colour = first.numeric[0, :, NUMERIC_FEATURES.index("tbp_lv_L")]
    assert len(set(colour)) > 1


def test_standardisation_ignores_what_is_missing() -> None:
    numeric = np.array([[1.0, np.nan, 4.0], [3.0, np.nan, 4.0]], np.float32)
    mean, deviation = standardisation(numeric)
    np.testing.assert_allclose(mean, [2, 0, 4])
    np.testing.assert_allclose(deviation, [1, 1, 1])


def test_withholding_metadata_keeps_the_measurements() -> None:
    numeric, categorical = np.ones((2, 35), np.float32), np.ones((2, 6), np.int64)
    kept, words = withheld(numeric, categorical, metadata_only=True)
    assert np.isnan(kept[:, NUMERIC_FEATURES.index("age_approx")]).all()
    assert not np.isnan(kept[:, NUMERIC_FEATURES.index("tbp_lv_L")]).any()
    assert (words[:, :2] == 0).all()
    nothing, none = withheld(numeric, categorical, metadata_only=False)
    assert np.isnan(nothing).all()
    assert (none == 0).all()


def test_the_whole_table_is_withheld_as_often_as_planned(
    data_dir: Path, split: Split, tmp_path: Path
) -> None:
    plan = quick_plan(data_dir, tabular_dropout=TabularDropout(whole_table=0.5, metadata=0, each_feature=0))
    task = ClassificationTask(plan, split, tmp_path)
    task.open_stage(plan.stages[0])
    tables = [task.batches(e).batch(0)["numeric"] for e in range(50)]
    empty = torch.cat([table.isnan().all(dim=1) for table in tables]).float().mean()
    assert 0.38 < empty < 0.62


def test_a_batch_is_the_same_whenever_it_is_asked_for(data_dir: Path, split: Split, tmp_path: Path) -> None:
    plan = quick_plan(data_dir)
    first, again = (ClassificationTask(plan, split, tmp_path) for _ in range(2))
    for task in (first, again):
        task.open_stage(plan.stages[0])
    first.batches(0).batch(1)
    ours, theirs = first.batches(1).batch(2), again.batches(1).batch(2)
    for name, tensor in ours.items():
        assert torch.equal(tensor.nan_to_num(-9), theirs[name].nan_to_num(-9)), name
    assert ours["malignant"].sum() == plan.positives_per_batch


def test_every_head_learns_from_a_batch(data_dir: Path, split: Split, tmp_path: Path) -> None:
    plan = quick_plan(data_dir)
    task = ClassificationTask(plan, split, tmp_path)
    task.open_stage(Stage(height_px=SIZE_PX, width_px=SIZE_PX, epochs=1))
    for loss in ("bce", "focal", "asymmetric", "bce_auc", "focal_pauc"):
        task = ClassificationTask(quick_plan(data_dir, loss=loss), split, tmp_path)
        task.open_stage(plan.stages[0])
        network = classifier_with_auxiliary_heads(build("mambaderm_tiny"), task.table)
        task.loss(network, task.batches(0).batch(0)).backward()
        for name, parameter in network.named_parameters():
            if "partial_auc" not in name:
                assert parameter.grad is not None, (loss, name)
                assert torch.isfinite(parameter.grad).all(), (loss, name)


def test_published_weights_do_not_hold_the_extra_heads(split: Split, tmp_path: Path) -> None:
    core = build("mambaderm_tiny")
    names = set(core.state_dict())
    taught = classifier_with_auxiliary_heads(core, load_table(split.train, 1, 0, tmp_path))
    assert set(taught.core.state_dict()) == names
    assert {name.split(".")[0] for name in taught.state_dict()} > {"core", "mask_head"}


def test_one_class_only_is_explained(data_dir: Path, split: Split, tmp_path: Path) -> None:
    benign = Split(tuple(s for s in split.train if not s.malignant), split.validation)
    with pytest.raises(DataSetError, match="train images need both"):
        ClassificationTask(quick_plan(data_dir), benign, tmp_path)


def test_the_score_is_the_mean_over_eight_views() -> None:
    core = build("mambaderm_tiny").eval()
    rng = np.random.default_rng(0)
    views = Views(
        rng.normal(size=(1, 3, 64, 64)).astype(np.float32),
        np.full((1, 35), np.nan, np.float32),
        np.zeros((1, 6), np.int64),
    )
    turned = [np.rot90(views.images, k, (2, 3)) for k in range(4)]
    eight = [*turned, *(view[:, :, :, ::-1] for view in turned)]
    logits = [
        logits_of(core, Views(np.ascontiguousarray(view), views.numeric, views.categorical))[0]
        for view in eight
    ]
    assert score_logits(core, views)[0] == pytest.approx(np.mean(logits), abs=1e-5)
    assert set(shown_and_withheld(views)) == {"all", "measured", "image"}


def some_views(lesions: int = 3) -> Views:
    rng = np.random.default_rng(0)
    return Views(
        rng.normal(size=(lesions, 3, 64, 64)).astype(np.float32),
        rng.normal(size=(lesions, 35)).astype(np.float32),
        rng.integers(0, 3, (lesions, 6)),
    )


@pytest.mark.parametrize("name", ["mambaderm_tiny", "medmamba_tiny"])
def test_inputs_that_share_images_are_scored_together_as_each_is_alone(name: str) -> None:
    network = tiny_score_network(name)
    shown = {
        **shown_and_withheld(some_views()),
        "black": replace(some_views(), images=np.zeros((3, 3, 64, 64), "f4")),
    }

    together = every_view_logit_by_inputs(network, shown)

    assert list(together) == list(shown)
    for label, views in shown.items():
        np.testing.assert_allclose(together[label], every_view_logit(network, views), atol=1e-6)
    assert np.abs(together["all"] - together["black"]).max() > 1e-3


def test_a_measurement_reads_the_images_once_for_all_inputs() -> None:
    network, read = tiny_score_network("mambaderm_efficient_tiny"), []
    network.get_submodule("stem").register_forward_hook(lambda *run: read.append(len(run[1][0])))

    found = logits_by_inputs(network, shown_and_withheld(some_views(40)))

    assert read == [32, 8]
    np.testing.assert_allclose(found["all"], logits_of(network, some_views(40)), atol=1e-6)


def test_auxiliary_losses_of_hand_computed_cases() -> None:
    masks = torch.zeros(2, 1, 4, 4)
    masks[0, 0, :2, :2] = 1
    logits = torch.zeros(2, 4)
    assert mask_loss(logits, masks, torch.tensor([1.0, 0.0])).item() == pytest.approx(np.log(2))
    known = torch.tensor([[1, 0, UNKNOWN, UNKNOWN, UNKNOWN]])
    big = torch.tensor([[50.0, 0.0, 50.0, -50.0, 9.0]])
    assert structure_loss(big, known).item() == pytest.approx(np.log(2) / 2)
    three = torch.zeros(2, 3)
    assert diagnosis_loss(three, torch.tensor([0, UNKNOWN])).item() == pytest.approx(np.log(3))


def test_unknown_targets_cost_nothing() -> None:
    assert structure_loss(torch.ones(2, 5), torch.full((2, 5), UNKNOWN)).item() == 0
    assert diagnosis_loss(torch.ones(2, 3), torch.full((2,), UNKNOWN)).item() == 0
    assert mask_loss(torch.ones(2, 4), torch.ones(2, 1, 4, 4), torch.zeros(2)).item() == 0
