import json
from pathlib import Path

import pytest
import torch
from pytest import MonkeyPatch  # noqa: PT013  the type, not a fixture

from models.contract.shelf.card import read_card
from models.nets import build
from tests.training.command_line import call
from tests.training.data_folders import manifest_row, mini_data_folder, write_manifest
from training.contract.events import TERMINAL_EVENTS, EpochFinished, Event, RunFailed, RunStarted
from training.contract.plan import TrainingPlan
from training.contract.recipes import plan_for
from training.contract.run_folder import RunFolder, create_run_folder
from training.contract.run_options import RunOptions
from training.loop.checkpoints import load_average
from training.runs.run import run
from training.tasks.loaded_model import PublishedModel


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mini_data_folder(tmp_path_factory.mktemp("data") / "mini data")


def quick_plan(task: str, data_dir: Path, **changes: object) -> TrainingPlan:
    options = {"task": task, "data_dir": data_dir, "quick_test": True, "threads": 1, "epochs": 1}
    return plan_for(RunOptions.model_validate(options | changes))


def terminal(events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, TERMINAL_EVENTS)]


def assert_one_ending(folder: RunFolder, kind: str) -> None:
    endings = terminal(folder.events())
    assert [event.kind for event in endings] == [kind]
    assert folder.events()[-1] == endings[0]


