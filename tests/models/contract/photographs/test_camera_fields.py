import struct
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.contract.photographs.camera_fields import declares_adobe_rgb, whole_number
from models.contract.photographs.reader import read_photograph

Pixels = NDArray[np.uint8]
Encode = Callable[..., bytes]
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf tiff:Orientation="6"/></x:xmpmeta>'
LOSSLESS = {"PNG": {}, "WEBP": {"lossless": True}, "TIFF": {}}


def exif_of(kind: int, value: bytes) -> bytes:
    """EXIF whose only entry is the orientation, of the given TIFF type."""
    entry = struct.pack("<HHI", 0x0112, kind, 1) + value.ljust(4, b"\x00")
    return b"Exif\x00\x00II*\x00" + struct.pack("<IH", 8, 1) + entry + bytes(4)


@pytest.mark.parametrize(("kind", "value"), [(1, b"\x06"), (3, b"\x06\x00"), (4, b"\x06"), (7, b"\x06")])
@pytest.mark.parametrize("decoder", ["PNG", "WEBP"])
def test_an_orientation_of_any_type_is_applied(
    skin: Pixels, encoded: Encode, decoder: str, kind: int, value: bytes
) -> None:
    content = encoded(skin, decoder, exif=exif_of(kind, value), **LOSSLESS[decoder])
    assert np.array_equal(read_photograph(content).pixels, np.rot90(skin, -1))


@pytest.mark.parametrize("decoder", ["WEBP", "JPEG"])
def test_an_orientation_in_xmp_alone_is_not_applied(skin: Pixels, encoded: Encode, decoder: str) -> None:
    content = encoded(skin, decoder, xmp=XMP)
    photograph = read_photograph(content)
    assert photograph.pixels.shape == skin.shape
    assert photograph.is_plain


@pytest.mark.parametrize("index", ["R03", b"R03\x00", "R98", None])
@pytest.mark.parametrize("space", [1, 2, 65_535, (2,), b"\x02"])
def test_adobe_rgb_is_declared_in_two_ways(space: object, index: object) -> None:
    number = whole_number(space, default=0)
    expected = number == 2 or (number == 65_535 and index in ("R03", b"R03\x00"))
    assert declares_adobe_rgb(space, index) == expected


@pytest.mark.parametrize("decoder", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_adobe_rgb_by_exif_is_converted_unless_a_profile_says_more(
    skin: Pixels, encoded: Encode, decoder: str
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    # Pillow's writer of TIFF loses the directory in which R03 stands.
    exif.get_ifd(0x8769)[0xA001] = 2 if decoder == "TIFF" else 65_535
    exif.get_ifd(0x8769)[0xA005] = {1: "R03"}
    options = {"quality": 100, "subsampling": 0} if decoder == "JPEG" else LOSSLESS[decoder]
    photograph = read_photograph(encoded(skin, decoder, exif=exif.tobytes(), **options))
    assert "Adobe RGB" in dict(photograph.provenance)["colour profile"]
    saturation = np.ptp(photograph.pixels.astype(int), axis=2).mean()
    assert saturation > np.ptp(skin.astype(int), axis=2).mean() + 3
