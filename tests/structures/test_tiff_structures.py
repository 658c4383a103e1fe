"""TIFF files of every structure give the pixels they were written from, or are refused with a sentence."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from models.contract.errors import UnreadablePhotographError
from models.contract.photographs.decoding import decoded_photograph
from models.contract.photographs.formats import PhotographFormat
from tests.structures.examples import tried
from tests.structures.tiff_files import Compression, TiffLayout, TiffType, tiff_file

Pixels = NDArray[np.uint8]
HEIGHT_PX, WIDTH_PX = 21, 34
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE = 0, 1, 2, 3
UNSIGNED, SIGNED, FLOATING = 1, 2, 3
_PREDICTED = (Compression.LZW, Compression.DEFLATE, Compression.OLD_DEFLATE)
UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a),
}


@st.composite
def layouts(draw: st.DrawFn) -> TiffLayout:
    photometric = draw(st.sampled_from((WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE)))
    sample_format = (
        UNSIGNED if photometric == PALETTE else draw(st.sampled_from((UNSIGNED,) * 4 + (SIGNED, FLOATING)))
    )
    depths = {UNSIGNED: (8, 16, 1, 2, 4, 12), SIGNED: (8, 16), FLOATING: (32, 16, 64)}[sample_format]
    if photometric == PALETTE:
        depths = (8, 4, 2, 1)
    bits = draw(st.sampled_from(depths))
    compression = draw(st.sampled_from(Compression))
    is_predicted = compression in _PREDICTED and bits in (8, 16, 32, 64)
    predictors = ((1, 3) if sample_format == FLOATING else (1, 2)) if is_predicted else (1,)
    is_tiled = draw(st.booleans())
    return TiffLayout(
        byteorder=draw(st.sampled_from(("<", ">"))),
        photometric=photometric,
        bits=bits,
        sample_format=sample_format,
        is_planar=draw(st.booleans()),
        compression=compression,
        predictor=draw(st.sampled_from(predictors)),
        orientation=draw(st.integers(1, 8)),
        orientation_type=draw(st.sampled_from(TiffType)),
        extra_sample=None if photometric == PALETTE else draw(st.sampled_from((None, None, 0, 1, 2))),
        tile_px=16 if is_tiled else None,
        rows_per_strip=draw(st.sampled_from((1, 5, HEIGHT_PX))),
    )


def shares(seed: int, channels: int) -> NDArray[np.float64]:
    """Return (H, W, C) in [0, 1], black and white among them."""
    found = np.random.default_rng(seed).random((HEIGHT_PX, WIDTH_PX, channels))
    found[0, 0], found[0, 1] = 0, 1
    return found


def stored(values: NDArray[np.float64], layout: TiffLayout) -> NDArray[np.generic]:
    if layout.sample_format == FLOATING:
        return values.astype(f"f{layout.bits // 8}")
    if layout.sample_format == SIGNED:
        return np.rint(values * ((1 << (layout.bits - 1)) - 1)).astype(f"i{layout.bits // 8}")
    top = (1 << layout.bits) - 1
    return np.rint(values * top).astype(np.uint8 if layout.bits <= 8 else np.uint16)


def expected(
    samples: NDArray[np.generic], layout: TiffLayout, hidden: NDArray[np.bool_] | None
) -> NDArray[np.float64]:
    top = {UNSIGNED: (1 << layout.bits) - 1, SIGNED: (1 << (layout.bits - 1)) - 1, FLOATING: 1}
    levels = samples.astype(np.float64) * 255 / top[layout.sample_format]
    if layout.photometric == WHITE_IS_ZERO:
        levels = 255 - levels
    if hidden is not None:
        levels[hidden] = 255
    levels = levels if levels.shape[2] == 3 else np.repeat(levels, 3, axis=2)
    return UPRIGHT[layout.orientation](levels)


def must_be_read(layout: TiffLayout) -> bool:
    """Say whether cameras and common programs write such files, so that a refusal would be a fault."""
    return layout.sample_format == UNSIGNED and layout.bits in (8, 16)


def check(content: bytes, wanted: NDArray[np.float64], layout: TiffLayout) -> None:
    try:
        pixels = decoded_photograph(content, PhotographFormat.TIFF).pixels
    except UnreadablePhotographError as refusal:
        event(f"refused: {refusal}")
        if must_be_read(layout):
            raise
        return
    event("read")
    assert pixels.shape == wanted.shape
    assert np.abs(pixels - wanted).max() <= 1


@tried(60)
@given(layout=layouts(), seed=st.integers(0, 999), is_transparent=st.booleans())
def test_samples_of_every_layout_come_back(layout: TiffLayout, seed: int, is_transparent: bool) -> None:
    if layout.photometric == PALETTE:
        indices = np.random.default_rng(seed).integers(
            0, 1 << layout.bits, (HEIGHT_PX, WIDTH_PX, 1), np.uint8
        )
        table = np.random.default_rng(seed + 1).integers(0, 65_536, (3, 1 << layout.bits), np.uint16)
        wanted = UPRIGHT[layout.orientation]((table >> 8).T[indices[..., 0]].astype(np.float64))
        check(tiff_file(indices, layout, table), wanted, layout)
        return
    colours = shares(seed, 3 if layout.photometric == RGB else 1)
    hidden = None
    if layout.extra_sample is not None:
        is_alpha = layout.extra_sample in (1, 2)
        opaque = np.ones((HEIGHT_PX, WIDTH_PX, 1))
        if is_transparent:
            opaque[2:9, 2:30] = 0
            hidden = (opaque[..., 0] == 0) if is_alpha and layout.sample_format == UNSIGNED else None
            colours[2:9, 2:30] = 0
        samples = stored(np.concatenate([colours, opaque], axis=2), layout)
    else:
        samples = stored(colours, layout)
    count = colours.shape[2]
    check(tiff_file(samples, layout), expected(samples[..., :count], layout, hidden), layout)


@tried(15)
@given(layout=layouts(), seed=st.integers(0, 999))
def test_our_own_writer_agrees_with_pillow(layout: TiffLayout, seed: int) -> None:
    """A second decoder of common layouts, so that writer and reader are not wrong alike."""
    plain = replace(
        layout,
        photometric=RGB,
        bits=8,
        sample_format=UNSIGNED,
        extra_sample=None,
        orientation_type=TiffType.SHORT,
        predictor=layout.predictor if layout.predictor == 2 else 1,
    )
    samples = stored(shares(seed, 3), plain)
    content = tiff_file(samples, plain)
    with Image.open(BytesIO(content)) as picture:
        picture.load()
        second = np.asarray(picture)
    assert np.array_equal(decoded_photograph(content, PhotographFormat.TIFF).pixels, second)


@pytest.mark.parametrize("value", [0, 9, 300])
def test_an_orientation_that_means_nothing_turns_nothing(value: int) -> None:
    layout = TiffLayout(
        "<", RGB, 8, UNSIGNED, False, Compression.NONE, 1, value, TiffType.SHORT, None, None, HEIGHT_PX
    )
    samples = stored(shares(1, 3), layout)
    assert np.array_equal(
        decoded_photograph(tiff_file(samples, layout), PhotographFormat.TIFF).pixels, samples
    )
