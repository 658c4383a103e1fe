"""What fine-tuning on a clinic's corrections gains, and what it forgets: the measured evidence.

    scripts/simulate_clinic.py prepare DATA --out SIM     data of the base and of the clinics
    naevus train segmentation --data SIM/base --out SIM/base_run ...    the experiment's base
    scripts/simulate_clinic.py base SIM --base MODEL_FOLDER       the base without fine-tuning
    scripts/simulate_clinic.py run SIM --base MODEL_FOLDER [--clinics 1 2 --counts 10 ...]    one line per run
    scripts/simulate_clinic.py report SIM --png evidence.png --markdown evidence.md    table and plot

Clinic 1 has a camera that the base has never seen; clinic 2 draws every border further out. Each lesion is
a patient. An exam set of each clinic is set aside first; corrections are taken from the rest, at random or
in the order of what-to-correct-next, and 15 % of them serve as validation part, as in a snapshot. Dice is
taken at native size with the base's threshold on the clinic's exam set and on the general ``test`` split.
Runs that are in SIM/results.jsonl already are not repeated, so the work can be interrupted and shared
between processes (--seeds).
"""

import argparse
import csv
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from models.contract.arrays import RgbImage
from models.contract.imaging.postprocess import lesion_mask, probability_map
from models.contract.imaging.preprocess import for_segmenter
from models.contract.metrics import dice
from models.contract.uncertainty.disagreement import border_uncertainty, flipped_back, flipped_passes
from models.contract.uncertainty.typicality import atypicality
from resources import path as shipped
from training.contract.command_errors import exit_code_of
from training.contract.data_set import MANIFEST, TRAIN_SPLITS, Sample, read_manifest
from training.contract.fine_tuning import FineTuning
from training.contract.plan import Stage, TrainingPlan
from training.contract.recipes import fine_tuning_plan
from training.contract.run_folder import create_run_folder
from training.experiments.clinic_evidence import plot, table
from training.experiments.grey_image import read_grey_image
from training.experiments.simulated_clinics import clinic_groups, outlined_rows, widened
from training.inputs.decode import read_image
from training.loop.loop import Trainer
from training.tasks.boundary_fine_tuning import BoundaryFineTuningTask
from training.tasks.fine_tuning import mix_with_base
from training.tasks.loaded_model import PublishedModel
from training.tasks.run_context import RunContext
from training.tasks.segmentation import (
    Frames,
    NativeMask,
    load_frames,
    logits_of,
    native_masks,
    network_logits,
)

COUNTS = (10, 25, 50, 100, 200)
SEEDS = (1, 2, 3)
RECIPES = ("ours", "naive")
EXAM_SHARE = {1: 0.2, 2: 0.3}
VALIDATION_SHARE = 0.15
MOST_UNCORRECTED = 100
REHEARSAL = shipped("learning")
RESULTS = "results.jsonl"
BASE_FIGURES = "base_figures.json"
OFFERED_SHARE = 0.8
"""Of the pool, by seed, from which the order of benefit chooses: seeds would not differ otherwise."""

ExpectedBenefit = Callable[[float | None, float | None, float | None], float]
"""What a correction would teach, from border uncertainty, score spread and atypicality."""


@dataclass(frozen=True)
class Job:
    """One fine-tuning run of the experiment."""

    clinic: int
    count: int
    seed: int
    recipe: str
    order: str


@dataclass(frozen=True)
class Judged:
    """Images to measure on, decoded once."""

    frames: Frames
    natives: tuple[NativeMask, ...]


def prepare(data_dir: Path, out: Path) -> None:
    """Write SIM/base, SIM/clinic_1 and SIM/clinic_2 as data folders.

    Raises:
        DataSetError: a mask cannot be read.
    """
    groups = clinic_groups(data_dir)
    rows = outlined_rows(data_dir)
    away = groups.camera | groups.habit
    base = [r for r in rows if r["split"] not in TRAIN_SPLITS or r["duplicate_group"] not in away]
    _write_folder(out / "base", data_dir, base)
    for clinic, own in ((1, groups.camera), (2, groups.habit)):
        members = [r for r in rows if r["split"] in TRAIN_SPLITS and r["duplicate_group"] in own]
        exam = exam_groups(own, EXAM_SHARE[clinic])
        for row in members:
            row["split"] = "test" if row["duplicate_group"] in exam else "train"
        _write_folder(out / f"clinic_{clinic}", data_dir, members)
    for file in (out / "clinic_2" / "masks").iterdir():
        wide = widened(read_grey_image(file) > 127).astype(np.uint8) * 255
        cv2.imwrite(str(file), wide, [cv2.IMWRITE_PNG_BILEVEL, 1])


