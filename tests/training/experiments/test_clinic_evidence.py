"""The published table of the simulated clinics is made from the bundled results."""

import json
from pathlib import Path

import pytest

from resources import path as shipped
from training.experiments.clinic_evidence import plot, table

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two seeds of one cell, one of another."""
    each = {"clinic": 1, "recipe": "ours", "order": "random", "steps": 40}
    lines = [
        {**each, "count": 10, "seed": 1, "dice": {"exam": 0.81, "general": 0.80}},
        {**each, "count": 10, "seed": 2, "dice": {"exam": 0.83, "general": 0.80}},
        {**each, "count": 25, "seed": 1, "dice": {"exam": 0.90, "general": 0.75}},
    ]
    (tmp_path / "base.json").write_text(json.dumps({"clinic_1": 0.8, "general": 0.8}), "utf-8")
    file = tmp_path / "results.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)) + "\n", "utf-8")
    return file


def test_a_cell_is_the_mean_gain_in_points_with_its_deviation_over_the_seeds(results: Path) -> None:
    rows = table(results, results.with_name("base.json")).splitlines()

    assert rows[2] == "| 1 | own exam set (0.800) | Naevus, random order | +2.0 ± 1.4 | +10.0 |"
    assert rows[3] == "| 1 | general test set (0.800) | Naevus, random order | +0.0 ± 0.0 | -5.0 |"


def test_the_published_table_is_that_of_the_bundled_results() -> None:
    evidence = shipped("evidence")
    rows = table(evidence / "results.jsonl", evidence / "base_figures.json").splitlines()
    published = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")

    assert [row for row in rows if row not in published] == []


def test_the_plot_is_a_picture(results: Path, tmp_path: Path) -> None:
    plot(results, results.with_name("base.json"), tmp_path / "plot.png")

    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
