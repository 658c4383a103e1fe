"""Images with the outlines of their masks as labelme opens them: a JSON file beside each image.

A region is a polygon; one with holes is a shape of the kind “mask”, which labelme knows from 5.3 on and which
keeps every pixel. Where an image shows several lesions, the regions of each have its number for a group.
"""

import base64
import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from app.exporters.annotation.drawn_regions import DrawnRegion, drawn_regions
from app.exporters.begun_folder import begun_folder
from app.exporters.case_index import OTHER_LESION
from app.exporters.image_rendering import mask_png
from app.translation import N_
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, ShownLesion, Writing

_VERSION = "5.5.0"
"""The version of labelme whose form the files have."""


class LabelmeJson:
    """A new folder with the upright images and a JSON file of the same name for each."""

    name = "labelme_json"
    label = N_("labelme (JSON)")
    suffix = ".json"
    keeps_what_was_stopped = True

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        """Write ``naevus_labelme/<case>.png`` and ``<case>.json``; raises ExportError."""
        with begun_folder(folder, "naevus_labelme", manner) as begun:
            for done, file in enumerate(cases, start=1):
                stem = begun.stems.next_stem(file.case)
                image = begun.put_image(file, f"{stem}.png")
                begun.put(file.case, f"{stem}.json", partial(_content, file, image))
                yield done
        return begun.files


def _content(file: CaseFile, image_name: str) -> bytes:
    document: dict[str, Any] = {
        "version": _VERSION,
        "flags": {},
        "shapes": [
            _shape(region, _said_of(shown, is_one_of_several=file.has_other_lesions))
            for shown in file.lesions
            for region in drawn_regions(shown.mask)
        ],
        "imagePath": image_name,
        "imageData": None,
        "imageHeight": file.case.image.height_px,
        "imageWidth": file.case.image.width_px,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _said_of(shown: ShownLesion, *, is_one_of_several: bool) -> dict[str, Any]:
    label = "lesion" if shown.is_of_interest else OTHER_LESION
    group = shown.number if is_one_of_several else None
    return {"label": label, "group_id": group, "description": "", "flags": {}}


def _shape(region: DrawnRegion, shape: dict[str, Any]) -> dict[str, Any]:
    if region.outline is not None:
        return {**shape, "shape_type": "polygon", "points": region.outline.tolist(), "mask": None}
    height_px, width_px = region.pixels.shape
    right, bottom = region.left_px + width_px - 1, region.top_px + height_px - 1
    return {
        **shape,
        "shape_type": "mask",
        "points": [[region.left_px, region.top_px], [right, bottom]],
        "mask": base64.b64encode(mask_png(region.pixels)).decode(),
    }