def exam_groups(groups: frozenset[str], share: float) -> frozenset[str]:
    """The lesions set aside, the first ones by a hash of their names."""
    order = sorted(groups, key=lambda group: hashlib.sha256(f"exam {group}".encode()).digest())
    return frozenset(order[: round(share * len(order))])


def _write_folder(folder: Path, data_dir: Path, rows: list[dict[str, str]]) -> None:
    for row in rows:
        for name in (row["image_file"], row["mask_file"]):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(data_dir / name, folder / name)
    _write_manifest(folder, rows)


def _write_manifest(folder: Path, rows: list[dict[str, str]]) -> None:
    with (folder / MANIFEST).open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def freeze(sim: Path, job: Job, folder: Path, pool_order: list[str]) -> None:
    """Write the snapshot of a job: its corrections, its validation part, some uncorrected images."""
    clinic = sim / f"clinic_{job.clinic}"
    with (clinic / MANIFEST).open(newline="", encoding="utf-8") as stream:
        row_by_id = {row["image_id"]: row for row in csv.DictReader(stream)}
    held_out = max(1, round(VALIDATION_SHARE * job.count))
    rows = []
    for place, image_id in enumerate(pool_order[: job.count + MOST_UNCORRECTED]):
        row = dict(row_by_id[image_id])
        row["split"] = "val" if place < held_out else "train"
        if place >= job.count:
            row["mask_file"], row["split"] = "", "train_extra"
        rows.append(row)
    for row in rows:
        for name in filter(None, (row["image_file"], row["mask_file"])):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(clinic / name, folder / name)
    _write_manifest(folder, rows)


def pool_order(sim: Path, job: Job, base: Path, expected_benefit: ExpectedBenefit) -> list[str]:
    """One image of each lesion that may be corrected, in the order in which it is."""
    samples = [s for s in read_manifest(sim / f"clinic_{job.clinic}") if s.split == "train"]
    first = {s.duplicate_group: s for s in reversed(samples)}
    pool = sorted(first.values(), key=lambda s: s.image_id)
    shuffled = [pool[i] for i in np.random.default_rng((job.clinic, job.seed)).permutation(len(pool))]
    if job.order == "benefit":
        offered = shuffled[: round(OFFERED_SHARE * len(shuffled))]
        benefit = benefits(
            tuple(sorted(offered, key=lambda s: s.image_id)), base, sim / "cache", expected_benefit
        )
        offered.sort(key=lambda s: -benefit[s.image_id])
        shuffled = offered + shuffled[len(offered) :]
    return [s.image_id for s in shuffled]


def benefits(
    samples: tuple[Sample, ...], base: Path, cache: Path, expected_benefit: ExpectedBenefit
) -> dict[str, float]:
    """What-to-correct-next of each image by the base, as the work list computes it; there is no score."""
    model = PublishedModel.read(base)
    found: dict[str, float] = {}
    kept = cache / "benefits.json"
    if kept.exists():
        found = json.loads(kept.read_text("utf-8"))
    for sample in samples:
        if sample.image_id not in found:
            found[sample.image_id] = _benefit(model, read_image(sample), expected_benefit)
    cache.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(found), "utf-8")
    return found


def _benefit(model: PublishedModel, image: RgbImage, expected_benefit: ExpectedBenefit) -> float:
    size = model.card.input
    prepared, geometry = for_segmenter(image, height_px=size.height_px, width_px=size.width_px)
    logits = network_logits(model.network, flipped_passes(prepared)).astype(np.float64)
    passes = flipped_back((1 / (1 + np.exp(-logits / model.card.temperature))).astype(np.float32))
    statistics = model.card.reference_statistics
    unlike = None
    if statistics is not None:
        first = probability_map(
            network_logits(model.network, prepared[None])[0], geometry, temperature=model.card.temperature
        )
        unlike = atypicality(image, lesion_mask(first, model.card.threshold), statistics)
    return expected_benefit(border_uncertainty(passes), None, unlike)


