"""Whole runs with what may be chosen beyond the recipe, from the command line to the run folder."""

from pathlib import Path

import pytest
from pytest import MonkeyPatch  # noqa: PT013  the type, not a fixture

from tests.training.command_line import call
from tests.training.data_folders import mini_data_folder
from training.contract.events import EpochFinished, RunFinished
from training.contract.plan import Mixing, TrainingPlan
from training.contract.run_folder import RunFolder
from training.contract.run_state import fold_events
from training.tasks.classification import ClassificationTask


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mini_data_folder(tmp_path_factory.mktemp("data") / "mini", train=8, val=4, test=1)


def test_a_run_with_every_choice_ends_early_with_its_report_and_curves(
    data_dir: Path, tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    monkeypatch.setattr("training.runs.run.publish", lambda _folder, root: root)
    flat = {"score": 0.5, "auc_all": 0.5}
    monkeypatch.setattr(ClassificationTask, "evaluate", lambda _self, _network: flat)
    choices = (
        *("--accumulate", 2, "--schedule", "plateau", "--early-stop", 1, "--augment", "strong"),
        *("--sampler", "balanced", "--mixup", 0.5, "--cutmix", 0.5, "--evidential", "--tensorboard"),
        *("--gradient-checkpointing", "--folds", 4, "--fold", 3),
    )
    out = tmp_path / "run"
    options = ("--quick-test", "--epochs", 5, "--threads", 1, "--batch-size", 2)
    assert call("classification", "--data", data_dir, "--out", out, *options, *choices) == 0
    folder = RunFolder(out)
    plan, events = folder.plan(), folder.events()
    assert (plan.loss, plan.images_per_step, plan.folds) == ("evidential", 4, 4)
    assert plan.mixing == Mixing(mixup_share=0.5, cutmix_share=0.5)
    ending = events[-1]
    assert isinstance(ending, RunFinished)
    assert sum(isinstance(event, EpochFinished) for event in events) == 2
    assert "had not risen for 1 epoch," in ending.note
    assert ending.note in (fold_events(events).ending or "")
    assert (out / "report.png").stat().st_size > 10_000
    assert len(list((out / "tensorboard").iterdir())) == 1


def test_a_report_that_cannot_be_drawn_does_not_change_how_the_run_ended(
    data_dir: Path, tmp_path: Path, monkeypatch: MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_folder: RunFolder, _plan: TrainingPlan) -> Path:
        raise OSError("the disk is full")

    monkeypatch.setattr("training.runs.run.publish", lambda _folder, root: root)
    monkeypatch.setattr("training.runs.run.write_report", fails)
    out = tmp_path / "run"
    options = ("--quick-test", "--epochs", 1, "--threads", 1, "--model", "unet_tiny")
    assert call("segmentation", "--data", data_dir, "--out", out, *options) == 0
    assert isinstance(RunFolder(out).events()[-1], RunFinished)
    assert "the disk is full" in capsys.readouterr().err


def test_choices_for_classifiers_are_not_offered_to_segmenters(data_dir: Path, tmp_path: Path) -> None:
    assert call("segmentation", "--data", data_dir, "--out", tmp_path / "run", "--mixup", 0.5) != 0
    assert not (tmp_path / "run").exists()
