"""Which files hold outlines, and the reader of each format."""

from collections.abc import Callable, Mapping
from pathlib import Path

from app.domain.errors import UnreadableFileError
from app.importers.masks.coco import coco_images, is_coco
from app.importers.masks.cvat import cvat_images
from app.importers.masks.drawn_image import DrawnImages
from app.importers.masks.json_file import json_object
from app.importers.masks.labelme import is_labelme, labelme_images
from app.importers.masks.yolo import is_yolo, yolo_images
from app.translation import _

_START_LETTERS = 4096


def read_outlines(path: Path) -> DrawnImages | None:
    """Return what is drawn in a file of COCO, labelme, CVAT or YOLO; None when it is none of them.

    Raises:
        UnreadableFileError: it is one and damaged; the message is the sentence to show.
    """
    reader = _READERS.get(path.suffix.lower())
    try:
        return None if reader is None else reader(path)
    except OSError as error:
        reason = error.strerror or _("unknown reason")
        raise UnreadableFileError(_("The file cannot be read: {reason}.").format(reason=reason)) from None
    except MemoryError:
        raise UnreadableFileError(_("There is not enough memory to read this file.")) from None


def _json(path: Path) -> DrawnImages:
    document = json_object(path)
    if is_coco(document):
        return coco_images(document, path)
    if is_labelme(document):
        return labelme_images(document, path)
    raise UnreadableFileError(_("The JSON file is neither one of COCO instances nor one of labelme."))


def _text(path: Path) -> DrawnImages | None:
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        start = stream.read(_START_LETTERS)
    return yolo_images(path) if is_yolo(start) else None


_READERS: Mapping[str, Callable[[Path], DrawnImages | None]] = {
    ".json": _json,
    ".xml": cvat_images,
    ".txt": _text,
}
