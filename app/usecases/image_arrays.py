"""Pixels, masks and probabilities of stored cases."""

import numpy as np
from numpy.typing import NDArray

from app.domain.case import Case
from app.domain.errors import InvalidFieldError
from app.domain.ids import BlobName
from app.domain.image import DermoscopicImage
from app.imaging import png_codec
from app.translation import _
from app.usecases.services import Services
from models.contract.arrays import BoolMask, ProbabilityMap, RgbImage
from models.contract.uncertainty.disagreement import from_levels
from models.contract.uncertainty.uncertainty_band import uncertainty_band


def pixels_of(services: Services, image: DermoscopicImage) -> RgbImage:
    """Return the upright pixels of an image, (H, W, 3) uint8."""
    return png_codec.pixels_from_png(services.store.blobs.get(image.upright))


def mask_named(services: Services, name: BlobName) -> BoolMask:
    """Return a stored mask, (H, W) bool."""
    return png_codec.mask_from_png(services.store.blobs.get(name))


def valid_mask_of(services: Services, case: Case) -> BoolMask | None:
    """Return the mask that counts: the newest revision's, else the predicted one."""
    return None if case.mask is None else mask_named(services, case.mask)


def probability_of(services: Services, case: Case) -> ProbabilityMap | None:
    """Return the newest boundary prediction's probabilities, (H, W) float32."""
    if case.boundary is None:
        return None
    return png_codec.probability_from_png(services.store.blobs.get(case.boundary.probability))


def band_of(
    services: Services, case: Case, mask: BoolMask | None, probability: ProbabilityMap | None
) -> NDArray[np.float32] | None:
    """Return the band in which the predicted boundary is uncertain, (h, w) in [0, 1]; None when unknown."""
    name = case.boundary.disagreement if case.boundary is not None else None
    if name is None or mask is None or probability is None:
        return None
    levels = png_codec.probability_from_png(services.store.blobs.get(name))
    return uncertainty_band(mask, probability, from_levels(levels))


def check_fits(mask: BoolMask, image: DermoscopicImage) -> None:
    """Raise InvalidFieldError when a mask has not the size of its image."""
    if mask.shape != (image.height_px, image.width_px):
        raise InvalidFieldError(
            "mask",
            _("The mask has {shape} x {shape_2} px, but the image has {width_px} x {height_px} px.").format(
                shape=mask.shape[1], shape_2=mask.shape[0], width_px=image.width_px, height_px=image.height_px
            ),
        )
