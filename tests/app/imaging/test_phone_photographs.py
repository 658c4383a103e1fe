"""What phones write: AVIF, HEIC, and JPEG files with further pictures in them."""

import sys
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from app.domain.errors import UnreadableFileError
from app.imaging.readers import read_image
from tests.builders import a_lesion_image


def smooth_image() -> np.ndarray:
    rows, columns = np.mgrid[:96, :128]
    return np.dstack([rows * 2, columns, 255 - rows]).astype(np.uint8)


def avif(image: np.ndarray, **options: object) -> bytes:
    stream = BytesIO()
    Image.fromarray(image).save(stream, "AVIF", quality=100, subsampling="4:4:4", **options)
    return stream.getvalue()


def mpo() -> bytes:
    first, second = Image.fromarray(a_lesion_image(1)), Image.fromarray(a_lesion_image(2))
    stream = BytesIO()
    first.save(stream, "MPO", save_all=True, append_images=[second], quality=95)
    return stream.getvalue()


def test_an_avif_photograph_is_read(recwarn: pytest.WarningsRecorder) -> None:
    read = read_image(avif(smooth_image()), ".avif")

    assert read.media_type == "image/avif"
    assert np.abs(read.pixels.astype(int) - smooth_image()).mean() < 2


def test_an_avif_that_lies_on_its_side_is_turned() -> None:
    exif = Image.Exif()
    exif[274] = 6
    read = read_image(avif(smooth_image(), exif=exif.tobytes()), ".avif")

    assert read.pixels.shape == (128, 96, 3)
    assert np.abs(read.pixels.astype(int) - np.rot90(smooth_image(), -1)).mean() < 2


def test_a_heic_photograph_is_read_where_the_optional_library_is_installed() -> None:
    heif = pytest.importorskip("pillow_heif")
    stream = BytesIO()
    heif.from_pillow(Image.fromarray(smooth_image())).save(stream, format="HEIF", quality=100)

    read = read_image(stream.getvalue(), ".heic")

    assert read.media_type == "image/heic"
    assert np.abs(read.pixels.astype(int) - smooth_image()).mean() < 3


def test_without_the_optional_library_a_heic_photograph_is_refused_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from models.contract.errors import UnreadablePhotographError
    from models.contract.photographs.decoding import decoded_photograph
    from models.contract.photographs.formats import PhotographFormat

    monkeypatch.setitem(sys.modules, "pillow_heif", None)

    with pytest.raises(UnreadablePhotographError, match="need the optional library pillow-heif"):
        decoded_photograph(b"\0\0\0\x18ftypheic" + bytes(99), PhotographFormat.HEIF)


@pytest.mark.parametrize("brand", [b"avif", b"heic"])
def test_a_damaged_one_is_refused(brand: bytes) -> None:
    with pytest.raises(UnreadableFileError, match=r"AVIF|HEIC"):
        read_image(b"\0\0\0\x18ftyp" + brand + bytes(99), ".avif")


def test_a_film_is_no_photograph() -> None:
    with pytest.raises(UnreadableFileError, match="video"):
        read_image(b"\0\0\0\x18ftypisom" + bytes(99), ".mp4")


def test_of_a_jpeg_with_several_pictures_the_first_is_taken_and_that_is_said() -> None:
    read = read_image(mpo(), ".jpg")

    assert ("file", "the first of 2 pictures in the file") in read.provenance
    assert np.abs(read.pixels.astype(int) - a_lesion_image(1)).mean() < 6
