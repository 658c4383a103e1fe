"""Whether an overlay tells the truth: what the answer does while the places it points at are taken or given.

Deletion and insertion after Petsiuk, Das and Saenko (arXiv 1806.07421): patches of an image are blurred away,
the most relevant first, and an honest map makes the answer fall fast (a small area below the curve); patches
are given back to the blurred image, and it makes the answer rise fast (a large area). Patches in random order
are one control; patches from the centre outwards, whatever the image shows, are the other, because a lesion
lies in the middle of its crop. The baseline is a blurred image, which unlike a black one has no edges.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from models.contract.metrics import bootstrap_interval
from models.contract.metrics.bootstrap import Interval
from models.nets.overlays.relevance_share import positive_share_inside
from training.contract.progress_bar import shown
from training.explanation.explained_answers import (
    Answer,
    FloatImage,
    Subject,
    answer_to,
    maps_of,
    overlays_shown,
    view_agreement,
)
from training.tasks.loaded_model import PublishedModel

CONTROL: Final = "random order"
CENTRE: Final = "centre first"
_SEED: Final = 1


@dataclass(frozen=True)
class Protocol:
    """How the curves are taken."""

    patch_px: int = 16
    """Side of a patch; also the deviation of the blur."""
    steps: int = 12
    """In how many steps all patches are taken or given."""
    random_orders: int = 4
    """Random orders per image; their curves are averaged."""


@dataclass(frozen=True)
class Curves:
    """The answer after each step, image by image, (N, steps + 1) from the first to the last patch."""

    deletion: NDArray[np.float64]
    insertion: NDArray[np.float64]

    @property
    def deletion_area(self) -> NDArray[np.float64]:
        """(N,), the smaller the more honest."""
        return area(self.deletion)

    @property
    def insertion_area(self) -> NDArray[np.float64]:
        """(N,), the larger the more honest."""
        return area(self.insertion)

    @property
    def gain(self) -> NDArray[np.float64]:
        """Insertion less deletion, (N,): one figure for both; 0 of an order that says nothing, on average."""
        return self.insertion_area - self.deletion_area


@dataclass(frozen=True)
class Judged:
    """All that was measured of one overlay on the same images."""

    name: str
    curves: Curves
    share_inside: NDArray[np.float64]
    """Of what speaks for the answer, the part inside the lesion's mask, (N,); NaN without a mask."""
    agreement: NDArray[np.float64]
    """Rank correlation with the map of the mirrored image, (N,); NaN where there is one view only."""


