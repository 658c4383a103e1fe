"""What the VMamba layers and the gate of `mambaderm_efficient` are worth: trained with and without each.

    .venv/bin/python scripts/ablate_mambaderm.py DATA --out DIR [--steps 140] [--seeds 1 2 3] [--size 96]
        [--only VARIANT ...]

Four variants (whole, without VMamba layers, without gate, stem and head alone) take the same number of steps
from the same ImageNet start, with the same images in the same order; only the architecture differs. The
learning rate falls to its end within the steps. Learns from ``train``, measures once, at the end, on ``val``
(the averaged weights, one view per image, cut out by the masks of the data), and never opens ``test``.
No checkpoint is chosen, so a figure flatters no variant more than another.

DIR/ablation.jsonl keeps one line per training; what stands there is not trained again, so that the work can
be interrupted. Minutes are processor time of steps and measurement; decoding and measuring lesions once,
before the first training, comes on top.
"""

import argparse
import itertools
import json
import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from training.contract.plan import ArgumentValue, TrainingPlan
from training.contract.progress_bar import EpochBar
from training.contract.recipes import plan_for
from training.contract.run_folder import RunFolder
from training.contract.run_options import RunOptions
from training.loop.average import AveragedNetwork
from training.loop.optimiser import learning_rate, make_optimiser
from training.loop.step import Stepper
from training.loop.task import Batch, TrainingTask
from training.runs.setup import first_network, planned_task, use_threads
from training.tasks.run_context import RunContext

if TYPE_CHECKING:
    from torch import nn

ARCHITECTURE = "mambaderm_efficient"
VARIANTS: Mapping[str, dict[str, ArgumentValue]] = {
    "whole": {},
    "without VMamba layers": {"layers": 0},
    "without gate": {"has_gate": False},
    "stem and head alone": {"layers": 0, "has_gate": False},
}
RESULTS = "ablation.jsonl"
BATCH_SIZE = 32
DATA_SEED = 17
"""Of what all trainings share."""
EPOCHS_OF_A_SEED = 1000
"""Epochs by number draw images and variations; seeds begin so far apart."""


@dataclass(frozen=True)
class Ablated:
    """One training and what came of it."""

    variant: str
    seed: int
    steps: int
    size_px: int
    parameters: int
    auc_all: float
    auc_image: float
    minutes: float


def plan_of(variant: str, seed: int, options: argparse.Namespace) -> TrainingPlan:
    """The plan of one training; plans of a seed differ in the architecture's arguments only."""
    chosen = RunOptions(
        task="classification",
        data_dir=options.data.resolve(),
        architecture=options.architecture,
        dimensions=VARIANTS[variant],
        height_px=options.size,
        width_px=options.size,
        epochs=1,
        batch_size=BATCH_SIZE,
        amp=options.amp,
        seed=seed,
        threads=options.threads,
        init=options.init,
    )
    # Measuring every lesion with several masks would take longer than the trainings.
    return plan_for(chosen).model_copy(update={"mask_variants": 1})


def opened_task(options: argparse.Namespace) -> TrainingTask:
    """The images of all trainings, cut out and measured once."""
    plan = plan_of("whole", DATA_SEED, options)
    use_threads(plan.threads)
    task = planned_task(RunContext.of(RunFolder(options.out), plan))
    task.open_stage(plan.stages[-1])
    return task


def ablated(variant: str, seed: int, task: TrainingTask, options: argparse.Namespace) -> Ablated:
    """Train one variant and measure it on ``val``."""
    plan = plan_of(variant, seed, options)
    began_at = time.process_time()
    network = trained(plan, task, options.steps)
    figures = task.evaluate(network)
    core = network.get_submodule("core")
    return Ablated(
        variant=variant,
        seed=seed,
        steps=options.steps,
        size_px=options.size,
        parameters=sum(parameter.numel() for parameter in core.parameters()),
        auc_all=figures["auc_all"],
        auc_image=figures["auc_image"],
        minutes=(time.process_time() - began_at) / 60,
    )


