"""The figures of a published model on held-out images, written into its card.

Meant to be run once on ``test``, after everything was chosen on ``val``. Nothing is fitted here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask
from models.contract.metrics import (
    average_precision,
    brier,
    calibration_bins,
    ece,
    pauc_above_tpr80,
    roc_auc,
    segmentation_scores,
    sensitivity_at_specificity,
)
from models.contract.shelf.card import Metric, ModelCard, write_card
from training.contract.data_set import DataSetError, Sample, read_manifest
from training.evaluation.click_counts import Refiner, click_figures
from training.inputs.lesion_table import METADATA_CATEGORICAL, METADATA_NUMERIC, withheld
from training.inputs.samplers import generator
from training.metrics.band_figures import triage_figures
from training.metrics.calibrate import calibrated
from training.metrics.card_figures import Cases, Statistic, mean, measured
from training.metrics.triage_thresholds import ScoredImages, thresholds_of
from training.tasks.classification import Views, every_view_logit_by_inputs, score_logits
from training.tasks.diagnosis_metrics import DiagnosisAnswers, diagnosis_figures
from training.tasks.loaded_model import PublishedModel, given_masks, margin_of, predicted_masks, views_of
from training.tasks.segmentation import outlined_by_experts

_MASK_FIGURES = (
    "dice",
    "iou",
    "threshold_jaccard",
    "sensitivity",
    "specificity",
    "boundary_f1",
    "boundary_iou",
    "hd95_px",
)

_BY_EXPERT_MASKS = "auc_expert_masks"


@dataclass(frozen=True)
class Evaluation:
    """New figures of a card, and the images they were taken on."""

    card: ModelCard
    split: str


def evaluate_segmenter(folder: Path, data_dir: Path, split: str) -> Evaluation:
    """Overlap and boundary figures on the images of a split that have an expert mask."""
    model = PublishedModel.verified(folder)
    samples = outlined_by_experts(of_split(data_dir, split))
    experts = [mask for mask in given_masks(samples) if mask is not None]
    predictions = predicted_masks(model, samples)
    cases = Cases(samples)
    by = cases.subgroups(with_diagnosis=True) | cases.sources()
    columns = mask_columns(_MASK_FIGURES, predictions, experts)
    figures = {
        f"{split}_{name}": measured(mean, [column], cases, by=by if name in ("dice", "iou") else None)
        for name, column in columns.items()
    }
    return Evaluation(with_figures(model.card, figures), split)


def evaluate_refiner(folder: Path, data_dir: Path, split: str, segmenter_folder: Path | None) -> Evaluation:
    """Clicks until the expert's boundary is met, on the images of a split that have one."""
    model = PublishedModel.verified(folder)
    segmenter = None if segmenter_folder is None else PublishedModel.read(segmenter_folder)
    figures = click_figures(Refiner.of(model), outlined_by_experts(of_split(data_dir, split)), segmenter)
    named = {f"{split}_{name}": figure for name, figure in figures.items()}
    return Evaluation(with_figures(model.card, named), split)


def evaluate_classifier(folder: Path, data_dir: Path, split: str, segmenter_folder: Path) -> Evaluation:
    """Ranking and calibration with predicted masks, as the application meets new images."""
    model = PublishedModel.verified(folder)
    samples = tuple(s for s in of_split(data_dir, split) if s.malignant is not None)
    cases = Cases(samples)
    segmenter = PublishedModel.read(segmenter_folder)
    views = views_by_masks(model.card, samples, predicted_masks(segmenter, samples))
    by_inputs = every_view_logit_by_inputs(model.network, {"all": views, **_ablations(views)})
    view_logits = by_inputs.pop("all")
    every_logit = view_logits.mean(axis=-1)
    figures = _score_figures(cases, every_logit[:, 0], model.card, split)
    for name, ablated in by_inputs.items():
        scores = ablated[:, 0].mean(axis=-1)
        figures[f"{split}_auc_{name}"] = measured(roc_auc, [cases.labels, scores], cases)
    figures |= _figures_by_expert_masks(model, samples, split)
    figures |= _figures_of_diagnoses(samples, every_logit, model.card, split)
    # A figure of an earlier evaluation may be one that these images do not give.
    known = {name: each for name, each in model.card.metrics.items() if name != f"{split}_{_BY_EXPERT_MASKS}"}
    card = with_figures(model.card.model_copy(update={"metrics": known}), figures)
    card = _with_bands(card, samples, view_logits[:, 0], split, segmenter.card.reference)
    return Evaluation(_with_calibration(card, cases.labels, every_logit[:, 0], split), split)


def _figures_by_expert_masks(
    model: PublishedModel, samples: tuple[Sample, ...], split: str
) -> dict[str, Metric]:
    """How images that an expert outlined are ranked, cut out by that mask; nothing of one outcome only."""
    outlined = outlined_by_experts(samples)
    if len({sample.malignant for sample in outlined}) < 2:
        return {}
    scores = score_logits(model.network, views_by_masks(model.card, outlined, given_masks(outlined)))
    cases = Cases(outlined)
    return {f"{split}_{_BY_EXPERT_MASKS}": measured(roc_auc, [cases.labels, scores], cases)}


def write(evaluation: Evaluation, folder: Path) -> None:
    """Put the new figures into the model's card."""
    write_card(evaluation.card, folder)


def of_split(data_dir: Path, split: str) -> tuple[Sample, ...]:
    """The images of a split; raises DataSetError if there are none."""
    samples = tuple(s for s in read_manifest(data_dir) if s.split == split)
    if not samples:
        raise DataSetError(f"The manifest has no image in the split {split!r}.")
    return samples


