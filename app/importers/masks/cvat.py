"""CVAT for images 1.1 in XML: polygons, masks and ellipses. Files with entities or a DTD are refused."""

import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from app.domain.errors import InvalidFieldError, UnreadableFileError
from app.importers.masks.drawn_image import DrawnImages, DrawnImagesDraft
from app.importers.masks.shapes import Shape, ellipse, patch_of_runs, polygon
from app.translation import _

_MOST_BYTES = 500_000_000
_MOST_DIGITS = 9
_NO_OUTLINES = ("box", "polyline", "points", "cuboid", "skeleton")


def cvat_images(path: Path) -> DrawnImages:
    """Return what is drawn on each image of a CVAT file; raises UnreadableFileError when it is none."""
    # Only XML needs it.
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    if path.stat().st_size > _MOST_BYTES:
        raise UnreadableFileError(_("The XML file is too large (above 500 MB); divide it."))
    draft = DrawnImagesDraft()
    root: Element | None = None
    try:
        for event, element in iterparse(str(path), events=("start", "end"), forbid_dtd=True):
            if root is None:
                root = _checked_root(element)
            if event == "end" and element.tag == "image":
                _take(element, draft)
                element.clear()
            elif event == "end" and element.tag == "track":
                raise UnreadableFileError(
                    _("The file is “CVAT for video”; export it as “CVAT for images 1.1”.")
                )
    except DefusedXmlException:
        raise UnreadableFileError(_("The XML file declares entities or a DTD and was not read.")) from None
    except (ValueError, LookupError):
        raise UnreadableFileError(
            _("The XML file is in an encoding that cannot be read; save it as UTF-8.")
        ) from None
    except ParseError as error:
        raise UnreadableFileError(
            _("The XML file is damaged (line {value}).").format(value=error.position[0])
        ) from None
    return draft.finished()


def _checked_root(element: Element) -> Element:
    if element.tag != "annotations":
        raise UnreadableFileError(_("The XML file is none of CVAT for images 1.1."))
    return element


def _take(image: Element, draft: DrawnImagesDraft) -> None:
    name = image.get("name", "")
    if not name:
        raise UnreadableFileError(_("An image of the CVAT file has no name."))
    try:
        draft.image(name, (_whole(image.attrib, "height"), _whole(image.attrib, "width")))
        for drawn in image:
            if drawn.tag in _NO_OUTLINES:
                draft.leave_out(drawn.tag)
            elif (shape := _shape(drawn)) is not None:
                group = None if drawn.get("group_id", "0") == "0" else drawn.get("group_id")
                draft.add(name, drawn.get("label", "lesion"), [shape], group=group)
    except InvalidFieldError as error:
        draft.refuse(name, str(error))


def _shape(drawn: Element) -> Shape | None:
    values = drawn.attrib
    match drawn.tag:
        case "polygon":
            return polygon([point.split(",") for point in values.get("points", "").split(";") if point])
        case "ellipse":
            return ellipse(*(_number(values, name) for name in ("cx", "cy", "rx", "ry")))
        case "mask":
            counts = _counts(values.get("rle", ""))
            size_px = _whole(values, "height"), _whole(values, "width")
            return patch_of_runs(counts, _whole(values, "left"), _whole(values, "top"), size_px)
        case _:
            return None


def _counts(text: str) -> list[int]:
    counts = re.findall(r"[0-9]+", text)
    if any(len(count) > _MOST_DIGITS for count in counts):
        raise InvalidFieldError("mask", _("A run length is longer than any image."))
    return [int(count) for count in counts]


def _whole(values: Mapping[str, str], name: str) -> int:
    text = values.get(name, "")
    if not re.fullmatch(r"-?\d{1,9}", text):
        raise InvalidFieldError(
            "mask", _("The {name} of an image or mask is no whole number.").format(name=name)
        )
    return int(text)


def _number(values: Mapping[str, str], name: str) -> float:
    try:
        return float(values.get(name, ""))
    except ValueError:
        raise InvalidFieldError(
            "mask", _("The {name} of an ellipse is no number.").format(name=name)
        ) from None
