"""TIFF files written tag by tag from known samples, for any layout that TIFF 6.0 allows."""

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import imagecodecs
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.generic]
ByteOrder = Literal["<", ">"]


class Compression(IntEnum):
    NONE, LZW, DEFLATE, OLD_DEFLATE, PACKBITS = 1, 5, 8, 32_946, 32_773


class TiffType(IntEnum):
    BYTE, ASCII, SHORT, LONG, SBYTE, SSHORT, SLONG = 1, 2, 3, 4, 6, 8, 9


_CODES = {
    TiffType.BYTE: "B",
    TiffType.SHORT: "H",
    TiffType.LONG: "I",
    TiffType.SBYTE: "b",
    TiffType.SSHORT: "h",
    TiffType.SLONG: "i",
}


@dataclass(frozen=True)
class TiffLayout:
    """Everything about a file but its samples."""

    byteorder: ByteOrder
    photometric: int
    bits: int
    sample_format: int
    is_planar: bool
    compression: Compression
    predictor: int
    orientation: int
    orientation_type: TiffType
    extra_sample: int | None
    """The kind of one further channel: 0 unspecified, 1 premultiplied alpha, 2 alpha; None: there is none."""
    tile_px: int | None
    """Side of square tiles; None: strips."""
    rows_per_strip: int


def tiff_file(samples: Samples, layout: TiffLayout, colour_map: NDArray[np.uint16] | None = None) -> bytes:
    """Return a file of (H, W, S) samples, the further channel last; ``colour_map`` is (3, 2**bits)."""
    height, width, count = samples.shape
    planes = [samples[..., [at]] for at in range(count)] if layout.is_planar else [samples]
    pieces = [_coded(piece, layout) for plane in planes for piece in _pieces(plane, layout)]
    tags: dict[int, tuple[TiffType, list[int]]] = {
        256: (TiffType.LONG, [width]),
        257: (TiffType.SHORT, [height]),
        258: (TiffType.SHORT, [layout.bits] * count),
        259: (TiffType.SHORT, [layout.compression]),
        262: (TiffType.SHORT, [layout.photometric]),
        274: (layout.orientation_type, [layout.orientation]),
        277: (TiffType.SHORT, [count]),
        284: (TiffType.SHORT, [2 if layout.is_planar else 1]),
        339: (TiffType.SHORT, [layout.sample_format] * count),
    }
    if layout.predictor != 1:
        tags[317] = (TiffType.SHORT, [layout.predictor])
    if layout.extra_sample is not None:
        tags[338] = (TiffType.SHORT, [layout.extra_sample])
    if colour_map is not None:
        tags[320] = (TiffType.SHORT, colour_map.ravel().tolist())
    starts = np.cumsum([8, *(len(piece) + len(piece) % 2 for piece in pieces)]).tolist()
    offsets, lengths = (324, 325) if layout.tile_px else (273, 279)
    tags |= {
        offsets: (TiffType.LONG, starts[:-1]),
        lengths: (TiffType.LONG, [len(piece) for piece in pieces]),
    }
    if layout.tile_px:
        tags |= {322: (TiffType.SHORT, [layout.tile_px]), 323: (TiffType.SHORT, [layout.tile_px])}
    else:
        tags[278] = (TiffType.SHORT, [layout.rows_per_strip])
    body = b"".join(piece + b"\0" * (len(piece) % 2) for piece in pieces)
    head = (b"II" if layout.byteorder == "<" else b"MM") + struct.pack(
        layout.byteorder + "HI", 42, starts[-1]
    )
    return head + body + directory(tags, starts[-1], layout.byteorder)


def directory(tags: dict[int, tuple[TiffType, list[int]]], at: int, byteorder: ByteOrder) -> bytes:
    """Return a directory that stands at ``at``, with the values that do not fit into it behind it."""
    entries, behind = b"", b""
    end = at + 2 + 12 * len(tags) + 4
    for tag, (kind, values) in sorted(tags.items()):
        if kind == TiffType.ASCII:
            content = "".join(map(str, values)).encode() + b"\0"
        else:
            content = struct.pack(f"{byteorder}{len(values)}{_CODES[kind]}", *values)
        count = len(content) if kind == TiffType.ASCII else len(values)
        place = content.ljust(4, b"\0")
        if len(content) > 4:
            place = struct.pack(byteorder + "I", end + len(behind))
            behind += content + b"\0" * (len(content) % 2)
        entries += struct.pack(byteorder + "HHI", tag, kind, count) + place
    return struct.pack(byteorder + "H", len(tags)) + entries + bytes(4) + behind


def _pieces(plane: Samples, layout: TiffLayout) -> list[Samples]:
    height, width = plane.shape[:2]
    if layout.tile_px is None:
        return [plane[top : top + layout.rows_per_strip] for top in range(0, height, layout.rows_per_strip)]
    side = layout.tile_px
    padded = np.pad(plane, ((0, -height % side), (0, -width % side), (0, 0)), mode="edge")
    tops, lefts = range(0, padded.shape[0], side), range(0, padded.shape[1], side)
    return [padded[top : top + side, left : left + side] for top in tops for left in lefts]


def _coded(piece: Samples, layout: TiffLayout) -> bytes:
    if layout.predictor == 3:
        rows = _floating_differences(piece)
    else:
        if layout.predictor == 2:
            piece = np.concatenate([piece[:, :1], piece[:, 1:] - piece[:, :-1]], axis=1)
        rows = [_packed(row, layout) for row in piece]
    if layout.compression == Compression.PACKBITS:
        # Rows are packed one by one.
        return b"".join(imagecodecs.packbits_encode(row) for row in rows)
    content = b"".join(rows)
    if layout.compression == Compression.LZW:
        return bytes(imagecodecs.lzw_encode(content))
    return (
        zlib.compress(content)
        if layout.compression in (Compression.DEFLATE, Compression.OLD_DEFLATE)
        else content
    )


def _packed(row: Samples, layout: TiffLayout) -> bytes:
    """Return a row's samples as bytes; those of fewer bits than a byte stand side by side."""
    if layout.bits % 8 == 0:
        return row.astype(row.dtype.newbyteorder(layout.byteorder)).tobytes()
    flat = row.ravel().astype(np.uint16)
    bits = (flat[:, None] >> np.arange(layout.bits - 1, -1, -1)) & 1
    return np.packbits(bits.astype(np.uint8).ravel()).tobytes()


def _floating_differences(piece: Samples) -> list[bytes]:
    """Adobe's predictor 3: bytes of one significance together, the highest first, then differences."""
    rows = []
    for row in piece:
        octets = row.astype(row.dtype.newbyteorder(">")).view(np.uint8).reshape(row.size, row.dtype.itemsize)
        sorted_out, step = octets.T.ravel(), row.shape[-1]
        rows.append(np.concatenate([sorted_out[:step], sorted_out[step:] - sorted_out[:-step]]).tobytes())
    return rows
