"""Further figures of a model beside those of `evaluate`: over views, over passes with dropout, its evidence.

They never replace a plain figure: what the application does is measured by that one.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.contract.arrays import BoolMask
from models.contract.imaging.postprocess import lesion_mask, probability_map
from models.contract.imaging.preprocess import for_segmenter
from models.contract.metrics import dice, iou, roc_auc
from models.contract.shelf.card import Metric, read_card
from models.nets.classification.evidence import EvidentialLinear, aleatoric, epistemic
from models.nets.classification.score_network import ScoreNetwork
from training.contract.data_set import DataSetError, Sample
from training.contract.progress_bar import shown
from training.evaluation.evaluate import Evaluation, of_split, views_by_masks, with_figures
from training.evaluation.mc_dropout import Disagreement, check_has_dropout, disagreement, passes_of
from training.evaluation.test_time_augmentation import mask_over_views
from training.inputs.decode import read_image
from training.metrics.calibrate import calibrated
from training.metrics.card_figures import Cases, mean, measured
from training.tasks.classification import Views, logits_in_any_mode, logits_of, network_inputs
from training.tasks.loaded_model import PublishedModel, given_masks, predicted_masks
from training.tasks.segmentation import logits_in_any_mode as segmenter_logits
from training.tasks.segmentation import outlined_by_experts


@dataclass(frozen=True)
class Variants:
    """What else is measured."""

    tta: bool = False
    mc_passes: int = 0
    """Passes with dropout awake; 0: none."""


def check_possible(folder: Path, variants: Variants) -> None:
    """Raise DataSetError, before anything is measured, if the model cannot be measured in such a way."""
    if (variants.tta or variants.mc_passes) and read_card(folder).task == "refinement":
        raise DataSetError("Clicks are counted without --tta and without --mc-dropout.")
    if variants.mc_passes:
        check_has_dropout(PublishedModel.read(folder).network)


def with_variants(
    evaluation: Evaluation, folder: Path, data_dir: Path, segmenter: Path | None, variants: Variants
) -> Evaluation:
    """The evaluation with these figures, too; an evidential network's evidence is among them unasked.

    Raises:
        DataSetError: passes with dropout are asked of a network that has none.
    """
    card, split = evaluation.card, evaluation.split
    has_evidence = bool(card.architecture_arguments.get("evidential", False))
    if not (variants.tta or variants.mc_passes or has_evidence):
        return evaluation
    model, samples = PublishedModel.read(folder), of_split(data_dir, split)
    if segmenter is None or card.task == "segmentation":
        figures = _outline_figures(model, samples, variants)
    else:
        figures = _score_figures(model, samples, segmenter, variants)
    named = {f"{split}_{name}": metric for name, metric in figures.items()}
    return Evaluation(with_figures(evaluation.card, named), split)


def _outline_figures(
    model: PublishedModel, samples: tuple[Sample, ...], variants: Variants
) -> dict[str, Metric]:
    samples = outlined_by_experts(samples)
    figures: dict[str, Metric] = {}
    if variants.tta:
        masks = [
            mask_over_views(model, read_image(sample)) for sample in shown(samples, "Outlining all views")
        ]
        figures |= _overlaps(masks, samples, "tta")
    if variants.mc_passes:
        found = [
            _outline_passes(model, sample, variants.mc_passes) for sample in shown(samples, "Outlining often")
        ]
        figures |= _overlaps([mask for mask, _ in found], samples, "mc_dropout")
        information = np.array([float(told.mutual_information.mean()) for _, told in found])
        figures["mutual_information_mc_dropout"] = measured(mean, [information], Cases(samples))
    return figures


def _overlaps(masks: list[BoolMask], samples: tuple[Sample, ...], suffix: str) -> dict[str, Metric]:
    pairs = [
        (mask, truth) for mask, truth in zip(masks, given_masks(samples), strict=True) if truth is not None
    ]
    columns = {
        "dice": np.array([dice(mask, truth) for mask, truth in pairs]),
        "iou": np.array([iou(mask, truth) for mask, truth in pairs]),
    }
    return {f"{name}_{suffix}": measured(mean, [column], Cases(samples)) for name, column in columns.items()}


def _outline_passes(model: PublishedModel, sample: Sample, count: int) -> tuple[BoolMask, Disagreement]:
    """The mask by the mean probability of the passes, and what they say together at native size."""
    card = model.card
    frame, geometry = for_segmenter(
        read_image(sample), height_px=card.input.height_px, width_px=card.input.width_px
    )
    logits = passes_of(model.network, lambda: segmenter_logits(model.network, frame[None])[0], count)
    maps = [probability_map(each, geometry, temperature=card.temperature) for each in logits]
    told = disagreement(np.stack(maps))
    return lesion_mask(told.mean.astype(np.float32), card.threshold), told


def _score_figures(
    model: PublishedModel, samples: tuple[Sample, ...], segmenter: Path, variants: Variants
) -> dict[str, Metric]:
    """All on the upright view alone, as the plain figures are means over eight views already."""
    samples = tuple(sample for sample in samples if sample.malignant is not None)
    views = views_by_masks(model.card, samples, predicted_masks(PublishedModel.read(segmenter), samples))
    cases = Cases(samples)
    logits = logits_of(model.network, views)
    figures = {"auc_one_view": measured(roc_auc, [cases.labels, logits], cases)}
    uncertain: dict[str, NDArray[np.float64]] = {}
    if variants.mc_passes:
        network = model.network
        passes = passes_of(network, lambda: logits_in_any_mode(network, views), variants.mc_passes)
        told = disagreement(calibrated(passes, model.card.temperature))
        figures["auc_mc_dropout"] = measured(roc_auc, [cases.labels, told.mean], cases)
        uncertain["predictive_entropy_mc_dropout"] = told.predictive_entropy
        uncertain["mutual_information_mc_dropout"] = told.mutual_information
    uncertain |= _evidence(model, views)
    is_called = calibrated(logits, model.card.temperature) >= model.card.threshold
    is_right = is_called == cases.labels
    by = {"call: right": is_right, "call: wrong": ~is_right}
    return figures | {name: measured(mean, [column], cases, by=by) for name, column in uncertain.items()}


def _evidence(model: PublishedModel, views: Views) -> dict[str, NDArray[np.float64]]:
    """What an evidential network does not know, and what stays open; they have different units."""
    head, network = _head_of(model), model.network
    if head is None or not isinstance(network, ScoreNetwork):
        return {}
    with torch.inference_mode():
        inputs = network_inputs(views, 32, next(network.parameters()).device)
        alphas = torch.cat([head.alphas(network.seen(*each).read) for each in inputs])
    return {
        "evidence_epistemic": epistemic(alphas).double().cpu().numpy(),
        "evidence_aleatoric": aleatoric(alphas).double().cpu().numpy(),
    }


def _head_of(model: PublishedModel) -> EvidentialLinear | None:
    if not isinstance(model.network, ScoreNetwork):
        return None
    head = model.network.last_layer
    return head if isinstance(head, EvidentialLinear) else None
