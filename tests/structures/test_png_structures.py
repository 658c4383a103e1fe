"""PNG files of every structure give the pixels they were written from, in the colours that they declare."""

import struct

import cv2
import numpy as np
from hypothesis import event, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.contract.photographs.decoding import decoded_photograph
from models.contract.photographs.formats import PhotographFormat
from tests.structures.examples import tried
from tests.structures.png_files import (
    CHANNELS,
    DEPTHS,
    GREY,
    GREY_ALPHA,
    PALETTE,
    RGB,
    RGB_ALPHA,
    PngLayout,
    Samples,
    png_file,
)

HEIGHT_PX, WIDTH_PX = 19, 26
HIDDEN = (slice(2, 9), slice(2, 20))
SRGB = ((0.3127, 0.3290), (0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
DISPLAY_P3 = ((0.3127, 0.3290), (0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
Chunk = tuple[bytes, bytes]
Levels = NDArray[np.float64]


@st.composite
def layouts(draw: st.DrawFn) -> PngLayout:
    colour_type = draw(st.sampled_from(list(CHANNELS)))
    return PngLayout(
        colour_type=colour_type,
        bits=draw(st.sampled_from(DEPTHS[colour_type])),
        is_interlaced=draw(st.booleans()),
        filters=tuple(draw(st.lists(st.integers(0, 4), min_size=1, max_size=5))),
        bytes_per_chunk=draw(st.sampled_from((7, 200, 100_000))),
    )


def gamma(value: int) -> Chunk:
    return b"gAMA", struct.pack(">I", value)


def chromaticities(primaries: tuple[tuple[float, float], ...]) -> Chunk:
    return b"cHRM", struct.pack(">8I", *(round(value * 100_000) for xy in primaries for value in xy))


COLOURS: dict[str, tuple[tuple[Chunk, ...], float | None, bool]] = {
    "nothing said": ((), None, False),
    "gamma of screens": ((gamma(45_455),), None, False),
    "gamma of screens, rounded": ((gamma(45_000), chromaticities(SRGB)), None, False),
    "gamma 1.8": ((gamma(55_556),), 1.8, False),
    "linear light": ((gamma(100_000), chromaticities(SRGB)), 1.0, False),
    "gamma without meaning": ((gamma(0),), None, False),
    "sRGB before gamma": (((b"sRGB", b"\0"), gamma(100_000), chromaticities(DISPLAY_P3)), None, False),
    "gamma before sRGB": ((gamma(100_000), (b"sRGB", b"\2")), None, False),
    "wide primaries": ((gamma(45_455), chromaticities(DISPLAY_P3)), 2.2, True),
    "coding points of sRGB before gamma": ((gamma(100_000), (b"cICP", bytes([1, 13, 0, 1]))), None, False),
    "coding points of Display P3": (((b"cICP", bytes([12, 13, 0, 1])),), None, True),
    "coding points of linear light": (((b"cICP", bytes([1, 8, 0, 1])), (b"sRGB", b"\0")), 1.0, False),
    "coding points that are not known": (((b"cICP", bytes([2, 2, 0, 1])),), None, False),
    "other chunks": (((b"tEXt", b"gAMA\0cICP"), (b"pHYs", struct.pack(">IIB", 1, 2, 1))), None, False),
}
"""Chunks, the exponent that they declare (None: the curve of sRGB), and whether the primaries are wide."""


def in_srgb(levels: Levels, exponent: float | None, *, is_wide: bool) -> Levels:
    """Return (H, W, 3) levels of 0 to 255 as IEC 61966-2-1 has them, worked out by its formulas."""
    if exponent is None and not is_wide:
        return levels
    stored = levels / 255
    if exponent is None:
        light = np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)
    else:
        light = stored**exponent
    if is_wide:
        light = light @ (np.linalg.inv(_to_xyz(SRGB)) @ _to_xyz(DISPLAY_P3)).T
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def _to_xyz(primaries: tuple[tuple[float, float], ...]) -> Levels:
    white, *colours = (np.array([x / y, 1, (1 - x - y) / y]) for x, y in primaries)
    columns = np.stack(colours, axis=1)
    return columns * np.linalg.solve(columns, white)


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, Levels]:
    """A file, and the levels (H, W, 3) that it means."""
    layout, said = draw(layouts()), draw(st.sampled_from(list(COLOURS)))
    chunks, exponent, is_wide = COLOURS[said]
    hidden, rng = (
        draw(st.sampled_from((None, "darkest", "brightest"))),
        np.random.default_rng(draw(st.integers(0, 999))),
    )
    event(said)
    event(f"colour type {layout.colour_type}, {layout.bits} bits")
    top = (1 << layout.bits) - 1
    samples = rng.integers(0, top + 1, (HEIGHT_PX, WIDTH_PX, CHANNELS[layout.colour_type]), np.uint16)
    samples[0, 0], samples[0, 1] = 0, top
    levels, own_chunks = _meaning(samples, layout, rng, hidden)
    is_laid_on_white = np.isnan(levels[..., 0])
    levels = in_srgb(np.nan_to_num(levels, nan=255), exponent, is_wide=is_wide)
    levels[is_laid_on_white] = 255
    content = png_file(
        samples,
        PngLayout(
            layout.colour_type, layout.bits, layout.is_interlaced, layout.filters, layout.bytes_per_chunk,
            (*chunks, *own_chunks),
        ),
    )  # fmt: skip
    return content, levels


def _meaning(
    samples: Samples, layout: PngLayout, rng: np.random.Generator, hidden_as: str | None
) -> tuple[Levels, tuple[Chunk, ...]]:
    """Return the levels (H, W, 3), NaN where nothing covers the ground, and the chunks that it takes.

    What is hidden has one colour, so that nothing goes on beneath it.
    """
    top = (1 << layout.bits) - 1
    chunks: tuple[Chunk, ...] = ()
    hidden = np.zeros(samples.shape[:2], np.bool_)
    key = top if hidden_as == "brightest" else 0
    if hidden_as is not None:
        samples[HIDDEN] = key
        hidden = (samples == key).all(axis=2)
    if layout.colour_type in (GREY_ALPHA, RGB_ALPHA):
        samples[..., -1] = np.where(hidden, 0, top)
        colours = samples[..., :-1] * (255 / top)
    elif layout.colour_type == PALETTE:
        table = rng.integers(0, 256, (top + 1, 3), np.uint8)
        alphas = b"\xff" * key + b"\0"
        colours = table[samples[..., 0]].astype(np.float64)
        chunks = ((b"PLTE", table.tobytes()), *(((b"tRNS", alphas),) if hidden_as else ()))
    else:
        colours = samples * (255 / top)
        if hidden_as is not None:
            chunks = ((b"tRNS", struct.pack(">H", key) * samples.shape[2]),)
    levels = np.repeat(colours, 3, axis=2) if colours.shape[2] == 1 else colours.copy()
    levels[hidden] = np.nan
    return levels, chunks


@tried(60)
@given(file=files())
def test_samples_of_every_layout_come_back_in_their_colours(file: tuple[bytes, Levels]) -> None:
    content, wanted = file
    pixels = decoded_photograph(content, PhotographFormat.PNG).pixels
    assert pixels.shape == wanted.shape
    assert np.abs(pixels - wanted).max() <= 1.01


@tried(15)
@given(layout=layouts().filter(lambda layout: layout.colour_type in (GREY, RGB)), seed=st.integers(0, 999))
def test_our_own_writer_agrees_with_opencv(layout: PngLayout, seed: int) -> None:
    """A second decoder, so that writer and reader are not wrong alike."""
    top = (1 << layout.bits) - 1
    shape = (HEIGHT_PX, WIDTH_PX, CHANNELS[layout.colour_type])
    samples = np.random.default_rng(seed).integers(0, top + 1, shape, np.uint16)
    samples[0, 0] = top
    content = png_file(samples, layout)
    flags = cv2.IMREAD_COLOR_RGB | (cv2.IMREAD_ANYDEPTH if layout.bits == 16 else 0)
    second = cv2.imdecode(np.frombuffer(content, np.uint8), flags)
    assert second is not None
    levels = np.rint(second / 257) if second.dtype == np.uint16 else second
    assert np.abs(decoded_photograph(content, PhotographFormat.PNG).pixels - levels).max() <= 1
