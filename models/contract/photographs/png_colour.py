"""What a PNG says about its colours besides an ICC profile: cICP, sRGB, gAMA, cHRM, as PNG 3 ranks them."""

import struct
from collections.abc import Iterator
from typing import Final

from models.contract.errors import UnreadablePhotographError
from models.contract.photographs.colour_encoding import (
    BT709,
    D65,
    ColourEncoding,
    Primaries,
    Transfer,
    power,
    srgb_decoded,
)

_SIGNATURE_BYTES = 8
_COLOUR_TYPE_AT, _WITH_PALETTE = 25, 3
_GAMMA_SCALE = 100_000
_SCREEN_GAMMA = 45_455
_GAMMA_TOLERANCE = 1_500
"""Writers round 1/2.2; within this the curve is what screens have, which sRGB stands for."""

_SAME_PLACE = 0.005
"""Primaries within this of those of sRGB are those of sRGB, rounded."""

_PRIMARIES: Final[dict[int, Primaries]] = {
    1: BT709,
    5: (*D65, 0.640, 0.330, 0.290, 0.600, 0.150, 0.060),
    6: (*D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    7: (*D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    9: (*D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
"""By the number that H.273 gives them: BT.709, PAL, NTSC (twice), BT.2020, DCI-P3, Display P3."""

_VIDEO_AS_SCREEN = power(2.2)
"""The curve of BT.709 describes cameras; what was graded on a screen is meant as the screen shows it."""

_TRANSFERS: Final[dict[int, Transfer]] = {
    **dict.fromkeys((1, 6, 14, 15), _VIDEO_AS_SCREEN),
    4: power(2.2),
    5: power(2.8),
    8: power(1.0),
    13: srgb_decoded,
    17: power(2.6),
}
_HIGH_DYNAMIC_RANGE = (16, 18)


def declared_encoding(content: bytes) -> ColourEncoding | None:
    """Return the encoding that a PNG's chunks declare, None where it is sRGB or an ICC profile decides.

    Raises:
        UnreadablePhotographError: the picture has a high dynamic range, or video levels.
    """
    chunks = dict(_chunks_before_pixels(content))
    if "cICP" in chunks:
        return _coded(chunks["cICP"])
    if "iCCP" in chunks or "sRGB" in chunks:
        return None
    return _measured(chunks.get("gAMA"), chunks.get("cHRM"))


def has_coding_points(content: bytes) -> bool:
    """Say whether a PNG has the chunk cICP, which counts before its ICC profile."""
    return any(name == "cICP" for name, _ in _chunks_before_pixels(content))


def transparent_colour(content: bytes, channels: int) -> tuple[int, ...] | None:
    """Return the stored samples of the one colour that a grey or RGB picture declares transparent."""
    body = dict(_chunks_before_pixels(content)).get("tRNS")
    has_palette = content[_COLOUR_TYPE_AT] == _WITH_PALETTE
    if body is None or has_palette or len(body) != 2 * channels:
        return None
    return struct.unpack(f">{channels}H", body)


def _chunks_before_pixels(content: bytes) -> Iterator[tuple[str, bytes]]:
    at = _SIGNATURE_BYTES
    while at + 8 <= len(content):
        length, name = struct.unpack_from(">I4s", content, at)
        if name == b"IDAT":
            return
        yield name.decode("latin-1"), content[at + 8 : at + 8 + length]
        at += length + 12


def _coded(body: bytes) -> ColourEncoding | None:
    if len(body) != 4:
        return None
    primaries, transfer, _, is_full_range = body
    if transfer in _HIGH_DYNAMIC_RANGE:
        raise UnreadablePhotographError(
            "The picture has a high dynamic range (PQ or HLG); please export it as an sRGB picture."
        )
    if not is_full_range:
        raise UnreadablePhotographError("The picture has video levels; please export it as an sRGB picture.")
    if primaries not in _PRIMARIES or transfer not in _TRANSFERS:
        return None
    if (primaries, transfer) == (1, 13):
        return None
    name = f"coding points {primaries} and {transfer} (ITU-T H.273)"
    return ColourEncoding(name, _PRIMARIES[primaries], _TRANSFERS[transfer])


def _measured(gamma_chunk: bytes | None, primaries_chunk: bytes | None) -> ColourEncoding | None:
    gamma = _gamma(gamma_chunk)
    primaries = _primaries(primaries_chunk)
    is_screen = gamma is None or abs(gamma - _SCREEN_GAMMA) <= _GAMMA_TOLERANCE
    if is_screen and primaries is None:
        return None
    curve = srgb_decoded if gamma is None else power(_GAMMA_SCALE / gamma)
    said = () if gamma is None else (f"gamma {gamma / _GAMMA_SCALE:.5g}",)
    name = " and ".join((*said, *(() if primaries is None else ("own primaries",))))
    return ColourEncoding(name, primaries or BT709, curve)


def _gamma(body: bytes | None) -> int | None:
    if body is None or len(body) != 4:
        return None
    value = int(struct.unpack(">I", body)[0])
    # Values outside 1/5 to 5 are no curve of a picture; PNG says that 0 is to be ignored.
    return value if _GAMMA_SCALE // 5 <= value <= _GAMMA_SCALE * 5 else None


def _primaries(body: bytes | None) -> Primaries | None:
    """Return the chromaticities if they are plausible and not those of sRGB."""
    if body is None or len(body) != 32:
        return None
    x0, y0, x1, y1, x2, y2, x3, y3 = (value / _GAMMA_SCALE for value in struct.unpack(">8I", body))
    found = (x0, y0, x1, y1, x2, y2, x3, y3)
    if min(found[1::2]) < 0.001 or max(found) > 1:
        return None
    doubled_area = (x1 - x3) * (y2 - y3) - (x2 - x3) * (y1 - y3)
    is_srgb = max(abs(a - b) for a, b in zip(found, BT709, strict=True)) <= _SAME_PLACE
    return None if is_srgb or abs(doubled_area) < 0.01 else found
