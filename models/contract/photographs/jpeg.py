"""JPEG: decoded strictly, because libjpeg fills what is missing or corrupt with grey and only warns."""

import re
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from models.contract.errors import (
    DamagedPhotographError,
    PartlyReadablePhotographError,
    UnreadablePhotographError,
)
from models.contract.photographs.camera_fields import camera_fields
from models.contract.photographs.formats import PhotographFormat
from models.contract.photographs.pillow_picture import decoded as pillow_decoded
from models.contract.photographs.pillow_picture import opened
from models.contract.photographs.stored_picture import Mode, StoredPicture

MOST_SCANS: Final = 500
"""libjpeg writes ten; a file of thousands of scans would keep a decoder busy for minutes."""

_DAMAGED = "The JPEG picture is damaged or was not copied completely."
FILLING: Final = 128
"""The grey that decoders leave where data are missing."""

_LEAST_SHOWN_SHARE = 1 / 16
_NOTHING_LEFT = "So much of the JPEG picture is missing or corrupt that nothing can be shown of it."
_HARMLESS = re.compile(r"Invalid SOS parameters|Unknown Adobe color transform|.*unknown JFIF revision")
"""Warnings of libjpeg about headers that cameras write wrongly, without harm to the picture."""

_MARKER_IN_DATA = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_END = b"\xff\xd9"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = (0xC2, 0xCA)
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def jpeg_picture(content: bytes, least_side_px: int) -> StoredPicture:
    """Decode a JPEG file.

    Raises:
        PartlyReadablePhotographError: part of the picture is missing or corrupt.
        UnreadablePhotographError: its size or its number of scans is not accepted.
    """
    with opened(content, PhotographFormat.JPEG, least_side_px) as picture:
        outline = jpeg_outline(content)
        if not outline.is_complete:
            raise PartlyReadablePhotographError(_DAMAGED)
        if picture.mode == "CMYK":
            # Pillow undoes Adobe's inversion; the strict decoder only looks for damage.
            _strictly_decoded(content, "CMYK", outline)
            return pillow_decoded(picture)
        return _stored(picture, _strictly_decoded(content, _colours_of(picture), outline))


def damaged_jpeg_picture(content: bytes, least_side_px: int) -> StoredPicture:
    """Decode what is left of a damaged JPEG; what is missing is grey, and what is corrupt may be anything.

    Raises:
        DamagedPhotographError: nothing is left, or the colours are for printing (CMYK).
        UnreadablePhotographError: its size or its number of scans is not accepted.
    """
    with opened(content, PhotographFormat.JPEG, least_side_px) as picture:
        jpeg_outline(content)
        if picture.mode == "CMYK":
            raise DamagedPhotographError(_NOTHING_LEFT)
        try:
            levels = _decoded(content, _colours_of(picture), is_strict=False)
        except ValueError:
            raise DamagedPhotographError(_NOTHING_LEFT) from None
        if (levels != FILLING).any(axis=2).mean() < _LEAST_SHOWN_SHARE:
            raise DamagedPhotographError(_NOTHING_LEFT)
        return _stored(picture, levels)


def _colours_of(picture: Image.Image) -> str:
    return "GRAY" if picture.mode == "L" else "RGB"


def _stored(picture: Image.Image, levels: NDArray[np.uint8]) -> StoredPicture:
    if levels.shape[1::-1] != picture.size:
        raise DamagedPhotographError(_DAMAGED)
    mode: Mode = "L" if picture.mode == "L" else "RGB"
    return StoredPicture(
        levels=levels[..., 0] if mode == "L" else levels,
        mode=mode,
        camera=camera_fields(picture),
        profile=picture.info.get("icc_profile"),
    )


def check_whole(content: bytes) -> None:
    """Look for damage in a JPEG codestream that lies in another file.

    Raises:
        UnreadablePhotographError: part of the picture is missing or corrupt, or it has too many scans.
    """
    outline = jpeg_outline(content)
    if not outline.is_complete:
        raise DamagedPhotographError(_DAMAGED)
    if len(outline.components) in (1, 3):
        _strictly_decoded(content, "GRAY" if len(outline.components) == 1 else "RGB", outline)


@dataclass
class JpegOutline:
    """What the markers of a JPEG's first picture say about its parts."""

    is_progressive: bool = False
    components: tuple[int, ...] = ()
    low_bits: dict[int, NDArray[np.int8]] = field(default_factory=dict)
    """For each component the bits that each of its 64 coefficients still lacks; -1 where it never came."""
    scans: int = 0
    end: int = -1
    """Where the end marker stands; -1 when there is none."""

    @property
    def is_complete(self) -> bool:
        """Whether every component came in full before an end marker."""
        seen = (self.low_bits.get(component) for component in self.components)
        return self.end > 0 and all(bits is not None and not bits.any() for bits in seen)


def jpeg_outline(content: bytes) -> JpegOutline:
    """Return the outline of a JPEG's first picture; raises UnreadablePhotographError at too many scans."""
    outline, at = JpegOutline(), 2
    while at + 4 <= len(content) or content[at : at + 2] == _END:
        if content[at] != 0xFF:
            at += 1
            continue
        marker = content[at + 1]
        if marker == _END[1]:
            outline.end = at
            break
        if marker in (0x00, 0xFF) or marker in _ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        body = content[at + 4 : at + 2 + int.from_bytes(content[at + 2 : at + 4])]
        at += 4 + len(body)
        if marker in _FRAMES and not outline.components:
            outline.is_progressive = marker in _PROGRESSIVE
            outline.components = tuple(body[6:][0 : 3 * body[5] : 3]) if len(body) > 5 else ()
        elif marker == 0xDA:
            _take_scan(outline, body)
            after = _MARKER_IN_DATA.search(content, at)
            at = len(content) if after is None else after.start()
    return outline


def _take_scan(outline: JpegOutline, body: bytes) -> None:
    outline.scans += 1
    if outline.scans > MOST_SCANS:
        raise UnreadablePhotographError(f"The JPEG picture is cut into more than {MOST_SCANS} scans.")
    count = body[0] if body else 0
    if len(body) < 4 + 2 * count:
        return
    first, last, low = 0, 63, 0
    if outline.is_progressive:
        first, last, low = body[1 + 2 * count], body[2 + 2 * count], body[3 + 2 * count] & 0x0F
    for component in body[1 : 1 + 2 * count : 2]:
        bits = outline.low_bits.setdefault(component, np.full(64, -1, np.int8))
        bits[first : last + 1] = low


def _strictly_decoded(content: bytes, colours: str, outline: JpegOutline) -> NDArray[np.uint8]:
    try:
        return _decoded(content, colours, is_strict=True)
    except ValueError as error:
        said = str(error)
    if _HARMLESS.match(said):
        return _decoded(content, colours, is_strict=False)
    # Some cameras fill their files up before the end marker; the picture is whole without the filling.
    unfilled = content[: outline.end].rstrip(b"\x00").rstrip(b"\xff")
    if len(unfilled) < outline.end:
        try:
            return _decoded(unfilled + _END, colours, is_strict=True)
        except ValueError:
            pass
    raise PartlyReadablePhotographError(_DAMAGED)


def _decoded(content: bytes, colours: str, *, is_strict: bool) -> NDArray[np.uint8]:
    return np.asarray(simplejpeg.decode_jpeg(content, colours, strict=is_strict), dtype=np.uint8)