def plan_of(job: Job, snapshot: Path, base: Path, changes: dict[str, object]) -> TrainingPlan:
    """The product's own plan, or that of naive fine-tuning: the first training's rate, no precautions."""
    plan = fine_tuning_plan(
        task="segmentation", snapshot_dir=snapshot, base=base, rehearsal=REHEARSAL,
        model_name="candidate", model_version="1", amp=True, seed=job.seed, threads=1,
    )  # fmt: skip
    if job.recipe == "naive":
        bare = FineTuning(base=base, frozen_normalisation=False, base_share=0)
        steps = _steps(plan, snapshot)
        per_epoch = bare.steps_per_epoch(_corrected(snapshot), plan.batch_size)
        epochs = max(1, round(steps / per_epoch))
        stage = plan.stages[0].model_copy(update={"epochs": epochs})
        return plan.model_copy(
            update={"fine_tuning": bare, "learning_rate": 1.5e-3, "ema_decay": 0.0, "stages": (stage,)}
        )
    part = {k: v for k, v in changes.items() if k in FineTuning.model_fields}
    rest = {k: v for k, v in changes.items() if k not in part and k != "step_factor"}
    if "step_factor" in changes:
        stage = plan.stages[0]
        epochs = max(1, round(stage.epochs * float(str(changes["step_factor"]))))
        rest["stages"] = (stage.model_copy(update={"epochs": epochs}),)
    tuned = plan.fine_tuning.model_copy(update=part) if plan.fine_tuning else None
    return plan.model_copy(update={"fine_tuning": tuned, **rest})


def _steps(plan: TrainingPlan, snapshot: Path) -> int:
    """All steps of the product's plan."""
    if plan.fine_tuning is None:
        raise ValueError("the plan is none of fine-tuning")
    return plan.epochs * plan.fine_tuning.steps_per_epoch(_corrected(snapshot), plan.batch_size)


def _corrected(snapshot: Path) -> int:
    return sum(s.split == "train" for s in read_manifest(snapshot))


def judged(samples: tuple[Sample, ...], stage: Stage, cache: Path) -> Judged:
    """Decode what is measured on."""
    return Judged(load_frames(samples, stage, cache), native_masks(samples, stage))


def mean_dice(model: PublishedModel, images: Judged) -> float:
    """Mean Dice at native size with the threshold and temperature of the model's card."""
    found = []
    for logits, native in zip(logits_of(model.network, images.frames), images.natives, strict=True):
        probability = probability_map(logits, native.geometry, temperature=model.card.temperature)
        found.append(dice(lesion_mask(probability, model.card.threshold), native.mask))
    return float(np.mean(found))


def carried_out(
    sim: Path,
    job: Job,
    base: Path,
    sets: dict[str, Judged],
    changes: dict[str, object],
    expected_benefit: ExpectedBenefit,
) -> dict[str, object]:
    """Fine-tune once and measure; the result as it is written down."""
    folder = sim / "runs" / "-".join(str(value) for value in asdict(job).values())
    shutil.rmtree(folder, ignore_errors=True)
    freeze(sim, job, folder / "snapshot", pool_order(sim, job, base, expected_benefit))
    plan = plan_of(job, folder / "snapshot", base, changes)
    run = create_run_folder(folder, plan)
    model = PublishedModel.read(base)
    started = time.monotonic()
    trainer = Trainer(run, plan, BoundaryFineTuningTask(RunContext.of(run, plan)), model.network)
    trainer.train(lambda _: None)
    seconds = time.monotonic() - started
    model.network.load_state_dict(trainer.average.network.state_dict())
    if plan.fine_tuning is not None:
        mix_with_base(model.network, base, plan.fine_tuning.base_share)
    found = {name: mean_dice(model, each) for name, each in sets.items()}
    shutil.rmtree(folder)
    return {**asdict(job), "steps": trainer.total_steps, "seconds": round(seconds, 1), "dice": found}


