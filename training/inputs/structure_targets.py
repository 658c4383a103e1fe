"""Where the experts marked dermoscopic structures: targets of the boundary network's second head.

The structures are `STRUCTURES`; an image that nobody looked at for one of them teaches nothing about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models.contract.imaging.preprocess import segmenter_geometry
from models.contract.imaging.structures import STRUCTURES
from models.nets.segmentation.dermomamba_efficient import STRUCTURE_STRIDE
from training.augmentation.augment import moved_alike
from training.contract.data_set import Sample
from training.contract.plan import Augmentation, Stage
from training.inputs.decode import read_structure_mask

_EPSILON = 1.0
_LEAST_MARKED = 64
"""A cell is marked where a quarter of its 255 is."""


@dataclass(frozen=True)
class StructureFrames:
    """Marks (N, h, w) uint8, one bit per structure, and which of an image's are known (N, 5) bool."""

    marks: NDArray[np.uint8]
    known: NDArray[np.bool_]

    def targets(
        self, position: int, augmentation: Augmentation, rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Shares (5, h / 4, w / 4) of marked pixels, moved as the image is with a generator in this state."""
        marks = self.marks[position]
        height, width = (side // STRUCTURE_STRIDE for side in marks.shape)
        targets = np.zeros((len(STRUCTURES), height, width), np.float32)
        present = [place for place in range(len(STRUCTURES)) if (marks & (1 << place)).any()]
        if not present:
            return targets
        planes = [((marks >> place) & 1) * np.uint8(255) for place in present]
        for place, moved in zip(present, moved_alike(planes, augmentation, rng), strict=True):
            targets[place] = cv2.resize(moved, (width, height), interpolation=cv2.INTER_AREA) / 255
        return targets


def structure_frames(samples: Sequence[Sample], stage: Stage) -> StructureFrames:
    """Read the marks of all ``samples`` at a stage's size.

    Raises:
        DataSetError: a file of marks cannot be read.
    """
    marks = np.zeros((len(samples), stage.height_px, stage.width_px), np.uint8)
    known = np.zeros((len(samples), len(STRUCTURES)), np.bool_)
    for index, sample in enumerate(samples):
        for place, (flag, file) in enumerate(zip(sample.structures, sample.structure_files, strict=True)):
            known[index, place] = flag is False or file is not None
            if file is not None:
                marks[index] |= _marked(sample, place, stage) << np.uint8(place)
    return StructureFrames(marks, known)


def _marked(sample: Sample, place: int, stage: Stage) -> NDArray[np.uint8]:
    plane = read_structure_mask(sample, place).astype(np.uint8) * 255
    geometry = segmenter_geometry(plane.shape, height_px=stage.height_px, width_px=stage.width_px)
    upright = np.ascontiguousarray(np.rot90(plane)) if geometry.is_turned else plane
    small = cv2.resize(upright, (stage.width_px, stage.height_px), interpolation=cv2.INTER_AREA)
    return (np.asarray(small) >= _LEAST_MARKED).astype(np.uint8)


def structure_map_loss(logits: Tensor, shares: Tensor, known: Tensor) -> Tensor:
    """Cross-entropy plus soft Dice of each known structure, a scalar.

    Args:
        logits: (B, 5, h, w).
        shares: (B, 5, h, w) in [0, 1], the marked share of each cell.
        known: (B, 5), 1 where the structure was looked for.
    """
    logits = logits.float()
    entropy = functional.binary_cross_entropy_with_logits(logits, shares, reduction="none").mean(dim=(2, 3))
    probability = torch.sigmoid(logits)
    overlap = (probability * shares).sum(dim=(2, 3))
    whole = probability.sum(dim=(2, 3)) + shares.sum(dim=(2, 3))
    dice = 1 - (2 * overlap + _EPSILON) / (whole + _EPSILON)
    # Dice says nothing of an image without the structure: any probability costs the same there.
    is_marked = (shares.amax(dim=(2, 3)) > 0).float() * known
    total = (entropy * known).sum() / known.sum().clamp_min(1)
    return total + (dice * is_marked).sum() / is_marked.sum().clamp_min(1)