def trained(plan: TrainingPlan, task: TrainingTask, steps: int) -> "nn.Module":
    """The averaged network after so many steps, at whose end the learning rate is at its end, too."""
    network = first_network(plan, task)
    average, optimiser = AveragedNetwork(network, plan.ema_decay), make_optimiser(network, plan)
    stepper = Stepper(plan, task, network)
    batches = _batches(task, seed=plan.seed)
    for step in EpochBar(0, steps, plan.architecture):
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(plan, step, steps)
        stepper.take(next(batches), optimiser, seed=plan.seed * 1_000_003 + step)
        average.update(network, step)
    return average.network


def _batches(task: TrainingTask, seed: int) -> Iterator[Batch]:
    """Batch after batch without end, from epochs that no other seed sees."""
    for epoch in itertools.count(seed * EPOCHS_OF_A_SEED):
        batches = task.batches(epoch)
        yield from (batches.batch(index) for index in range(task.steps_per_epoch()))


def known(options: argparse.Namespace) -> list[Ablated]:
    """The trainings of these steps and this size that are done already."""
    file = options.out / RESULTS
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    found = [Ablated(**json.loads(line)) for line in lines]
    return [each for each in found if (each.steps, each.size_px) == (options.steps, options.size)]


def table(found: list[Ablated]) -> str:
    """Mean and standard deviation over seeds, a row for each variant, in Markdown."""
    lines = [
        "| variant | parameters | val AUC, all inputs | val AUC, image alone | processor minutes | seeds |",
        "|---|---:|---|---|---|---:|",
    ]
    for variant in VARIANTS:
        of_variant = [each for each in found if each.variant == variant]
        if of_variant:
            figures = (
                _spread([each.auc_all for each in of_variant]),
                _spread([each.auc_image for each in of_variant]),
                _spread([each.minutes for each in of_variant], digits=1),
            )
            lines.append(
                f"| {variant} | {of_variant[0].parameters:,} | {' | '.join(figures)} | {len(of_variant)} |"
            )
    return "\n".join(lines)


def _spread(values: list[float], *, digits: int = 3) -> str:
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    return f"{statistics.mean(values):.{digits}f} ± {statistics.stdev(values):.{digits}f}"


def ablate(options: argparse.Namespace) -> str:
    """Carry out what is not done yet and return the table; seeds come one after the other."""
    options.out.mkdir(parents=True, exist_ok=True)
    done = {(each.variant, each.seed) for each in known(options)}
    wanted = [(variant, seed) for seed in options.seeds for variant in options.only]
    left = [each for each in wanted if each not in done]
    task = opened_task(options) if left else None
    for variant, seed in left:
        assert task is not None
        line = json.dumps(asdict(ablated(variant, seed, task, options)))
        with (options.out / RESULTS).open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")
        print(line, flush=True)
    return table(known(options))


def main(arguments: list[str]) -> int:
    """Print the table of what was left out, and what that cost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with manifest.csv")
    parser.add_argument("--out", type=Path, required=True, help="results and decoded images are kept here")
    parser.add_argument(
        "--steps", type=int, default=140, help=f"steps per training, {BATCH_SIZE} images each"
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--size", type=int, default=96, help="side of the lesion crop in px")
    parser.add_argument("--only", nargs="+", choices=tuple(VARIANTS), default=list(VARIANTS))
    parser.add_argument("--threads", type=int, default=1, help="processor cores")
    parser.add_argument("--amp", action=argparse.BooleanOptionalAction, default=False, help="bfloat16")
    parser.add_argument("--init", choices=("imagenet", "none"), default="imagenet")
    parser.add_argument("--architecture", default=ARCHITECTURE, help=argparse.SUPPRESS)
    print(ablate(parser.parse_args(arguments)))
    return 0
