import struct
import zlib
from collections.abc import Callable
from datetime import date
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from app.domain.errors import UnreadableFileError
from app.imaging.read_image import ReadImage

Read = Callable[..., ReadImage]
Pixels = NDArray[np.uint8]


def encoded(picture: Image.Image | Pixels, decoder: str, **options: object) -> bytes:
    buffer = BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(buffer, decoder, **options)
    return buffer.getvalue()


def worst(first: Pixels, second: Pixels) -> int:
    return int(np.abs(first.astype(np.int16) - second).max())


@pytest.mark.parametrize(
    ("decoder", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("TIFF", {"compression": "tiff_adobe_deflate"}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("WEBP", {"quality": 100}, 8),
        ("JPEG", {"quality": 100, "subsampling": 0}, 4),
        ("JPEG", {"quality": 100, "subsampling": 0, "progressive": True}, 4),
        ("JPEG", {"quality": 100, "subsampling": 0, "keep_rgb": True}, 2),
    ],
)
def test_each_format_gives_the_pixels_that_were_written(
    read_bytes: Read, skin: Pixels, decoder: str, options: dict[str, object], tolerance: int
) -> None:
    image = read_bytes(encoded(skin, decoder, **options))
    assert image.pixels.dtype == np.uint8
    assert worst(image.pixels, skin) <= tolerance
    assert image.media_type == Image.MIME[decoder]


def exif_with_orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def exif_taken(written: str) -> bytes:
    exif = Image.Exif()
    exif[0x0132] = "2024:01:01 00:00:00"
    exif.get_ifd(0x8769)[0x9003] = written
    return exif.tobytes()


@pytest.mark.parametrize("decoder", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_the_day_of_a_photograph_is_that_of_its_camera(read_bytes: Read, skin: Pixels, decoder: str) -> None:
    content = encoded(skin, decoder, exif=exif_taken("2019:05:06 23:59:59"))
    assert read_bytes(content).taken_on == date(2019, 5, 6)


@pytest.mark.parametrize(
    "written", ["    :  :     :  :  ", "0000:00:00 00:00:00", "1980:01:01 00:00:00", "soon"]
)
def test_a_clock_that_was_never_set_names_no_day(read_bytes: Read, skin: Pixels, written: str) -> None:
    assert read_bytes(encoded(skin, "JPEG", exif=exif_taken(written))).taken_on is None


def test_a_photograph_without_a_camera_date_names_no_day(read_bytes: Read, skin: Pixels) -> None:
    assert read_bytes(encoded(skin, "JPEG", exif=exif_with_orientation(1))).taken_on is None
    assert read_bytes(encoded(skin, "BMP")).taken_on is None


def test_a_damaged_exif_directory_does_not_cost_the_picture(read_bytes: Read, skin: Pixels) -> None:
    content = encoded(skin, "JPEG", exif=exif_taken("2019:05:06 23:59:59"))
    pointer = content.index(b"\x69\x87") if b"\x69\x87" in content else content.index(b"\x87\x69")
    damaged = content[: pointer + 8] + b"\xf0\xff\xff\xf0" + content[pointer + 12 :]
    image = read_bytes(damaged)
    assert image.taken_on is None
    assert image.pixels.shape == skin.shape


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("decoder", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_all_eight_orientations_are_turned_upright_exactly_once(
    read_bytes: Read, skin: Pixels, decoder: str, orientation: int
) -> None:
    options = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}.get(decoder, {})
    content = encoded(skin, decoder, exif=exif_with_orientation(orientation), **options)
    image = read_bytes(content)
    reference = ImageOps.exif_transpose(Image.open(BytesIO(content))).convert("RGB")
    assert worst(image.pixels, np.asarray(reference)) == 0
    assert ("orientation" in dict(image.provenance)) == (orientation != 1)


@pytest.mark.parametrize("orientation", [0, 9, 77])
def test_an_undefined_orientation_leaves_the_picture_as_it_is(
    read_bytes: Read, skin: Pixels, orientation: int
) -> None:
    assert worst(read_bytes(encoded(skin, "PNG", exif=exif_with_orientation(orientation))).pixels, skin) == 0


def wide_gamut_profile() -> bytes:
    """Return an sRGB profile whose red and green primaries were swapped, which no reader can overlook."""
    content = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    table = {bytes(content[at : at + 4]): at for at in range(132, 132 + 12 * content[131], 12)}
    red, green = table[b"rXYZ"] + 4, table[b"gXYZ"] + 4
    content[red : red + 8], content[green : green + 8] = content[green : green + 8], content[red : red + 8]
    return bytes(content)


@pytest.mark.parametrize("decoder", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_an_embedded_profile_is_converted_to_srgb_once(read_bytes: Read, skin: Pixels, decoder: str) -> None:
    options = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}.get(decoder, {})
    image = read_bytes(encoded(skin, decoder, icc_profile=wide_gamut_profile(), **options))
    assert worst(image.pixels, skin[..., [1, 0, 2]]) <= (4 if decoder == "JPEG" else 2)
    assert "converted from" in dict(image.provenance)["colour profile"]


def test_a_profile_that_is_srgb_already_changes_no_pixel(read_bytes: Read, skin: Pixels) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = read_bytes(encoded(skin, "PNG", icc_profile=profile))
    assert worst(image.pixels, skin) == 0
    assert "same as sRGB" in dict(image.provenance)["colour profile"]


def test_a_damaged_profile_is_ignored_and_said(read_bytes: Read, skin: Pixels) -> None:
    image = read_bytes(encoded(skin, "PNG", icc_profile=b"not a profile"))
    assert worst(image.pixels, skin) == 0
    assert "damaged" in dict(image.provenance)["colour profile"]


def test_a_cmyk_jpeg_keeps_its_colours(read_bytes: Read, skin: Pixels) -> None:
    cmyk = Image.fromarray(skin).convert("CMYK")
    image = read_bytes(encoded(cmyk, "JPEG", quality=100, subsampling=0))
    assert worst(image.pixels, skin) <= 3


def test_transparent_parts_are_laid_on_white(read_bytes: Read, skin: Pixels) -> None:
    alpha = np.full(skin.shape[:2], 255, np.uint8)
    alpha[:, :20] = 0
    image = read_bytes(encoded(np.dstack([skin * (alpha[..., None] > 0), alpha]), "PNG"))
    assert (image.pixels[:, :20] == 255).all()
    assert worst(image.pixels[:, 20:], skin[:, 20:]) == 0
    assert "transparency" in dict(image.provenance)


def test_palette_pictures_are_expanded(read_bytes: Read, skin: Pixels) -> None:
    palette = Image.fromarray(skin).quantize(200)
    assert worst(read_bytes(encoded(palette, "PNG")).pixels, np.asarray(palette.convert("RGB"))) == 0


def test_sixteen_bit_grey_is_scaled_not_cut(read_bytes: Read) -> None:
    ramp = np.tile(np.linspace(0, 65_535, 256).astype(np.uint16), (64, 1))
    for decoder in ("PNG", "TIFF"):
        image = read_bytes(encoded(Image.fromarray(ramp), decoder))
        assert worst(image.pixels[..., 1], np.rint(ramp / 257).astype(np.uint8)) <= 1


def test_sixteen_bit_colour_is_scaled(read_bytes: Read, skin: Pixels) -> None:
    assert worst(read_bytes(sixteen_bit_png(skin)).pixels, skin) <= 1


def sixteen_bit_png(skin: Pixels) -> bytes:
    height_px, width_px = skin.shape[:2]
    wide = (skin.astype(np.uint16) * 257).astype(">u2")
    rows = b"".join(b"\x00" + row.tobytes() for row in wide)
    header = struct.pack(">IIBBBBB", width_px, height_px, 16, 2, 0, 0, 0)
    return png_of(header, zlib.compress(rows))


def png_of(header: bytes, data: bytes) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("top", [255, 65_535])
def test_float_tiff_of_other_ranges_is_shown_in_a_window_that_is_said(read_bytes: Read, top: int) -> None:
    ramp = np.tile(np.linspace(0, 0.9 * top, 128, dtype=np.float32), (64, 1))
    read = read_bytes(encoded(Image.fromarray(ramp), "TIFF"))
    assert abs(int(read.pixels.max()) - 230) <= 1
    assert any(f"shown from 0 to {top}" in words for _about, words in read.provenance)


def test_float_tiff_in_unit_range_is_read(read_bytes: Read) -> None:
    ramp = np.tile(np.linspace(0, 1, 128, dtype=np.float32), (64, 1))
    image = read_bytes(encoded(Image.fromarray(ramp), "TIFF"))
    assert worst(image.pixels[..., 0], np.rint(ramp * 255).astype(np.uint8)) == 0


@pytest.mark.parametrize(
    ("value", "word"), [(np.nan, "undefined"), (np.inf, "undefined"), (7.5, "brightness")]
)
def test_float_tiff_with_unusable_values_is_refused(read_bytes: Read, value: float, word: str) -> None:
    ramp = np.tile(np.linspace(0, 1, 128, dtype=np.float32), (64, 1))
    ramp[3, 3] = value
    with pytest.raises(UnreadableFileError, match=word):
        read_bytes(encoded(Image.fromarray(ramp), "TIFF"))


def test_a_lab_tiff_is_converted(read_bytes: Read, skin: Pixels) -> None:
    transform = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    lab = ImageCms.applyTransform(Image.fromarray(skin), transform)
    assert lab is not None
    assert worst(read_bytes(encoded(lab, "TIFF")).pixels, skin) <= 3


@pytest.mark.parametrize("decoder", ["TIFF", "WEBP", "PNG"])
def test_several_pictures_in_one_file_are_refused(read_bytes: Read, skin: Pixels, decoder: str) -> None:
    frames = [Image.fromarray(np.roll(skin, 9 * k, axis=1)) for k in range(3)]
    with pytest.raises(UnreadableFileError, match=r"3 (pages|animation frames)"):
        read_bytes(encoded(frames[0], decoder, save_all=True, append_images=frames[1:]))


def test_a_jpeg_with_an_attached_preview_gives_the_main_picture(read_bytes: Read, skin: Pixels) -> None:
    main, preview = Image.fromarray(skin), Image.fromarray(skin[::2, ::2].copy())
    content = encoded(main, "MPO", save_all=True, append_images=[preview], quality=100, subsampling=0)
    assert worst(read_bytes(content).pixels, skin) <= 4


def test_the_type_is_judged_by_content_and_the_name_remarked(read_bytes: Read, skin: Pixels) -> None:
    image = read_bytes(encoded(skin, "PNG"), "lesion.jpg")
    assert image.media_type == "image/png"
    assert "PNG" in dict(image.provenance)["file type"]
    assert "file type" not in dict(read_bytes(encoded(skin, "PNG"), "lesion.PNG").provenance)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"Patient came in on Monday.\n" * 9, "text"),
        (b"GIF89a" + bytes(99), "GIF"),
        (b"%PDF-1.7 " + bytes(99), "PDF"),
        (b"PK\x03\x04" + bytes(99), "ZIP"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(99), "HEIC"),
        (bytes(range(256)), "not a picture"),
        (b"\xff\xd8\xff\xe0", "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
    ],
)
def test_what_is_no_picture_is_explained(read_bytes: Read, content: bytes, word: str) -> None:
    with pytest.raises(UnreadableFileError, match=word):
        read_bytes(content)


