import struct
import zlib
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ImageCms

from models.contract.errors import UnreadablePhotographError
from models.contract.photographs.reader import read_photograph

Pixels = NDArray[np.uint8]
Encode = Callable[..., bytes]
SRGB = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
SWAPPED = (31270, 32900, 30000, 60000, 64000, 33000, 15000, 6000)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_chunks(content: bytes, *chunks: bytes) -> bytes:
    """Put chunks behind the header of a PNG."""
    return content[:33] + b"".join(chunks) + content[33:]


def gamma(value: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", value))


def linear(skin: Pixels, top: int) -> NDArray[np.float64]:
    stored = skin / 255
    light = np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)
    return np.rint(light * top)


def sixteen_bit(samples: NDArray[np.generic]) -> bytes:
    return cv2.imencode(".png", samples.astype(np.uint16)[..., ::-1])[1].tobytes()


def worst(first: Pixels, second: Pixels) -> int:
    return int(np.abs(first.astype(int) - second).max())


@pytest.mark.parametrize("declared", [gamma(100_000), chunk(b"cICP", bytes([1, 8, 0, 1]))])
def test_linear_light_is_converted_without_losing_the_dark_half(skin: Pixels, declared: bytes) -> None:
    content = with_chunks(sixteen_bit(linear(skin, 65_535)), declared)
    assert worst(read_photograph(content).pixels, skin) <= 1


@pytest.mark.parametrize(
    "chunks",
    [
        (gamma(45_455),),
        (gamma(45_455), chunk(b"cHRM", struct.pack(">8I", *SRGB))),
        (chunk(b"sRGB", b"\x00"), gamma(100_000)),
        (chunk(b"cICP", bytes([1, 13, 0, 1])), gamma(100_000)),
        (gamma(0),),
    ],
)
def test_what_is_srgb_already_keeps_its_pixels(
    skin: Pixels, encoded: Encode, chunks: tuple[bytes, ...]
) -> None:
    photograph = read_photograph(with_chunks(encoded(skin, "PNG"), *chunks))
    assert np.array_equal(photograph.pixels, skin)
    assert photograph.is_plain


def test_other_primaries_are_converted(skin: Pixels, encoded: Encode) -> None:
    content = with_chunks(encoded(skin, "PNG"), chunk(b"cHRM", struct.pack(">8I", *SWAPPED)))
    assert worst(read_photograph(content).pixels, skin[..., [1, 0, 2]]) <= 1


def test_the_coding_points_count_before_the_profile(skin: Pixels, encoded: Encode) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = encoded(skin, "PNG", icc_profile=profile)
    wide = read_photograph(with_chunks(content, chunk(b"cICP", bytes([12, 13, 0, 1])))).pixels
    assert worst(wide, skin) > 5
    grey = np.repeat(skin[..., :1], 3, axis=2)
    neutral = with_chunks(encoded(grey, "PNG"), chunk(b"cICP", bytes([12, 13, 0, 1])))
    assert worst(read_photograph(neutral).pixels, grey) <= 1


@pytest.mark.parametrize("points", [(9, 16, 0, 1), (9, 18, 0, 1), (1, 13, 0, 0)])
def test_high_dynamic_range_and_video_levels_are_refused(
    skin: Pixels, encoded: Encode, points: tuple[int, ...]
) -> None:
    with pytest.raises(UnreadablePhotographError, match="please export"):
        read_photograph(with_chunks(encoded(skin, "PNG"), chunk(b"cICP", bytes(points))))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_low_values_in_sixteen_bits_are_scaled_and_said(skin: Pixels, channels: int) -> None:
    samples = np.rint(skin * (4095 / 255))
    if channels == 1:
        content = cv2.imencode(".png", samples[..., 0].astype(np.uint16))[1].tobytes()
        expected = np.repeat(skin[..., :1], 3, axis=2)
    else:
        layers = samples[..., ::-1]
        opaque = np.full((*skin.shape[:2], channels - 3), 65_535)
        content = cv2.imencode(".png", np.dstack([layers, opaque]).astype(np.uint16))[1].tobytes()
        expected = skin
    photograph = read_photograph(content)
    assert worst(photograph.pixels, expected) <= 1
    assert "only 12 of 16 bits" in dict(photograph.provenance)["bit depth"]


def test_a_cut_sixteen_bit_file_is_refused(skin: Pixels) -> None:
    content = sixteen_bit(skin.astype(np.uint16) * 257)
    with pytest.raises(UnreadablePhotographError):
        read_photograph(content[: len(content) // 2])
