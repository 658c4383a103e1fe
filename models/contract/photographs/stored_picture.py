"""A decoded picture before its colours are converted and it is turned: what every format module returns."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.contract.photographs.camera_fields import CameraFields
from models.contract.photographs.colour_encoding import ColourEncoding

Note: TypeAlias = tuple[str, str]
"""A line of provenance: what it is about, and what was found or done."""

Mode: TypeAlias = Literal["L", "RGB", "CMYK", "LAB"]
"""What the channels mean, in Pillow's words."""


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """Levels as stored, with what the file says about their colours and their top."""

    levels: NDArray[np.uint8]
    """(H, W) for L, (H, W, 3) for RGB and LAB, (H, W, 4) for CMYK; uint8."""
    mode: Mode
    camera: CameraFields = field(default_factory=CameraFields)
    profile: bytes | None = None
    """The embedded ICC profile."""
    encoding: ColourEncoding | None = None
    """What the file says about its colours without a profile; counts where there is none."""
    notes: tuple[Note, ...] = ()
