import logging
import warnings
from collections.abc import Callable
from datetime import date
from io import BytesIO

import cv2
import gdcm
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom import dcmread, dcmwrite, uid
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate

from app.domain.errors import UnreadableFileError
from app.domain.image import Calibration
from app.imaging.read_image import ReadImage

Read = Callable[..., ReadImage]
Pixels = NDArray[np.uint8]
SOP_CLASS = "1.2.840.10008.5.1.4.1.1.77.1.7"


def dataset_of(
    samples: NDArray[np.generic], photometric: str, syntax: uid.UID = uid.ExplicitVRLittleEndian
) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = SOP_CLASS
    meta.MediaStorageSOPInstanceUID = "2.25.1"
    meta.TransferSyntaxUID = syntax
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SOPClassUID, dataset.SOPInstanceUID, dataset.Modality = SOP_CLASS, "2.25.1", "DMS"
    dataset.PatientID, dataset.PatientName = "CANARY-77", "Canary^Mia"
    dataset.Rows, dataset.Columns = samples.shape[:2]
    dataset.SamplesPerPixel = 1 if samples.ndim == 2 else samples.shape[2]
    dataset.BitsAllocated = 8 * samples.dtype.itemsize
    dataset.BitsStored, dataset.HighBit = dataset.BitsAllocated, dataset.BitsAllocated - 1
    dataset.PixelRepresentation = int(samples.dtype.kind == "i")
    if samples.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.PhotometricInterpretation = photometric
    dataset.PixelData = samples.tobytes()
    return dataset


def saved(dataset: FileDataset) -> bytes:
    buffer = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def ybr_full(skin: Pixels) -> Pixels:
    return np.ascontiguousarray(cv2.cvtColor(skin, cv2.COLOR_RGB2YCrCb)[..., [0, 2, 1]])


def encapsulated(samples: Pixels, photometric: str, syntax: uid.UID, frame: bytes) -> bytes:
    dataset = dataset_of(samples, photometric, syntax)
    dataset.PixelData = encapsulate([frame + b"\x00" * (len(frame) % 2)])
    dataset["PixelData"].VR = "OB"
    return saved(dataset)


def jpeg(samples: Pixels, *, is_ybr: bool, **options: object) -> bytes:
    """Encode RGB or given YBR samples as JPEG with the colour markers Pillow writes."""
    buffer = BytesIO()
    picture = Image.fromarray(samples)
    if is_ybr:
        picture.save(buffer, "JPEG", quality=100, subsampling=0, **options)
    else:
        picture.save(buffer, "JPEG", quality=100, keep_rgb=True, **options)
    return buffer.getvalue()


def without_colour_markers(frame: bytes) -> bytes:
    """Drop JFIF and Adobe segments and name the components 1, 2, 3, as some DICOM encoders do."""
    for marker in (b"\xff\xe0", b"\xff\xee"):
        at = frame.find(marker, 2, 64)
        if at > 0:
            frame = frame[:at] + frame[at + 2 + int.from_bytes(frame[at + 2 : at + 4], "big") :]
    header = frame.index(b"\xff\xc0")
    scan = frame.index(b"\xff\xda")
    changed = bytearray(frame)
    for index in range(3):
        changed[header + 10 + 3 * index] = index + 1
        changed[scan + 5 + 2 * index] = index + 1
    return bytes(changed)


def worst(first: Pixels, second: Pixels) -> int:
    return int(np.abs(first.astype(np.int16) - second).max())


@pytest.mark.parametrize("syntax", [uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian])
@pytest.mark.parametrize("planar", [0, 1])
def test_uncompressed_rgb_in_both_layouts(
    read_bytes: Read, skin: Pixels, syntax: uid.UID, planar: int
) -> None:
    dataset = dataset_of(skin, "RGB", syntax)
    dataset.PlanarConfiguration = planar
    if planar:
        dataset.PixelData = skin.transpose(2, 0, 1).tobytes()
    image = read_bytes(saved(dataset), "a.dcm")
    assert worst(image.pixels, skin) == 0
    assert image.media_type == "application/dicom"


