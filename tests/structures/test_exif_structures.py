"""Orientation and colour space are heeded in whatever type and byte order a camera wrote them."""

import cv2
import numpy as np
from hypothesis import event, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.contract.photographs.decoding import decoded_photograph
from models.contract.photographs.formats import PhotographFormat
from tests.structures.examples import tried
from tests.structures.exif_files import ExifFields, exif_block, jpeg_with, png_with, webp_with
from tests.structures.test_tiff_structures import UPRIGHT
from tests.structures.tiff_files import TiffType

WRITERS = {
    PhotographFormat.JPEG: jpeg_with,
    PhotographFormat.PNG: png_with,
    PhotographFormat.WEBP: webp_with,
}
SRGB, ADOBE_RGB, UNCALIBRATED = 1, 2, 65_535
WIDE_ENOUGH = (TiffType.SHORT, TiffType.LONG, TiffType.SLONG)


@st.composite
def fields(draw: st.DrawFn) -> ExifFields:
    colour_space = draw(st.sampled_from((None, SRGB, ADOBE_RGB, UNCALIBRATED)))
    kinds = WIDE_ENOUGH if colour_space == UNCALIBRATED else tuple(TiffType)
    return ExifFields(
        byteorder=draw(st.sampled_from(("<", ">"))),
        orientation=draw(st.one_of(st.none(), st.integers(0, 9))),
        orientation_type=draw(st.sampled_from(TiffType)),
        colour_space=colour_space,
        colour_space_type=draw(st.sampled_from(kinds)),
        interoperability=draw(st.sampled_from((None, "R98", "R03"))),
    )


def smooth_picture() -> NDArray[np.uint8]:
    """Return colours inside both colour spaces, of which no turn looks like another."""
    rows, columns = np.mgrid[0:24, 0:40]
    return np.stack([110 + 2 * columns, 100 + 3 * rows, 100 + rows + columns], axis=-1).astype(np.uint8)


def from_adobe_rgb(levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sRGB levels of Adobe RGB (1998) ones, by the matrices that Adobe and IEC publish."""
    to_xyz = np.array([[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]])
    from_xyz = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
    light = np.clip((levels / 255) ** 2.19921875 @ (from_xyz @ to_xyz).T, 0, 1)
    return 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


@tried(60)
@given(written=fields(), kind=st.sampled_from(list(WRITERS)))
def test_every_way_to_write_the_fields_is_understood(written: ExifFields, kind: PhotographFormat) -> None:
    event(f"{kind}, {written.orientation_type.name}")
    pixels = smooth_picture()
    is_adobe = written.colour_space == ADOBE_RGB or (
        written.colour_space == UNCALIBRATED and written.interoperability == "R03"
    )
    colours = from_adobe_rgb(pixels.astype(np.float64)) if is_adobe else pixels.astype(np.float64)
    wanted = UPRIGHT.get(written.orientation or 1, UPRIGHT[1])(colours)
    found = decoded_photograph(WRITERS[kind](exif_block(written), pixels), kind).pixels
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= (4 if kind is PhotographFormat.JPEG else 1.5)


@tried(10)
@given(byteorder=st.sampled_from(("<", ">")), orientation=st.integers(1, 8))
def test_our_own_writer_agrees_with_opencv(byteorder: str, orientation: int) -> None:
    """A second decoder of the usual type, so that writer and reader are not wrong alike."""
    usual = ExifFields(byteorder, orientation, TiffType.SHORT, None, TiffType.SHORT, None)
    content = jpeg_with(exif_block(usual), smooth_picture())
    second = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)
    found = decoded_photograph(content, PhotographFormat.JPEG).pixels
    assert second is not None
    assert found.shape == second.shape
    assert np.abs(found.astype(int) - second).max() <= 2
