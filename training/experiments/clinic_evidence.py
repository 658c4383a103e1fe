"""The table and the plot of ``simulate_clinic.py``, made from its results."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pydantic import BaseModel, ConfigDict

WAYS = {
    ("ours", "random"): "Naevus, random order",
    ("ours", "benefit"): "Naevus, what to correct next",
    ("naive", "random"): "naive fine-tuning",
}
SETS = {"exam": "own exam set", "general": "general test set"}
COLOURS = {("ours", "random"): "#1b6ca8", ("ours", "benefit"): "#2a9d5c", ("naive", "random"): "#c4572b"}
POINTS = 100.0
"""Dice differences are in points of a hundred."""


class ClinicRun(BaseModel):
    """One line of the results: a fine-tuning run and its Dice on each set."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    clinic: int
    count: int
    recipe: str
    order: str
    dice: Mapping[str, float]


class Cell(NamedTuple):
    """A cell of the table: what was fine-tuned how, and measured where."""

    clinic: int
    measured_on: str
    recipe: str
    order: str
    corrections: int


Differences = Mapping[Cell, list[float]]
"""Dice minus the base's, in points; one value per seed."""


def differences(runs: Iterable[ClinicRun], base: Mapping[str, float]) -> Differences:
    """Dice minus the base's, in points, of each cell: one value per seed."""
    found: dict[Cell, list[float]] = defaultdict(list)
    for run in runs:
        before = {"exam": base[f"clinic_{run.clinic}"], "general": base["general"]}
        for name in SETS:
            cell = Cell(run.clinic, name, run.recipe, run.order, run.count)
            found[cell].append(POINTS * (run.dice[name] - before[name]))
    return found


def table(results: Path, base_file: Path) -> str:
    """Markdown: gains and losses against the base, mean and standard deviation over the seeds."""
    base = json.loads(base_file.read_text("utf-8"))
    by_cell = differences(_read_runs(results), base)
    counts = sorted({cell.corrections for cell in by_cell})
    rows = [f"| clinic | measured on | way | {' | '.join(str(count) for count in counts)} |"]
    rows.append("|---|---|---|" + "---:|" * len(counts))
    for clinic, name, way in _blocks(by_cell):
        cells = [_cell(by_cell.get(Cell(clinic, name, *way, count), [])) for count in counts]
        before = base[f"clinic_{clinic}"] if name == "exam" else base["general"]
        rows.append(f"| {clinic} | {SETS[name]} ({before:.3f}) | {WAYS[way]} | {' | '.join(cells)} |")
    return "\n".join(rows)


def plot(results: Path, base_file: Path, png: Path) -> None:
    """Four panels: each clinic's own exam set and the general test set, against the corrections."""
    by_cell = differences(_read_runs(results), json.loads(base_file.read_text("utf-8")))
    figure = Figure(figsize=(9.5, 6.4), layout="constrained")
    panels = figure.subplots(2, 2, sharex=True)
    for column, clinic in enumerate((1, 2)):
        for row, name in enumerate(SETS):
            _panel(panels[row][column], by_cell, clinic, name)
    panels[0][0].set_title("Clinic 1: a camera the base has never seen")
    panels[0][1].set_title("Clinic 2: draws every border further out")
    panels[0][0].legend(frameon=False, fontsize=8)
    figure.savefig(png, dpi=110)


def _panel(panel: Axes, by_cell: Differences, clinic: int, name: str) -> None:
    panel.axhline(0, color="#777777", linewidth=1, linestyle="--")
    for way, label in WAYS.items():
        counts = sorted({cell.corrections for cell in by_cell if cell[:4] == (clinic, name, *way)})
        if not counts:
            continue
        values = [by_cell[Cell(clinic, name, *way, count)] for count in counts]
        mean = np.array([np.mean(each) for each in values])
        spread = np.array([np.std(each, ddof=1) if len(each) > 1 else 0.0 for each in values])
        panel.plot(counts, mean, marker="o", markersize=4, color=COLOURS[way], label=label)
        panel.fill_between(counts, mean - spread, mean + spread, color=COLOURS[way], alpha=0.15)
    panel.set_xscale("log")
    panel.set_xticks([10, 25, 50, 100, 200], ["10", "25", "50", "100", "200"])
    panel.minorticks_off()
    panel.set_ylabel(f"Dice, {SETS[name]}:\npoints against the base")
    if name == "general":
        panel.set_xlabel("corrections")


def _read_runs(results: Path) -> list[ClinicRun]:
    return [ClinicRun.model_validate_json(line) for line in results.read_text("utf-8").splitlines()]


def _blocks(by_cell: Differences) -> Iterator[tuple[int, str, tuple[str, str]]]:
    for clinic in sorted({cell.clinic for cell in by_cell}):
        for name in SETS:
            for way in WAYS:
                if any(cell[:4] == (clinic, name, *way) for cell in by_cell):
                    yield clinic, name, way


def _cell(values: list[float]) -> str:
    if not values:
        return "-"
    if len(values) == 1:
        return f"{values[0]:+.1f}"
    return f"{np.mean(values):+.1f} ± {np.std(values, ddof=1):.1f}"
