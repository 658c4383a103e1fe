"""What a compressed frame says about itself, read from its markers before decoding.

JPEG, lossless JPEG and JPEG-LS: ITU-T T.81 annex B, T.87 annex C, JFIF, Adobe Technical Note 5116.
JPEG 2000: ITU-T T.800 annex A (SIZ and COD).
"""

from collections.abc import Iterator
from dataclasses import dataclass

_FRAME_MARKERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
_STANDALONE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})
_START_OF_SCAN = 0xDA
_RGB_IDS = (b"RGB", b"rgb")


@dataclass(frozen=True, slots=True)
class Codestream:
    """Size and colour as the compressed data state them; None where they state nothing."""

    width_px: int
    height_px: int
    components: int
    bits: int
    states_ybr: bool | None
    """JPEG: JFIF, Adobe marker or component names; JPEG 2000: whether its colour transform was used."""


def jpeg_codestream(frame: bytes) -> Codestream | None:
    """Return what a JPEG or JPEG-LS frame declares, None if no frame header is found."""
    states_ybr: bool | None = None
    for marker, body in _jpeg_segments(frame):
        if marker == 0xE0 and body.startswith(b"JFIF"):
            states_ybr = True
        elif marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
            states_ybr = states_ybr or body[11] != 0
        elif marker in _FRAME_MARKERS and len(body) >= 6:
            components = body[5]
            if body[6 : 6 + 3 * components : 3] in _RGB_IDS:
                states_ybr = False
            height_px, width_px = _u16(body, 1), _u16(body, 3)
            return Codestream(width_px, height_px, components, body[0], states_ybr)
    return None


def jpeg2000_codestream(frame: bytes) -> Codestream | None:
    """Return what a JPEG 2000 frame declares, None if it has no SIZ marker."""
    siz = frame.find(b"\xff\x51")
    if siz < 0 or len(frame) < siz + 41:
        return None
    width_px = _u32(frame, siz + 6) - _u32(frame, siz + 14)
    height_px = _u32(frame, siz + 10) - _u32(frame, siz + 18)
    components = _u16(frame, siz + 38)
    bits = (frame[siz + 40] & 0x7F) + 1
    cod = frame.find(b"\xff\x52", siz)
    uses_transform = bool(frame[cod + 8]) if 0 <= cod < len(frame) - 8 else None
    return Codestream(width_px, height_px, components, bits, uses_transform)


def _jpeg_segments(frame: bytes) -> Iterator[tuple[int, bytes]]:
    position = 2
    while position + 4 <= len(frame) and frame[position] == 0xFF:
        marker = frame[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker in _STANDALONE_MARKERS:
            position += 2
        elif marker == _START_OF_SCAN:
            return
        else:
            length = _u16(frame, position + 2)
            yield marker, frame[position + 4 : position + 2 + length]
            position += 2 + length


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big")


def _u32(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")