def test_big_endian_sixteen_bit_colour(read_bytes: Read, skin: Pixels) -> None:
    dataset = dataset_of(skin.astype(np.uint16) * 257, "RGB", uid.ExplicitVRBigEndian)
    dataset.PixelData = (skin.astype(">u2") * 257).astype(">u2").tobytes()
    dataset["PixelData"].VR = "OW"
    buffer = BytesIO()
    dcmwrite(buffer, dataset, implicit_vr=False, little_endian=False, force_encoding=True)
    assert worst(read_bytes(buffer.getvalue()).pixels, skin) <= 1


@pytest.mark.parametrize("planar", [0, 1])
def test_uncompressed_ybr_full(read_bytes: Read, skin: Pixels, planar: int) -> None:
    ybr = ybr_full(skin)
    dataset = dataset_of(ybr, "YBR_FULL")
    dataset.PlanarConfiguration = planar
    if planar:
        dataset.PixelData = ybr.transpose(2, 0, 1).tobytes()
    assert worst(read_bytes(saved(dataset)).pixels, skin) <= 2


def test_uncompressed_ybr_full_422(read_bytes: Read, skin: Pixels) -> None:
    wide = np.repeat(skin[:, ::2], 2, axis=1)
    ybr = ybr_full(wide)
    packed = np.stack([ybr[:, ::2, 0], ybr[:, 1::2, 0], ybr[:, ::2, 1], ybr[:, ::2, 2]], axis=-1)
    dataset = dataset_of(ybr, "YBR_FULL_422")
    dataset.PixelData = packed.tobytes()
    image = read_bytes(saved(dataset))
    assert np.percentile(np.abs(image.pixels.astype(int) - wide), 95) <= 2
    assert "colour" not in dict(image.provenance)


def test_ybr_full_422_label_on_three_full_rgb_bytes_is_seen_through(read_bytes: Read, skin: Pixels) -> None:
    image = read_bytes(saved(dataset_of(skin, "YBR_FULL_422")))
    assert worst(image.pixels, skin) == 0
    assert "stored as RGB" in dict(image.provenance)["colour"]


def test_ybr_full_422_label_on_three_full_ybr_bytes_is_seen_through(read_bytes: Read, skin: Pixels) -> None:
    assert worst(read_bytes(saved(dataset_of(ybr_full(skin), "YBR_FULL_422"))).pixels, skin) <= 2


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize(("kind", "stored"), [("u1", 8), ("u2", 16), ("u2", 12), ("i2", 16), ("i2", 12)])
def test_greyscale_depths_and_signs(read_bytes: Read, photometric: str, kind: str, stored: int) -> None:
    levels = np.tile(np.linspace(0, 255, 128), (64, 1))
    values = np.rint(levels / 255 * (2**stored - 1)) - (2 ** (stored - 1) if kind[0] == "i" else 0)
    dataset = dataset_of(values.astype(kind), photometric)
    dataset.BitsStored, dataset.HighBit = stored, stored - 1
    expected = levels if photometric == "MONOCHROME2" else 255 - levels
    image = read_bytes(saved(dataset))
    for channel in range(3):
        assert worst(image.pixels[..., channel], np.rint(expected).astype(np.uint8)) <= 1


@pytest.mark.parametrize("is_sixteen_bit", [False, True])
def test_palette_colour(read_bytes: Read, skin: Pixels, is_sixteen_bit: bool) -> None:
    picture = Image.fromarray(skin).quantize(256)
    table = np.zeros((256, 3), np.uint8)
    colours = np.asarray(picture.getpalette("RGB"), np.uint8).reshape(-1, 3)
    table[: len(colours)] = colours
    dataset = dataset_of(np.asarray(picture), "PALETTE COLOR")
    for index, name in enumerate(("Red", "Green", "Blue")):
        entries = table[:, index].astype("<u2") * 257 if is_sixteen_bit else table[:, index]
        bits = 16 if is_sixteen_bit else 8
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [256, 0, bits])
        setattr(dataset, f"{name}PaletteColorLookupTableData", entries.tobytes())
    assert worst(read_bytes(saved(dataset)).pixels, np.asarray(picture.convert("RGB"))) <= 1


