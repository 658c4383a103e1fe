import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.training.data_folders import mini_data_folder
from tests.training.runs.test_failing_runs import smallest_run
from training.contract.forecast import Forecast
from training.contract.plan import Stage
from training.contract.run_folder import RunFolder
from training.loop.step import Stepper, TrainingFailedError
from training.runs.forecast import forecast

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    data_dir = mini_data_folder(tmp_path / "data", train=6, val=4, test=2)
    stages = tuple(Stage(height_px=side, width_px=side, epochs=2) for side in (32, 64))
    return smallest_run(data_dir, stages=stages)


@pytest.mark.parametrize(("task", "steps"), [("segmentation", 2), ("classification", 1)])
def test_a_forecast_covers_all_steps_and_leaves_no_run_behind(tmp_path: Path, task: str, steps: int) -> None:
    data_dir = mini_data_folder(tmp_path / "data", train=6, val=4, test=2)
    folder = smallest_run(data_dir, task)
    measured = forecast(folder, device="cpu")
    assert measured.device == "cpu"
    assert measured.seconds_per_step > 0
    # The steps of its only epoch, and the measurement of 4 images after them.
    assert measured.seconds > steps * measured.seconds_per_step
    assert measured.note == ""
    assert folder.events() == []
    assert list(folder.checkpoints.iterdir()) == []


def test_small_images_are_foreseen_to_cost_less(folder: RunFolder) -> None:
    measured = forecast(folder, device="cpu")
    # 2 epochs of 2 steps at 64 px, and 2 at a quarter of the pixels: the steps alone are 5 large ones.
    assert measured.seconds > 5 * measured.seconds_per_step


def test_a_batch_that_does_not_fit_is_said_in_the_note(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Stepper, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        if len(batch["images"]) > 2:
            raise MemoryError
        loss: torch.Tensor = self._losses(batch)
        return loss

    monkeypatch.setattr(Stepper, "_loss", full)
    assert "parts of 2 images" in forecast(folder, device="cpu").note


def test_a_forecast_says_when_not_even_one_image_fits(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: Stepper, _batch: object) -> torch.Tensor:
        raise MemoryError

    monkeypatch.setattr(Stepper, "_loss", full)
    with pytest.raises(TrainingFailedError, match="one image"):
        forecast(folder, device="cpu")


def test_the_command_prints_one_line_of_json(folder: RunFolder) -> None:
    command = [sys.executable, "-m", "training", "forecast", str(folder.path), "--device", "cpu"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 1
    assert Forecast.model_validate_json(done.stdout).seconds > 0
