"""Runs the rows of the benchmark in this checkout and in another commit's, in turns; prints ratios."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_BENCHMARK = Path(__file__).with_name("benchmark.py")

_TIMES = ("s", "ms")

Measured = dict[str, list[tuple[float, float | None]]]
"""By row: time, or the reverse of a rate, and processor time of each round."""


def compare_with(reference: str, groups: list[str], rounds: int) -> int:
    """Print, row by row, what another commit needs in units of what this checkout needs; 0 if it ran."""
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "checkout"
        git = ["git", "-C", str(ROOT), "worktree"]
        if subprocess.call([*git, "add", "--detach", "--quiet", str(other), reference]):
            return 1
        try:
            here, there = _in_turns(other, groups, rounds)
        finally:
            subprocess.call([*git, "remove", "--force", str(other)])
    print(f"{'row':<88} {'here':>10} {reference:>10} {'ratio':>7} {'processor':>10}")
    for what, samples in here.items():
        if what in there:
            print(_line(what, samples, there[what]))
    return 0


def _in_turns(other: Path, groups: list[str], rounds: int) -> tuple[Measured, Measured]:
    here: Measured = {}
    there: Measured = {}
    for _ in range(rounds):
        for checkout, found in ((ROOT, here), (other, there)):
            for row in _rows(checkout, groups):
                # Of a rate its reverse, so that less is better in every row.
                value = row["value"] if row["unit"] in _TIMES else 1 / row["value"]
                found.setdefault(row["what"], []).append((value, row["cpu_ms"]))
    return here, there


def _rows(checkout: Path, groups: list[str]) -> list[dict[str, Any]]:
    """Measure another checkout's code with this checkout's benchmark, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.json"
        command = [sys.executable, str(_BENCHMARK), "--only", *groups, "--json", str(file)]
        environment = os.environ | {"PYTHONPATH": str(checkout)}
        subprocess.call(command, env=environment, cwd=checkout, stdout=subprocess.DEVNULL)
        if not file.is_file():
            sys.exit(f"The benchmark could not be run on {checkout}.")
        rows: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["rows"]
        return rows


def _line(what: str, here: list[tuple[float, float | None]], there: list[tuple[float, float | None]]) -> str:
    """Ratios above 1 say that this checkout is quicker."""
    value, other = min(value for value, _ in here), min(value for value, _ in there)
    cpus, other_cpus = [cpu for _, cpu in here if cpu], [cpu for _, cpu in there if cpu]
    cpu = f"{min(other_cpus) / min(cpus):.2f}" if cpus and other_cpus else ""
    return f"{what:<88} {value:>10.3g} {other:>10.3g} {other / value:>7.2f} {cpu:>10}"
