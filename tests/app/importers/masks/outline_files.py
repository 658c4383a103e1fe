"""Files of outlines as COCO's tools, labelme, CVAT and YOLO write them."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from models.contract.arrays import BoolMask

SQUARE = [[10, 20], [40, 20], [40, 60], [10, 60]]


def square(height: int = 96, width: int = 128) -> BoolMask:
    mask = np.zeros((height, width), dtype=np.bool_)
    mask[20:60, 10:40] = True
    return mask


def coco(segmentation: object, *, name: str = "a.png", size: tuple[int, int] = (96, 128)) -> dict[str, Any]:
    return {
        "info": {},
        "images": [{"id": 1, "file_name": name, "height": size[0], "width": size[1]}],
        "categories": [{"id": 7, "name": "lesion", "supercategory": "skin"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 7, "segmentation": segmentation, "iscrowd": 0}
        ],
    }


def labelme(shapes: list[dict[str, Any]], *, name: str = "a.png") -> dict[str, Any]:
    return {
        "version": "5.5.0",
        "flags": {},
        "shapes": [
            {"label": "lesion", "group_id": None, "description": "", "flags": {}, "mask": None, **shape}
            for shape in shapes
        ],
        "imagePath": name,
        "imageData": None,
        "imageHeight": 96,
        "imageWidth": 128,
    }


def labelme_mask() -> dict[str, Any]:
    stream = io.BytesIO()
    Image.fromarray(np.full((40, 30), 255, np.uint8)).save(stream, "PNG")
    return {
        "shape_type": "mask",
        "points": [[10, 20], [39, 59]],
        "mask": base64.b64encode(stream.getvalue()).decode(),
    }


def cvat(drawn: str, *, name: str = "a.png") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n'
        "  <meta><task><id>1</id><mode>annotation</mode></task></meta>\n"
        f'  <image id="0" name="{name}" width="128" height="96">\n    {drawn}\n  </image>\n</annotations>\n'
    )


CVAT_POLYGON = (
    '<polygon label="lesion" source="manual" occluded="0" points="10.00,20.00;40.00,20.00;40.00,60.00;'
    '10.00,60.00" z_order="0"></polygon>'
)
YOLO = "0 0.078125 0.2083333 0.3125 0.2083333 0.3125 0.625 0.078125 0.625\n"


def written(folder: Path, name: str, content: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name
