from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from tests.training.loop.toy_task import STEPS_PER_EPOCH, ToyTask, toy_network, toy_plan
from training.contract.events import EpochFinished, Event, StepsFinished
from training.contract.plan import TrainingPlan
from training.contract.run_folder import RunFolder, create_run_folder
from training.loop.checkpoints import LAST
from training.loop.early_stopping import Patience
from training.loop.loop import Outcome, Trainer

FLAT = (0.5, 0.5, 0.5, 0.5, 0.5, 0.5)


class ScoredTask(ToyTask):
    """Measures what the test has decided for each epoch."""

    def __init__(self, scores: tuple[float, ...]) -> None:
        super().__init__()
        self.left = list(scores)

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        return {"score": self.left.pop(0)}


def plan_of(**changes: object) -> dict[str, object]:
    stage = {"height_px": 32, "width_px": 32}
    stages = [{**stage, "epochs": 1}, {**stage, "height_px": 64, "epochs": 5}]
    return (
        {"warmup_share": 0.0, "final_rate_share": 0.1, "checkpoint_every_s": 3600}
        | changes
        | {"stages": stages}
    )


def train(
    folder: Path, scores: tuple[float, ...], *, stop_after: int | None = None, **changes: object
) -> tuple[RunFolder, Outcome]:
    plan = TrainingPlan.model_validate(toy_plan().model_dump() | plan_of(**changes))
    run_folder = create_run_folder(folder, plan)
    run_folder.withdraw_stop()
    task = ScoredTask(scores)
    trainer = Trainer(run_folder, plan, task, toy_network())
    task.left = list(scores[trainer.state.step // STEPS_PER_EPOCH :])

    def emit(event: Event) -> None:
        run_folder.append(event)
        if isinstance(event, StepsFinished) and event.step == stop_after:
            run_folder.request_stop()

    return run_folder, trainer.train(emit)


def rates(folder: RunFolder) -> list[float]:
    return [event.learning_rate for event in folder.events() if isinstance(event, EpochFinished)]


def test_the_rate_falls_by_the_factor_whenever_the_score_has_not_risen(tmp_path: Path) -> None:
    scores = (0.1, 0.5, 0.4, 0.5, 0.6, 0.6)
    folder, _ = train(tmp_path / "run", scores, schedule="plateau", plateau_epochs=2)
    # Lowered after the two epochs without a gain, the fourth being no gain over the second.
    assert rates(folder) == pytest.approx([0.05, 0.05, 0.05, 0.05, 0.025, 0.025])


def test_the_rate_does_not_fall_below_its_last_share(tmp_path: Path) -> None:
    folder, _ = train(tmp_path / "run", FLAT, schedule="plateau", plateau_epochs=1)
    # The first epoch of the larger images begins anew.
    assert rates(folder) == pytest.approx([0.05, 0.05, 0.05, 0.025, 0.0125, 0.00625])
    patience = Patience(rate_share=0.15)
    assert patience.lowered(toy_plan(final_rate_share=0.1)).rate_share == 0.1


def test_a_run_ends_early_once_the_score_has_not_risen_for_so_many_epochs(tmp_path: Path) -> None:
    folder, outcome = train(tmp_path / "run", (0.9, 0.3, 0.5, 0.5, 0.4, 0.6), early_stop_epochs=2)
    assert outcome.ended_early
    assert not outcome.was_stopped
    assert outcome.state.step == 5 * STEPS_PER_EPOCH
    # Epoch 3 (the fourth) has the score of the best one and replaces it, as ever; it is no gain all the same.
    assert outcome.state.best_score == 0.5
    assert len(rates(folder)) == 5


def test_a_rising_score_goes_to_the_end_of_the_plan(tmp_path: Path) -> None:
    _, outcome = train(tmp_path / "run", (0.1, 0.2, 0.3, 0.4, 0.5, 0.6), early_stop_epochs=1)
    assert not outcome.ended_early
    assert outcome.state.step == 6 * STEPS_PER_EPOCH


def test_the_stage_of_small_images_is_not_cut_short() -> None:
    plan = toy_plan(early_stop_epochs=1)
    waited = Patience(stage=0, best_score=0.5, epochs_without_gain=3)
    assert not waited.is_lost(plan)
    assert waited.model_copy(update={"stage": 1}).is_lost(plan)


@pytest.mark.parametrize("stop_after", [2 * STEPS_PER_EPOCH, 3 * STEPS_PER_EPOCH, 4 * STEPS_PER_EPOCH])
def test_a_resumed_run_keeps_its_patience(tmp_path: Path, stop_after: int) -> None:
    changes = {"schedule": "plateau", "plateau_epochs": 1, "early_stop_epochs": 3}
    whole, _ = train(tmp_path / "whole", FLAT, **changes)
    _, stopped = train(tmp_path / "parts", FLAT, stop_after=stop_after, **changes)
    assert stopped.was_stopped
    parts, outcome = train(tmp_path / "parts", FLAT, **changes)
    assert outcome.ended_early
    assert rates(whole) == rates(parts)
    ours, theirs = (load_file(folder.checkpoints / LAST) for folder in (whole, parts))
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in ours.items())


def test_a_run_that_ended_early_does_not_go_on_when_started_again(tmp_path: Path) -> None:
    _, first = train(tmp_path / "run", FLAT, early_stop_epochs=1)
    _, again = train(tmp_path / "run", FLAT, early_stop_epochs=1)
    assert again.ended_early
    assert again.state.step == first.state.step
