"""A comparison as a table: for the terminal, and as comparison.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from models.contract.files.atomic_files import write_whole
from models.contract.shelf.card import Metric
from training.comparison.accuracy import MASK_FIGURES, SCORE_FIGURES
from training.comparison.costs import BATCH_SIZES
from training.comparison.published_figures import HEADING, Published
from training.comparison.record import ComparedModel, Comparison, DeviceName
from training.contract.terminal_tables import print_table

MARKDOWN_FILE = "comparison.md"
ABSENT = "-"

_FIGURE_WORDS = {
    "dice": "Dice",
    "iou": "IoU",
    "boundary_f1": "boundary F1",
    "auc": "AUC",
    "pauc_above_tpr80": "pAUC",
    "ece": "ECE",
}
_PAPER_COLUMNS = ("method", "parameters, FLOPs as published", "accuracy", "measured on", "source", "caveat")


@dataclass(frozen=True)
class Cells:
    """A table as words: titles, and a row for each model."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def accuracy_cells(comparison: Comparison) -> Cells:
    """Rank, name and figures with their intervals; without figures no rows."""
    names = MASK_FIGURES if comparison.task == "segmentation" else SCORE_FIGURES
    judged = [model for model in comparison.models if model.figures]
    rows = [(_rank(model), model.name, *(_figure(model.figures.get(x)) for x in names)) for model in judged]
    return Cells(("", "model", *(_FIGURE_WORDS[name] for name in names)), tuple(rows))


def cost_cells(comparison: Comparison) -> Cells:
    """Rank, name, counts, latency and memory; columns that nobody measured are left out."""
    columns: dict[str, list[str]] = {
        "": [_rank(model) for model in comparison.models],
        "model": [_name(model) for model in comparison.models],
        "input": [f"{model.height_px}x{model.width_px}" for model in comparison.models],
        "params M": [_scaled(model.parameters, 1e6, 2) for model in comparison.models],
        "MACs G": [_scaled(model.macs, 1e9, 3) for model in comparison.models],
        "scan GFLOPs": [_scaled(model.scan_flops, 1e9, 3) for model in comparison.models],
        "all GFLOPs": [_scaled(model.flops, 1e9, 3) for model in comparison.models],
        "file MB": [_scaled(model.weights_bytes, 1e6, 1) for model in comparison.models],
    }
    for device in _DEVICES:
        for size in BATCH_SIZES:
            place = f"{device.upper()}, {size}"
            laps = [model.latency_ms(device, size) for model in comparison.models]
            columns[f"ms {place}"] = [ABSENT if lap is None else f"{lap:.1f}" for lap in laps]
            peaks = [model.peak_bytes(device, size) for model in comparison.models]
            columns[f"MB {place}"] = [_scaled(peak, 1e6, 0) for peak in peaks]
    # The rank of untrained models is empty too, and its column is kept all the same.
    kept = {name: cells for name, cells in columns.items() if not name or any(x != ABSENT for x in cells)}
    return Cells(tuple(kept), tuple(zip(*kept.values(), strict=True)))


def paper_cells(lines: Sequence[Published]) -> Cells:
    """Published figures, each with its source and what is to be said against it."""
    rows = [(x.method, x.cost, x.accuracy, x.measured_on, x.checked, x.caveat or ABSENT) for x in lines]
    return Cells(_PAPER_COLUMNS, tuple(rows))


def sentences(comparison: Comparison) -> tuple[str, ...]:
    """What is to be known under the tables."""
    machine = comparison.machine
    gpu = "no GPU" if machine.gpu is None else machine.gpu
    measured = f"Measured on {machine.processor}, threads: {machine.threads}, {gpu}, torch {machine.torch}."
    problems = [f"{model.name}: {model.problem}" for model in comparison.models if model.problem]
    said = [_data_sentence(comparison), comparison.convention, *comparison.notes, measured, *problems]
    return tuple(sentence for sentence in said if sentence)


def show(comparison: Comparison, console: Console, papers: Sequence[Published] = ()) -> None:
    """Print the tables and what is to be known about them."""
    accuracy = accuracy_cells(comparison)
    if accuracy.rows:
        print_table(console, _rich(accuracy, wrapped=False))
    print_table(console, _rich(cost_cells(comparison), wrapped=False))
    for sentence in sentences(comparison):
        console.print(Text(sentence), soft_wrap=True)
    if papers:
        console.print(Text(f"\n{HEADING}"))
        print_table(console, _rich(paper_cells(papers), wrapped=True))


def write_markdown(comparison: Comparison, folder: Path, papers: Sequence[Published] = ()) -> Path:
    """Write comparison.md into ``folder`` and return it."""
    accuracy = accuracy_cells(comparison)
    parts = [f"# Models for {comparison.task}, ranked by {_FIGURE_WORDS.get(comparison.ranked_by, 'cost')}"]
    if accuracy.rows:
        parts.append(_markdown(accuracy))
    parts.append(_markdown(cost_cells(comparison)))
    parts.append("\n".join(f"- {sentence}" for sentence in sentences(comparison)))
    if papers:
        parts += [f"## {HEADING}", _markdown(paper_cells(papers))]
    file = folder / MARKDOWN_FILE
    write_whole(file, ("\n\n".join(parts) + "\n").encode())
    return file


_DEVICES: tuple[DeviceName, ...] = ("cpu", "cuda")


def _data_sentence(comparison: Comparison) -> str:
    data = comparison.data
    if data is None:
        return ""
    cut = "" if comparison.task == "segmentation" else f" Lesions were cut out by {data.masks}."
    return (
        f"Accuracy on {data.split}, {data.images} images, with 95 % intervals (bootstrap over lesions).{cut}"
    )


def _rich(cells: Cells, *, wrapped: bool) -> Table:
    table = Table()
    for number, title in enumerate(cells.titles):
        is_words = wrapped or number == 1
        table.add_column(title, justify="left" if is_words else "right", overflow="fold")
    for row in cells.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _markdown(cells: Cells) -> str:
    lines = [cells.titles, tuple("---" for _ in cells.titles), *cells.rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _rank(model: ComparedModel) -> str:
    return ABSENT if model.rank is None else str(model.rank)


def _name(model: ComparedModel) -> str:
    return model.name if model.is_trained else f"{model.name}, untrained"


def _figure(metric: Metric | None) -> str:
    if metric is None:
        return ABSENT
    if metric.low is None or metric.high is None:
        return f"{metric.value:.3f}"
    return f"{metric.value:.3f} ({metric.low:.3f} to {metric.high:.3f})"


def _scaled(number: float | None, unit: float, digits: int) -> str:
    return ABSENT if number is None else f"{number / unit:.{digits}f}"
