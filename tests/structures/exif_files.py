"""EXIF blocks written field by field in any type and byte order, in JPEG, PNG and WebP files."""

import struct
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.structures.png_files import chunk
from tests.structures.tiff_files import ByteOrder, TiffType, directory

ORIENTATION, EXIF_DIRECTORY, INTEROPERABILITY_DIRECTORY = 0x0112, 0x8769, 0xA005
COLOUR_SPACE, INTEROPERABILITY_INDEX = 0xA001, 0x0001


@dataclass(frozen=True)
class ExifFields:
    """What a camera wrote, and how."""

    byteorder: ByteOrder
    orientation: int | None
    orientation_type: TiffType
    colour_space: int | None
    colour_space_type: TiffType
    interoperability: str | None
    """'R98' or 'R03'."""


def exif_block(fields: ExifFields) -> bytes:
    """Return the block as a TIFF header with its directories, the main one last."""
    order = fields.byteorder
    head = b"II" if order == "<" else b"MM"
    body, at, exif_at = b"", 8, 0
    main: dict[int, tuple[TiffType, list[int]]] = {}
    inner: dict[int, tuple[TiffType, list[int]]] = {}
    if fields.interoperability is not None:
        letters = fields.interoperability.encode() + b"\0"
        body += struct.pack(order + "HHHI4sI", 1, INTEROPERABILITY_INDEX, TiffType.ASCII, 4, letters, 0)
        inner[INTEROPERABILITY_DIRECTORY] = (TiffType.LONG, [at])
    if fields.colour_space is not None:
        inner[COLOUR_SPACE] = (fields.colour_space_type, [fields.colour_space])
    if inner:
        exif_at = at + len(body)
        body += directory(inner, exif_at, order)
        main[EXIF_DIRECTORY] = (TiffType.LONG, [exif_at])
    if fields.orientation is not None:
        main[ORIENTATION] = (fields.orientation_type, [fields.orientation])
    start = at + len(body)
    return head + struct.pack(order + "HI", 42, start) + body + directory(main, start, order)


def jpeg_with(block: bytes, pixels: NDArray[np.uint8]) -> bytes:
    """Return a JPEG of the pixels whose first segment is the block."""
    content = _saved(pixels, "JPEG", quality=98, subsampling=0)
    body = b"Exif\0\0" + block
    return content[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + content[2:]


def png_with(block: bytes, pixels: NDArray[np.uint8]) -> bytes:
    """Return a PNG of the pixels with the block before them."""
    content = _saved(pixels, "PNG")
    at = content.index(b"IDAT") - 4
    return content[:at] + chunk(b"eXIf", block) + content[at:]


def webp_with(block: bytes, pixels: NDArray[np.uint8]) -> bytes:
    """Return a lossless WebP of the pixels with the block."""
    return _saved(pixels, "WEBP", lossless=True, exif=block)


def _saved(pixels: NDArray[np.uint8], kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()
