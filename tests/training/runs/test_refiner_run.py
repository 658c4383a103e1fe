"""A refiner from the command line to its place on the shelf, and to the count of its clicks."""

from pathlib import Path

import pytest

from models.contract.shelf.card import read_card
from models.contract.shelf.model_shelf import ModelShelf
from models.export import LARGEST_DIFFERENCE
from tests.training.command_line import call
from tests.training.data_folders import mini_data_folder
from training.contract.data_set import DataSetError
from training.evaluation.exam import sit_exam

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mini_data_folder(tmp_path_factory.mktemp("data") / "mini data", train=8, val=4, test=4)


@pytest.fixture(scope="module")
def folder(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model folder that a run from the command line published."""
    out = tmp_path_factory.mktemp("runs") / "run"
    options = ("--quick-test", "--epochs", "1", "--threads", "1")
    assert call("refinement", "--data", data, "--out", out, *options) == 0
    return out / "published" / "click_refiner_tiny" / "1"


def test_its_card_says_what_it_is_for_and_how_many_clicks_it_took(folder: Path) -> None:
    card = read_card(folder)
    assert (card.task, card.labels) == ("refinement", ("skin", "lesion"))
    assert card.overlays == ()
    assert card.parity_max_abs_difference is not None
    assert card.parity_max_abs_difference <= LARGEST_DIFFERENCE
    assert card.metrics["val_noc85_from_nothing"].n == 4
    assert any("simulated clicks" in limit for limit in card.limits)


def test_it_stands_on_the_shelf_and_can_be_made_the_active_one(folder: Path, tmp_path: Path) -> None:
    shelf = ModelShelf((folder.parents[1],), tmp_path / "active.json")
    assert shelf.active("refinement") is None
    shelf.promote("click_refiner_tiny", "1", author="a test")
    active = shelf.active("refinement")
    assert active is not None
    assert active.card.reference == "click_refiner_tiny/1"
    assert shelf.active("segmentation") is None


def test_clicks_are_counted_on_held_out_images_into_its_card(folder: Path, data: Path) -> None:
    assert call("evaluate", folder, "--data", data) == 0
    metrics = read_card(folder).metrics
    assert metrics["test_noc90_from_nothing"].n == 4
    assert "test_noc90_from_prediction" not in metrics
    assert call("evaluate", folder, "--data", data, "--tta") != 0


def test_it_sits_no_exam(folder: Path, data: Path) -> None:
    with pytest.raises(DataSetError, match="sits no exam"):
        sit_exam(folder, folder, data)
