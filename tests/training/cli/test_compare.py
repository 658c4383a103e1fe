"""The door to a comparison: its options, its refusals, what it leaves behind."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.model_folders import write_model
from tests.training.data_folders import mini_data_folder
from training.__main__ import app


def compared(*arguments: object) -> Result:
    quick = ("--skip-latency", "--skip-memory", "--threads", "1")
    return CliRunner().invoke(app, ["compare", *map(str, arguments), *quick])


def test_models_are_compared_and_tables_and_plot_are_left_in_the_folder(tmp_path: Path) -> None:
    data = mini_data_folder(tmp_path / "data", train=2, val=6, test=2)
    model = write_model(tmp_path / "models", "mambaderm_tiny", "classification", with_graph=False)
    out = tmp_path / "out"

    result = compared(
        "--task", "classification", "mambaderm-tiny/1", "medmamba_tiny", "--shelf", model,
        "--data", data, "--out", out, "--papers",
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    written = json.loads((out / "comparison.json").read_text("utf-8"))
    assert [(each["name"], each["rank"]) for each in written["models"]] == [
        ("mambaderm-tiny/1", 1), ("medmamba_tiny", None),
    ]  # fmt: skip
    assert written["data"] == written["data"] | {"split": "val", "images": 6, "masks": "the experts' masks"}
    assert {file.name for file in out.iterdir()} == {"comparison.json", "comparison.md", "comparison.png"}
    assert "DermaMNIST" in result.output
    assert "MAC is one multiply-add" in " ".join(result.output.split())


def test_the_input_size_can_be_chosen(tmp_path: Path) -> None:
    result = compared("--task", "segmentation", "unet_tiny", "--input", "64x96", "--out", tmp_path)

    assert result.exit_code == 0, result.output
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
    arguments: tuple[str, ...], exit_code: int, sentence: str
) -> None:
    result = compared("--task", "segmentation", *arguments)

    assert result.exit_code == exit_code
    assert sentence in result.output


def test_ctrl_c_stops_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("training.comparison.compare.count", interrupted)
    result = compared("--task", "segmentation", "unet_tiny", "--out", tmp_path / "out")

    assert result.exit_code == 130
    assert not (tmp_path / "out").exists()
