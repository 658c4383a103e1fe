"""The regions of each valid mask, or the lesions of an image, with numbers in a PNG with a palette."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.exporters.file_per_case import has_lesions, write_file_per_case
from app.exporters.image_rendering import grey_png
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing
from models.contract.arrays import BoolMask

Numbers: TypeAlias = NDArray[np.uint16]
"""(H, W), 0 where there is skin."""

_MOST_IN_PALETTE = 255
_MOST = 65_535
_COLOURS_RGB = ((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0))
"""Taken in turn; people with any colour vision tell them apart."""


class InstancePng:
    """Regions in a new folder: 0 is skin, 1 the largest region; with more than 255 of them in 16 bits.

    Of an image that shows several lesions all regions of one have its place: 1 is the lesion of interest, and
    the others follow in the order of their numbers. A pixel of two lesions has that of the first.
    """

    name = "instance_png"
    label = N_("Regions with numbers (indexed PNG)")
    suffix = ".png"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_instances/<case>_instances.png``; raises ExportError."""
        return write_file_per_case(
            cases,
            folder,
            manner,
            name="naevus_instances",
            ending="_instances.png",
            is_shown=has_lesions,
            encode=_content,
        )


def _content(file: CaseFile) -> bytes:
    return _indexed(_of_lesions(file) if file.has_other_lesions else _of_regions(file.lesion_pixels))


def _of_lesions(file: CaseFile) -> Numbers:
    numbers = np.zeros(file.lesion_pixels.shape, np.uint16)
    for number, shown in reversed(list(enumerate(file.lesions, start=1))):
        numbers[shown.mask] = number
    return numbers


def _of_regions(mask: BoolMask) -> Numbers:
    """Pixels that touch at a corner belong to one region."""
    count, found, facts, _centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    number_by_region = np.zeros(count, np.uint16)
    largest_first = np.argsort(-facts[1:, cv2.CC_STAT_AREA], kind="stable")
    number_by_region[1 + largest_first] = np.minimum(np.arange(1, count), _MOST)
    numbers: Numbers = number_by_region[found]
    return numbers


def _indexed(numbers: Numbers) -> bytes:
    if int(numbers.max()) > _MOST_IN_PALETTE:
        return grey_png(numbers)
    indexed = Image.fromarray(numbers.astype(np.uint8), mode="P")
    indexed.putpalette(_palette())
    content = BytesIO()
    indexed.save(content, "PNG")
    return content.getvalue()


def _palette() -> list[int]:
    colours = ((0, 0, 0), *(_COLOURS_RGB[at % len(_COLOURS_RGB)] for at in range(_MOST_IN_PALETTE)))
    return [level for colour in colours for level in colour]
