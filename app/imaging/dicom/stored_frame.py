"""The samples of a DICOM picture as they are stored, and what is known about them besides the header."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import UnreadableFileError
from app.imaging.dicom.codestream import Codestream
from app.translation import _

Cells = NDArray[np.unsignedinteger[Any]]
"""(rows, columns) or (rows, columns, 3) uint8 or uint16 bit patterns; sample_levels.py makes them values."""

Note = tuple[str, str]
"""A line of provenance."""


@dataclass(frozen=True, slots=True)
class StoredFrame:
    """Cells of ``cell_bits`` significant bits; ``codestream`` is None for uncompressed and RLE pictures."""

    cells: Cells
    cell_bits: int
    codestream: Codestream | None = None
    was_subsampled: bool = False
    """True where uncompressed YBR_FULL_422 really was stored with two bytes per pixel."""
    notes: tuple[Note, ...] = ()


def size_contradiction() -> UnreadableFileError:
    """Return the refusal of a picture whose size is not what the header declares."""
    return UnreadableFileError(
        _("The DICOM file contradicts itself: its picture has another size than its header declares.")
    )
