"""Pixels, masks and maps of stored cases, and what is measured on them: made once, held by their content."""

import numpy as np
from numpy.typing import NDArray

from app.domain.case import Case
from app.domain.errors import InvalidFieldError
from app.domain.ids import BlobName
from app.domain.image import DermoscopicImage
from app.domain.mask import mask_digest
from app.imaging import png_codec
from app.storage.blobs import BlobStore
from app.translation import _
from app.usecases.analysis.measurements import features_of
from app.usecases.recently_used import RecentlyUsed
from models.contract.arrays import BoolMask, ProbabilityMap, RgbImage
from models.contract.lesion.abcd.evidence import AbcdEvidence, abcd_evidence
from models.contract.lesion.features import LesionFeatures
from models.contract.lesion.quality import ImageQuality, image_quality

ARRAY_BUDGET_BYTES = 512 * 1024**2
"""Some four of the largest images with their masks and maps, or thousands of small ones."""

_MOST_MEASURED = 4096
_MOST_EVIDENCE = 32
"""Each holds a map of up to 512 x 512 levels."""


class ImageArrays:
    """The arrays of stored cases, decoded once and held up to a budget; nobody can write to them.

    A stored file is named by the hash of its content, so what is held for a name is never out of date. What
    was measured is held by image, mask and scale, wherever the mask comes from: that of an unsaved correction
    is the same as that of the revision it becomes.
    """

    def __init__(self, blobs: BlobStore, budget_bytes: int = ARRAY_BUDGET_BYTES) -> None:
        self._blobs = blobs
        self._arrays = RecentlyUsed[NDArray[np.uint8]](budget_bytes, lambda array: array.nbytes)
        self._features = RecentlyUsed[LesionFeatures | None](_MOST_MEASURED, lambda _features: 1)
        self._evidence = RecentlyUsed[AbcdEvidence](_MOST_EVIDENCE, lambda _evidence: 1)
        self._qualities = RecentlyUsed[ImageQuality](_MOST_MEASURED, lambda _quality: 1)

    @property
    def held_bytes(self) -> int:
        """Return the size of the arrays that are held."""
        return self._arrays.spent

    def pixels(self, image: DermoscopicImage) -> RgbImage:
        """Return the upright pixels of an image, (H, W, 3) uint8; the same object while it is held."""
        return self._arrays.get(
            ("pixels", image.upright),
            lambda: _read_only(png_codec.pixels_from_png(self._blobs.get(image.upright))),
        )

    def mask(self, name: BlobName) -> BoolMask:
        """Return a stored mask, (H, W) bool."""
        held = self._arrays.get(
            ("mask", name),
            lambda: _read_only(png_codec.mask_from_png(self._blobs.get(name)).view(np.uint8)),
        )
        return held.view(np.bool_)

    def valid_mask(self, case: Case) -> BoolMask | None:
        """Return the mask that counts: the newest revision's, else the predicted one."""
        return None if case.mask is None else self.mask(case.mask)

    def other_masks(self, case: Case) -> tuple[BoolMask, ...]:
        """Return the masks of the lesions beside the one of interest, drawn or not, in their order."""
        return tuple(self.mask(lesion.mask) for lesion in case.lesions.others)

    def probability(self, name: BlobName) -> ProbabilityMap:
        """Return a stored map, (H, W) float32 in [0, 1]; held as its 256 levels, a quarter of the size."""
        levels = self._arrays.get(
            ("levels", name), lambda: _read_only(png_codec.levels_from_png(self._blobs.get(name)))
        )
        probability = levels.astype(np.float32) / np.float32(255)
        probability.flags.writeable = False
        return probability

    def measured(self, image: DermoscopicImage, mask: BoolMask | None) -> LesionFeatures | None:
        """Return a lesion's features, or None when there is no lesion in the mask (H, W)."""
        if mask is None:
            return None
        mm_per_px = image.calibration.mm_per_px if image.calibration else None
        return self._features.get(
            (image.upright, mask_digest(mask), mm_per_px),
            lambda: features_of(self.pixels(image), mask, mm_per_px=mm_per_px),
        )

    def abcd_evidence(self, image: DermoscopicImage, mask: BoolMask) -> AbcdEvidence:
        """Return what can be measured for the ABCD rule; raises NoLesionError for an empty mask (H, W)."""
        return self._evidence.get(
            (image.upright, mask_digest(mask)), lambda: abcd_evidence(self.pixels(image), mask)
        )

    def quality(self, image: DermoscopicImage, mask: BoolMask | None) -> ImageQuality:
        """Return the quality of an image, and of the lesion's place in it where a mask (H, W) tells that."""
        return self._qualities.get(
            (image.upright, None if mask is None else mask_digest(mask)),
            lambda: image_quality(self.pixels(image), mask),
        )


def check_fits(mask: BoolMask, image: DermoscopicImage) -> None:
    """Raise InvalidFieldError when a mask has not the size of its image."""
    if mask.shape != (image.height_px, image.width_px):
        raise InvalidFieldError(
            "mask",
            _(
                "The mask has {mask_width_px} x {mask_height_px} px, but the image has "
                "{width_px} x {height_px} px."
            ).format(
                mask_width_px=mask.shape[1],
                mask_height_px=mask.shape[0],
                width_px=image.width_px,
                height_px=image.height_px,
            ),
        )


def _read_only(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    array.flags.writeable = False
    return array
