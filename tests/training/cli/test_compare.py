"""The command that compares models: its options, its refusals, what it leaves behind."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.model_folders import write_model
from tests.training.data_folders import mini_data_folder
from training.__main__ import main

Compared = Callable[..., tuple[int, str]]


@pytest.fixture
def compared(capsys: pytest.CaptureFixture[str]) -> Compared:
    """Return a function that compares models and returns the exit code and all that was said."""

    def compare(*arguments: object) -> tuple[int, str]:
        quick = ("--skip-latency", "--skip-memory", "--threads", "1")
        with pytest.raises(SystemExit) as ending:
            main(["compare", *map(str, arguments), *quick])
        said = capsys.readouterr()
        return int(ending.value.code or 0), said.out + said.err

    return compare


def test_models_are_compared_and_tables_and_plot_are_left_in_the_folder(
    compared: Compared, tmp_path: Path
) -> None:
    data = mini_data_folder(tmp_path / "data", train=2, val=6, test=2)
    model = write_model(tmp_path / "models", "mambaderm_tiny", "classification", with_graph=False)
    out = tmp_path / "out"

    code, output = compared(
        "--task", "classification", "mambaderm-tiny/1", "medmamba_tiny", "--shelf", model,
        "--data", data, "--out", out, "--papers",
    )  # fmt: skip

    assert code == 0, output
    written = json.loads((out / "comparison.json").read_text("utf-8"))
    assert [(each["name"], each["rank"]) for each in written["models"]] == [
        ("mambaderm-tiny/1", 1), ("medmamba_tiny", None),
    ]  # fmt: skip
    assert written["data"] == written["data"] | {"split": "val", "images": 6, "masks": "the experts' masks"}
    assert {file.name for file in out.iterdir()} == {"comparison.json", "comparison.md", "comparison.png"}
    assert "DermaMNIST" in output
    assert "MAC is one multiply-add" in output


def test_the_input_size_can_be_chosen(compared: Compared, tmp_path: Path) -> None:
    code, output = compared("--task", "segmentation", "unet_tiny", "--input", "64x96", "--out", tmp_path)

    assert code == 0, output
    (model,) = json.loads((tmp_path / "comparison.json").read_text("utf-8"))["models"]
    assert (model["height_px"], model["width_px"], model["rank"]) == (64, 96, 1)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "sentence"),
    [
        (("nowhere",), 1, "nowhere is no model folder"),
        (("unet_tiny", "--input", "64"), 2, "HEIGHTxWIDTH"),
        (("unet_tiny", "--input", "99999x99999"), 2, "HEIGHTxWIDTH"),
        (("unet_tiny", "--input", f"{'9' * 5000}x64"), 2, "HEIGHTxWIDTH"),
        (("unet_tiny", "--segmenter", "gone/1"), 1, "neither a model folder"),
        (("unet_tiny", "--out", __file__), 1, "is no folder"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(
    compared: Compared, arguments: tuple[str, ...], exit_code: int, sentence: str
) -> None:
    code, output = compared("--task", "segmentation", *arguments)

    assert code == exit_code
    assert sentence in output


def test_ctrl_c_stops_and_writes_nothing(
    compared: Compared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("training.comparison.compare.count", interrupted)
    code, output = compared("--task", "segmentation", "unet_tiny", "--out", tmp_path / "out")

    assert (code, output) == (130, "Stopped; nothing was written.\n")
    assert not (tmp_path / "out").exists()
