"""PNG files written chunk by chunk from known samples: every colour type, depth, filter and interlacing."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.uint16]
GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
DEPTHS = {
    GREY: (8, 16, 1, 2, 4),
    RGB: (8, 16),
    PALETTE: (8, 1, 2, 4),
    GREY_ALPHA: (8, 16),
    RGB_ALPHA: (8, 16),
}
_PASSES = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
"""Adam7: first row, first column, and steps of each pass."""


@dataclass(frozen=True)
class PngLayout:
    """Everything about a file but its samples."""

    colour_type: int
    bits: int
    is_interlaced: bool
    filters: tuple[int, ...]
    """0 to 4, taken in turn by the rows."""
    bytes_per_chunk: int
    before_pixels: tuple[tuple[bytes, bytes], ...] = field(default=())
    """Further chunks, in order; a palette among them."""


def png_file(samples: Samples, layout: PngLayout) -> bytes:
    """Return a file of (H, W, C) samples."""
    height, width = samples.shape[:2]
    header = struct.pack(
        ">IIBBBBB", width, height, layout.bits, layout.colour_type, 0, 0, int(layout.is_interlaced)
    )
    passes = _PASSES if layout.is_interlaced else ((0, 0, 1, 1),)
    parts = (samples[top::down, left::right] for top, left, down, right in passes)
    data = zlib.compress(b"".join(line for part in parts if part.size for line in _lines(part, layout)))
    pieces = [data[at : at + layout.bytes_per_chunk] for at in range(0, len(data), layout.bytes_per_chunk)]
    chunks = [
        (b"IHDR", header),
        *layout.before_pixels,
        *((b"IDAT", piece) for piece in pieces),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, body) for name, body in chunks)


def chunk(name: bytes, body: bytes) -> bytes:
    """Return a chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _lines(part: Samples, layout: PngLayout) -> Iterator[bytes]:
    step = max(1, part.shape[2] * layout.bits // 8)
    above: bytes | None = None
    for number, row in enumerate(part):
        line = _packed(row, layout.bits)
        kind = layout.filters[number % len(layout.filters)]
        yield bytes([kind]) + _filtered(kind, line, above or bytes(len(line)), step)
        above = line


def _packed(row: Samples, bits: int) -> bytes:
    if bits >= 8:
        return row.astype(f">u{bits // 8}").tobytes()
    single = (row.ravel()[:, None] >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(single.astype(np.uint8).ravel()).tobytes()


def _filtered(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    left = bytes(step) + line[:-step]
    left_above = bytes(step) + above[:-step]
    predicted = {
        0: lambda _a, _b, _c: 0,
        1: lambda a, _b, _c: a,
        2: lambda _a, b, _c: b,
        3: lambda a, b, _c: (a + b) // 2,
        4: _paeth,
    }[kind]
    return bytes(
        (x - predicted(a, b, c)) % 256 for x, a, b, c in zip(line, left, above, left_above, strict=False)
    )


def _paeth(left: int, above: int, left_above: int) -> int:
    guess = left + above - left_above
    return min((left, above, left_above), key=lambda value: abs(guess - value))
