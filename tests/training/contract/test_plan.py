import pytest
from pydantic import ValidationError

from training.contract.plan import Stage, TrainingPlan
from training.contract.recipes import plan_for
from training.contract.run_options import RunOptions


def a_plan(**changes: object) -> TrainingPlan:
    values: dict[str, object] = {
        "task": "segmentation",
        "architecture": "dermomamba_tiny",
        "data_dir": "data",
        "stages": [
            {"height_px": 32, "width_px": 32, "epochs": 2},
            {"height_px": 64, "width_px": 64, "epochs": 3},
        ],
        "loss": "bce_dice",
        "model_name": "tiny",
    }
    return TrainingPlan.model_validate(values | changes)


def test_epochs_belong_to_the_stages_in_order() -> None:
    plan = a_plan()
    assert plan.epochs == 5
    assert [plan.stage_of(epoch) for epoch in range(5)] == [0, 0, 1, 1, 1]
    with pytest.raises(ValueError, match="beyond"):
        plan.stage_of(5)


def test_a_plan_reads_back_equal() -> None:
    plan = a_plan(architecture_arguments={"stem_widths": [1, 2], "drop_path": 0.0, "state": 4})
    assert TrainingPlan.model_validate_json(plan.model_dump_json()) == plan


@pytest.mark.parametrize(
    "changes",
    [
        {"loss": "bce_auc"},
        {"task": "classification", "loss": "dice"},
        {"positives_per_batch": 8},
        {"fold": 5},
        {"stages": []},
        {
            "task": "classification",
            "loss": "bce",
            "stages": [{"height_px": 32, "width_px": 64, "epochs": 1}],
        },
        {"model_name": "../elsewhere"},
        {"surprise": 1},
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        a_plan(**changes)


def test_the_recipe_spends_most_epochs_at_half_size() -> None:
    plan = plan_for(RunOptions(task="segmentation", data_dir="d", epochs=8))
    assert plan.stages == (
        Stage(height_px=96, width_px=128, epochs=6),
        Stage(height_px=192, width_px=256, epochs=2),
    )
    assert plan.loss == "guide_fusion"


@pytest.mark.parametrize(("height_px", "width_px"), [(96, 128), (128, 96), (224, 224), (64, 128), (192, 256)])
def test_every_stage_of_a_segmenter_has_sides_that_are_multiples_of_32(height_px: int, width_px: int) -> None:
    plan = plan_for(
        RunOptions(task="segmentation", data_dir="d", epochs=8, height_px=height_px, width_px=width_px)
    )
    assert (plan.stages[-1].height_px, plan.stages[-1].width_px) == (height_px, width_px)
    assert all(stage.height_px % 32 == 0 and stage.width_px % 32 == 0 for stage in plan.stages)
    assert plan.epochs == 8


def test_options_override_the_recipe() -> None:
    options = RunOptions(
        task="classification", data_dir="d", batch_size=12, learning_rate=1e-4, amp=True, fold=2,
        dimensions={"layers": 1}, architecture="mambaderm",
    )  # fmt: skip
    plan = plan_for(options)
    assert (plan.batch_size, plan.positives_per_batch, plan.learning_rate) == (12, 3, 1e-4)
    assert (plan.amp, plan.fold, plan.architecture_arguments) == (True, 2, {"layers": 1})
    assert plan.stages[-1].width_px == 224


def test_a_quick_test_is_small() -> None:
    plan = plan_for(RunOptions(task="segmentation", data_dir="d", quick_test=True))
    assert (plan.architecture, plan.epochs, plan.stages[0].height_px) == ("dermomamba_tiny", 2, 64)
