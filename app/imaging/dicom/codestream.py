"""What a compressed frame says about itself, read from its markers before decoding.

JPEG, lossless JPEG and JPEG-LS: ITU-T T.81 annex B, T.87 annex C, JFIF, Adobe Technical Note 5116.
JPEG 2000 and HTJ2K: ITU-T T.800 annex A (SIZ and COD).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

_JPEG_START = b"\xff\xd8"
_JPEG2000_START = b"\xff\x4f\xff\x51"
_JP2_START = b"\x00\x00\x00\x0cjP  "
_STANDALONE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})
_START_OF_SCAN = 0xDA
_SIZ, _COD, _START_OF_TILE = 0x51, 0x52, 0x90


class Coding(Enum):
    """How a frame is compressed."""

    JPEG = "JPEG"
    LOSSLESS_JPEG = "lossless JPEG"
    JPEG_LS = "JPEG-LS"
    JPEG_2000 = "JPEG 2000"


_CODING_BY_FRAME_MARKER = {
    0xC0: Coding.JPEG,
    0xC1: Coding.JPEG,
    0xC2: Coding.JPEG,
    0xC3: Coding.LOSSLESS_JPEG,
    0xF7: Coding.JPEG_LS,
}
_FRAME_MARKERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class Codestream:
    """Coding, size, depth and colour as the compressed data state them; None where they state nothing."""

    coding: Coding | None
    """None: a rare variety of JPEG (hierarchical or arithmetic)."""
    width_px: int
    height_px: int
    components: int
    bits: int
    states_ybr: bool | None = None
    """JPEG: JFIF, Adobe marker or component names."""
    is_subsampled: bool = False
    """Components of different resolution: only luma and chroma are stored so."""
    is_signed: bool | None = None
    """JPEG 2000 only; the others know no sign."""
    undoes_colour_transform: bool | None = None
    """JPEG 2000: whether its own colour transform (RCT or ICT) was used; decoders undo it."""
    has_even_depth: bool = True
    """False where the components have different numbers of bits."""


def codestream_of(frame: bytes) -> Codestream | None:
    """Return what a compressed frame declares, None if it is of no known coding or has no frame header."""
    if frame.startswith((_JPEG2000_START, _JP2_START)):
        return _jpeg2000_codestream(frame)
    return _jpeg_codestream(frame) if frame.startswith(_JPEG_START) else None


def precision_at(frame: bytes) -> int:
    """Return where a JPEG states its bits per value; raises LookupError if it has no frame header."""
    places = [at for marker, at, _ in _segments(frame) if marker in _FRAME_MARKERS]
    return places[0]


def _jpeg_codestream(frame: bytes) -> Codestream | None:
    states_ybr: bool | None = None
    for marker, _, body in _segments(frame):
        if marker == 0xE0 and body.startswith(b"JFIF"):
            states_ybr = True
        elif marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
            states_ybr = states_ybr or body[11] != 0
        elif marker in _FRAME_MARKERS and len(body) >= 6 and len(body) >= 6 + 3 * body[5]:
            names, samplings = body[6 : 6 + 3 * body[5] : 3], body[7 : 7 + 3 * body[5] : 3]
            return Codestream(
                coding=_CODING_BY_FRAME_MARKER.get(marker),
                width_px=_u16(body, 3),
                height_px=_u16(body, 1),
                components=body[5],
                bits=body[0],
                states_ybr=False if states_ybr is None and names == b"RGB" else states_ybr,
                is_subsampled=len(set(samplings)) > 1,
            )
    return None


def _jpeg2000_codestream(frame: bytes) -> Codestream | None:
    start = frame.find(_JPEG2000_START)
    segments = {marker: body for marker, _, body in _segments(frame, start)} if start >= 0 else {}
    siz, cod = segments.get(_SIZ, b""), segments.get(_COD, b"")
    components = _u16(siz, 34)
    parts = [siz[36 + 3 * index : 39 + 3 * index] for index in range(components)]
    if not parts or len(parts[-1]) < 3:
        return None
    return Codestream(
        coding=Coding.JPEG_2000,
        width_px=_u32(siz, 2) - _u32(siz, 10),
        height_px=_u32(siz, 6) - _u32(siz, 14),
        components=components,
        bits=(parts[0][0] & 0x7F) + 1,
        is_subsampled=len({part[1:] for part in parts}) > 1,
        is_signed=bool(parts[0][0] & 0x80),
        undoes_colour_transform=bool(cod[4]) if len(cod) > 4 else None,
        has_even_depth=len({part[0] for part in parts}) == 1,
    )


def _segments(frame: bytes, start: int = 0) -> Iterator[tuple[int, int, bytes]]:
    """Yield markers with place and content of their bodies, up to the first compressed data."""
    position = start + 2
    while position + 4 <= len(frame) and frame[position] == 0xFF:
        marker = frame[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker in _STANDALONE_MARKERS:
            position += 2
        elif marker in (_START_OF_SCAN, _START_OF_TILE):
            return
        else:
            length = _u16(frame, position + 2)
            yield marker, position + 4, frame[position + 4 : position + 2 + length]
            position += 2 + length


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big")


def _u32(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")
