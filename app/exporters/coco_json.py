"""Images with their masks in the COCO object detection format (cocodataset.org, format-data).

Masks are written as uncompressed run lengths, which keep holes and every pixel; polygons would not.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.exporters.atomic_output import new_folder
from app.exporters.deidentification import file_stem
from app.exporters.image_rendering import image_png
from app.usecases.exports.exporter import CaseFile
from models.contract.arrays import BoolMask

_LESION = 1


class CocoJson:
    """A new folder with the upright images and one ``annotations.json`` that names them."""

    name = "coco_json"
    label = "Images and masks (COCO)"
    suffix = ".json"

    def write(self, cases: Sequence[CaseFile], folder: Path, *, deidentified: bool) -> list[Path]:
        """Write ``naevus_coco/annotations.json`` and ``naevus_coco/images/``; raises ExportError."""
        images: list[dict[str, Any]] = []
        annotations: list[dict[str, Any]] = []
        with new_folder(folder, "naevus_coco") as delivery:
            for number, file in enumerate(cases, start=1):
                name = f"images/{file_stem(file.case, deidentified=deidentified)}.png"
                delivery.add(name, image_png(file.pixels))
                height_px, width_px = file.pixels.shape[:2]
                images.append({"id": number, "file_name": name, "width": width_px, "height": height_px})
                if file.mask is not None and file.mask.any():
                    annotations.append(_annotation(len(annotations) + 1, number, file.mask))
            content = json.dumps(_document(images, annotations), ensure_ascii=False, indent=1)
            delivery.add("annotations.json", content.encode())
        return delivery.files


def _document(images: list[dict[str, Any]], annotations: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "info": {"description": "Naevus export. Research use only, not a medical device."},
        "licenses": [],
        "categories": [{"id": _LESION, "name": "lesion", "supercategory": "skin"}],
        "images": images,
        "annotations": annotations,
    }


def _annotation(number: int, image_number: int, mask: BoolMask) -> dict[str, Any]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    return {
        "id": number,
        "image_id": image_number,
        "category_id": _LESION,
        "iscrowd": 0,
        "area": int(np.count_nonzero(mask)),
        "bbox": [left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1],
        "segmentation": {"size": list(mask.shape), "counts": run_lengths(mask)},
    }


def run_lengths(mask: BoolMask) -> list[int]:
    """Return COCO's run lengths of an (H, W) bool mask: down the columns, beginning with zeros."""
    down = mask.ravel(order="F")
    changes = np.flatnonzero(down[1:] != down[:-1]) + 1
    lengths = np.diff(np.concatenate([[0], changes, [down.size]])).tolist()
    return [0, *lengths] if down[0] else lengths
