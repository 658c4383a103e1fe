"""What training images are like is written into a card from the training images alone."""

import csv
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

import resources
from models.contract.shelf.card import CARD_FILE, ModelCard, read_card, write_card
from tests.training.data_folders import mini_data_folder, write_manifest
from training.__main__ import main
from training.contract.data_set import DataSetError
from training.publishing.reference_statistics import describe_data


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    shutil.copy(resources.path("models", "dermomamba", "2") / CARD_FILE, folder)
    return folder


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mini_data_folder(tmp_path_factory.mktemp("data") / "mini data", train=54, val=2, test=2)


def _without_statistics(card: ModelCard) -> ModelCard:
    return card.model_copy(update={"reference_statistics": None})


def test_the_command_describes_the_training_images_and_changes_nothing_else(
    model: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = read_card(model)
    with pytest.raises(SystemExit) as ending:
        main(["describe-data", str(model), "--data", str(data_dir)])
    assert ending.value.code in (None, 0)
    card = read_card(model)
    assert card.reference_statistics is not None
    assert card.reference_statistics.images == 54
    assert _without_statistics(card) == _without_statistics(before)
    assert "54 training images" in capsys.readouterr().out


def test_held_out_images_are_never_looked_at(model: Path, data_dir: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(data_dir, other)
    held_out = [*(other / "images").glob("val*.png"), *(other / "images").glob("test*.png")]
    assert len(held_out) == 4
    for file in held_out:
        cv2.imwrite(str(file), np.zeros((60, 80, 3), np.uint8))
    first = describe_data(model, data_dir).reference_statistics
    assert describe_data(model, other).reference_statistics == first


def test_images_without_a_mask_are_left_out(model: Path, data_dir: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(data_dir, other)
    with (other / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    rows[0]["mask_file"] = ""
    write_manifest(other, rows)
    described = describe_data(model, other).reference_statistics
    assert described is not None
    assert described.images == 53


def test_images_that_a_model_outlined_are_left_out(model: Path, data_dir: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(data_dir, other)
    with (other / "manifest.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    rows[0]["mask_from"] = "predicted"
    write_manifest(other, rows)
    described = describe_data(model, other).reference_statistics
    assert described is not None
    assert described.images == 53


def test_too_few_images_are_refused_and_the_card_stays(model: Path, tmp_path: Path) -> None:
    write_card(_without_statistics(read_card(model)), model)
    with pytest.raises(DataSetError, match="fewer than 50"):
        describe_data(model, mini_data_folder(tmp_path / "few", train=4, val=1, test=1))
    assert read_card(model).reference_statistics is None


def test_a_score_model_has_no_such_statistics(data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "score model"
    folder.mkdir()
    shutil.copy(resources.path("models", "mambaderm_lite", "1") / CARD_FILE, folder)
    with pytest.raises(DataSetError, match="segmenter"):
        describe_data(folder, data_dir)
