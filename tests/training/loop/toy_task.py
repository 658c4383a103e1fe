"""The smallest task that the loop can train: a net with dropout learns the sign of a sum."""

import time
from pathlib import Path

import torch
from torch import Tensor, nn

from tests.training.contract.test_plan import a_plan
from training.contract.plan import Stage, TrainingPlan
from training.contract.run_folder import RunFolder, create_run_folder
from training.loop.loop import Outcome, Trainer
from training.loop.task import Batch

STEPS_PER_EPOCH = 5


def toy_plan(**changes: object) -> TrainingPlan:
    stages = [
        {"height_px": 32, "width_px": 32, "epochs": 2},
        {"height_px": 64, "width_px": 64, "epochs": 2},
    ]
    return a_plan(stages=stages, learning_rate=0.05, checkpoint_every_s=1e-9, **changes)


class ToyTask:
    """Batches depend on (seed, epoch, index) alone, as those of the real tasks do."""

    def __init__(self, *, pause_s: float = 0.0, spoiled_from: int | None = None) -> None:
        self.pause_s, self.spoiled_from = pause_s, spoiled_from
        self.opened: list[int] = []
        self.losses: list[float] = []

    @property
    def counts(self) -> tuple[int, int]:
        return 20, 4

    def steps_per_epoch(self) -> int:
        return STEPS_PER_EPOCH

    def open_stage(self, stage: Stage) -> None:
        self.opened.append(stage.height_px)

    def batches(self, epoch: int) -> "ToyEpoch":
        return ToyEpoch(epoch)

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        time.sleep(self.pause_s)
        logits = network(batch["x"])[:, 0]
        loss = nn.functional.binary_cross_entropy_with_logits(logits, batch["y"])
        if self.spoiled_from is not None and len(self.losses) >= self.spoiled_from:
            loss = loss * torch.nan
        self.losses.append(float(loss.detach()))
        return loss

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        with torch.no_grad():
            x = ToyEpoch(99).batch(0)["x"]
            return {"score": float((network(x)[:, 0] > 0).float().mean())}


class ToyEpoch:
    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def batch(self, index: int) -> Batch:
        generator = torch.Generator().manual_seed(1000 * self.epoch + index)
        x = torch.randn(4, 6, generator=generator)
        return {"x": x, "y": (x.sum(1) > 0).float()}


def toy_network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 1))


def toy_trainer(folder: Path, task: ToyTask | None = None, **changes: object) -> tuple[RunFolder, Trainer]:
    plan = toy_plan(**changes)
    run_folder = create_run_folder(folder, plan)
    return run_folder, Trainer(run_folder, plan, task or ToyTask(), toy_network())


def train_toy(folder: Path, task: ToyTask | None = None) -> tuple[RunFolder, Outcome]:
    run_folder, trainer = toy_trainer(folder, task)
    run_folder.withdraw_stop()
    return run_folder, trainer.train(run_folder.append)


if __name__ == "__main__":
    import sys

    train_toy(Path(sys.argv[1]), ToyTask(pause_s=float(sys.argv[2])))
