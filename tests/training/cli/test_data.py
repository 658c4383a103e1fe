"""The commands of ``data``: tables, JSON, exit codes and sentences."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.training.data_folders import manifest_row, mini_data_folder, write_manifest
from tests.training.data_sets.layouts.pictures import jpeg, write
from training.__main__ import main

Run = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COLUMNS", "200")

    def carry_out(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ending:
            main(["data", *map(str, arguments)])
        said = capsys.readouterr()
        return int(ending.value.code or 0), said.out, said.err

    return carry_out


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return mini_data_folder(tmp_path / "data", train=6, val=4, test=4)


def test_check_prints_findings_and_fails_only_for_problems(run: Run, folder: Path) -> None:
    code, out, _ = run("check", folder)
    assert code == 0
    assert "warning" in out
    assert "images that cannot be read" in out
    (folder / "images" / "val001.png").write_bytes(b"text")
    code, out, _ = run("check", folder)
    assert code == 1
    assert "problem" in out
    assert "val001" in out


def test_check_as_json_can_be_read_by_programs(run: Run, folder: Path) -> None:
    (folder / "masks" / "val001.png").unlink()
    code, out, _ = run("check", folder, "--json", "--quick")
    report = json.loads(out)
    assert code == 1
    assert report["has_problem"] is True
    assert {"kind": "mask_missing", "level": "problem", "words": "masks that are not there", "count": 1,
            "first": ["val001"]} in report["findings"]  # fmt: skip


def test_stats_are_a_table_or_json(run: Run, folder: Path) -> None:
    code, out, _ = run("stats", folder)
    assert (code, "lesion area share (min / median / max)" in out) == (0, True)
    counts = json.loads(run("stats", folder, "--json")[1])
    assert {name: split["images"] for name, split in counts.items()} == {"train": 6, "val": 4, "test": 4}


def test_split_says_where_the_former_manifest_is_and_what_came_out(run: Run, folder: Path) -> None:
    code, out, _ = run("split", folder, "--in-place", "--val", 0.25, "--test", 0.25, "--folds", 2)
    assert code == 0
    assert "manifest.before-split-1.csv" in out.replace("\n", "")
    assert "fold 1" in out
    result = json.loads(run("split", folder, "--out", folder / "other.csv", "--json")[1])
    assert sum(one["images"] for one in result["balance"]) == 14


def test_split_wants_one_place_to_write_to(run: Run, folder: Path) -> None:
    assert run("split", folder)[0] == 2
    assert run("split", folder, "--in-place", "--out", folder / "x.csv")[0] == 2


@pytest.mark.parametrize("command", ["check", "stats", "split"])
def test_what_is_no_data_folder_is_refused_in_one_sentence(run: Run, tmp_path: Path, command: str) -> None:
    more = ("--in-place",) if command == "split" else ()
    code, _, err = run(command, tmp_path, *more)
    assert code == 1
    assert err.strip().endswith("is no data folder: manifest.csv is missing.")


def test_convert_says_what_came_out_and_what_is_missing(run: Run, tmp_path: Path) -> None:
    for number in range(10):
        write(tmp_path / "in" / ("mel" if number % 2 else "nv") / f"{number}.jpg", jpeg(number))
    write(tmp_path / "in" / "nv" / "bad.jpg", b"text")
    code, out, _ = run(
        "convert", "class-folders", tmp_path / "in", "--out", tmp_path / "out", "--malignant", "mel"
    )
    assert code == 0
    assert "10 images" in out
    assert "5 malignant" in out
    assert "1 images were left out; left_out.csv says why." in out


@pytest.mark.parametrize("layout", ["isic2017", "isic", "ham10000", "isic2024"])
def test_convert_refuses_a_folder_that_is_no_such_download(run: Run, tmp_path: Path, layout: str) -> None:
    code, _, err = run("convert", layout, tmp_path, "--out", tmp_path / "out")
    assert code == 1
    assert len(err.strip().splitlines()) == 1
    assert "found" in err


@pytest.mark.skipif(os.name != "posix", reason="named pipes and Ctrl+C as a signal")
def test_ctrl_c_stops_a_check_with_a_sentence(tmp_path: Path, heeded_ctrl_c: None) -> None:
    write_manifest(tmp_path, [manifest_row("a")])
    (tmp_path / "images").mkdir()
    os.mkfifo(tmp_path / "images" / "a.png")
    process = subprocess.Popen(
        [sys.executable, "-m", "training", "data", "check", str(tmp_path)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    # A pipe opens for writing once the check reads from it, and it waits there until it is stopped.
    with (tmp_path / "images" / "a.png").open("wb"):
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, "Stopped; nothing was changed." in err) == (130, True)


def test_names_from_the_manifest_are_no_markup(run: Run, folder: Path) -> None:
    rows = [manifest_row("a", "[/bold]"), manifest_row("b", "train", sex="[/red]")]
    write_manifest(folder, rows)
    code, out, _ = run("stats", folder)
    assert code == 0
    assert "[/bold]" in out
    assert "[/red]" in out