def jobs_of(options: argparse.Namespace) -> Iterator[Job]:
    """The jobs asked for, the interesting middle first."""
    for seed in options.seeds:
        for clinic in options.clinics:
            for count in options.counts:
                for recipe in options.recipes:
                    yield Job(clinic, count, seed, recipe, options.order)


def run(options: argparse.Namespace, expected_benefit: ExpectedBenefit) -> None:
    """Carry out all jobs that have no result yet."""
    changes = json.loads(options.changes)
    results = options.sim / options.results
    card = PublishedModel.read(options.base).card
    stage = Stage(height_px=card.input.height_px, width_px=card.input.width_px, epochs=1)
    cache = options.sim / "cache"
    general = judged(
        tuple(s for s in read_manifest(options.sim / "base") if s.split == options.general), stage, cache
    )
    for clinic in options.clinics:
        own = read_manifest(options.sim / f"clinic_{clinic}")
        sets = {"exam": judged(tuple(s for s in own if s.split == "test"), stage, cache), "general": general}
        for job in (job for job in jobs_of(options) if job.clinic == clinic):
            key = {**asdict(job), "label": options.label}
            if key in _keys(results):
                continue
            found = carried_out(options.sim, job, options.base, sets, changes, expected_benefit)
            line = json.dumps({**found, "label": options.label, "changes": changes})
            with results.open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")
            print(line, flush=True)


def _keys(results: Path) -> list[dict[str, object]]:
    if not results.exists():
        return []
    lines = [json.loads(line) for line in results.read_text("utf-8").splitlines()]
    names = ("clinic", "count", "seed", "recipe", "order", "label")
    return [{name: line[name] for name in names} for line in lines]


def measure_base(options: argparse.Namespace) -> None:
    """Write the base's Dice on every set: the line without fine-tuning."""
    model = PublishedModel.read(options.base)
    stage = Stage(height_px=model.card.input.height_px, width_px=model.card.input.width_px, epochs=1)
    sets = {
        "general": ("base", options.general),
        "clinic_1": ("clinic_1", "test"),
        "clinic_2": ("clinic_2", "test"),
    }
    found = {}
    for name, (folder, split) in sets.items():
        samples = tuple(s for s in read_manifest(options.sim / folder) if s.split == split)
        found[name] = mean_dice(model, judged(samples, stage, options.sim / "cache"))
        found[f"{name}_images"] = len(samples)
    (options.sim / BASE_FIGURES).write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    print(json.dumps(found))


def report(sim: Path, png: Path, markdown: Path) -> None:
    """Write the table and the plot of what has been measured so far."""
    plot(sim / RESULTS, sim / BASE_FIGURES, png)
    text = table(sim / RESULTS, sim / BASE_FIGURES)
    markdown.write_text(text + "\n", "utf-8")
    print(text)


def main(arguments: list[str], expected_benefit: ExpectedBenefit) -> int:
    """Run the command that the first argument names; the work list's order comes from the caller."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    first = verbs.add_parser("prepare")
    first.add_argument("data", type=Path)
    first.add_argument("--out", type=Path, required=True)
    third = verbs.add_parser("report")
    third.add_argument("sim", type=Path)
    third.add_argument("--png", type=Path, required=True)
    third.add_argument("--markdown", type=Path, required=True)
    for name in ("run", "base"):
        second = verbs.add_parser(name)
        second.add_argument("sim", type=Path)
        second.add_argument("--base", type=Path, required=True)
        second.add_argument("--general", default="test")
        second.add_argument("--clinics", type=int, nargs="+", default=[1, 2])
        second.add_argument("--counts", type=int, nargs="+", default=list(COUNTS))
        second.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
        second.add_argument("--recipes", nargs="+", default=list(RECIPES))
        second.add_argument("--order", default="random")
        second.add_argument("--label", default="")
        second.add_argument("--results", default=RESULTS)
        second.add_argument("--changes", default="{}")
    options = parser.parse_args(arguments)
    return exit_code_of(lambda: _carry_out(options, expected_benefit))


def _carry_out(options: argparse.Namespace, expected_benefit: ExpectedBenefit) -> None:
    if options.verb == "report":
        report(options.sim, options.png, options.markdown)
    elif options.verb == "prepare":
        prepare(options.data, options.out)
    elif options.verb == "base":
        measure_base(options)
    else:
        run(options, expected_benefit)
