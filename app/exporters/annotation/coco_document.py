"""A COCO file of images and lesions (cocodataset.org, format-data), written case by case."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from app.exporters.begun_folder import begun_folder
from app.exporters.case_index import OTHER_LESION
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing
from models.contract.arrays import BoolMask
from models.contract.imaging.regions import extent_px

_LESION, _OTHER = 1, 2
"""The categories: the lesion of interest, and others that the image shows."""

_HEAD: dict[str, Any] = {
    "info": {"description": "Naevus export. Research use only, not a medical device."},
    "licenses": [],
    "categories": [{"id": _LESION, "name": "lesion", "supercategory": "skin"}],
}
_OTHER_CATEGORY = {"id": _OTHER, "name": OTHER_LESION, "supercategory": "skin"}


def write_coco(
    cases: Iterable[CaseFile],
    folder: Path,
    manner: ExportManner,
    *,
    name: str,
    segmentation_of: Callable[[BoolMask], object],
) -> Writing:
    """Write a new folder with the upright images and one ``annotations.json`` that names them.

    ``segmentation_of`` gives the mask, (H, W) bool, of a lesion in one of COCO's forms. Each lesion of an
    image is an annotation; where there are several, attributes say which number it has and whether it is the
    one of interest.
    """
    with begun_folder(folder, name, manner) as begun:
        document = _Document(begun.stream("annotations.json"), has_others=manner.has_other_lesions)
        for done, file in enumerate(cases, start=1):
            image = begun.put_image(file, f"images/{begun.stems.next_stem(file.case)}.png")
            document.add(file, image, segmentation_of)
            yield done
        document.finish()
    return begun.files


class _Document:
    """Lesions go into the file at once; the images, a line each, stand at its end."""

    def __init__(self, stream: BinaryIO, *, has_others: bool) -> None:
        self._stream = stream
        self._images: list[str] = []
        self._lesions = 0
        categories = [*_HEAD["categories"], *([_OTHER_CATEGORY] if has_others else [])]
        head = json.dumps({**_HEAD, "categories": categories}, ensure_ascii=False, indent=1)
        self._stream.write(head.removesuffix("\n}").encode() + b',\n "annotations": [')

    def add(self, file: CaseFile, name: str, segmentation_of: Callable[[BoolMask], object]) -> None:
        """Add an image, and its lesions whose masks are not empty."""
        image, number = file.case.image, len(self._images) + 1
        shown = {"id": number, "file_name": name, "width": image.width_px, "height": image.height_px}
        self._images.append(json.dumps(shown, ensure_ascii=False))
        for drawn in file.lesions:
            if (extent := extent_px(drawn.mask)) is None:
                continue
            self._lesions += 1
            top, left, bottom, right = extent
            lesion: dict[str, object] = {
                "id": self._lesions,
                "image_id": number,
                "category_id": _LESION if drawn.is_of_interest else _OTHER,
                "iscrowd": 0,
                "area": int(np.count_nonzero(drawn.mask)),
                "bbox": [left, top, right - left, bottom - top],
                "segmentation": segmentation_of(drawn.mask),
            }
            if file.has_other_lesions:
                lesion["attributes"] = {"lesion": drawn.number, "of_interest": drawn.is_of_interest}
            before = ",\n  " if self._lesions > 1 else "\n  "
            self._stream.write(f"{before}{json.dumps(lesion)}".encode())

    def finish(self) -> None:
        """Write the images."""
        images = ",\n  ".join(self._images)
        self._stream.write(f'\n ],\n "images": [\n  {images}\n ]\n}}\n'.encode())
