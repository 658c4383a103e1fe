"""The regions of each valid mask with numbers of their own, as a PNG with a palette."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from app.exporters.file_per_case import write_masks
from app.exporters.image_rendering import grey_png
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing
from models.contract.arrays import BoolMask

_MOST_IN_PALETTE = 255
_MOST = 65_535
_COLOURS_RGB = ((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0))
"""Taken in turn; people with any colour vision tell them apart."""


class InstancePng:
    """Regions in a new folder: 0 is skin, 1 the largest region; with more than 255 of them in 16 bits."""

    name = "instance_png"
    label = N_("Regions with numbers (indexed PNG)")
    suffix = ".png"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_instances/<case>_instances.png``; raises ExportError."""
        return write_masks(
            cases, folder, manner, name="naevus_instances", ending="_instances.png", encode=_content
        )


def _content(mask: BoolMask) -> bytes:
    """Pixels that touch at a corner belong to one region."""
    count, found, facts, _centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    number_by_region = np.zeros(count, np.uint16)
    largest_first = np.argsort(-facts[1:, cv2.CC_STAT_AREA], kind="stable")
    number_by_region[1 + largest_first] = np.minimum(np.arange(1, count), _MOST)
    numbers = number_by_region[found]
    if count - 1 > _MOST_IN_PALETTE:
        return grey_png(numbers)
    indexed = Image.fromarray(numbers.astype(np.uint8), mode="P")
    indexed.putpalette(_palette())
    content = BytesIO()
    indexed.save(content, "PNG")
    return content.getvalue()


def _palette() -> list[int]:
    colours = ((0, 0, 0), *(_COLOURS_RGB[at % len(_COLOURS_RGB)] for at in range(_MOST_IN_PALETTE)))
    return [level for colour in colours for level in colour]