@dataclass(frozen=True)
class Faithfulness:
    """Overlays of a model beside the control, on the same images."""

    protocol: Protocol
    size_px: tuple[int, int]
    image_ids: tuple[str, ...]
    groups: NDArray[np.str_]
    lesion_area: NDArray[np.float64]
    """Part of the image that is lesion, (N,): what `share_inside` of a map that says nothing would be."""
    overlays: tuple[Judged, ...]
    control: Curves
    centre: Curves

    def interval(self, values: NDArray[np.float64]) -> Interval | None:
        """Mean of what is known, with its bootstrap interval over lesions."""
        known = ~np.isnan(values)
        return bootstrap_interval(_mean, values[known], seed=_SEED, groups=self.groups[known])

    def default(self, eligible: Collection[str]) -> str:
        """The overlay to show first: the best, unless it cannot be told from the one that is first now.

        An overlay is better if the interval of the paired difference of gains lies above zero, and none is
        chosen that is no better than a random order. Only ``eligible`` ones can take the first place.
        """
        first = self.overlays[0]
        candidates = [each for each in self.overlays if each.name in eligible] or [first]
        best = max(candidates, key=lambda each: float(each.curves.gain.mean()))
        is_better = self._exceeds(best.curves.gain, first.curves.gain)
        return best.name if is_better and self._exceeds(best.curves.gain, self.control.gain) else first.name

    def _exceeds(self, values: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
        found = self.interval(values - others)
        return found is not None and found.low > 0.0


def faithfulness(model: PublishedModel, subjects: Sequence[Subject], protocol: Protocol) -> Faithfulness:
    """Measure all overlays of a model on images; those on which a boundary model finds nothing are left out.

    Raises:
        ValueError: there is no image on which the model answers anything.
    """
    judged = [(subject, answer) for subject in subjects if (answer := answer_to(model, subject)) is not None]
    if not judged:
        msg = "The model finds a lesion on none of these images, so there is nothing to explain."
        raise ValueError(msg)
    names = [overlay.name for overlay in overlays_shown(model)]
    columns: dict[str, list[_OfImage]] = {name: [] for name in names}
    control: list[Curves] = []
    centre: list[Curves] = []
    for index, (subject, answer) in enumerate(shown(judged, "Taking and giving patches")):
        patches = Patches(subject.image, answer, protocol)
        control.append(patches.control(np.random.default_rng((_SEED, index))))
        centre.append(patches.curves(patches.from_centre()))
        found = _judge_image(model, subject, patches)
        for name in names:
            columns[name].append(found[name])
    kept = [subject for subject, _ in judged]
    return Faithfulness(
        protocol,
        kept[0].image.shape[1:],
        tuple(subject.image_id for subject in kept),
        np.array([subject.group for subject in kept]),
        np.array([np.nan if subject.mask is None else subject.mask.mean() for subject in kept]),
        tuple(_judged(name, rows) for name, rows in columns.items()),
        _stacked(control),
        _stacked(centre),
    )


@dataclass(frozen=True)
class _OfImage:
    curves: Curves
    share_inside: float
    agreement: float


def _judged(name: str, rows: Sequence[_OfImage]) -> Judged:
    return Judged(
        name,
        _stacked([row.curves for row in rows]),
        np.array([row.share_inside for row in rows]),
        np.array([row.agreement for row in rows]),
    )


def _stacked(curves: Sequence[Curves]) -> Curves:
    return Curves(
        np.concatenate([each.deletion for each in curves]),
        np.concatenate([each.insertion for each in curves]),
    )


def _judge_image(model: PublishedModel, subject: Subject, patches: "Patches") -> dict[str, _OfImage]:
    """Every overlay's figures on one image."""
    found = {}
    for overlay in overlays_shown(model):
        maps = maps_of(model, overlay, subject)
        mean = maps.mean(axis=0)
        agreement = view_agreement(maps)
        found[overlay.name] = _OfImage(
            patches.curves(patches.order_of(mean)),
            _share_inside(mean, subject.mask),
            np.nan if agreement is None else agreement,
        )
    return found


def _share_inside(relevance: NDArray[np.float32], mask: NDArray[np.bool_] | None) -> float:
    if mask is None:
        return float("nan")
    return float(positive_share_inside(torch.from_numpy(relevance[None]), torch.from_numpy(mask[None]))[0])


class Patches:
    """An image in squares that can be blurred away and given back.

    Args:
        image: (3, h, w), normalised.
        answer: what is followed.
        protocol: sizes and numbers.
    """

    def __init__(self, image: FloatImage, answer: Answer, protocol: Protocol) -> None:
        self._image, self._answer, self._protocol = image, answer, protocol
        self._blurred = blurred(image, protocol.patch_px)
        height, width = image.shape[1:]
        self._grid = (-(-height // protocol.patch_px), -(-width // protocol.patch_px))
        self._ends = answer(np.stack([image, self._blurred]))

    def order_of(self, relevance: NDArray[np.float32]) -> NDArray[np.intp]:
        """The patches, the most relevant first, by a map of any size laid over the image."""
        height, width = self._image.shape[1:]
        laid = functional.interpolate(
            torch.from_numpy(relevance[None, None]), (height, width), mode="bilinear", align_corners=False
        )
        per_patch = functional.avg_pool2d(laid, self._protocol.patch_px, ceil_mode=True)[0, 0]
        return np.argsort(-per_patch.numpy().ravel(), kind="stable")

    def from_centre(self) -> NDArray[np.intp]:
        """The patches, the nearest to the middle of the image first."""
        rows, columns = (np.abs(np.arange(side) - (side - 1) / 2) for side in self._grid)
        return np.argsort(np.hypot(rows[:, None], columns[None]).ravel(), kind="stable")

    def curves(self, order: NDArray[np.intp]) -> Curves:
        """Deletion and insertion in an order of patches, (1, steps + 1) each."""
        return Curves(self._deletion(order)[None], self._deletion(order[::-1])[::-1][None])

    def control(self, random: np.random.Generator) -> Curves:
        """The mean curves of random orders; of these, insertion is deletion read backwards."""
        count = self._grid[0] * self._grid[1]
        orders = [random.permutation(count) for _ in range(self._protocol.random_orders)]
        deletion = np.mean([self._deletion(order) for order in orders], axis=0)
        return Curves(deletion[None], deletion[::-1][None])

    def _deletion(self, order: NDArray[np.intp]) -> NDArray[np.float64]:
        """The answer after each step, (steps + 1,), with both ends, which are the same for every order."""
        steps = self._protocol.steps
        counts = [round(len(order) * step / steps) for step in range(1, steps)]
        between = self._answer(np.stack([self._without(order[:count]) for count in counts]))
        return np.concatenate([self._ends[:1], between, self._ends[1:]])

    def _without(self, taken: NDArray[np.intp]) -> FloatImage:
        side = self._protocol.patch_px
        is_taken = np.zeros(self._grid, dtype=np.bool_)
        is_taken.ravel()[taken] = True
        height, width = self._image.shape[1:]
        pixels = is_taken.repeat(side, axis=0).repeat(side, axis=1)[:height, :width]
        return np.where(pixels, self._blurred, self._image)


def blurred(image: FloatImage, deviation_px: float) -> FloatImage:
    """An image (3, h, w) without detail: a Gaussian of this deviation, the frame's edge mirrored."""
    smooth = cv2.GaussianBlur(
        np.ascontiguousarray(image.transpose(1, 2, 0)), (0, 0), deviation_px, borderType=cv2.BORDER_REFLECT
    )
    return np.ascontiguousarray(smooth.transpose(2, 0, 1), dtype=np.float32)


def area(curves: NDArray[np.float64]) -> NDArray[np.float64]:
    """Area below curves (N, steps + 1) over the share of patches from 0 to 1, (N,)."""
    return np.asarray((curves[:, 1:] + curves[:, :-1]).mean(axis=1) / 2.0)


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean())
