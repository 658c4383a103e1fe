"""YOLO's segments, one text file per image: a class and an outline in shares of width and height per line."""

import re
from pathlib import Path

from app.domain.errors import InvalidFieldError, UnreadableFileError
from app.importers.masks.drawn_image import DrawnImages, DrawnImagesDraft
from app.importers.masks.shapes import polygon
from app.translation import _

_MOST_BYTES = 50_000_000
_LINE = re.compile(r"\d+(?:\s+[-+.\deE]+|\s+nan|\s+-?inf)+\s*", re.IGNORECASE)
_BOX_NUMBERS = 4


def is_yolo(start: str) -> bool:
    """Say whether a text begins as a file of YOLO's segments or boxes does."""
    first = next((line for line in start.splitlines() if line.strip()), "")
    return _LINE.fullmatch(first) is not None


def yolo_images(path: Path) -> DrawnImages:
    """Return what is drawn on the image that a YOLO file is named after; raises UnreadableFileError."""
    if path.stat().st_size > _MOST_BYTES:
        raise UnreadableFileError(_("The text file is too large for the outlines of one image."))
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UnreadableFileError(_("The text file is damaged.")) from None
    draft = DrawnImagesDraft()
    draft.image(path.stem, None)
    for number, line in enumerate(lines, start=1):
        label, *numbers = line.split() or [""]
        if not numbers:
            continue
        if len(numbers) == _BOX_NUMBERS:
            draft.leave_out("box")
            continue
        try:
            if len(numbers) % 2:
                raise InvalidFieldError("mask", _("the numbers are no pairs."))
            points = list(zip(numbers[::2], numbers[1::2], strict=True))
            draft.add(path.stem, f"class {label}", [polygon(points, is_relative=True)])
        except InvalidFieldError as error:
            draft.refuse(path.stem, _("Line {number}: {error}").format(number=number, error=error))
    return draft.finished()
