"""Headers that contradict their pixel data: length, codestream and the picture itself are believed."""

from collections.abc import Callable
from dataclasses import replace

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import uid
from pydicom.encaps import encapsulate, get_frame

from app.domain.errors import UnreadableFileError
from app.imaging.dicom.frame_decoder import decoded
from app.imaging.read_image import ReadImage
from tests.dicom_combinations import (
    Combination,
    file_bytes,
    lesion_picture,
    without_colour_markers,
    written,
    ybr_of,
)

Read = Callable[..., ReadImage]
Pixels = NDArray[np.uint8]
SKIN = lesion_picture(96, 128)
PLAIN = Combination(uid.ExplicitVRLittleEndian, "RGB", False, 8, 8, 7, False, (96, 128))
DEEP = replace(PLAIN, bits_allocated=16, bits_stored=16, high_bit=15)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unharmed frames need no decoder process of their own."""
    monkeypatch.setattr("app.imaging.dicom.frame.decoded_apart", decoded)


def relabelled(combination: Combination, pixel_data: bytes | None = None, **fields: object) -> bytes:
    """Return the file of a combination with other header fields than those it was written with."""
    dataset = written(combination).dataset
    syntax = combination.syntax
    for keyword, value in fields.items():
        if keyword == "TransferSyntaxUID":
            syntax = dataset.file_meta.TransferSyntaxUID = uid.UID(str(value))
        else:
            setattr(dataset, keyword, value)
    if pixel_data is not None:
        dataset.PixelData = pixel_data
    return file_bytes(dataset, syntax)


def encapsulated(frame: bytes, **fields: object) -> bytes:
    combination = replace(PLAIN, syntax=uid.JPEGBaseline8Bit)
    return relabelled(combination, encapsulate([frame + b"\x00" * (len(frame) % 2)]), **fields)


def jpeg(samples: Pixels, subsampling: str) -> bytes:
    """Return luma and chroma as a JPEG without any marker of its colours."""
    frame = imagecodecs.jpeg8_encode(
        samples, level=98, colorspace="RGB", outcolorspace="YCBCR", subsampling=subsampling
    )
    return without_colour_markers(frame)


def worst(image: ReadImage, truth: Pixels = SKIN) -> int:
    return int(np.abs(image.pixels.astype(np.int16) - truth).max())


@pytest.mark.parametrize("subsampling", ["444", "422", "420", "411", "440"])
@pytest.mark.parametrize("declared", ["RGB", "YBR_FULL", "YBR_FULL_422"])
def test_an_unmarked_jpeg_of_luma_and_chroma_is_known_whatever_its_label(
    read_bytes: Read, subsampling: str, declared: str
) -> None:
    content = encapsulated(jpeg(SKIN, subsampling), PhotometricInterpretation=declared)
    image = read_bytes(content)
    assert np.abs(image.pixels.astype(np.int16) - SKIN).mean() < 3
    assert ("colour" in dict(image.provenance)) == (declared == "RGB")


def test_an_unmarked_jpeg_that_really_holds_rgb_stays_so(read_bytes: Read) -> None:
    frame = imagecodecs.jpeg8_encode(SKIN, level=98, colorspace="RGB", outcolorspace="RGB")
    image = read_bytes(encapsulated(without_colour_markers(frame), PhotometricInterpretation="RGB"))
    assert worst(image) <= 6
    assert "colour" not in dict(image.provenance)


@pytest.mark.parametrize(("holds_ybr", "declared"), [(False, "RGB"), (False, "YBR_FULL"), (True, "YBR_FULL")])
def test_markers_of_lossless_jpeg_that_contradict_the_header_are_weighed_by_the_picture(
    read_bytes: Read, holds_ybr: bool, declared: str
) -> None:
    samples = ybr_of(SKIN) if holds_ybr else SKIN
    # This encoder always writes that colours are RGB.
    frame = imagecodecs.jpeg8_encode(
        samples, lossless=True, predictor=1, bitspersample=8, colorspace="RGB", outcolorspace="RGB"
    )
    fields = {"PhotometricInterpretation": declared, "TransferSyntaxUID": uid.JPEGLosslessSV1}
    assert worst(read_bytes(encapsulated(frame, **fields))) <= 2


CODESTREAMS = {
    "JPEG": imagecodecs.jpeg8_encode(SKIN, level=100, subsampling="444"),
    "lossless JPEG": imagecodecs.jpeg8_encode(
        SKIN, lossless=True, predictor=1, bitspersample=8, colorspace="RGB", outcolorspace="RGB"
    ),
    "JPEG-LS": imagecodecs.jpegls_encode(SKIN),
    "JPEG 2000": imagecodecs.jpeg2k_encode(SKIN, level=0, reversible=True, codecformat="j2k"),
    "JP2": imagecodecs.jpeg2k_encode(SKIN, level=0, reversible=True, codecformat="jp2"),
    "HTJ2K": imagecodecs.htj2k_encode(SKIN, reversible=True),
}


@pytest.mark.parametrize("coding", CODESTREAMS)
@pytest.mark.parametrize(
    "declared",
    [uid.JPEGBaseline8Bit, uid.JPEGLosslessSV1, uid.JPEGLSLossless, uid.JPEG2000, uid.HTJ2K, uid.RLELossless],
    ids=lambda syntax: syntax.keyword,
)
def test_the_codestream_names_its_decoder_not_the_transfer_syntax(
    read_bytes: Read, coding: str, declared: uid.UID
) -> None:
    image = read_bytes(encapsulated(CODESTREAMS[coding], TransferSyntaxUID=declared))
    assert worst(image) <= 4


def test_a_wrong_transfer_syntax_is_said(read_bytes: Read) -> None:
    image = read_bytes(encapsulated(CODESTREAMS["JPEG-LS"], TransferSyntaxUID=uid.JPEG2000))
    assert (
        "coding",
        "the header declares JPEG 2000 Image Compression, the picture is stored as JPEG-LS",
    ) in (image.provenance)


def test_decompressed_pixels_under_the_old_transfer_syntax(read_bytes: Read) -> None:
    written_as, left_over = (syntax.encode() for syntax in (uid.ExplicitVRLittleEndian, uid.RLELossless))
    image = read_bytes(written(PLAIN).content.replace(written_as + b"\x00", left_over + b"\x00"))
    assert worst(image) == 0
    assert "stored as uncompressed" in dict(image.provenance)["coding"]


@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("coding", CODESTREAMS)
def test_planar_configuration_says_nothing_about_a_codestream(
    read_bytes: Read, coding: str, planar: int
) -> None:
    image = read_bytes(encapsulated(CODESTREAMS[coding], PlanarConfiguration=planar))
    assert worst(image) <= 4


def test_colours_by_pixel_that_are_declared_by_plane(read_bytes: Read) -> None:
    image = read_bytes(relabelled(PLAIN, PlanarConfiguration=1))
    assert worst(image) == 0
    assert "by plane" in dict(image.provenance)["coding"]


@pytest.mark.parametrize("grain", [0, 3])
def test_colours_by_plane_that_are_declared_by_pixel(read_bytes: Read, grain: int) -> None:
    noise = np.random.default_rng(1).normal(0, grain, SKIN.shape)
    picture = np.clip(SKIN + noise, 0, 255).astype(np.uint8)
    image = read_bytes(relabelled(PLAIN, picture.transpose(2, 0, 1).tobytes()))
    assert worst(image, picture) == 0
    assert "by pixel" in dict(image.provenance)["coding"]


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("tint", [(1.0, 1.0, 1.0), (1.0, 0.8, 0.6)])
def test_a_plain_ramp_by_pixel_is_not_taken_for_planes(
    read_bytes: Read, axis: int, tint: tuple[float, float, float]
) -> None:
    grey = np.linspace(20, 230, 96 if axis == 0 else 128)
    ramp = np.broadcast_to(grey[:, None] if axis == 0 else grey[None], (96, 128))
    picture = np.rint(ramp[..., None] * np.array(tint)).astype(np.uint8)
    image = read_bytes(relabelled(PLAIN, picture.tobytes()))
    assert worst(image, picture) == 0


def test_twelve_bits_at_the_bottom_of_the_cell_under_the_highest_bit(read_bytes: Read) -> None:
    assert worst(read_bytes(relabelled(replace(DEEP, bits_stored=12, high_bit=11), HighBit=15))) <= 1


def test_big_endian_words_whose_bytes_were_not_swapped(read_bytes: Read) -> None:
    image = read_bytes(relabelled(replace(PLAIN, syntax=uid.ExplicitVRBigEndian), SKIN.tobytes()))
    assert worst(image) == 0
    assert "order" in dict(image.provenance)["coding"]


def test_bytes_where_words_are_declared(read_bytes: Read) -> None:
    image = read_bytes(relabelled(PLAIN, BitsAllocated=16))
    assert worst(image) == 0
    assert "stored with 8" in dict(image.provenance)["bit depth"]


def test_a_subsampled_length_under_the_label_of_full_resolution(read_bytes: Read) -> None:
    content = relabelled(replace(PLAIN, photometric="YBR_FULL_422"), PhotometricInterpretation="YBR_FULL")
    assert np.abs(read_bytes(content).pixels.astype(np.int16) - SKIN).mean() < 2


def test_twelve_bits_at_the_top_of_the_cell_under_the_usual_high_bit(read_bytes: Read) -> None:
    content = relabelled(replace(DEEP, bits_stored=12, high_bit=15), HighBit=11)
    image = read_bytes(content)
    assert worst(image) <= 1
    assert "contradict the picture" in str(image.provenance)


def test_sixteen_bits_under_the_label_of_twelve(read_bytes: Read) -> None:
    assert worst(read_bytes(relabelled(DEEP, BitsStored=12, HighBit=11))) <= 1


@pytest.mark.parametrize("high_bit", [0, 3, 16, 200])
def test_a_high_bit_that_cannot_be_is_passed_over(read_bytes: Read, high_bit: int) -> None:
    assert worst(read_bytes(relabelled(PLAIN, HighBit=high_bit))) == 0
    for true_bit in (11, 13, 15):
        deep = replace(DEEP, bits_stored=12, high_bit=true_bit)
        image = read_bytes(relabelled(deep, HighBit=high_bit))
        assert worst(image) <= 1
        assert "contradict the picture" in str(image.provenance)


def test_overlay_bits_above_the_values_are_not_part_of_them(read_bytes: Read) -> None:
    grey = replace(DEEP, photometric="MONOCHROME2", bits_stored=12, high_bit=11)
    cells = np.frombuffer(written(grey).dataset.PixelData, "<u2").reshape(96, 128).copy()
    cells[20:60, 30:90] |= 0x8000
    image = read_bytes(relabelled(grey, cells.tobytes()))
    assert np.abs(image.pixels[..., 0].astype(np.int16) - SKIN[..., 1]).max() <= 1


@pytest.mark.parametrize("combination", [PLAIN, DEEP], ids=["8 bits", "16 bits"])
def test_colours_are_not_signed_whatever_the_header_says(read_bytes: Read, combination: Combination) -> None:
    assert worst(read_bytes(relabelled(combination, PixelRepresentation=1))) <= 1


@pytest.mark.parametrize("is_signed", [False, True])
@pytest.mark.parametrize(
    "syntax", [uid.JPEG2000Lossless, uid.HTJ2KLossless], ids=lambda syntax: syntax.keyword
)
def test_the_sign_of_a_codestream_under_either_label(
    read_bytes: Read, syntax: uid.UID, is_signed: bool
) -> None:
    values = (SKIN[..., 1].astype(np.int16) - 128).astype(np.int8)
    encode = imagecodecs.htj2k_encode if syntax == uid.HTJ2KLossless else imagecodecs.jpeg2k_encode
    options = {} if syntax == uid.HTJ2KLossless else {"level": 0, "codecformat": "j2k"}
    frame = encode(values, reversible=True, **options)
    grey = replace(PLAIN, syntax=syntax, photometric="MONOCHROME2")
    image = read_bytes(
        relabelled(
            grey, encapsulate([frame + b"\x00" * (len(frame) % 2)]), PixelRepresentation=int(is_signed)
        )
    )
    assert np.abs(image.pixels[..., 0].astype(np.int16) - SKIN[..., 1]).max() <= 1


@pytest.mark.parametrize("depth", [8, 10, 12])
@pytest.mark.parametrize("photometric", ["RGB", "MONOCHROME1", "MONOCHROME2", "YBR_FULL"])
def test_low_values_in_deep_cells_are_neither_dark_nor_unsaid(
    read_bytes: Read, depth: int, photometric: str
) -> None:
    shallow = replace(DEEP, bits_stored=depth, high_bit=depth - 1, photometric=photometric)
    image = read_bytes(relabelled(shallow, BitsStored=16, HighBit=15))
    truth = SKIN if photometric in ("RGB", "YBR_FULL") else SKIN[..., [1, 1, 1]]
    assert worst(image, truth) <= 2
    assert f"use only {depth}" in str(image.provenance)


def test_the_sign_may_stand_at_the_top_of_the_true_depth(read_bytes: Read) -> None:
    shallow = replace(DEEP, bits_stored=12, high_bit=11, photometric="MONOCHROME2", is_signed=True)
    assert worst(read_bytes(relabelled(shallow, BitsStored=16, HighBit=15)), SKIN[..., [1, 1, 1]]) <= 1


def test_a_picture_that_uses_its_depth_is_left_alone(read_bytes: Read) -> None:
    image = read_bytes(relabelled(DEEP))
    assert dict(image.provenance)["bit depth"] == "16 bits reduced to 8"


def test_components_of_different_depth_are_refused(read_bytes: Read) -> None:
    frame = bytearray(CODESTREAMS["JPEG 2000"])
    first_depth = frame.index(b"\xff\x51") + 40
    frame[first_depth] = 6
    with pytest.raises(UnreadableFileError, match="rare way"):
        read_bytes(encapsulated(bytes(frame), TransferSyntaxUID=uid.JPEG2000))


@pytest.mark.parametrize(("field", "value"), [("Columns", 127), ("Rows", 95), ("Columns", 129), ("Rows", 97)])
@pytest.mark.parametrize("bits", [8, 16])
def test_an_rle_picture_of_another_size_is_refused(
    read_bytes: Read, field: str, value: int, bits: int
) -> None:
    layout = replace(PLAIN if bits == 8 else DEEP, syntax=uid.RLELossless)
    with pytest.raises(UnreadableFileError):
        read_bytes(relabelled(layout, **{field: value}))


@pytest.mark.parametrize("high_bit", [0, 200])
def test_the_numbers_of_a_palette_begin_above_the_bits_that_are_never_set(
    read_bytes: Read, high_bit: int
) -> None:
    layout = replace(DEEP, photometric="PALETTE COLOR", bits_stored=12, high_bit=15)
    assert worst(read_bytes(relabelled(layout, HighBit=high_bit)), written(layout).truth) == 0


def test_a_palette_under_lossy_compression_is_refused(read_bytes: Read) -> None:
    with pytest.raises(UnreadableFileError, match="palette"):
        read_bytes(written(replace(PLAIN, syntax=uid.JPEGBaseline8Bit, photometric="PALETTE COLOR")).content)


TWELVE_BITS = replace(DEEP, syntax=uid.JPEGExtended12Bit, bits_stored=12, high_bit=11)


def test_a_jpeg_of_twelve_bits_is_read(read_bytes: Read) -> None:
    file = written(TWELVE_BITS)
    assert worst(read_bytes(file.content), file.truth) <= 4


@pytest.mark.parametrize("kept", [0.4, 0.7])
def test_a_jpeg_of_twelve_bits_that_lost_a_part_is_refused(read_bytes: Read, kept: float) -> None:
    frame = get_frame(written(TWELVE_BITS).dataset.PixelData, 0, number_of_frames=1)
    middle = int(len(frame) * kept)
    for damaged in (frame[:middle] + b"\xff\xd9", frame[:middle] + frame[middle + 400 :]):
        even = damaged + b"\x00" * (len(damaged) % 2)
        with pytest.raises(UnreadableFileError, match="damaged or incomplete"):
            read_bytes(relabelled(TWELVE_BITS, encapsulate([even])))


def test_a_jpeg_of_another_depth_is_refused_with_the_remedy(read_bytes: Read) -> None:
    frame = bytearray(get_frame(written(TWELVE_BITS).dataset.PixelData, 0, number_of_frames=1))
    frame[frame.index(b"\xff\xc1") + 4] = 10
    with pytest.raises(UnreadableFileError, match=r"10 bits .* export it uncompressed"):
        read_bytes(relabelled(TWELVE_BITS, encapsulate([bytes(frame)])))


def test_a_dicom_file_that_begins_like_a_tiff_is_dicom(read_bytes: Read) -> None:
    content = written(PLAIN).content
    assert worst(read_bytes(b"II*\x00" + content[4:])) == 0


def test_a_second_picture_that_the_header_conceals_is_not_passed_over(read_bytes: Read) -> None:
    frame = CODESTREAMS["JPEG"] + b"\x00" * (len(CODESTREAMS["JPEG"]) % 2)
    content = relabelled(replace(PLAIN, syntax=uid.JPEGBaseline8Bit), encapsulate([frame, frame]))
    with pytest.raises(UnreadableFileError, match="2 frames"):
        read_bytes(content)


@pytest.mark.parametrize("per_frame", [1, 2, 5])
def test_a_picture_in_several_fragments_is_one_picture(read_bytes: Read, per_frame: int) -> None:
    frame = CODESTREAMS["JPEG"] + b"\x00" * (len(CODESTREAMS["JPEG"]) % 2)
    content = relabelled(
        replace(PLAIN, syntax=uid.JPEGBaseline8Bit), encapsulate([frame], fragments_per_frame=per_frame)
    )
    assert worst(read_bytes(content)) <= 4
