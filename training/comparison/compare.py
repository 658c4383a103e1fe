"""Models side by side, in one run on one machine: cost, latency, memory, and accuracy where trained."""

import hashlib
import platform
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import torch

from models.contract.errors import ContractError
from models.contract.shelf.card import Task, read_card
from models.nets.cost import CONVENTION
from training.comparison.accuracy import HeldOut
from training.comparison.benchmarked_models import BenchmarkedModel, ComparisonError
from training.comparison.costs import count, measure_latency, measure_memory
from training.comparison.entry import Entry, in_turn
from training.comparison.record import HEADLINE, ComparedModel, Comparison, DataUsed, Machine
from training.contract.data_set import MANIFEST
from training.runs.setup import use_threads
from training.tasks.loaded_model import PublishedModel

BY_COST = "cost"
_CPU_INFO = Path("/proc/cpuinfo")

_LATENCY_NOTE = (
    "Latency: one forward pass in torch, float32, without reading, preparing or drawing; the median of "
    "rounds in which all models take turns."
)
_MEMORY_NOTE = (
    "Memory: the most that weights, a batch and its forward pass needed beyond torch itself, in a fresh "
    "process per model; on CUDA what torch had allocated."
)
_UNTRAINED_NOTE = "Models marked untrained are architectures with random weights: their cost only."
_FIGURES_NOTE = (
    "Accuracy is taken at the input size of a model's card, whatever size the cost is counted at. Models "
    "whose intervals overlap widely are not told apart by these images."
)
_NOTE_BY_SPLIT = {
    "val": "Checkpoint, threshold and temperature are chosen on val, so figures on val flatter the models "
    "that were trained with this data folder.",
    "test": "Figures on test are for reporting: who chooses a model by them needs other images to judge it.",
    "train": "Models trained with this data folder have learned from these images.",
    "train_extra": "Models trained with this data folder have learned from these images.",
}


@dataclass(frozen=True)
class Question:
    """What a comparison is to find out."""

    task: Task
    benchmarked_models: tuple[BenchmarkedModel, ...]
    data_dir: Path | None = None
    split: str = "val"
    segmenter: Path | None = None
    threads: int = 0
    with_latency: bool = True
    with_memory: bool = True


def compare(question: Question) -> Comparison:
    """Measure all models and put them in order; one that fails is a row with a sentence.

    Raises:
        DataSetError: the data cannot be used to measure anything.
        ComparisonError: the segmenter cannot be used.
    """
    use_threads(question.threads)
    held_out = _held_out(question)
    data = None if held_out is None or question.data_dir is None else _data(held_out, question.data_dir)
    entries = [Entry(benchmarked) for benchmarked in question.benchmarked_models]
    count(entries)
    countable = [entry for entry in entries if entry.problem is None]
    if question.with_memory:
        measure_memory(countable)
    if question.with_latency:
        measure_latency(countable)
    if held_out is not None:
        trained = [entry for entry in countable if entry.benchmarked.folder is not None]
        for entry in in_turn(trained, "Accuracy"):
            entry.attempt(partial(_figures, held_out))
    models, ranked_by = ranked([entry.model() for entry in entries], question.task)
    return Comparison(
        task=question.task,
        created_at=datetime.now(UTC),
        machine=_machine(),
        data=data,
        ranked_by=ranked_by,
        convention=CONVENTION,
        notes=(*_notes(question, has_figures=held_out is not None), *_other_data(question, data)),
        models=models,
    )


def ranked(models: Sequence[ComparedModel], task: Task) -> tuple[tuple[ComparedModel, ...], str]:
    """Best first, and by what: the task's headline figure, or the cost if no model has one.

    Models without the figure follow those that have it, cheapest first and without a rank.
    """
    headline = HEADLINE[task]
    by_cost = sorted(models, key=lambda model: (model.flops is None, model.flops or 0, model.name))
    judged = [model for model in by_cost if headline in model.figures]
    judged.sort(key=lambda model: -model.figures[headline].value)
    leading = judged or [model for model in by_cost if model.flops is not None]
    following = [model for model in by_cost if model not in leading]
    placed = [model.model_copy(update={"rank": place}) for place, model in enumerate(leading, start=1)]
    return (*placed, *following), headline if judged else BY_COST


def _held_out(question: Question) -> HeldOut | None:
    is_any_trained = any(benchmarked.folder is not None for benchmarked in question.benchmarked_models)
    if question.data_dir is None or not is_any_trained:
        return None
    if question.segmenter is not None:
        _check_segmenter(question.segmenter)
    return HeldOut(question.task, question.data_dir, question.split, question.segmenter)


def _check_segmenter(folder: Path) -> None:
    """Refuse a model that outlines nothing now, not when everything else was measured."""
    try:
        card = PublishedModel.verified(folder).card
    except ContractError as error:
        raise ComparisonError(f"{folder}: {error}") from error
    if card.task != "segmentation":
        raise ComparisonError(f"{card.reference} scores lesions; it cannot cut them out.")


def _figures(held_out: HeldOut, benchmarked: BenchmarkedModel) -> dict[str, object]:
    if benchmarked.folder is None:
        return {}
    return {"figures": held_out.figures(PublishedModel.read(benchmarked.folder))}


def _data(held_out: HeldOut, data_dir: Path) -> DataUsed:
    return DataUsed(
        split=held_out.split,
        images=len(held_out.samples),
        manifest_sha256=hashlib.sha256((data_dir / MANIFEST).read_bytes()).hexdigest(),
        masks=held_out.masks_from,
    )


def _notes(question: Question, *, has_figures: bool) -> tuple[str, ...]:
    notes = []
    if question.with_latency:
        notes.append(_LATENCY_NOTE)
    if question.with_memory:
        notes.append(_MEMORY_NOTE)
    if any(benchmarked.folder is None for benchmarked in question.benchmarked_models):
        notes.append(_UNTRAINED_NOTE)
    if has_figures:
        notes.append(_FIGURES_NOTE)
        notes += [note for split, note in _NOTE_BY_SPLIT.items() if split == question.split]
    return tuple(notes)


def _other_data(question: Question, data: DataUsed | None) -> tuple[str, ...]:
    """Which models were taught by another manifest, whose splits say nothing about this one's."""
    if data is None:
        return ()
    cards = {
        benchmarked.name: read_card(benchmarked.folder)
        for benchmarked in question.benchmarked_models
        if benchmarked.folder is not None
    }
    others = [name for name, card in cards.items() if card.data.manifest_sha256 != data.manifest_sha256]
    if not others:
        return ()
    return (
        f"Trained with another manifest than this data folder's: {', '.join(others)}. Images of {data.split} "
        "may be among those that they learned from.",
    )


def _machine() -> Machine:
    return Machine(
        processor=_processor(),
        threads=torch.get_num_threads(),
        gpu=torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        torch=torch.__version__,
    )


def _processor() -> str:
    """The processor by its name where the system tells it, else by its kind."""
    with suppress(OSError):
        lines = _CPU_INFO.read_text("utf-8", errors="replace").splitlines()
        named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        if named:
            return f"{named[0]} ({platform.system()})"
    return f"{platform.processor() or platform.machine()} ({platform.system()})"
