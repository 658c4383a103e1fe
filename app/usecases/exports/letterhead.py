"""The letterhead of reports, kept in the data folder: who the clinic is, its logo, and its own fields."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import tomli_w

from app.domain.errors import ExportError, InvalidFieldError, UnreadableFileError
from app.domain.storable_text import storable
from app.imaging import png_codec
from app.translation import _
from app.usecases.exports.report_layout import NO_LETTERHEAD, Letterhead, Logo
from models.contract.arrays import RgbImage
from models.contract.errors import UnreadablePhotographError
from models.contract.files.atomic_files import write_whole
from models.contract.files.private_files import make_private_folder
from models.contract.photographs.failures import DECODER_FAILURES, quiet_decoders
from models.contract.photographs.formats import PhotographFormat, photograph_format
from models.contract.photographs.reader import read_photograph

LETTERHEAD_FOLDER = "letterhead"
"""In the data folder."""

MOST_ADDRESS_LINES, MOST_FIELDS = 6, 8
MOST_LOGO_BYTES = 5_000_000
_TEXT_NAME, _LOGO_NAME = "letterhead.toml", "logo.png"
_MOST_LINE_LETTERS = 120
_UNREADABLE: tuple[type[Exception], ...] = (UnreadablePhotographError, *DECODER_FAILURES)
_LOGO_WIDTH_PX, _LOGO_HEIGHT_PX = 1000, 400
"""60 mm and 18 mm at more than 400 dots per inch."""


def read_letterhead(data_folder: Path) -> Letterhead:
    """Return the stored letterhead, an empty one when there is none; raises ExportError when damaged."""
    folder = data_folder / LETTERHEAD_FOLDER
    try:
        if not (folder / _TEXT_NAME).exists():
            return NO_LETTERHEAD
        found = tomllib.loads((folder / _TEXT_NAME).read_text(encoding="utf-8"))
        return replace(_letterhead_of(found), logo=_stored_logo(folder / _LOGO_NAME))
    except (OSError, ValueError, TypeError, UnreadableFileError):
        raise ExportError(
            _("The letterhead in {folder} cannot be read; enter it anew in the settings.").format(
                folder=folder
            )
        ) from None


def write_letterhead(data_folder: Path, letterhead: Letterhead) -> None:
    """Store the letterhead; raises InvalidFieldError when it is too long, and OSError."""
    _check(letterhead)
    folder = data_folder / LETTERHEAD_FOLDER
    make_private_folder(folder)
    if letterhead.logo is None:
        (folder / _LOGO_NAME).unlink(missing_ok=True)
    else:
        write_whole(folder / _LOGO_NAME, letterhead.logo.png)
    text = {
        "name": letterhead.name,
        "address_lines": list(letterhead.address_lines),
        "fields": [list(pair) for pair in letterhead.fields],
    }
    write_whole(folder / _TEXT_NAME, storable(tomli_w.dumps(text)).encode())


def logo_from(path: Path) -> Logo:
    """Return the picture in a PNG or JPEG file, made small, opaque and free of metadata.

    Raises:
        InvalidFieldError: the file is no such picture, damaged, or larger than MOST_LOGO_BYTES.
    """
    pixels = _fitted(_logo_pixels(path))
    return Logo(png_codec.png(pixels), pixels.shape[1], pixels.shape[0])


def fields_from_lines(text: str) -> tuple[tuple[str, str], ...]:
    """Return labels and texts from lines such as “Referring physician: Huber”; raises InvalidFieldError."""
    pairs = []
    for line in filter(None, map(str.strip, text.splitlines())):
        label, colon, said = line.partition(":")
        if not (colon and label.strip()):
            raise InvalidFieldError(
                "fields",
                _("Write each field as “Label: text”, for example “Referring physician: Dr. Huber”."),
            )
        pairs.append((label.strip(), said.strip()))
    return tuple(pairs)


def _letterhead_of(found: dict[str, Any]) -> Letterhead:
    return Letterhead(
        name=str(found.get("name", "")),
        address_lines=tuple(map(str, found.get("address_lines", ()))),
        fields=tuple((str(label), str(text)) for label, text in found.get("fields", ())),
    )


def _stored_logo(path: Path) -> Logo | None:
    if not path.exists():
        return None
    content = path.read_bytes()
    pixels = png_codec.pixels_from_png(content)
    return Logo(content, pixels.shape[1], pixels.shape[0])


def _logo_pixels(path: Path) -> RgbImage:
    try:
        is_large = path.stat().st_size > MOST_LOGO_BYTES
        content = b"" if is_large else path.read_bytes()
    except OSError as error:
        raise InvalidFieldError(
            "logo", _("The logo cannot be read: {reason}.").format(reason=error.strerror)
        ) from None
    if is_large:
        limit = MOST_LOGO_BYTES // 1_000_000
        raise InvalidFieldError("logo", _("A logo has at most {limit} MB.").format(limit=limit))
    if photograph_format(content) not in (PhotographFormat.PNG, PhotographFormat.JPEG):
        raise InvalidFieldError("logo", _("A logo is a PNG or JPEG file."))
    try:
        with quiet_decoders():
            return read_photograph(content).pixels
    except _UNREADABLE:
        raise InvalidFieldError("logo", _("The picture of the logo is damaged or too large.")) from None


def _fitted(pixels: RgbImage) -> RgbImage:
    height_px, width_px = pixels.shape[:2]
    scale = min(1.0, _LOGO_WIDTH_PX / width_px, _LOGO_HEIGHT_PX / height_px)
    if scale == 1.0:
        return pixels
    size = (max(1, round(width_px * scale)), max(1, round(height_px * scale)))
    smaller: RgbImage = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype("uint8", copy=False)
    return smaller


def _check(letterhead: Letterhead) -> None:
    """Raise InvalidFieldError when something would not fit into the head of a page."""
    counts = (
        ("address_lines", len(letterhead.address_lines), MOST_ADDRESS_LINES),
        ("fields", len(letterhead.fields), MOST_FIELDS),
    )
    for field, count, most in counts:
        if count > most:
            raise InvalidFieldError(field, _("There is room for {most} lines.").format(most=most))
    lines = (
        ("name", (letterhead.name,)),
        ("address_lines", letterhead.address_lines),
        ("fields", tuple(f"{label}: {text}" for label, text in letterhead.fields)),
    )
    for field, texts in lines:
        if any(len(text) > _MOST_LINE_LETTERS for text in texts):
            raise InvalidFieldError(
                field, _("A line has at most {most} letters.").format(most=_MOST_LINE_LETTERS)
            )