@pytest.mark.parametrize(
    ("syntax", "photometric", "tolerance"),
    [
        (uid.RLELossless, "RGB", 0),
        (uid.RLELossless, "YBR_FULL", 2),
        (uid.JPEGLSLossless, "RGB", 0),
        (uid.JPEGLSLossless, "YBR_FULL", 2),
        (uid.JPEG2000Lossless, "RGB", 0),
        (uid.JPEG2000Lossless, "YBR_RCT", 0),
        (uid.JPEG2000Lossless, "YBR_FULL", 2),
    ],
)
def test_lossless_codings_of_the_library(
    read_bytes: Read, skin: Pixels, syntax: uid.UID, photometric: str, tolerance: int
) -> None:
    samples = ybr_full(skin) if photometric == "YBR_FULL" else skin
    dataset = dataset_of(samples, "RGB" if photometric == "YBR_RCT" else photometric)
    options = {"use_mct": photometric == "YBR_RCT"} if syntax == uid.JPEG2000Lossless else {}
    dataset.compress(syntax, generate_instance_uid=False, **options)
    dataset.PhotometricInterpretation = photometric
    image = read_bytes(saved(dataset))
    assert worst(image.pixels, skin) <= tolerance
    assert "colour" not in dict(image.provenance)


def test_irreversible_jpeg_2000_with_its_colour_transform(read_bytes: Read, skin: Pixels) -> None:
    dataset = dataset_of(skin, "RGB")
    dataset.compress(uid.JPEG2000, j2k_psnr=[60], generate_instance_uid=False)
    dataset.PhotometricInterpretation = "YBR_ICT"
    assert worst(read_bytes(saved(dataset)).pixels, skin) <= 3


def test_near_lossless_jpeg_ls(read_bytes: Read, skin: Pixels) -> None:
    dataset = dataset_of(skin, "RGB")
    dataset.compress(uid.JPEGLSNearLossless, jls_error=1, generate_instance_uid=False)
    assert worst(read_bytes(saved(dataset)).pixels, skin) <= 1


@pytest.mark.parametrize("syntax", [uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless])
def test_sixteen_bit_grey_in_lossless_codings(read_bytes: Read, syntax: uid.UID) -> None:
    ramp = np.tile(np.linspace(0, 65_535, 128), (64, 1)).astype(np.uint16)
    dataset = dataset_of(ramp, "MONOCHROME2")
    dataset.compress(syntax, generate_instance_uid=False)
    assert worst(read_bytes(saved(dataset)).pixels[..., 0], np.rint(ramp / 257).astype(np.uint8)) <= 1


