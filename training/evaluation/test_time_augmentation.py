"""Test-time augmentation of a boundary: the mean of what a network says to a frame flipped and turned."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import BoolMask, ProbabilityMap, RgbImage
from models.contract.imaging.postprocess import lesion_mask, probability_map
from models.contract.imaging.preprocess import for_segmenter
from training.tasks.loaded_model import PublishedModel
from training.tasks.segmentation import network_logits


class FrameView(NamedTuple):
    """An element of the dihedral group: a mirror image or not, then quarter turns."""

    is_mirrored: bool
    quarters: int

    def of(self, plane: NDArray[np.float32]) -> NDArray[np.float32]:
        """The view of (..., h, w)."""
        seen = plane[..., ::-1] if self.is_mirrored else plane
        return np.ascontiguousarray(np.rot90(seen, self.quarters, axes=(-2, -1)))

    def brought_back(self, plane: NDArray[np.float32]) -> NDArray[np.float32]:
        """The inverse of ``of``."""
        turned = np.rot90(plane, -self.quarters, axes=(-2, -1))
        return np.ascontiguousarray(turned[..., ::-1] if self.is_mirrored else turned)


def frame_views(height_px: int, width_px: int) -> tuple[FrameView, ...]:
    """All eight views of a square frame; of another one the four that keep its shape.

    A segmenter brings every image to its own frame, an upright one by a quarter turn. One frame that is
    higher than wide would be an input it has never seen.
    """
    quarters = range(4) if height_px == width_px else (0, 2)
    return tuple(FrameView(is_mirrored, quarter) for is_mirrored in (False, True) for quarter in quarters)


def probability_over_views(model: PublishedModel, image: RgbImage) -> ProbabilityMap:
    """The mean of the probabilities from all views, (H, W) float32 at native size."""
    card = model.card
    height_px, width_px = card.input.height_px, card.input.width_px
    frame, geometry = for_segmenter(image, height_px=height_px, width_px=width_px)
    views = frame_views(height_px, width_px)
    logits = network_logits(model.network, np.stack([view.of(frame) for view in views]))
    maps = [
        probability_map(view.brought_back(answer), geometry, temperature=card.temperature)
        for view, answer in zip(views, logits, strict=True)
    ]
    return np.asarray(np.mean(maps, axis=0), dtype=np.float32)


def mask_over_views(model: PublishedModel, image: RgbImage) -> BoolMask:
    """The mask of an image by the mean over all views, (H, W) bool; may be empty."""
    return lesion_mask(probability_over_views(model, image), model.card.threshold)
