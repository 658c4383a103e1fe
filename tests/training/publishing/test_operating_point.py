"""A score's zero point follows the shares of malignant lesions, in every kind of last layer."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from models.nets import build
from models.nets.classification.score_network import ScoreNetwork
from tests.training.data_folders import mini_data_folder
from training.contract.data_set import read_manifest
from training.contract.plan import Stage, TrainingPlan
from training.metrics.calibrate import calibrated, fitted_temperature
from training.publishing.operating_point import JudgedLesions, centred
from training.tasks.classification import logits_of


@pytest.mark.parametrize("labels", [(), (0, 1, 0)])
def test_a_score_is_centred_on_the_images_that_are_no_biopsy_collection(
    tmp_path: Path, labels: tuple[int, ...]
) -> None:
    torch.manual_seed(2)
    network = build("mambaderm_efficient_tiny", diagnosis_labels=labels).eval()
    assert isinstance(network, ScoreNetwork)
    folder = mini_data_folder(tmp_path, train=1, val=12, test=0)
    plan = TrainingPlan(
        task="classification", architecture="mambaderm_efficient_tiny", data_dir=folder, loss="bce",
        stages=(Stage(height_px=64, width_px=64, epochs=1),), model_name="m", crop_margin=0.2,
    )  # fmt: skip
    validation = tuple(sample for sample in read_manifest(folder) if sample.split == "val")
    clinic = [replace(s, source="clinic", malignant=index % 4 == 0) for index, s in enumerate(validation)]
    biopsies = [replace(s, source="biopsies", malignant=True) for s in validation]
    judged = JudgedLesions.of((*clinic, *biopsies), plan)

    centred(network, judged)

    logits, labels_of = logits_of(network, judged.views)[: len(clinic)], judged.labels[: len(clinic)]
    temperature = fitted_temperature(logits, labels_of)
    assert calibrated(logits, temperature).mean() == pytest.approx(3 / 12, abs=0.02)
