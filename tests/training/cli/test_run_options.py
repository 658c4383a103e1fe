"""The options of the training commands: each choice once, named as a person writes it."""

from pathlib import Path
from typing import get_args

import pytest
from pytest import MonkeyPatch  # noqa: PT013  the type, not a fixture

from models.contract.shelf.card import ModelTask
from tests.training.command_line import call
from training.cli.run_options import flag_of, option_parameters
from training.contract.run_folder import RunFolder
from training.contract.run_options import RunOptions

OTHER_VALUES = {
    "architecture": "unet_tiny", "dimensions": ["base_channels=4", "stage_layers=1,2"], "height_px": 96,
    "width_px": 128, "size_px": 96, "epochs": 3, "batch_size": 5, "learning_rate": 0.01, "loss": "bce",
    "amp": True, "gradient_checkpointing": True, "batches_per_step": 3, "schedule": "plateau",
    "early_stop_epochs": 4, "augmentation": "none", "sampler": "balanced", "mixup_share": 0.25,
    "cutmix_share": 0.5, "structure_maps": True, "tensorboard": True, "fold": 1, "folds": 3, "seed": 5,
    "threads": 2, "init": "none", "model_name": "ours", "model_version": "7", "evidential": True,
    "teacher": "ours/1", "teacher_weight": 0.25, "teacher_temperature": 3.0,
    "diagnoses": True, "continue_from": Path("w.safetensors"), "quick_test": True,
}  # fmt: skip
"""A value for each choice that is not its default."""


def written(choice: str) -> list[str]:
    """A choice as it stands on a command line."""
    value, flag = OTHER_VALUES[choice], flag_of(choice).partition("/")[0]
    if value is True:
        return [flag]
    values = value if isinstance(value, list) else [value]
    return [part for each in values for part in (flag, str(each))]


@pytest.mark.parametrize("task", get_args(ModelTask))
def test_every_option_of_a_task_reaches_the_plan(
    tmp_path: Path, monkeypatch: MonkeyPatch, task: ModelTask
) -> None:
    given: list[RunOptions] = []
    monkeypatch.setattr("training.cli.train.plan_for", given.append)
    monkeypatch.setattr("training.cli.train.create_run_folder", lambda _out, _plan: None)
    monkeypatch.setattr("training.cli.train.run", lambda _out: None)
    offered = [each.name for each in option_parameters(task)]
    choices = [name for name in offered if name in OTHER_VALUES]
    options = [part for choice in choices for part in written(choice)]

    assert call(task, "--data", "d", "--out", tmp_path / "run", *options) == 0

    (chosen,) = given
    expected = {**OTHER_VALUES, "dimensions": {"base_channels": 4, "stage_layers": (1, 2)}}
    assert {name: getattr(chosen, name) for name in choices} == {name: expected[name] for name in choices}
    assert (chosen.task, chosen.data_dir) == (task, Path("d"))
    assert set(offered) - set(choices) <= {
        "data_dir",
        "evidential",
        "diagnoses",
        "continue_from",
        "quick_test",
    }


def test_every_choice_is_described_and_offered_for_some_task() -> None:
    offered = {each.name for task in get_args(ModelTask) for each in option_parameters(task)}
    assert offered == set(RunOptions.model_fields) - {"task"}
    assert [
        name for name, field in RunOptions.model_fields.items() if name != "task" and not field.description
    ] == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--lr", "0"), "--lr: Input should be greater than 0\n"),
        (("--height", "0"), "--height: Input should be greater than or equal to 1\n"),
        (("--dimension", "base_channels"), "--dimension base_channels is not name=number.\n"),
        (("--loss", "hope"), "Value error, loss 'hope' is none of "),
    ],
)
def test_a_refused_option_is_named_as_it_was_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], sentence: str
) -> None:
    assert call("segmentation", "--data", "d", "--out", tmp_path / "run", *options) == 1
    assert capsys.readouterr().err.startswith(sentence)
    assert not RunFolder(tmp_path / "run").path.exists()


def test_a_classifier_has_one_side() -> None:
    with pytest.raises(ValueError, match="not by both"):
        RunOptions(task="classification", data_dir=Path("d"), size_px=64, height_px=64)
