"""Models that tell HAM10000's diagnoses apart, from its download to the engines that serve them."""

from pathlib import Path

import numpy as np
import pytest
import torch

from app.inference.engine import ClassifierInput
from app.inference.onnx_engine import OnnxEngine
from app.usecases.cancellation import NeverCancelled
from models.contract.lesion.diagnoses import divided_score
from models.contract.messages import Message
from models.contract.shelf.card import Diagnosis, ModelCard, read_card
from models.contract.shelf.model_validation import inspect
from models.export import LARGEST_DIFFERENCE
from models.serve import ModelServer
from tests.model_folders import random_batch, write_model
from tests.training.command_line import call
from tests.training.data_sets.layouts.ham_download import a_download
from training.contract.recipes import fine_tuning_plan
from training.contract.run_folder import RunFolder, create_run_folder
from training.data_sets.layouts.data_folder import FolderOptions
from training.data_sets.layouts.ham10000 import convert
from training.tasks.diagnosis_metrics import DIAGNOSIS_FIGURES

pytestmark = pytest.mark.slow

NAMES = (
    "actinic keratosis", "basal cell carcinoma", "benign keratosis", "dermatofibroma", "melanoma", "nevus",
    "vascular lesion",
)  # fmt: skip
MALIGNANT = ("actinic keratosis", "basal cell carcinoma", "melanoma")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ham")
    options = FolderOptions(val_share=0.3, test_share=0.15)
    convert([a_download(root / "download", lesions=42)], root / "data", options)
    return root / "data"


@pytest.fixture(scope="module", params=["mambavision_tiny", "mambaderm_tiny"])
def run_folder(
    request: pytest.FixtureRequest, data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A run from the command line, mixed batches and all."""
    out = tmp_path_factory.mktemp("runs") / "run"
    options = (
        "--size",
        64,
        "--batch-size",
        8,
        "--epochs",
        1,
        "--threads",
        1,
        "--mixup",
        0.5,
        "--cutmix",
        0.5,
    )
    choices = ("--data", data_dir, "--out", out, "--model", request.param, "--diagnoses")
    assert call("classification", *choices, *options) == 0
    return out


@pytest.fixture
def folder(run_folder: Path) -> Path:
    plan = RunFolder(run_folder).plan()
    return run_folder / "published" / plan.model_name / plan.model_version


def batch(rows: int = 8) -> ClassifierInput:
    torch.manual_seed(1)
    tensors = random_batch(rows, 64, 64, with_table=True)
    return ClassifierInput(**{name: tensor.numpy() for name, tensor in tensors.items()})


def is_malignant(card: ModelCard) -> list[bool]:
    return [each.is_malignant for each in card.diagnoses]


def test_the_card_names_the_diagnoses_with_their_figures_and_quantiles(folder: Path) -> None:
    card = inspect(folder)

    assert card.diagnoses == tuple(Diagnosis(name=name, is_malignant=name in MALIGNANT) for name in NAMES)
    assert card.labels == ("benign", "malignant")
    assert any("knows no other" in limit for limit in card.limits)
    assert card.parity_max_abs_difference is not None
    assert card.parity_max_abs_difference <= LARGEST_DIFFERENCE
    assert card.diagnosis_conformal is not None
    assert set(card.diagnosis_conformal.quantile_by_label) == set(NAMES)
    images = sum(card.diagnosis_conformal.n_by_label.values())
    for figure in (f"val_{name}" for name in DIAGNOSIS_FIGURES):
        found = card.metrics[figure]
        assert found.n == images
        assert {name.removeprefix("diagnosis: ") for name in found.subgroups} == {
            name for name, count in card.diagnosis_conformal.n_by_label.items() if count
        }
        counts = {name.removeprefix("diagnosis: "): part.n for name, part in found.subgroups.items()}
        assert counts.items() <= card.diagnosis_conformal.n_by_label.items()
    assert "val_auc_all" in card.metrics


def test_both_engines_give_the_score_and_its_division(folder: Path) -> None:
    given, card = batch(), read_card(folder)
    request = Message({"verb": "classify", "folder": str(folder)}, given.by_name())

    answer = ModelServer(torch.device("cpu")).answer(request)
    ours = OnnxEngine().classify(folder, given, NeverCancelled())

    assert "error" not in answer.values
    assert ours.diagnosis_logits is not None
    assert ours.diagnosis_logits.shape == (8, len(NAMES))
    theirs = answer.arrays["diagnosis_logits"]
    np.testing.assert_allclose(ours.logits, answer.arrays["logits"], atol=LARGEST_DIFFERENCE)
    np.testing.assert_allclose(ours.diagnosis_logits, theirs, atol=LARGEST_DIFFERENCE)
    assert all(each.ndim == 3 for each in ours.maps.values())
    score = 1 / (1 + np.exp(-ours.logits.astype(np.float64)))
    shares = divided_score(theirs, score, is_malignant(card))
    softmax = np.exp(theirs.astype(np.float64)) / np.exp(theirs.astype(np.float64)).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, softmax, atol=1e-4)


def test_held_out_images_are_measured_by_diagnosis(
    folder: Path, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    segmenter = write_model(tmp_path, "dermomamba_tiny", "segmentation", with_graph=False)
    for split in ("val", "test"):
        assert call("evaluate", folder, "--data", data_dir, "--split", split, "--segmenter", segmenter) == 0
    said = capsys.readouterr().out
    card = read_card(folder)
    for split in ("val", "test"):
        for figure in DIAGNOSIS_FIGURES:
            assert card.metrics[f"{split}_{figure}"].subgroups
            assert f"{split}_{figure}: " in said
    assert said.count("  diagnosis: melanoma: ") >= 6


def test_a_fine_tuned_model_names_the_diagnoses_of_its_base(
    folder: Path, data_dir: Path, tmp_path: Path
) -> None:
    plan = fine_tuning_plan(
        task="classification", snapshot_dir=data_dir, base=folder, model_name="ours", model_version="2",
        threads=1,
    )  # fmt: skip
    assert (plan.diagnoses, plan.loss) == ((), "bce_auc")
    short = plan.model_copy(update={"stages": (plan.stages[0].model_copy(update={"epochs": 1}),)})
    create_run_folder(tmp_path / "run", short)

    assert call(tmp_path / "run") == 0

    base, tuned = read_card(folder), inspect(tmp_path / "run" / "published" / "ours" / "2")
    assert tuned.diagnoses == base.diagnoses
    assert tuned.diagnosis_conformal == base.diagnosis_conformal
    assert not any("diagnosis" in name for name in tuned.metrics)


def test_data_that_give_a_diagnosis_two_meanings_start_no_run(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = (data_dir / "manifest.csv").read_text(encoding="utf-8").splitlines()
    columns = rows[0].split(",")
    place, split, name = (columns.index(each) for each in ("malignant", "split", "diagnosis"))
    one = next(n for n, row in enumerate(rows) if row.split(",")[split] == "train" and "nevus" in row)
    cells = rows[one].split(",")
    assert (cells[name], cells[place]) == ("nevus", "0")
    cells[place] = "1"
    rows[one] = ",".join(cells)
    broken = tmp_path / "data"
    broken.mkdir()
    (broken / "manifest.csv").write_text("\n".join(rows), encoding="utf-8")
    assert call("classification", "--data", broken, "--out", tmp_path / "run", "--diagnoses") == 1
    assert "'nevus' is malignant in some images" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
