"""The command that explains models, from the command line to pictures and figures."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.contract.shelf.card import read_card, write_card
from tests.model_folders import write_model
from tests.training.data_folders import mini_data_folder
from training.__main__ import main
from training.contract.data_set import read_manifest
from training.explanation.explain import chosen
from training.explanation.explained_answers import samples_to_explain


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    return write_model(folder, "mambaderm_tiny", "classification", with_graph=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mini_data_folder(tmp_path_factory.mktemp("data") / "mini data", train=2, val=4, test=2)


@pytest.fixture(scope="module")
def boundary_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with random weights, which calls lesion whatever it gives the least chance."""
    folder = write_model(
        tmp_path_factory.mktemp("models"), "dermomamba_tiny", "segmentation", with_graph=False
    )
    write_card(read_card(folder).model_copy(update={"threshold": 0.01}), folder)
    return folder


def explained(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ending:
        main(["explain", *(str(argument) for argument in arguments), "--threads", "1"])
    return int(ending.value.code or 0)


def test_pictures_and_raw_maps_of_a_split_are_written(
    model: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explained(model, "--data", data, "--images", 2, "--out", tmp_path / "out") == 0

    assert "logit lost when the feature is marked missing" in capsys.readouterr().out
    files = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert files == ["val000.npz", "val000.png", "val002.npz", "val002.png"]
    picture = cv2.imread(str(tmp_path / "out" / "val000.png"))
    assert picture is not None
    assert picture.shape[1] > 7 * picture.shape[0] / 2
    with np.load(tmp_path / "out" / "val000.npz", allow_pickle=False) as maps:
        assert set(maps) == {
            "gradient_x_input",
            "hidden_attention",
            "gate",
            "grad_cam",
            "rollout",
            "cross_modal",
            "attribution_rollout",
            "occlusion",
        }
        assert maps["occlusion"].shape == (8, 8)
        assert all(maps[name].shape == (4, 4) for name in maps if name != "occlusion")


def test_a_check_prints_and_keeps_its_figures(
    model: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--check", "--data", data, "--images", 3, "--steps", 2, "--patch", 16, "--out", tmp_path)

    assert explained(model, *options) == 0

    said = capsys.readouterr().out
    assert "completeness of gradient_x_input" in said
    assert "random order" in said
    assert "patches of 16 px blurred" in said
    kept = json.loads((tmp_path / "faithfulness.json").read_text(encoding="utf-8"))
    assert len(kept["images"]) == 3
    assert kept["default"] in kept["overlays"]
    assert all(check["passed"] for check in kept["checks"])
    one = kept["overlays"]["gradient_x_input"]
    assert one["deletion"]["low"] <= one["deletion"]["value"] <= one["deletion"]["high"]
    assert one["gain"]["value"] == pytest.approx(
        np.mean(one["insertion_by_image"]) - np.mean(one["deletion_by_image"]), abs=1e-5
    )
    effects = kept["feature_effects"]["features"]
    assert len(effects) == 41
    assert effects[0]["mean_magnitude"] == max(each["mean_magnitude"] for each in effects) > 0
    assert f"{effects[0]['known']} of 3" in said
    assert f"{effects[0]['mean']:+.3f}" in said
    assert (tmp_path / "faithfulness.png").read_bytes().startswith(b"\x89PNG")


def test_the_gates_of_a_boundary_model_are_measured_and_it_has_no_features(
    boundary_model: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--check", "--data", data, "--images", 2, "--steps", 2, "--out", tmp_path)

    assert explained(boundary_model, *options) == 0

    assert "cbam_gates" in capsys.readouterr().out
    kept = json.loads((tmp_path / "faithfulness.json").read_text(encoding="utf-8"))
    assert kept["overlays"]["cbam_gates"]["likeness_under_other_heads"] == pytest.approx(1.0)
    assert kept["feature_effects"] is None


def test_the_final_test_chooses_nothing(model: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explained(model, "--data", data, "--split", "test") == 1
    assert "not taken on test" in capsys.readouterr().err


def test_an_unknown_model_is_refused_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert explained("nobody/1") == 1
    assert "neither a model folder nor a model on the shelf" in capsys.readouterr().err


def test_without_data_the_bundled_images_are_explained() -> None:
    found = chosen(None, "val", 12)

    assert len(found.samples) == len({sample.image_id for sample in found.samples}) == 12
    assert all(sample.image_file.is_file() for sample in found.samples)
    assert all(sample.split != "test" for sample in found.samples)
    assert sum(sample.mask_file is not None for sample in found.samples) == 4


def test_images_are_taken_in_equal_steps_and_one_of_each_lesion(data: Path) -> None:
    samples = read_manifest(data)
    doubled = (*samples, *samples)

    assert samples_to_explain(doubled, 99) == samples
    assert samples_to_explain(doubled, 2) == (samples[0], samples[4])
