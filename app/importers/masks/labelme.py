"""labelme's JSON, one file per image: polygons, rectangles, circles and masks."""

import base64
import binascii
import math
from pathlib import Path, PureWindowsPath
from typing import cast

from app.domain.errors import InvalidFieldError
from app.importers.masks.drawn_image import DrawnImages, DrawnImagesDraft
from app.importers.masks.json_file import JsonObject, objects_in, size_in, text_in
from app.importers.masks.shapes import Patch, Shape, ellipse, polygon
from app.translation import _
from models.contract.errors import NoMaskError
from models.contract.imaging.mask_file import read_mask

_NO_OUTLINES = ("point", "points", "line", "linestrip")
_FARTHEST_PX = 1_000_000_000
"""Of a point; more is no place on an image. NaN is none, either."""


def is_labelme(document: JsonObject) -> bool:
    """Say whether a JSON file is one of labelme."""
    return isinstance(document.get("shapes"), list) and "imagePath" in document


def labelme_images(document: JsonObject, path: Path) -> DrawnImages:
    """Return what is drawn on the image of a labelme file; raises UnreadableFileError when it is damaged."""
    # labelme on Windows writes folders with a backslash.
    name = PureWindowsPath(text_in(document, "imagePath")).name or path.stem
    draft = DrawnImagesDraft()
    draft.image(name, size_in(document, "imageHeight", "imageWidth"))
    for shape in objects_in(document, "shapes"):
        kind = text_in(shape, "shape_type", "polygon") or "polygon"
        if kind in _NO_OUTLINES:
            draft.leave_out(kind)
            continue
        try:
            label, group = text_in(shape, "label", "lesion"), shape.get("group_id")
            draft.add(name, label, [_shape(kind, shape)], group=group)
        except InvalidFieldError as error:
            draft.refuse(name, str(error))
    return draft.finished()


def _shape(kind: str, shape: JsonObject) -> Shape:
    points = _points(shape)
    match kind:
        case "polygon":
            return polygon(points)
        case "rectangle":
            (left, top), (right, bottom) = _pair(points)
            return polygon([(left, top), (right, top), (right, bottom), (left, bottom)])
        case "circle":
            (x, y), (edge_x, edge_y) = _pair(points)
            radius = math.hypot(edge_x - x, edge_y - y)
            return ellipse(x, y, radius, radius)
        case "mask":
            return _pasted(points, shape.get("mask"))
        case _:
            raise InvalidFieldError("mask", _("A shape of the kind “{kind}” is not known.").format(kind=kind))


def _points(shape: JsonObject) -> list[list[object]]:
    points = shape.get("points")
    if not isinstance(points, list) or not all(isinstance(one, list) and len(one) == 2 for one in points):
        raise InvalidFieldError("mask", _("A shape has no list of points."))
    return cast("list[list[object]]", points)


def _pair(points: list[list[object]]) -> tuple[tuple[float, float], tuple[float, float]]:
    numbers = [number for point in points for number in point if isinstance(number, int | float)]
    if len(points) != 2 or len(numbers) != 4 or not all(abs(number) < _FARTHEST_PX for number in numbers):
        raise InvalidFieldError("mask", _("A shape of two points has not two points."))
    return (numbers[0], numbers[1]), (numbers[2], numbers[3])


def _pasted(points: list[list[object]], content: object) -> Patch:
    (left, top), _corner = _pair(points)
    if not isinstance(content, str):
        raise InvalidFieldError("mask", _("A mask has no pixels."))
    try:
        reading = read_mask(base64.b64decode(content, validate=True))
    except (binascii.Error, ValueError):
        raise InvalidFieldError("mask", _("The pixels of a mask are damaged.")) from None
    except NoMaskError as error:
        raise InvalidFieldError("mask", str(error)) from None
    return Patch(reading.mask, round(left), round(top))
