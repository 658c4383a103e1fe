"""Two models on the same images: what one gains over the other, and that nothing but val is looked at."""

import shutil
from pathlib import Path

import pytest

from models.contract.shelf.card import ModelTask
from tests.model_folders import write_model
from tests.training.data_folders import mini_data_folder
from training.contract.data_set import read_manifest
from training.experiments.paired_difference import differences, main
from training.tasks.loaded_model import PublishedModel


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = mini_data_folder(tmp_path / "data", train=0, val=4, test=2)
    for image in (folder / "images").glob("test*"):
        image.unlink()
    return folder


@pytest.mark.parametrize(
    ("task", "architecture", "figures"),
    [
        ("segmentation", "dermomamba_tiny", ["dice", "iou"]),
        ("classification", "mambaderm_tiny", ["auc_all", "auc_measured", "auc_image"]),
    ],
)
def test_figures_of_both_models_and_their_difference(
    tmp_path: Path, data: Path, task: ModelTask, architecture: str, figures: list[str]
) -> None:
    first, second = (
        PublishedModel.read(
            write_model(tmp_path / str(seed), architecture, task, seed=seed, with_graph=False)
        )
        for seed in (1, 2)
    )
    samples = tuple(sample for sample in read_manifest(data) if sample.split == "val")

    found = list(differences((first, second), samples, None))
    back = list(differences((second, first), samples, None))

    assert [each.figure for each in found] == figures
    for there, again in zip(found, back, strict=True):
        assert (there.first, there.second) == (again.second, again.first)
        assert there.interval.value == pytest.approx(there.second - there.first)
        assert there.interval.low <= there.interval.value <= there.interval.high
        assert (there.interval.low, there.interval.high) == pytest.approx(
            (-again.interval.high, -again.interval.low)
        )
    assert all(each.interval.value == 0 for each in differences((first, first), samples, None))


def test_the_command_opens_val_alone(tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = write_model(tmp_path / "models", "dermomamba_tiny", "segmentation", with_graph=False)
    other = shutil.copytree(model, tmp_path / "other")
    assert main([str(model), str(other), "--data", str(data)]) == 0
    assert capsys.readouterr().out.startswith("dice, all (n = 4): ")