@pytest.mark.parametrize("decoder", ["JPEG", "PNG", "TIFF", "BMP", "WEBP"])
@pytest.mark.parametrize("kept", [0.05, 0.5, 0.97])
def test_a_truncated_file_is_refused(read_bytes: Read, decoder: str, kept: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (80, 80, 3), dtype=np.uint8)
    content = encoded(noise, decoder)
    with pytest.raises(UnreadableFileError):
        read_bytes(content[: int(len(content) * kept)])


def test_a_picture_too_small_for_dermoscopy_is_refused(read_bytes: Read) -> None:
    for size in ((1, 1), (63, 500), (500, 63)):
        with pytest.raises(UnreadableFileError, match="too small"):
            read_bytes(encoded(Image.new("RGB", size), "PNG"))


def test_declared_size_is_refused_before_anything_is_decoded(read_bytes: Read, skin: Pixels) -> None:
    bomb = png_of(struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0), zlib.compress(bytes(1000)))
    jpeg = bytearray(encoded(skin, "JPEG"))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = struct.pack(">HH", 60_000, 60_000)
    bmp = bytearray(encoded(skin, "BMP"))
    bmp[18:26] = struct.pack("<ii", 60_000, 60_000)
    tiff_ifd = struct.pack("<HHHII", 2, 256, 3, 1, 60_000) + struct.pack("<HHII", 257, 3, 1, 60_000)
    for content in (bomb, bytes(jpeg), bytes(bmp)):
        with pytest.raises(UnreadableFileError, match="too large"):
            read_bytes(content)
    with pytest.raises(UnreadableFileError):
        read_bytes(b"II*\x00" + struct.pack("<I", 8) + tiff_ifd + bytes(4))


def test_folders_and_missing_files_are_explained(reader, tmp_path) -> None:  # noqa: ANN001
    with pytest.raises(UnreadableFileError, match="folder"):
        reader.read(tmp_path)
    with pytest.raises(UnreadableFileError, match="no longer there"):
        reader.read(tmp_path / "gone.jpg")
