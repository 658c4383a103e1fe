from pathlib import Path

import pytest
from pydantic import ValidationError

from resources import path as shipped
from training.contract.data_set import DataSetError
from training.contract.plan import NO_AUGMENTATION, Mixing
from training.contract.recipes import plan_for
from training.contract.run_options import RunOptions


def options(task: str, **changes: object) -> RunOptions:
    return RunOptions.model_validate({"task": task, "data_dir": "d"} | changes)


@pytest.mark.parametrize(
    ("task", "sha256"),
    [
        ("segmentation", "e71175f519586cec7816dff90280c34e4c96c0ae5d8a81633ad51195a4b7636f"),
        ("classification", "5d09394679e57084c7f9bb08cd0f7644be699526d102731f51186b6061f36a90"),
    ],
)
def test_plans_from_before_there_were_more_choices_stay_what_they_were(task: str, sha256: str) -> None:
    """A run that was begun earlier is resumed only if its plan has the same hash."""
    assert plan_for(options(task)).sha256 == sha256


def test_a_refiner_is_trained_like_a_boundary_with_its_own_network_and_start() -> None:
    plan = plan_for(options("refinement", epochs=8))
    boundary = plan_for(options("segmentation", epochs=8))
    assert (plan.task, plan.architecture, plan.model_name) == ("refinement", "click_refiner", "click_refiner")
    assert (plan.init, plan.loss) == ("imagenet", "bce_dice")
    assert (plan.stages, plan.augmentation) == (boundary.stages, boundary.augmentation)
    assert plan_for(options("refinement", quick_test=True)).architecture == "click_refiner_tiny"
    assert plan_for(options("refinement", quick_test=True)).init == "none"


def test_every_choice_reaches_the_plan() -> None:
    plan = plan_for(
        options(
            "classification", batches_per_step=4, schedule="plateau", early_stop_epochs=7, sampler="balanced",
            mixup_share=0.25, cutmix_share=0.5, gradient_checkpointing=True, tensorboard=True,
            fold=6, folds=8,
        )
    )  # fmt: skip
    assert (plan.batches_per_step, plan.images_per_step) == (4, 128)
    assert (plan.schedule, plan.early_stop_epochs, plan.sampler) == ("plateau", 7, "balanced")
    assert plan.mixing == Mixing(mixup_share=0.25, cutmix_share=0.5)
    assert (plan.gradient_checkpointing, plan.tensorboard, plan.fold, plan.folds) == (True, True, 6, 8)


def test_shuffled_means_no_quota() -> None:
    assert plan_for(options("classification", sampler="shuffled")).positives_per_batch == 0
    assert plan_for(options("classification")).positives_per_batch == 8


@pytest.mark.parametrize("loss", [None, "evidential"])
def test_an_evidential_run_has_its_head_and_its_loss(loss: str | None) -> None:
    plan = plan_for(options("classification", evidential=True, loss=loss, dimensions={"layers": 1}))
    assert plan.architecture_arguments == {"layers": 1, "evidential": True}
    assert plan.loss == "evidential"


def test_strong_augmentation_adds_to_the_recipe_and_none_takes_all_away() -> None:
    usual = plan_for(options("segmentation")).augmentation
    strong = plan_for(options("segmentation", augmentation="strong")).augmentation
    assert usual.hair_share == usual.elastic_share == usual.cutout_share == 0
    assert min(strong.hair_share, strong.elastic_share, strong.cutout_share, strong.noise_share) > 0
    assert (strong.rotation_deg, strong.quarter_turns) == (usual.rotation_deg, usual.quarter_turns)
    assert plan_for(options("segmentation", augmentation="none")).augmentation == NO_AUGMENTATION


@pytest.mark.parametrize(
    ("task", "changes", "words"),
    [
        ("classification", {"loss": "evidential"}, "tells its evidence"),
        ("segmentation", {"mixup_share": 0.5}, "for classifiers"),
        ("segmentation", {"sampler": "balanced"}, "for classifiers"),
        ("segmentation", {"evidential": True}, "evidential"),
        ("classification", {"mixup_share": 0.6, "cutmix_share": 0.6}, "must not exceed 1"),
        ("classification", {"fold": 5}, "fold 5 does not exist"),
        ("classification", {"learning_rate": float("inf")}, "finite number"),
        ("classification", {"height_px": 0}, "greater than or equal to 1"),
    ],
)
def test_choices_that_contradict_each_other_are_refused(
    task: str, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        plan_for(options(task, **changes))


@pytest.mark.parametrize(
    ("architecture", "init", "start"),
    [
        ("dermomamba_efficient", None, "imagenet"),
        ("dermomamba_efficient", "none", "none"),
        ("dermomamba", None, "none"),
        ("dermomamba", "imagenet", "imagenet"),
    ],
)
def test_pretrained_networks_start_from_imagenet_unless_told_otherwise(
    architecture: str, init: str | None, start: str
) -> None:
    plan = plan_for(options("segmentation", architecture=architecture, init=init))
    assert (plan.init, plan.continue_from) == (start, None)


@pytest.mark.parametrize("named", ["dermomamba/2", str(shipped("models", "dermomamba", "2"))])
def test_a_run_may_start_from_a_shipped_model(named: str) -> None:
    plan = plan_for(options("segmentation", init=named))
    assert plan.init == "none"
    assert plan.continue_from is not None
    assert plan.continue_from.samefile(shipped("models", "dermomamba", "2", "weights.safetensors"))


def test_a_model_to_start_from_that_is_not_there_is_named() -> None:
    with pytest.raises(DataSetError, match="no model nobody/9 to start from"):
        plan_for(options("segmentation", init="nobody/9"))


def test_two_starts_are_refused() -> None:
    with pytest.raises(ValidationError, match="not from both"):
        plan_for(options("segmentation", init="imagenet", continue_from=Path("last.safetensors")))


def test_structure_maps_are_taught_when_asked_for() -> None:
    assert plan_for(options("segmentation", structure_maps=True)).structure_maps_weight > 0
    assert plan_for(options("segmentation")).structure_maps_weight == 0
