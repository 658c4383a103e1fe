"""Train every architecture with one recipe and one budget, so that their accuracy can be compared.

    scripts/train_comparison.py DATA --out DIR --task segmentation [--only NAME ...] [--minutes 60]
    naevus models compare --task segmentation DIR/*/published/*/* --data DATA --out TABLES

Learns from ``train``, chooses by ``val`` and never opens ``test``. Segmenters get 96 x 128 px and batches of
8, classifiers crops of 96 px and batches of 16; everything else of the recipe is the same for all networks
of a task too, and belongs to none of them: the boundary loss is cross-entropy plus Dice, not the one that
DermoMamba brought along.

The budget is processor time (on a GPU: time) in training steps and in the measurements after each epoch;
decoding images, compiling kernels and publishing are not counted. Before a run, a few real steps and one
measurement are timed, and the plan gets as many whole epochs as come closest to the budget, at least one, so
that the learning rate falls to its end within it. DIR/NAME/budget.json tells what was foreseen.

The models are trained one after the other. Ctrl+C stops after the step at hand; the same command goes on
from there and leaves alone what is published. A model that fails is named, the next one is trained, and the
exit code is 1 in the end.
"""

import argparse
import json
import math
import signal
import statistics
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from models.contract.shelf.card import CARD_FILE, Task
from training.contract.command_errors import INTERRUPTED
from training.contract.plan import TrainingPlan
from training.contract.recipes import plan_for
from training.contract.run_folder import RunFolder, RunFolderError, create_run_folder
from training.contract.run_options import RunOptions
from training.loop.average import AveragedNetwork
from training.loop.error_messages import plain_reason
from training.loop.optimiser import make_optimiser
from training.loop.step import Stepper, TrainingFailedError
from training.runs.run import run
from training.runs.setup import chosen_device, first_network, planned_task, use_threads
from training.tasks.run_context import RunContext

TASK_BY_NAME: dict[str, Task] = {
    "dermomamba": "segmentation",
    "dermomamba_efficient": "segmentation",
    "dermomamba_lean": "segmentation",
    "mamba_unet": "segmentation",
    "mamba_unet_small": "segmentation",
    "unet": "segmentation",
    "mambaderm": "classification",
    "mambaderm_lite": "classification",
    "mambaderm_efficient": "classification",
    "mambavision_3m": "classification",
    "medmamba_t": "classification",
}
SIZE_PX: dict[Task, tuple[int, int]] = {"segmentation": (96, 128), "classification": (96, 96)}
BATCH_SIZE: dict[Task, int] = {"segmentation": 8, "classification": 16}
LOSS: dict[Task, str] = {"segmentation": "bce_dice", "classification": "bce_auc"}
WARM_UP_STEPS = 2
TIMED_STEPS = 5
BUDGET = "budget.json"


@dataclass(frozen=True)
class Budget:
    """What a run may cost, what it was foreseen to cost, and the epochs that follow from it."""

    minutes: float
    seconds_per_step: float
    seconds_per_measurement: float
    steps_per_epoch: int
    clock: str

    @property
    def epoch_seconds(self) -> float:
        """One epoch with the measurement at its end."""
        return self.steps_per_epoch * self.seconds_per_step + self.seconds_per_measurement

    @property
    def epochs(self) -> int:
        """The whole number of epochs that comes closest to the budget, at least one."""
        return max(1, round(self.minutes * 60 / self.epoch_seconds))

    def to_json(self) -> dict[str, object]:
        """Everything, as it is written beside the plan."""
        foreseen = self.epochs * self.epoch_seconds / 60
        return {**asdict(self), "epochs": self.epochs, "foreseen_minutes": round(foreseen, 2)}


def plan_of(name: str, epochs: int, options: argparse.Namespace) -> TrainingPlan:
    """The one recipe for the architecture of that name."""
    task = TASK_BY_NAME[name]
    height_px, width_px = SIZE_PX[task]
    chosen = RunOptions(
        task=task,
        data_dir=options.data.resolve(),
        architecture=name,
        height_px=height_px,
        width_px=width_px,
        epochs=epochs,
        batch_size=BATCH_SIZE[task],
        loss=LOSS[task],
        amp=options.amp,
        seed=options.seed,
        threads=options.threads,
        model_version=options.version,
    )
    return plan_for(chosen).model_copy(update={"checkpoint_every_s": 120.0})


def measured_budget(plan: TrainingPlan, scratch: RunFolder, minutes: float) -> Budget:
    """Time real steps and one measurement; decoded images stay in the folder's cache."""
    device = chosen_device("auto")
    clock = time.process_time if device.type == "cpu" else _cuda_clock
    use_threads(plan.threads)
    task = planned_task(RunContext.of(scratch, plan))
    task.open_stage(plan.stages[-1])
    network = first_network(plan, task).to(device)
    stepper, optimiser = Stepper(plan, task, network), make_optimiser(network, plan)
    average = AveragedNetwork(network, plan.ema_decay)
    batches, steps = task.batches(0), task.steps_per_epoch()

    def step(number: int) -> None:
        stepper.take(batches.batch(number % steps), optimiser, seed=plan.seed)
        average.update(network, number)

    durations = [_seconds(partial(step, number), clock) for number in range(WARM_UP_STEPS + TIMED_STEPS)]
    return Budget(
        minutes=minutes,
        seconds_per_step=statistics.median(durations[WARM_UP_STEPS:]),
        seconds_per_measurement=_seconds(lambda: task.evaluate(average.network), clock),
        steps_per_epoch=steps,
        clock="processor time" if device.type == "cpu" else "time on the GPU",
    )


