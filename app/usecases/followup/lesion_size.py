"""The size of a lesion in one image, with how sure its boundary is."""

from typing import Final

import numpy as np

from app.domain.case import Case
from app.domain.followup.growth import DRAWN_BOUNDARY_ERROR_PX, LesionSize
from app.domain.mask import area_px
from app.usecases.image_arrays import ImageArrays
from models.contract.arrays import BoolMask
from models.contract.lesion.features import LesionFeatures
from models.contract.uncertainty.disagreement import from_levels
from models.contract.uncertainty.uncertainty_band import uncertainty_band

UNASSESSED_ERROR_SHARE: Final = 0.02
"""Assumed error of a predicted boundary that nobody assessed, of the lesion's longest diameter."""
_IN_THE_BAND: Final = 0.5


def lesion_size(arrays: ImageArrays, case: Case) -> LesionSize | None:
    """Return the size of a case's valid mask; None when there is no lesion in it."""
    mask = arrays.valid_mask(case)
    measured = arrays.measured(case.image, mask)
    if mask is None or measured is None:
        return None
    return LesionSize(
        area_px=float(area_px(mask)),
        perimeter_px=measured.perimeter_px,
        long_diameter_px=measured.long_diameter_px,
        boundary_error_px=_boundary_error_px(arrays, case, mask, measured),
        calibration=case.image.calibration,
        is_cut=measured.touches_border,
    )


def _boundary_error_px(arrays: ImageArrays, case: Case, mask: BoolMask, measured: LesionFeatures) -> float:
    """Half the mean width of the uncertainty band of a predicted boundary; a stated pixel for a drawn one."""
    if case.is_corrected or case.boundary is None or case.mask != case.boundary.mask:
        return DRAWN_BOUNDARY_ERROR_PX
    if case.boundary.disagreement is None:
        return max(DRAWN_BOUNDARY_ERROR_PX, UNASSESSED_ERROR_SHARE * measured.long_diameter_px)
    probability = arrays.probability(case.boundary.probability)
    band = uncertainty_band(mask, probability, from_levels(arrays.probability(case.boundary.disagreement)))
    px_of_band = mask.size / band.size
    area = float(np.count_nonzero(band >= _IN_THE_BAND)) * px_of_band
    return max(DRAWN_BOUNDARY_ERROR_PX, area / (2 * measured.perimeter_px))
