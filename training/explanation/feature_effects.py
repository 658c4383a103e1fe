"""What each feature of the table moved: the logit recomputed with the feature marked missing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from models.contract.imaging.views import VIEW_COUNT, all_views
from models.contract.lesion.tabular import CATEGORICAL_INPUTS, NUMERIC_INPUTS
from models.nets.classification.fused_classifier import FusedClassifier
from models.nets.overlays.feature_effect import feature_effects
from training.contract.progress_bar import shown
from training.explanation.explained_answers import Subject
from training.tasks.loaded_model import PublishedModel

if TYPE_CHECKING:
    from rich.table import Table

MEANING: Final = (
    "effect: logit lost when the feature is marked missing, mean over the images in which it is known; what "
    "missing means was learned from the training images."
)


@dataclass(frozen=True)
class FeatureEffect:
    """What one feature did to the logits of the images in which it was known."""

    name: str
    label: str
    """In words for people."""
    known: int
    """Number of these images."""
    mean_magnitude: float
    """Mean of |effect|; 0 of a feature that is known nowhere."""
    mean: float
    """Mean of the effect; above zero where the feature spoke for malignancy."""


def effects_over(model: PublishedModel, subjects: Sequence[Subject]) -> tuple[FeatureEffect, ...]:
    """Ablate every feature on every image, the strongest first; nothing of a model that reads no table."""
    if not isinstance(model.network, FusedClassifier):
        return ()
    network = model.network
    effects = np.stack([_effects_of(network, subject) for subject in shown(subjects, "Leaving features out")])
    is_known = np.stack([_is_known(subject) for subject in subjects])
    found = [
        _summary(index, effects[is_known[:, index], index])
        for index in range(len(NUMERIC_INPUTS + CATEGORICAL_INPUTS))
    ]
    return tuple(sorted(found, key=lambda each: (-each.mean_magnitude, -each.known)))


def effects_table(effects: Sequence[FeatureEffect], images: int) -> "Table":
    """One row per feature that is known in some image."""
    from rich.table import Table

    view = Table("feature", "column", "mean |effect|", "mean effect", "known in", title="Feature effects")
    for each in effects:
        if each.known:
            figures = (f"{each.mean_magnitude:.3f}", f"{each.mean:+.3f}", f"{each.known} of {images}")
            view.add_row(each.label, each.name, *figures)
    return view


def effects_lines(effects: Sequence[FeatureEffect]) -> tuple[str, ...]:
    """What the figures mean, and which features nobody knows here."""
    unknown = [each.label for each in effects if not each.known]
    return (MEANING, *([f"known in no image: {', '.join(unknown)}."] if unknown else []))


def effects_as_json(effects: Sequence[FeatureEffect]) -> dict[str, Any]:
    """All features with what their figures mean."""
    return {"meaning": MEANING, "features": [asdict(each) for each in effects]}


def _summary(index: int, effects: NDArray[np.float64]) -> FeatureEffect:
    feature = (NUMERIC_INPUTS + CATEGORICAL_INPUTS)[index]
    is_known = len(effects) > 0
    return FeatureEffect(
        feature.name,
        feature.label,
        len(effects),
        float(np.abs(effects).mean()) if is_known else 0.0,
        float(effects.mean()) if is_known else 0.0,
    )


def _effects_of(network: FusedClassifier, subject: Subject) -> NDArray[np.float64]:
    """Effects (features,) on the mean logit of the eight views, which is the score."""
    images = torch.from_numpy(all_views(subject.image))
    numeric = torch.from_numpy(subject.table.numeric).expand(VIEW_COUNT, -1)
    categorical = torch.from_numpy(subject.table.categorical).expand(VIEW_COUNT, -1)
    effects = feature_effects(network, images, numeric, categorical).double().mean(dim=0)
    return np.asarray(effects.numpy())


def _is_known(subject: Subject) -> NDArray[np.bool_]:
    return np.concatenate([~np.isnan(subject.table.numeric), subject.table.categorical != 0])