@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL"])
def test_lossless_jpeg(read_bytes: Read, skin: Pixels, photometric: str, tmp_path) -> None:  # noqa: ANN001
    samples = ybr_full(skin) if photometric == "YBR_FULL" else skin
    plain, packed = tmp_path / "plain.dcm", tmp_path / "packed.dcm"
    dataset = dataset_of(samples, photometric)
    # GDCM does not know the dermoscopy class yet, so its encoder is given a general photograph.
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = uid.VLPhotographicImageStorage
    plain.write_bytes(saved(dataset))
    source = gdcm.ImageReader()
    source.SetFileName(str(plain))
    assert source.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
    change.SetInput(source.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(packed))
    writer.SetFile(source.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    assert dcmread(packed).file_meta.TransferSyntaxUID == uid.JPEGLosslessSV1
    assert worst(read_bytes(packed.read_bytes()).pixels, skin) <= 2


BASELINE = uid.JPEGBaseline8Bit


@pytest.mark.parametrize("declared", ["YBR_FULL_422", "YBR_FULL", "RGB"])
def test_a_jpeg_that_states_ybr_is_believed(read_bytes: Read, skin: Pixels, declared: str) -> None:
    image = read_bytes(encapsulated(skin, declared, BASELINE, jpeg(skin, is_ybr=True)))
    assert worst(image.pixels, skin) <= 4
    assert ("colour" in dict(image.provenance)) == (declared == "RGB")


@pytest.mark.parametrize("declared", ["YBR_FULL_422", "RGB"])
def test_a_jpeg_that_states_rgb_is_believed(read_bytes: Read, skin: Pixels, declared: str) -> None:
    image = read_bytes(encapsulated(skin, declared, BASELINE, jpeg(skin, is_ybr=False)))
    assert worst(image.pixels, skin) <= 4
    assert ("colour" in dict(image.provenance)) == (declared != "RGB")


@pytest.mark.parametrize(("declared", "is_ybr"), [("RGB", False), ("YBR_FULL_422", True), ("YBR_FULL", True)])
def test_a_jpeg_that_states_nothing_is_what_the_header_declares(
    read_bytes: Read, skin: Pixels, declared: str, is_ybr: bool
) -> None:
    frame = without_colour_markers(jpeg(skin, is_ybr=is_ybr))
    assert worst(read_bytes(encapsulated(skin, declared, BASELINE, frame)).pixels, skin) <= 4


def test_a_jpeg_with_corrupt_data_is_refused(read_bytes: Read, skin: Pixels) -> None:
    frame = jpeg(skin, is_ybr=True)
    middle = len(frame) // 2
    damaged = frame[:middle] + bytes(300) + frame[middle + 300 :]
    with pytest.raises(UnreadableFileError, match="damaged or incomplete"):
        read_bytes(encapsulated(skin, "YBR_FULL_422", BASELINE, damaged))


def test_greyscale_jpeg(read_bytes: Read, skin: Pixels) -> None:
    grey = skin[..., 1].copy()
    buffer = BytesIO()
    Image.fromarray(grey).save(buffer, "JPEG", quality=100)
    image = read_bytes(encapsulated(grey, "MONOCHROME2", BASELINE, buffer.getvalue()))
    assert worst(image.pixels[..., 0], grey) <= 2


def test_patient_and_scale_come_from_the_header(read_bytes: Read, skin: Pixels) -> None:
    dataset = dataset_of(skin, "RGB")
    dataset.PatientSex, dataset.PatientAge = "F", "091Y"
    dataset.PixelSpacing = [0.02, 0.02]
    dataset.add_new((0x0016, 0x1003), "CS", "CONTACT")
    dataset.add_new((0x0016, 0x1001), "CS", "POLARIZED")
    image = read_bytes(saved(dataset))
    assert image.calibration == Calibration(0.02, "DICOM pixel spacing")
    assert (image.patient_code, image.patient_name) == ("CANARY-77", "Canary, Mia")
    assert (image.sex, image.age_years) == ("female", 85)
    assert (image.image_type, image.dermoscopic_type) == ("dermoscopic", "contact polarized")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2.25.77", "2.25.77"),
        (" 2.25.77 ", "2.25.77"),
        ("", None),
        ("UNKNOWN", None),
        ("1", None),
        ("2.25.x", None),
    ],
)
def test_the_lesion_is_named_by_a_uid_that_is_one(
    read_bytes: Read, skin: Pixels, written: str, read: str | None
) -> None:
    dataset = dataset_of(skin, "RGB")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.add_new((0x0062, 0x0021), "UI", written)
        dataset.add_new((0x0062, 0x0020), "UT", "L7")
        image = read_bytes(saved(dataset))
    assert (image.tracking_uid, image.lesion_label) == (read, "L7")


@pytest.mark.parametrize(
    ("header", "day"),
    [
        (
            {
                "AcquisitionDateTime": "20190506123000.000000+0200",
                "StudyDate": "20190507",
                "ContentDate": "20200101",
            },
            date(2019, 5, 6),
        ),
        ({"AcquisitionDate": "20190506", "StudyDate": "20190507"}, date(2019, 5, 6)),
        ({"StudyDate": "20190507", "ContentDate": "20200101"}, date(2019, 5, 7)),
        ({"AcquisitionDateTime": "2019", "ContentDate": "20200101"}, date(2020, 1, 1)),
        ({"StudyDate": "19000101"}, None),
        ({"StudyDate": "20191341"}, None),
        ({"StudyDate": ""}, None),
        ({}, None),
    ],
)
def test_the_day_of_the_picture_comes_from_the_most_exact_field_that_holds_one(
    read_bytes: Read, skin: Pixels, header: dict[str, str], day: date | None
) -> None:
    dataset = dataset_of(skin, "RGB")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for keyword, written in header.items():
            setattr(dataset, keyword, written)
    image = read_bytes(saved(dataset))
    assert image.taken_on == day
    assert "2019" not in str(image.provenance)


