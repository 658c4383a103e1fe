"""How varied the colours of a lesion are, as its place among reference lesions.

The formula of SLICE-3D, ``LesionColour.norm_colour``, was made for total-body photographs; dermoscopy
reaches its upper end in nearly every lesion. This one takes the same two spreads without that bound and
ranks them, so that it tells lesions apart. Models are given the formula they were trained with.
"""

from typing import Final

import numpy as np

from models.contract.lesion.features import LesionColour

DEFINITION: Final = "2"
"""Name of this formula; "1" is ``norm_colour``. Another name whenever a number can differ."""

_SPREAD_BY_TENTH = (0.0, 10.2, 12.4, 14.1, 15.7, 17.1, 18.8, 20.9, 23.2, 26.3, 41.4)
"""Spread below which 0, 1 … 10 tenths of the reference lesions lie (the first: no spread at all).

The reference: 1,500 dermoscopic images of the training parts of ISIC 2017 and 2018, one of each lesion, with
the outlines drawn by experts.
"""


def colour_variation(colour: LesionColour) -> float:
    """Return 0 to 10: how many tenths of the reference lesions are less varied; 5 is the median."""
    spread = 1.4693 * colour.std_mean + 1.5281 * colour.radial_std_max
    return float(np.interp(spread, _SPREAD_BY_TENTH, np.arange(len(_SPREAD_BY_TENTH))))