@pytest.fixture(scope="module")
def segmenter_run(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run started from the command line and carried to its end."""
    out = tmp_path_factory.mktemp("runs") / "run one"
    options = ("--quick-test", "--epochs", 1, "--threads", 1, "--loss", "guide_fusion")
    assert call("segmentation", "--data", data_dir, "--out", out, *options) == 0
    return RunFolder(out)


@pytest.fixture(scope="module")
def segmenter(segmenter_run: RunFolder) -> Path:
    """The model folder of that run."""
    return segmenter_run.path / "published" / "dermomamba_tiny" / "1"


def test_a_run_from_the_command_line_ends_once_and_publishes(
    segmenter_run: RunFolder, segmenter: Path
) -> None:
    assert_one_ending(segmenter_run, "run_finished")
    card = read_card(segmenter)
    assert (card.task, card.input.height_px, card.input.crop_margin) == ("segmentation", 64, None)
    assert card.parity_max_abs_difference is not None
    assert card.parity_max_abs_difference <= 1e-4
    assert card.metrics["val_dice"].n == 8
    assert "data_dir" not in json.dumps(card.recipe)


def test_a_published_segmenter_is_measured_into_its_card(segmenter: Path, data_dir: Path) -> None:
    assert call("evaluate", segmenter, "--data", data_dir) == 0
    figures = read_card(segmenter).metrics
    assert 0 <= figures["test_dice"].value <= 1
    assert figures["test_dice"].n == 8
    assert {"val_dice", "test_iou", "test_boundary_f1", "test_hd95_px"} <= set(figures)


def test_a_classifier_is_trained_published_and_measured(
    segmenter: Path, data_dir: Path, tmp_path: Path
) -> None:
    folder = create_run_folder(tmp_path / "run", quick_plan("classification", data_dir))
    assert run(folder).kind == "run_finished"
    assert_one_ending(folder, "run_finished")
    model = tmp_path / "run" / "published" / "mambaderm_tiny" / "1"
    assert call("evaluate", model, "--data", data_dir) != 0
    assert call("evaluate", model, "--data", data_dir, "--segmenter", segmenter) == 0
    card = read_card(model)
    assert set(card.triage_thresholds) == {"soon", "urgent"}
    assert card.triage_thresholds["soon"] <= card.triage_thresholds["urgent"]
    assert card.triage_aims is not None
    assert (card.triage_aims.sensitivity, card.triage_aims.specificity) == (0.95, 0.95)
    chosen_on, measured_on = card.triage_figures["val"], card.triage_figures["test"]
    assert (chosen_on.outlined_by, measured_on.outlined_by) == ("", "dermomamba_tiny/1")
    assert chosen_on.whole.sensitivity is not None
    assert chosen_on.whole.specificity is not None
    assert min(chosen_on.whole.sensitivity, chosen_on.whole.specificity) >= 0.95
    assert measured_on.whole.images == 8
    published = ("publish", tmp_path / "run", "--to", tmp_path / "outlined", "--segmenter", segmenter)
    assert call(*published) == 0
    outlined = read_card(tmp_path / "outlined" / "mambaderm_tiny" / "1")
    assert outlined.triage_figures["val"].outlined_by == "dermomamba_tiny/1"
    assert outlined.calibration is not None
    assert outlined.calibration.fitted_on == "validation images, outlined by dermomamba_tiny/1"
    for name in ("auc", "auc_image_only", "auc_metadata_only", "auc_metadata_shuffled", "ece", "brier"):
        assert 0 <= card.metrics[f"test_{name}"].value <= 1
    assert card.conformal is not None
    assert card.calibration is not None
    assert card.calibration.fitted_on == "validation images"


def test_a_stopped_run_says_so_once(data_dir: Path, tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    folder = create_run_folder(tmp_path / "run", quick_plan("segmentation", data_dir))
    monkeypatch.setattr(RunFolder, "is_stop_requested", lambda _self: True)
    assert run(folder).kind == "run_stopped"
    assert_one_ending(folder, "run_stopped")


def test_a_run_without_its_data_fails_with_the_reason(tmp_path: Path) -> None:
    folder = create_run_folder(tmp_path / "run", quick_plan("segmentation", tmp_path / "nowhere"))
    ending = run(folder)
    assert isinstance(ending, RunFailed)
    assert "manifest.csv is missing" in ending.reason
    assert_one_ending(folder, "run_failed")
    assert call(tmp_path / "run") == 1


def test_a_missing_image_fails_with_its_name(tmp_path: Path) -> None:
    rows = [
        manifest_row(f"{split}{n}", split, mask_file=f"masks/{n}.png", malignant=str(n % 2))
        for split in ("train", "val")
        for n in range(4)
    ]
    write_manifest(tmp_path, rows)
    folder = create_run_folder(tmp_path / "run", quick_plan("segmentation", tmp_path))
    ending = run(folder)
    assert isinstance(ending, RunFailed)
    assert "cannot be opened" in ending.reason


def test_masks_that_are_all_missing_fail_with_the_reason(tmp_path: Path) -> None:
    rows = [manifest_row(f"{split}{n}", split) for split in ("train", "val") for n in range(2)]
    write_manifest(tmp_path, rows)
    ending = run(create_run_folder(tmp_path / "run", quick_plan("segmentation", tmp_path)))
    assert isinstance(ending, RunFailed)
    assert "needs images with masks" in ending.reason


def test_a_run_that_breaks_off_unexpectedly_still_ends_once(
    data_dir: Path, tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    def breaks(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr("training.runs.setup.build", breaks)
    folder = create_run_folder(tmp_path / "run", quick_plan("segmentation", data_dir))
    with pytest.raises(ZeroDivisionError):
        run(folder)
    assert_one_ending(folder, "run_failed")
    assert not any(isinstance(event, RunStarted) for event in folder.events())


def test_wrong_options_are_refused_in_a_sentence(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("segmentation", "--data", data_dir, "--out", tmp_path / "run")
    assert call(*options, "--loss", "bce_auc") == 1
    assert "bce_auc" in capsys.readouterr().err
    assert call(*options, "--fold", 9) == 1
    assert "fold 9" in capsys.readouterr().err
    assert call(*options, "--dimension", "stages=two") == 1
    assert "name=number" in capsys.readouterr().err
    assert not (tmp_path / "run" / "plan.json").exists()


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path) == 1
    assert "no run folder" in capsys.readouterr().err


def test_a_run_can_start_from_the_weights_of_an_earlier_one(
    segmenter_run: RunFolder, data_dir: Path, tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    monkeypatch.setattr("training.runs.run.publish", lambda _folder, root: root)
    earlier = segmenter_run.checkpoints / "best.safetensors"
    plan = quick_plan("segmentation", data_dir, continue_from=earlier, learning_rate=1e-12)
    second = create_run_folder(tmp_path / "second", plan)
    run(second)
    scores = [
        event.metrics["dice"]
        for folder in (segmenter_run, second)
        for event in folder.events()
        if isinstance(event, EpochFinished)
    ]
    assert scores[0] == pytest.approx(scores[1], abs=0.05)


def test_a_run_can_start_from_a_published_model(
    segmenter: Path, data_dir: Path, tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    monkeypatch.setattr("training.runs.run.publish", lambda _folder, root: root)
    first = segmenter / "weights.safetensors"
    plan = quick_plan("segmentation", data_dir, continue_from=first, learning_rate=1e-12)
    folder = create_run_folder(tmp_path / "run", plan)
    assert run(folder).kind == "run_finished"
    kept = PublishedModel.read(segmenter).network.state_dict()
    started = build("dermomamba_tiny")
    load_average(folder.checkpoints / "best.safetensors", started)
    for name, weight in started.named_parameters():
        torch.testing.assert_close(weight, kept[name], atol=1e-3, rtol=1e-3)


def test_first_weights_that_do_not_exist_are_explained(data_dir: Path, tmp_path: Path) -> None:
    plan = quick_plan("segmentation", data_dir, continue_from=tmp_path / "none.safetensors")
    ending = run(create_run_folder(tmp_path / "run", plan))
    assert isinstance(ending, RunFailed)
    assert "no checkpoint" in ending.reason