def views_by_masks(card: ModelCard, samples: tuple[Sample, ...], masks: tuple[BoolMask | None, ...]) -> Views:
    """What the classifier of this card sees of the lesions; raises DataSetError if it is none."""
    return views_of(samples, masks, size_px=card.input.width_px, margin=margin_of(card))


def mask_columns(
    names: Sequence[str], predictions: Sequence[BoolMask], experts: Sequence[BoolMask]
) -> dict[str, NDArray[np.float64]]:
    """Per figure of `SegmentationScores` its value of each image, NaN where a rate is not defined."""
    scores = [
        segmentation_scores(prediction, expert)
        for prediction, expert in zip(predictions, experts, strict=True)
    ]
    return {name: np.array([_number(getattr(score, name)) for score in scores]) for name in names}


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _score_figures(
    cases: Cases, logits: NDArray[np.float32], card: ModelCard, split: str
) -> dict[str, Metric]:
    labels = cases.labels
    probabilities = calibrated(logits, card.temperature)
    is_called = probabilities >= card.threshold
    statistics: dict[str, tuple[Statistic, list[NDArray[Any]]]] = {
        "auc": (roc_auc, [labels, logits]),
        "average_precision": (average_precision, [labels, logits]),
        "pauc_above_tpr80": (pauc_above_tpr80, [labels, logits]),
        "sensitivity_at_95_specificity": (
            partial(sensitivity_at_specificity, specificity=0.95),
            [labels, logits],
        ),
        "sensitivity_at_threshold": (_share_of_positives, [labels, is_called]),
        "specificity_at_threshold": (_share_of_negatives, [labels, is_called]),
        "ece": (ece, [labels, probabilities]),
        "brier": (brier, [labels, probabilities]),
    }
    figures = {
        f"{split}_{name}": measured(statistic, columns, cases)
        for name, (statistic, columns) in statistics.items()
    }
    by = cases.ranked(cases.subgroups(with_diagnosis=False) | cases.sources())
    figures[f"{split}_auc"] = measured(roc_auc, [labels, logits], cases, by=by)
    figures[f"{split}_ece"] = measured(ece, [labels, probabilities], cases, by=cases.sources())
    per_diagnosis = cases.subgroups(with_diagnosis=True)
    diagnoses = {name: chosen for name, chosen in per_diagnosis.items() if "diagnosis" in name}
    called = is_called.astype(np.float64)
    figures[f"{split}_share_at_or_above_threshold"] = measured(mean, [called], cases, by=diagnoses)
    return figures


def _figures_of_diagnoses(
    samples: tuple[Sample, ...], logits: NDArray[np.float32], card: ModelCard, split: str
) -> dict[str, Metric]:
    """Those of a model that tells diagnoses apart; on val, which its quantiles were fitted on, by halves."""
    if not card.diagnoses:
        return {}
    answers = DiagnosisAnswers.of(samples, card.diagnoses, logits, card.temperature)
    conformal = None if split == "val" else card.diagnosis_conformal
    return {f"{split}_{name}": metric for name, metric in diagnosis_figures(answers, conformal).items()}


def _ablations(views: Views) -> dict[str, Views]:
    """The same lesions with inputs taken away or exchanged among them."""
    measured_only = withheld(views.numeric, views.categorical, metadata_only=True)
    nothing = withheld(views.numeric, views.categorical, metadata_only=False)
    order = generator(1).permutation(len(views.images))
    shuffled_numeric = np.where(METADATA_NUMERIC, views.numeric[order], views.numeric)
    shuffled_categorical = np.where(METADATA_CATEGORICAL, views.categorical[order], views.categorical)
    only_metadata = np.where(METADATA_NUMERIC, views.numeric, np.float32(np.nan))
    return {
        "image_only": Views(views.images, *nothing),
        "image_and_measurements": Views(views.images, *measured_only),
        "metadata_only": Views(np.zeros_like(views.images), only_metadata, views.categorical),
        "metadata_shuffled": Views(views.images, shuffled_numeric, shuffled_categorical),
    }


def with_figures(card: ModelCard, figures: dict[str, Metric]) -> ModelCard:
    """The card with more figures, or newer ones."""
    return card.model_copy(update={"metrics": {**card.metrics, **figures}})


def _with_bands(
    card: ModelCard,
    samples: tuple[Sample, ...],
    view_logits: NDArray[np.float32],
    split: str,
    outlined_by: str,
) -> ModelCard:
    thresholds = thresholds_of(card)
    if thresholds is None:
        return card
    scored = ScoredImages.of(samples, view_logits, card.temperature)
    found = triage_figures(scored, thresholds, outlined_by=outlined_by)
    return card.model_copy(update={"triage_figures": {**card.triage_figures, split: found}})


def _with_calibration(
    card: ModelCard, labels: NDArray[np.bool_], logits: NDArray[np.float32], split: str
) -> ModelCard:
    if card.calibration is None or split != "test":
        return card
    probabilities = calibrated(logits, card.temperature)
    calibration = card.calibration.model_copy(
        update={
            "ece": ece(labels, probabilities),
            "brier": brier(labels, probabilities),
            "bins": calibration_bins(labels, probabilities),
        }
    )
    return card.model_copy(update={"calibration": calibration})


def _share_of_positives(labels: NDArray[np.bool_], called: NDArray[np.bool_]) -> float | None:
    return float(called[labels].mean()) if labels.any() else None


def _share_of_negatives(labels: NDArray[np.bool_], called: NDArray[np.bool_]) -> float | None:
    return float((~called[~labels]).mean()) if not labels.all() else None
