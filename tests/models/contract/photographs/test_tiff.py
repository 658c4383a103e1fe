import struct
from io import BytesIO

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from models.contract.errors import DamagedPhotographError, UnreadablePhotographError
from models.contract.photographs.reader import read_photograph

Pixels = NDArray[np.uint8]


def written(samples: NDArray[np.generic], **options: object) -> bytes:
    buffer = BytesIO()
    with tifffile.TiffWriter(buffer, byteorder=options.pop("byteorder", "<")) as writer:
        writer.write(samples, metadata=None, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("compression", [None, "lzw", "deflate", "packbits"])
@pytest.mark.parametrize("layout", ["strips", "tiles"])
@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_every_layout_gives_the_samples_that_were_written(
    skin: Pixels, depth: type, byteorder: str, planes: str, layout: str, compression: str | None
) -> None:
    if compression == "packbits" and depth is np.uint16:
        pytest.skip("PackBits is for bytes")
    samples = skin.astype(depth) * (257 if depth is np.uint16 else 1)
    options: dict[str, object] = {"tile": (32, 48)} if layout == "tiles" else {"rowsperstrip": 7}
    content = written(
        samples if planes == "contig" else np.moveaxis(samples, 2, 0),
        photometric="rgb",
        planarconfig=planes,
        byteorder=byteorder,
        compression=compression,
        **options,
    )
    assert np.array_equal(read_photograph(content).pixels, skin)


@pytest.mark.parametrize("bits", [8, 16])
def test_white_may_be_the_lowest_value(skin: Pixels, bits: int) -> None:
    grey = skin[..., 1]
    samples = (255 - grey) if bits == 8 else (65_535 - grey.astype(np.uint16) * 257)
    pixels = read_photograph(written(samples, photometric="miniswhite")).pixels
    assert np.array_equal(pixels, np.dstack([grey, grey, grey]))


@pytest.mark.parametrize("scale", [1, 256, 257])
def test_colour_maps_of_8_and_16_bits_are_looked_up(skin: Pixels, scale: int) -> None:
    levels = np.arange(256, dtype=np.uint16)
    colours = np.stack([levels, 255 - levels, levels // 2]) * np.uint16(scale)
    content = written(skin[..., 0], photometric="palette", colormap=colours)
    expected = np.stack([levels, 255 - levels, levels // 2]).astype(np.uint8).T[skin[..., 0]]
    assert np.array_equal(read_photograph(content).pixels, expected)


@pytest.mark.parametrize(("bits", "factor"), [(8, 1), (10, 4.0117), (12, 16.0588), (14, 64.2471)])
def test_values_that_leave_the_upper_bits_empty_are_scaled_and_said(
    skin: Pixels, bits: int, factor: float
) -> None:
    samples = np.rint(skin * factor).astype(np.uint16)
    photograph = read_photograph(written(samples, photometric="rgb"))
    assert np.abs(photograph.pixels.astype(int) - skin).max() <= 1
    assert f"only {bits} of 16 bits" in dict(photograph.provenance)["bit depth"]


def test_a_declared_highest_value_is_white(skin: Pixels) -> None:
    samples = np.rint(skin * (20_000 / 255)).astype(np.uint16)
    tag = (281, "H", 3, (20_000,) * 3, True)
    pixels = read_photograph(written(samples, photometric="rgb", extratags=[tag])).pixels
    assert np.abs(pixels.astype(int) - skin).max() <= 1


def test_a_channel_that_is_not_said_to_be_alpha_is_left_alone(skin: Pixels) -> None:
    selection = np.zeros(skin.shape[:2], np.uint8)
    selection[20:60, 20:60] = 255
    content = written(np.dstack([skin, selection]), photometric="rgb", extrasamples=["unspecified"])
    assert np.array_equal(read_photograph(content).pixels, skin)


def test_premultiplied_colours_are_laid_on_white_once(skin: Pixels) -> None:
    alpha = np.full(skin.shape[:2], 255, np.uint8)
    alpha[:30] = 0
    colours = skin * (alpha[..., None] > 0)
    content = written(np.dstack([colours, alpha]), photometric="rgb", extrasamples=["assocalpha"])
    pixels = read_photograph(content).pixels
    assert (pixels[:30] == 255).all()
    assert np.array_equal(pixels[30:], skin[30:])


def test_pages_are_refused_and_previews_are_not(skin: Pixels) -> None:
    buffer = BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(skin, photometric="rgb")
        writer.write(skin[::2, ::2], photometric="rgb", subfiletype=1)
    assert np.array_equal(read_photograph(buffer.getvalue()).pixels, skin)
    with tifffile.TiffWriter(buffer := BytesIO()) as writer:
        writer.write(skin, photometric="rgb")
        writer.write(skin, photometric="rgb")
    with pytest.raises(UnreadablePhotographError, match="2 pages"):
        read_photograph(buffer.getvalue())


def test_a_chain_of_sixty_thousand_directories_is_not_followed() -> None:
    directory = struct.pack("<HHHII", 1, 256, 3, 1, 64)
    size = len(directory) + 4
    chain = b"".join(directory + struct.pack("<I", 8 + (number + 1) * size) for number in range(60_000))
    with pytest.raises(UnreadablePhotographError):
        read_photograph(b"II*\x00" + struct.pack("<I", 8) + chain)


@pytest.mark.parametrize("compression", [None, "lzw", "deflate"])
def test_a_strip_beyond_the_end_of_the_file_is_damage(skin: Pixels, compression: str | None) -> None:
    noisy = skin + np.random.default_rng(0).integers(0, 9, skin.shape, dtype=np.uint8)
    content = written(noisy, photometric="rgb", compression=compression)
    with pytest.raises(DamagedPhotographError):
        read_photograph(content[:-1200])


@pytest.mark.parametrize("kind", ["B", "H", "I"])
def test_an_orientation_of_any_whole_number_type_is_applied(skin: Pixels, kind: str) -> None:
    content = written(skin, photometric="rgb", extratags=[(274, kind, 1, 6, True)])
    assert np.array_equal(read_photograph(content).pixels, np.rot90(skin, -1))
