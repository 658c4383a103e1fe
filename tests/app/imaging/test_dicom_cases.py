"""Small DICOM files that other programs are known to write, each with the picture that it holds."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.imaging.readers import ImageReader

CASES = Path(__file__).parents[2] / "golden" / "cases"
RIGHT = np.asarray(Image.open(CASES / "right-160x120.png").convert("RGB"), dtype=np.int16)


@pytest.mark.parametrize(
    ("file", "tolerance", "remark"),
    [
        ("big-endian-words/be_ow8.dcm", 0, None),
        ("jpeg-420-labelled-rgb/jpg420_RGB.dcm", 3, ("colour", "stored as YBR")),
        ("low-values-in-16-bits/rgb16low.dcm", 0, ("bit depth", "use only 8")),
    ],
)
def test_a_file_that_misleads_about_its_pixels_is_read_right(
    reader: ImageReader, file: str, tolerance: float, remark: tuple[str, str] | None
) -> None:
    image = reader.read(CASES / file)
    assert np.abs(image.pixels.astype(np.int16) - RIGHT).mean() <= tolerance
    if remark is not None:
        assert remark[1] in dict(image.provenance)[remark[0]]


def test_pixels_twice_as_high_as_wide_become_square(reader: ImageReader) -> None:
    image = reader.read(CASES / "pixel-aspect-ratio" / "aspect21.dcm")
    assert image.pixels.shape == (240, 160, 3)
    halved = image.pixels.reshape(120, 2, 160, 3).mean(axis=1)
    assert np.abs(halved - RIGHT).mean() < 2
    assert "not square" in dict(image.provenance)["scale"]
