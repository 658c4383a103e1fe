"""What is chosen on the validation images when a model is published, and how well it did there."""

from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.contract.imaging.postprocess import lesion_mask, probability_map
from models.contract.imaging.preprocess import mask_for_segmenter
from models.contract.metrics import (
    bootstrap_interval,
    brier,
    calibration_bins,
    dice,
    ece,
    iou,
    roc_auc,
)
from models.contract.shelf.card import Calibration, Conformal, Metric, ModelCard
from models.contract.shelf.triage_figures import TriageAims, TriageFigures
from models.nets.classification.diagnoses import DiagnosisLinear
from models.nets.classification.evidence import EvidentialLinear
from models.nets.classification.score_network import ScoreNetwork
from training.contract.data_set import Sample
from training.contract.diagnoses import planned_diagnoses
from training.contract.plan import Stage, TrainingPlan
from training.evaluation.click_counts import Refiner, click_figures
from training.metrics.band_figures import triage_figures
from training.metrics.calibrate import (
    fitted_shift,
    fitted_temperature,
)
from training.metrics.card_figures import Cases, measured
from training.metrics.conformal import conformal_of
from training.metrics.triage_thresholds import ScoredImages, aims_on, chosen_thresholds, from_clinics
from training.tasks.classification import (
    Views,
    every_view_logit_by_inputs,
    logits_of,
    shown_and_withheld,
)
from training.tasks.diagnosis_metrics import DiagnosisAnswers, diagnosis_conformal, diagnosis_figures
from training.tasks.loaded_model import PublishedModel, given_masks, predicted_masks, views_of
from training.tasks.segmentation import (
    NativeMask,
    decoded_frames,
    native_masks,
    outlined_by_experts,
)
from training.tasks.segmentation import logits_of as segmenter_logits

_THRESHOLDS = tuple(round(0.3 + 0.05 * step, 2) for step in range(9))
_SEED = 1
_CLICKED_IMAGES = 100
"""About so many validation images are judged with clicks."""


@dataclass(frozen=True)
class Choices:
    """Threshold, temperature and bands of a card, with the validation figures behind them."""

    threshold: float
    temperature: float
    metrics: dict[str, Metric]
    triage_thresholds: dict[str, float] = field(default_factory=dict)
    triage_aims: TriageAims | None = None
    triage_figures: dict[str, TriageFigures] = field(default_factory=dict)
    calibration: Calibration | None = None
    conformal: Conformal | None = None
    diagnosis_conformal: Conformal | None = None
    views: Views | None = None


def segmenter_choices(network: nn.Module, validation: tuple[Sample, ...], stage: Stage) -> Choices:
    """Temperature by pixel log loss, then the threshold with the best mean IoU."""
    samples = outlined_by_experts(validation)
    natives = native_masks(samples, stage)
    logits = segmenter_logits(network, decoded_frames(samples, stage))
    temperature = fitted_temperature(logits, _small_masks(natives, stage))
    overlaps = _overlaps(logits, natives, temperature)
    best = int(overlaps[:, :, 1].mean(axis=1).argmax())
    groups = np.array([s.duplicate_group for s in samples])
    return Choices(
        threshold=_THRESHOLDS[best],
        temperature=temperature,
        metrics={
            "val_dice": mean_metric(overlaps[best, :, 0], groups),
            "val_iou": mean_metric(overlaps[best, :, 1], groups),
        },
        calibration=Calibration(method="temperature scaling of pixel logits", fitted_on="validation images"),
    )


