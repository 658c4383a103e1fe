"""How well trained models do on held-out images, measured as `evaluate` does it, at native size.

Images, expert masks and the crops that several classifiers share are made once for all models.
"""

from functools import cached_property, lru_cache
from pathlib import Path

from models.contract.arrays import BoolMask
from models.contract.metrics import ece, pauc_above_tpr80, roc_auc
from models.contract.shelf.card import Metric, Task
from training.contract.data_set import DataSetError, Sample
from training.evaluation.evaluate import mask_columns, of_split
from training.metrics.calibrate import calibrated
from training.metrics.card_figures import Cases, mean, measured
from training.tasks.classification import Views, score_logits
from training.tasks.loaded_model import PublishedModel, given_masks, margin_of, predicted_masks, views_of

MASK_FIGURES = ("dice", "iou", "boundary_f1")
SCORE_FIGURES = ("auc", "pauc_above_tpr80", "ece")
EXPERTS = "the experts' masks"


class HeldOut:
    """The images of a split that a task can be measured on.

    Args:
        task: what is measured.
        data_dir: a data folder.
        split: usually val.
        segmenter: the folder of the model whose masks lesions are cut by; None takes the experts' masks.

    Raises:
        DataSetError: the data cannot be read, or the split holds nothing to measure on.
    """

    def __init__(self, task: Task, data_dir: Path, split: str, segmenter: Path | None = None) -> None:
        self._task, self._segmenter, self.split = task, segmenter, split
        is_usable = _has_mask if task == "segmentation" else _has_label
        self.samples = tuple(filter(is_usable, of_split(data_dir, split)))
        if not self.samples:
            raise DataSetError(f"The split {split!r} holds no image that {task} can be measured on.")
        labels = {sample.malignant for sample in self.samples}
        if task == "classification" and len(labels) < 2:
            raise DataSetError(f"The split {split!r} needs both malignant and benign lesions.")
        self._cases = Cases(self.samples)
        self._views = lru_cache(maxsize=4)(self._cut)

    def figures(self, model: PublishedModel) -> dict[str, Metric]:
        """Each figure with its 95 % interval (bootstrap over lesions)."""
        return self._mask_figures(model) if self._task == "segmentation" else self._score_figures(model)

    @property
    def masks_from(self) -> str:
        """Who drew the masks that lesions are cut by."""
        if self._task == "segmentation" or self._segmenter is None:
            return EXPERTS
        return PublishedModel.read(self._segmenter).card.reference

    @cached_property
    def _experts(self) -> tuple[BoolMask | None, ...]:
        return given_masks(self.samples)

    @cached_property
    def _cutting_masks(self) -> tuple[BoolMask | None, ...]:
        if self._segmenter is None:
            return self._experts
        return predicted_masks(PublishedModel.read(self._segmenter), self.samples)

    def _mask_figures(self, model: PublishedModel) -> dict[str, Metric]:
        experts = [mask for mask in self._experts if mask is not None]
        columns = mask_columns(MASK_FIGURES, predicted_masks(model, self.samples), experts)
        return {name: measured(mean, [column], self._cases) for name, column in columns.items()}

    def _score_figures(self, model: PublishedModel) -> dict[str, Metric]:
        logits = score_logits(model.network, self._views(model.card.input.width_px, margin_of(model.card)))
        labels, cases = self._cases.labels, self._cases
        probabilities = calibrated(logits, model.card.temperature)
        return {
            "auc": measured(roc_auc, [labels, logits], cases),
            "pauc_above_tpr80": measured(pauc_above_tpr80, [labels, logits], cases),
            "ece": measured(ece, [labels, probabilities], cases),
        }

    def _cut(self, size_px: int, margin: float) -> Views:
        return views_of(self.samples, self._cutting_masks, size_px=size_px, margin=margin)


def _has_mask(sample: Sample) -> bool:
    return sample.has_expert_mask


def _has_label(sample: Sample) -> bool:
    return sample.malignant is not None