def _seconds(work: Callable[[], object], clock: Callable[[], float]) -> float:
    began_at = clock()
    work()
    return clock() - began_at


def _cuda_clock() -> float:
    import torch

    torch.cuda.synchronize()
    return time.monotonic()


def train(name: str, options: argparse.Namespace) -> bool:
    """Train and publish one model, or go on with it; False if it was stopped.

    Raises:
        TrainingFailedError: the run failed for a reason that a person can act on.
    """
    folder = RunFolder(options.out / name)
    _check_is_same(folder, name, options)
    if _published(folder, name, options.version).is_file():
        print(f"{name}: published already", flush=True)
        return True
    if not (folder.path / "plan.json").exists():
        folder.path.mkdir(parents=True, exist_ok=True)
        _take_over_cache(options.out, folder, TASK_BY_NAME[name])
        budget = measured_budget(plan_of(name, 1, options), folder, options.minutes)
        (folder.path / BUDGET).write_text(json.dumps(budget.to_json(), indent=2) + "\n", "utf-8")
        print(f"{name}: {json.dumps(budget.to_json())}", flush=True)
        create_run_folder(folder.path, plan_of(name, budget.epochs, options))
    began_at, processor_at = time.time(), time.process_time()
    with _stopping(folder) as asked_to_stop:
        ending = run(folder, started_at=began_at)
    spent = (time.process_time() - processor_at) / 60
    print(f"{name}: {ending.kind} after {spent:.1f} min of processor time", flush=True)
    if asked_to_stop.is_set() or ending.kind == "run_stopped":
        return False
    if ending.kind == "run_failed":
        raise TrainingFailedError(ending.reason)
    return True


def _check_is_same(folder: RunFolder, name: str, options: argparse.Namespace) -> None:
    """Refuse to go on with a run of another recipe or budget, which no table would tell apart.

    Raises:
        TrainingFailedError: it was begun with other options than threads.
    """
    try:
        begun = folder.plan()
        budget = json.loads((folder.path / BUDGET).read_text("utf-8"))
    except (RunFolderError, OSError, ValueError):
        # Nothing was begun; or it was damaged, which carrying it out will say.
        return
    asked = plan_of(name, begun.epochs, options).model_copy(update={"threads": begun.threads})
    if asked != begun or budget.get("minutes") != options.minutes:
        raise TrainingFailedError(
            f"{folder.path} was begun with other data, minutes, seed or precision; name another --out."
        )


def _published(folder: RunFolder, name: str, version: str) -> Path:
    return folder.path / "published" / name / version / CARD_FILE


def _take_over_cache(out: Path, folder: RunFolder, task: Task) -> None:
    """Let a published model's decoded images serve the next one of its task: they are the same."""
    for name, its_task in TASK_BY_NAME.items():
        earlier = RunFolder(out / name)
        is_done = any(earlier.path.glob(f"published/{name}/*/{CARD_FILE}"))
        if its_task == task and is_done and earlier.cache.is_dir() and not folder.cache.exists():
            earlier.cache.rename(folder.cache)


@contextmanager
def _stopping(folder: RunFolder) -> Iterator[threading.Event]:
    """Make Ctrl+C a request to stop, which sets the event; the second one breaks off at once."""
    asked = threading.Event()

    def request(*_: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        folder.request_stop()

    before = signal.signal(signal.SIGINT, request)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def train_all(names: Iterable[str], options: argparse.Namespace) -> int:
    """Train one model after the other; returns the exit code of the program."""
    exit_code = 0
    for name in names:
        try:
            if not train(name, options):
                return INTERRUPTED
        except KeyboardInterrupt:
            return INTERRUPTED
        except Exception as error:  # noqa: BLE001  hours of other models would be lost
            print(f"{name}: {plain_reason(error) or traceback.format_exc()}", file=sys.stderr, flush=True)
            exit_code = 1
    return exit_code


def _minutes(text: str) -> float:
    minutes = float(text)
    if not 0 < minutes < math.inf:
        raise argparse.ArgumentTypeError("a budget is more than 0 minutes and ends some day")
    return minutes


def main(arguments: list[str]) -> int:
    """Train the models one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with manifest.csv")
    parser.add_argument("--out", type=Path, required=True, help="a run folder per model is made here")
    parser.add_argument("--task", choices=tuple(SIZE_PX), help="networks of one task; left out: of both")
    parser.add_argument("--only", nargs="+", choices=tuple(TASK_BY_NAME), default=list(TASK_BY_NAME))
    parser.add_argument("--minutes", type=_minutes, default=60.0, help="processor time per model")
    parser.add_argument("--threads", type=int, default=1, help="processor cores")
    parser.add_argument("--amp", action=argparse.BooleanOptionalAction, default=True, help="bfloat16")
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--version", default="compared", help="version of the published models")
    options = parser.parse_args(arguments)
    names = [name for name in options.only if options.task in (None, TASK_BY_NAME[name])]
    return train_all(names, options)