@pytest.mark.parametrize(("written", "year"), [("19611224", 1961), ("1961", 1961), ("", None), ("196", None)])
def test_only_the_year_of_a_birth_date_is_taken(
    read_bytes: Read, skin: Pixels, written: str, year: int | None
) -> None:
    dataset = dataset_of(skin, "RGB")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.PatientBirthDate = written
    assert read_bytes(saved(dataset)).birth_year == year


def test_an_implausible_pixel_spacing_is_not_taken(read_bytes: Read, skin: Pixels) -> None:
    dataset = dataset_of(skin, "RGB")
    dataset.PixelSpacing = [1, 1]
    image = read_bytes(saved(dataset))
    assert image.calibration is None
    assert "implausible" in dict(image.provenance)["scale"]


@pytest.mark.parametrize("written", [b"0.125      ", b"abc\\def    ", b"1\\2\\3      "])
def test_a_pixel_spacing_that_is_no_pair_of_numbers_does_not_cost_the_picture(
    read_bytes: Read, skin: Pixels, written: bytes
) -> None:
    dataset = dataset_of(skin, "RGB")
    dataset.PixelSpacing = [0.125, 0.125]
    image = read_bytes(saved(dataset).replace(b"0.125\\0.125", written))
    assert worst(image.pixels, skin) == 0
    assert image.calibration is None
    assert "cannot be read" in dict(image.provenance)["scale"]


def broken(dataset: FileDataset, **values: object) -> bytes:
    for keyword, value in values.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    return saved(dataset)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"PixelData": None}, "no picture"),
        ({"NumberOfFrames": 12}, "12 frames"),
        ({"Rows": 60_000, "Columns": 60_000}, "too large"),
        ({"Rows": 20}, "too small"),
        ({"Rows": 97}, "incomplete"),
        ({"Rows": 90}, "contradicts itself"),
        ({"SamplesPerPixel": 1}, "contradicts itself"),
        ({"PhotometricInterpretation": "MONOCHROME2"}, "contradicts itself"),
        ({"PhotometricInterpretation": "CMYK"}, "retired"),
        ({"BitsAllocated": 32}, "32 bits"),
        ({"BitsStored": 12}, "12 of 8"),
        ({"BitsAllocated": None}, "damaged"),
        ({"PixelData": b""}, "incomplete"),
    ],
)
def test_contradictory_headers_are_explained(
    read_bytes: Read, skin: Pixels, values: dict[str, object], word: str
) -> None:
    with pytest.raises(UnreadableFileError, match=word) as refusal:
        read_bytes(broken(dataset_of(skin, "RGB"), **values))
    assert "CANARY" not in str(refusal.value)


def test_a_codestream_of_another_size_is_refused_before_decoding(read_bytes: Read, skin: Pixels) -> None:
    huge = bytearray(jpeg(skin, is_ybr=True))
    frame = huge.index(b"\xff\xc0")
    huge[frame + 5 : frame + 9] = b"\xea\x60\xea\x60"
    with pytest.raises(UnreadableFileError, match="another size"):
        read_bytes(encapsulated(skin, "YBR_FULL_422", BASELINE, bytes(huge)))


def test_a_deflated_file_is_refused_without_inflating_it(read_bytes: Read, skin: Pixels) -> None:
    content = saved(dataset_of(skin, "RGB", uid.DeflatedExplicitVRLittleEndian))
    with pytest.raises(UnreadableFileError, match="deflated"):
        read_bytes(content)


def test_nothing_about_the_patient_is_logged_or_warned(
    read_bytes: Read, skin: Pixels, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    dataset = dataset_of(skin, "RGB")
    content = saved(dataset).replace(b"DMS ", b"d^S ")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read_bytes(content)
        with pytest.raises(UnreadableFileError) as refusal:
            read_bytes(content[: len(content) // 2])
    said = caplog.text + "".join(capfd.readouterr()) + str(refusal.value) + "".join(map(str, caught))
    assert "CANARY" not in said.upper()
    assert refusal.value.__cause__ is None
