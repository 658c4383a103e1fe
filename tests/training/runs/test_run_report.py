from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.training.command_line import call
from tests.training.contract.test_plan import a_plan
from training.contract.events import EpochFinished, RunFinished, RunStarted, StepsFinished
from training.contract.run_folder import RunFolder, create_run_folder
from training.contract.run_state import fold_events
from training.runs.run_report import REPORT, NothingToReportError, curves_of, write_report


def started(first_step: int = 0) -> RunStarted:
    return RunStarted(
        task="classification", architecture="mambaderm_tiny", parameters=1, device="cpu", train_images=8,
        validation_images=4, epochs=4, total_steps=20, first_step=first_step,
    )  # fmt: skip


def measured(epoch: int, **metrics: float) -> EpochFinished:
    return EpochFinished(
        epoch=epoch, step=5 * epoch + 5, height_px=32, width_px=32, learning_rate=1e-3, train_loss=0.5,
        metrics=metrics, seconds=1, is_best=epoch == 2,
    )  # fmt: skip


def run_with(folder: Path, epochs: int) -> RunFolder:
    run = create_run_folder(folder, a_plan())
    run.append(started())
    for epoch in range(epochs):
        step = 5 * epoch + 5
        loss = 1 / (1 + epoch)
        run.append(
            StepsFinished(step=step, loss=loss, learning_rate=1e-3 * loss, seconds_left=9.0, memory_bytes=1)
        )
        auc = 0.6 + 0.05 * epoch
        run.append(
            measured(epoch, auc_all=auc, log_loss_all=0.9 - auc / 2, auc_image=auc - 0.1, score=auc - 0.05)
        )
    return run


def test_the_report_is_a_picture_that_grows_with_the_run(tmp_path: Path) -> None:
    run = run_with(tmp_path / "run", 2)
    first = cv2.imread(str(write_report(run, run.plan())))
    run.append(measured(2, auc_all=0.9, log_loss_all=0.4, auc_image=0.8, score=0.85))
    run.append(RunFinished(step=15, best_epoch=2, metrics={}, note="It ended early."))
    assert call("report", run.path) == 0
    later = cv2.imread(str(run.path / REPORT))
    assert first.shape == later.shape == (1140, 960, 3)
    assert (first != later).any(axis=2).mean() > 0.01
    drawn = [
        np.linalg.norm(first.astype(int) - colour, axis=2).min() for colour in ([178, 114, 0], [0, 94, 213])
    ]
    assert max(drawn) < 30


def test_curves_hold_every_measurement_at_its_step_but_the_score_made_of_them() -> None:
    run_state = fold_events([started(), measured(0, auc=0.7, score=0.6), measured(1, auc=0.8, score=0.7)])
    assert curves_of(run_state) == {"auc": ([5, 10], [0.7, 0.8])}
    alone = fold_events([started(), measured(0, score=0.6)])
    assert curves_of(alone) == {"score": ([5], [0.6])}


def test_a_run_without_a_step_has_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = create_run_folder(tmp_path / "run", a_plan())
    run.append(started())
    with pytest.raises(NothingToReportError, match="nothing to draw"):
        write_report(run, run.plan())
    assert call("report", run.path) == 1
    assert "nothing to draw" in capsys.readouterr().err
    assert call("report", tmp_path) == 1
    assert "no run folder" in capsys.readouterr().err