def refiner_choices(network: nn.Module, validation: tuple[Sample, ...], stage: Stage) -> Choices:
    """The boundary where the logits are 0, with the clicks it took on some of the validation images."""
    refiner = Refiner(network, stage.height_px, stage.width_px, threshold=0.5, temperature=1.0)
    samples = outlined_by_experts(validation)
    figures = click_figures(refiner, samples[:: max(1, len(samples) // _CLICKED_IMAGES)])
    metrics = {f"val_{name}": figure for name, figure in figures.items()}
    return Choices(threshold=refiner.threshold, temperature=refiner.temperature, metrics=metrics)


@dataclass(frozen=True)
class JudgedLesions:
    """Validation images of known outcome, as a classifier sees them."""

    samples: tuple[Sample, ...]
    views: Views
    outlined_by: str
    """The model that drew the boundaries; "" for the masks of the data folder."""

    @staticmethod
    def of(
        validation: tuple[Sample, ...], plan: TrainingPlan, segmenter: PublishedModel | None = None
    ) -> "JudgedLesions":
        """With ``segmenter``, lesions are outlined as the application will, else as the data folder says."""
        samples = tuple(s for s in validation if s.malignant is not None)
        masks = given_masks(samples) if segmenter is None else predicted_masks(segmenter, samples)
        views = views_of(samples, masks, size_px=plan.stages[-1].width_px, margin=plan.crop_margin)
        return JudgedLesions(samples, views, "" if segmenter is None else segmenter.card.reference)

    @property
    def labels(self) -> NDArray[np.bool_]:
        """Whether each is malignant."""
        return np.array([bool(sample.malignant) for sample in self.samples])

    @property
    def is_clinic_like(self) -> NDArray[np.bool_]:
        """Whether each is of a data set that is no biopsy collection, and so says how often malignancy is."""
        return from_clinics(self.samples)


def centred(network: ScoreNetwork, judged: JudgedLesions) -> None:
    """Move the logit of malignancy, by the last layer's bias, to the share of malignant lesions."""
    rows = judged.is_clinic_like
    shift = fitted_shift(logits_of(network, judged.views)[rows], judged.labels[rows])
    last = network.last_layer
    with torch.no_grad():
        if isinstance(last, DiagnosisLinear):
            last.bias[last.malignant] = last.bias[last.malignant] + shift
        elif not isinstance(last, EvidentialLinear):
            last.bias.add_(shift)


def classifier_choices(network: nn.Module, judged: JudgedLesions, plan: TrainingPlan) -> Choices:
    """Temperature by log loss, then the thresholds of the bands for their aims."""
    samples, views, labels = judged.samples, judged.views, judged.labels
    by_inputs = every_view_logit_by_inputs(network, shown_and_withheld(views))
    view_logits = by_inputs["all"]
    every_logit = view_logits.mean(axis=-1)
    rows = judged.is_clinic_like
    temperature = fitted_temperature(every_logit[rows, 0], labels[rows])
    scored = ScoredImages.of(samples, view_logits[:, 0], temperature)
    probabilities, thresholds = scored.probabilities, chosen_thresholds(scored)
    outlined_by = judged.outlined_by
    cases = Cases(samples)
    choices = Choices(
        threshold=thresholds["soon"],
        temperature=temperature,
        metrics=_ranking_figures(judged, by_inputs)
        | {"val_ece": measured(ece, [labels, probabilities], cases, by=cases.sources())},
        triage_thresholds=thresholds,
        triage_aims=aims_on(scored),
        triage_figures={"val": triage_figures(scored, thresholds, outlined_by=outlined_by)},
        calibration=Calibration(
            method="temperature scaling",
            fitted_on=_fitted_on(outlined_by),
            ece=ece(labels[rows], probabilities[rows]),
            brier=brier(labels[rows], probabilities[rows]),
            bins=calibration_bins(labels[rows], probabilities[rows]),
        ),
        conformal=conformal_of({"benign": probabilities[~labels], "malignant": 1 - probabilities[labels]}),
        views=views,
    )
    diagnoses = planned_diagnoses(plan)
    if not diagnoses:
        return choices
    return _with_diagnoses(choices, DiagnosisAnswers.of(samples, diagnoses, every_logit, temperature))


def _ranking_figures(
    judged: JudgedLesions, view_logits_by_inputs: dict[str, NDArray[np.float32]]
) -> dict[str, Metric]:
    """The area under the ROC with all inputs, and with inputs withheld, also in each data set."""
    cases, labels = Cases(judged.samples), judged.labels
    figures = {}
    for name, view_logits in view_logits_by_inputs.items():
        logits = view_logits[:, 0].mean(axis=-1)
        figures[f"val_auc_{name}"] = measured(
            roc_auc, [labels, logits], cases, by=cases.ranked(cases.sources())
        )
    return figures


def _fitted_on(outlined_by: str) -> str:
    return f"validation images, outlined by {outlined_by}" if outlined_by else "validation images"


def _with_diagnoses(choices: Choices, answers: DiagnosisAnswers) -> Choices:
    figures = {f"val_{name}": metric for name, metric in diagnosis_figures(answers).items()}
    return replace(
        choices, metrics={**choices.metrics, **figures}, diagnosis_conformal=diagnosis_conformal(answers)
    )


def with_choices_of(base: ModelCard, choices: Choices) -> Choices:
    """The threshold, temperature, bands and their aims of the base's card, for a fine-tuned model.

    They were chosen on far more images than a clinic's validation part has. A threshold chosen anew on
    the corrections and the bundled images was tried: a network is surer of images that it has learned
    from, so it came out too high (0.60 instead of 0.35) and took away the gain on new images. The figures
    of the validation part are left out, because they were taken with other choices, and what the base's
    bands were worth, because that was measured with its weights; the exam measures the model instead.
    """
    return replace(
        choices,
        threshold=base.threshold,
        temperature=base.temperature,
        triage_thresholds=dict(base.triage_thresholds),
        triage_aims=base.triage_aims,
        triage_figures={},
        conformal=base.conformal,
        diagnosis_conformal=base.diagnosis_conformal,
        metrics={},
        calibration=Calibration(method="that of the model it started from", fitted_on=base.reference),
    )


def mean_metric(values: NDArray[np.float64], groups: NDArray[np.str_]) -> Metric:
    """The mean over images with its interval; lesions are drawn, not images."""
    interval = bootstrap_interval(_mean, values, seed=_SEED, groups=groups)
    if interval is None:
        raise ValueError("a mean needs at least one value")
    return Metric(value=interval.value, low=interval.low, high=interval.high, n=interval.n)


def _mean(values: NDArray[np.float64]) -> float | None:
    return float(values.mean()) if len(values) else None


def _small_masks(natives: tuple[NativeMask, ...], stage: Stage) -> NDArray[np.bool_]:
    size = {"height_px": stage.height_px, "width_px": stage.width_px}
    return np.stack([mask_for_segmenter(native.mask, **size) for native in natives])


def _overlaps(
    logits: NDArray[np.float32], natives: tuple[NativeMask, ...], temperature: float
) -> NDArray[np.float64]:
    """(thresholds, images, 2): Dice and IoU at each threshold."""
    found = np.zeros((len(_THRESHOLDS), len(natives), 2))
    for image, (one, native) in enumerate(zip(logits, natives, strict=True)):
        probability = probability_map(one, native.geometry, temperature=temperature)
        for place, threshold in enumerate(_THRESHOLDS):
            mask = lesion_mask(probability, threshold)
            found[place, image] = dice(mask, native.mask), iou(mask, native.mask)
    return found
