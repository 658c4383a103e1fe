"""Synthetic DICOM files for every combination of pixel layout, and decoders other than the reader's own.

A combination is written from a known picture, read by the application, and read a second time: its samples by
another library, their meaning by the few plain lines of ``second_reading``. So a mistake shows even where all
decoders share it, or where reader and picture agree by chance.
"""

import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import product
from pathlib import Path

import cv2
import gdcm
import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import dcmread, dcmwrite, uid
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.pixels.decoders.base import get_decoder

from app.domain.errors import UnreadableFileError
from app.imaging.readers import read_image

Pixels = NDArray[np.uint8]
Cells = NDArray[np.generic]

UNCOMPRESSED = (uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.ExplicitVRBigEndian)
LOSSY_JPEG = (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit)
LOSSLESS_JPEG = (uid.JPEGLossless, uid.JPEGLosslessSV1)
JPEG_LS = (uid.JPEGLSLossless, uid.JPEGLSNearLossless)
JPEG_2000 = (uid.JPEG2000Lossless, uid.JPEG2000)
HTJ2K = (uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL, uid.HTJ2K)
SYNTAXES = (
    *UNCOMPRESSED,
    uid.RLELossless,
    *LOSSY_JPEG,
    *LOSSLESS_JPEG,
    *JPEG_LS,
    *JPEG_2000,
    *HTJ2K,
)
GREY = ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")
COLOUR = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
RETIRED = ("HSV", "ARGB", "CMYK", "YBR_PARTIAL_422", "YBR_PARTIAL_420")
DEPTHS = (
    (8, 8, 7),
    (8, 7, 6),
    (8, 7, 7),
    (16, 16, 15),
    (16, 12, 11),
    (16, 12, 13),
    (16, 12, 15),
    (16, 10, 9),
)
DEPTHS += ((16, 8, 7), (16, 8, 15))
"""Bits Allocated, Bits Stored, High Bit."""
SIZES = ((96, 128), (77, 101))


@dataclass(frozen=True, slots=True)
class Combination:
    """One pixel layout as a header declares it."""

    syntax: uid.UID
    photometric: str
    is_planar: bool
    bits_allocated: int
    bits_stored: int
    high_bit: int
    is_signed: bool
    size: tuple[int, int]

    @property
    def samples(self) -> int:
        return 1 if self.photometric in GREY else 3

    @property
    def shift(self) -> int:
        return self.high_bit + 1 - self.bits_stored

    @property
    def is_lossy(self) -> bool:
        return self.syntax in LOSSY_JPEG or (self.syntax == uid.JPEG2000 and self.photometric == "YBR_ICT")

    @property
    def is_lossy_jpeg(self) -> bool:
        return self.syntax in LOSSY_JPEG

    @property
    def has_eight_bit_codestream(self) -> bool:
        return self.syntax == uid.JPEGBaseline8Bit or (
            self.syntax == uid.JPEGExtended12Bit and self.bits_stored <= 8
        )

    @property
    def is_subsampled(self) -> bool:
        """Say whether two neighbours share their chroma."""
        if self.photometric != "YBR_FULL_422":
            return False
        if self.syntax in UNCOMPRESSED:
            return self.bits_allocated == 8 and self.size[1] % 2 == 0
        return self.syntax in LOSSY_JPEG

    def __str__(self) -> str:
        return (
            f"{self.syntax.name} | {self.photometric} | planar {int(self.is_planar)} | "
            f"{self.bits_stored} of {self.bits_allocated}, high {self.high_bit} | "
            f"{'signed' if self.is_signed else 'unsigned'} | {self.size[1]}x{self.size[0]}"
        )


def every_combination() -> Iterator[Combination]:
    """Yield all combinations, those that the standard forbids included."""
    for syntax, photometric in product(SYNTAXES, (*GREY, *COLOUR, *RETIRED)):
        planes = (False,) if photometric in GREY else (False, True)
        depths = DEPTHS[:1] if photometric in RETIRED else DEPTHS
        for is_planar, depth, is_signed, size in product(planes, depths, (False, True), SIZES):
            yield Combination(syntax, photometric, is_planar, *depth, is_signed, size)


def lesion_picture(height_px: int, width_px: int) -> Pixels:
    """Return smooth skin with a dark lesion off the centre, (H, W, 3) uint8 RGB."""
    rows, columns = np.mgrid[0:height_px, 0:width_px].astype(np.float32)
    skin = np.dstack([226 - columns / 8, 176 - rows / 6, 150 - (rows + columns) / 14])
    distance = np.hypot((rows - 0.35 * height_px) / 0.22, (columns - 0.3 * width_px) / 0.18) / height_px
    depth = cv2.GaussianBlur((distance < 1).astype(np.float32), (0, 0), 6)[..., None]
    return np.rint(skin * (1 - depth) + np.array([92, 58, 46], np.float32) * depth).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Written:
    """A file, and the picture that it was written from as far as its bits can hold it."""

    content: bytes
    dataset: FileDataset
    truth: Pixels


def written(combination: Combination, picture: Pixels | None = None) -> Written:
    """Return the file of a combination, of the usual lesion or of another picture of its size."""
    picture = lesion_picture(*combination.size) if picture is None else picture
    if combination.is_subsampled:
        half = picture[:, ::2]
        picture = np.repeat(half, 2, axis=1)[:, : combination.size[1]]
    dataset = _header(combination)
    samples, truth = _samples(combination, picture, dataset)
    cells = _cells(combination, samples)
    if combination.syntax in UNCOMPRESSED:
        dataset.PixelData = _native_bytes(combination, cells)
        dataset["PixelData"].VR = "OW" if combination.syntax != uid.ExplicitVRLittleEndian else "OB"
        if combination.bits_allocated == 16:
            dataset["PixelData"].VR = "OW"
    else:
        dataset.PixelData = encapsulate([_frame(combination, cells)])
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
    return Written(file_bytes(dataset, combination.syntax), dataset, truth)


def _header(combination: Combination) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = uid.VLPhotographicImageStorage
    meta.MediaStorageSOPInstanceUID = "2.25.1"
    meta.TransferSyntaxUID = combination.syntax
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, "2.25.1"
    dataset.Modality = "XC"
    dataset.Rows, dataset.Columns = combination.size
    dataset.SamplesPerPixel = combination.samples
    dataset.PhotometricInterpretation = combination.photometric
    if combination.samples == 3:
        dataset.PlanarConfiguration = int(combination.is_planar)
    dataset.BitsAllocated, dataset.BitsStored = combination.bits_allocated, combination.bits_stored
    dataset.HighBit, dataset.PixelRepresentation = combination.high_bit, int(combination.is_signed)
    return dataset


def _samples(combination: Combination, picture: Pixels, dataset: FileDataset) -> tuple[Pixels, Pixels]:
    """Return samples of 8 bits and the RGB picture they stand for."""
    photometric = combination.photometric
    if photometric == "PALETTE COLOR":
        return _indexed(combination, picture, dataset)
    if photometric in GREY:
        grey = picture[..., 1]
        return (255 - grey if photometric == "MONOCHROME1" else grey), np.dstack([grey, grey, grey])
    if photometric in ("YBR_FULL", "YBR_FULL_422"):
        return ybr_of(picture), picture
    return picture, picture


def _indexed(combination: Combination, picture: Pixels, dataset: FileDataset) -> tuple[Pixels, Pixels]:
    paletted = Image.fromarray(picture).quantize(64)
    colours = np.zeros((64, 3), np.uint8)
    used = np.asarray(paletted.getpalette("RGB"), np.uint8).reshape(-1, 3)
    colours[: len(used)] = used
    first = -32 if combination.is_signed else 0
    for channel, name in enumerate(("Red", "Green", "Blue")):
        words = (colours[:, channel].astype(np.uint16) * 257).astype(
            ">u2" if combination.syntax == uid.ExplicitVRBigEndian else "<u2"
        )
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [64, first, 16])
        descriptor = dataset[f"{name}PaletteColorLookupTableDescriptor"]
        descriptor.VR = "SS" if combination.is_signed else "US"
        setattr(dataset, f"{name}PaletteColorLookupTableData", words.tobytes())
        dataset[f"{name}PaletteColorLookupTableData"].VR = "OW"
    return np.asarray(paletted, np.uint8), np.asarray(paletted.convert("RGB"), np.uint8)


def ybr_of(picture: Pixels) -> Pixels:
    """Return full-range Y, Cb, Cr of RGB."""
    return np.ascontiguousarray(cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)[..., [0, 2, 1]])


def _cells(combination: Combination, samples: Pixels) -> Cells:
    """Return unsigned bit patterns: scaled to the stored bits, offset if signed, moved to the high bit."""
    dtype = np.uint8 if combination.bits_allocated == 8 else np.uint16
    top = (1 << combination.bits_stored) - 1
    if combination.photometric == "PALETTE COLOR":
        values = samples.astype(np.int64) - (32 if combination.is_signed else 0)
        return ((values & top) << combination.shift).astype(dtype)
    levels = np.rint(samples.astype(np.float64) / 255 * top).astype(np.int64)
    if combination.is_signed and not (combination.is_lossy_jpeg and combination.samples == 3):
        levels = (levels - (1 << (combination.bits_stored - 1))) & top
    return (levels << combination.shift).astype(dtype)


def _native_bytes(combination: Combination, cells: Cells) -> bytes:
    if combination.is_subsampled:
        packed = np.stack([cells[:, ::2, 0], cells[:, 1::2, 0], cells[:, ::2, 1], cells[:, ::2, 2]], axis=-1)
        data = packed.tobytes()
    else:
        laid_out = cells.transpose(2, 0, 1) if combination.is_planar and cells.ndim == 3 else cells
        order = ">" if combination.syntax == uid.ExplicitVRBigEndian else "<"
        data = laid_out.astype(cells.dtype.newbyteorder(order)).tobytes()
    data += b"\x00" * (len(data) % 2)
    if combination.syntax == uid.ExplicitVRBigEndian and combination.bits_allocated == 8:
        data = np.frombuffer(data, np.uint8).reshape(-1, 2)[:, ::-1].tobytes()
    return data


def _frame(combination: Combination, cells: Cells) -> bytes:
    if combination.syntax not in (uid.RLELossless, *LOSSY_JPEG) and _precision(combination) <= 8:
        cells = cells.astype(np.uint8)
    if combination.syntax == uid.RLELossless:
        frame = _rle(cells)
    elif combination.syntax in LOSSY_JPEG:
        frame = _lossy_jpeg(combination, cells)
    elif combination.syntax in LOSSLESS_JPEG:
        frame = _lossless_jpeg(combination, cells)
    elif combination.syntax in JPEG_LS:
        frame = imagecodecs.jpegls_encode(cells)
    else:
        frame = _jpeg_2000(combination, cells)
    return frame + b"\x00" * (len(frame) % 2)


def _precision(combination: Combination) -> int:
    """Return the codestream's bits: the stored ones where they are the lowest, else the whole cell."""
    return combination.bits_stored if combination.shift == 0 else combination.bits_allocated


def _rle(cells: Cells) -> bytes:
    planes = [cells] if cells.ndim == 2 else [cells[..., channel] for channel in range(3)]
    segments = []
    for plane in planes:
        for octet in reversed(range(plane.dtype.itemsize)):
            rows = (plane.astype(np.uint16) >> (8 * octet) & 0xFF).astype(np.uint8)
            segments.append(b"".join(_literal_runs(row.tobytes()) for row in rows))
    segments = [segment + b"\x00" * (len(segment) % 2) for segment in segments]
    offsets = 64 + np.cumsum([0, *map(len, segments[:-1])])
    table = np.zeros(16, "<u4")
    table[0], table[1 : 1 + len(segments)] = len(segments), offsets
    return table.tobytes() + b"".join(segments)


def _literal_runs(row: bytes) -> bytes:
    parts = (row[start : start + 128] for start in range(0, len(row), 128))
    return b"".join(bytes([len(part) - 1]) + part for part in parts)


def _dropped_bits(combination: Combination) -> int:
    """Return how many low bits of a cell a codestream of twelve bits has no room for."""
    return max(0, combination.high_bit + 1 - 12)


def _twelve_bit_jpeg(combination: Combination, levels: Cells) -> bytes:
    if levels.ndim == 2:
        return imagecodecs.jpeg_encode(levels.astype(np.uint16), level=100, bitspersample=12)
    space = "YCBCR" if combination.photometric in ("YBR_FULL", "YBR_FULL_422") else "RGB"
    return imagecodecs.jpeg_encode(
        levels.astype(np.uint16),
        level=100,
        bitspersample=12,
        colorspace=space,
        outcolorspace=space,
        subsampling="422" if combination.is_subsampled else "444",
    )


def _lossy_jpeg(combination: Combination, cells: Cells) -> bytes:
    if not combination.has_eight_bit_codestream:
        return _twelve_bit_jpeg(combination, (cells >> _dropped_bits(combination)) & 0xFFF)
    samples = cells if combination.bits_allocated == 8 else _reduced(cells, combination)
    buffer = BytesIO()
    if samples.ndim == 2:
        Image.fromarray(samples).save(buffer, "JPEG", quality=100)
        return buffer.getvalue()
    is_ybr = combination.photometric in ("YBR_FULL", "YBR_FULL_422")
    # The markers of Pillow's encoder say RGB of what is given as RGB; they are dropped below for YBR samples.
    Image.fromarray(samples).save(buffer, "JPEG", quality=100, keep_rgb=True)
    if not is_ybr:
        return buffer.getvalue()
    if not combination.is_subsampled:
        return without_colour_markers(buffer.getvalue())
    buffer = BytesIO()
    picture = Image.merge("YCbCr", [Image.fromarray(np.ascontiguousarray(samples[..., c])) for c in range(3)])
    picture.save(buffer, "JPEG", quality=100, subsampling=1)
    return without_colour_markers(buffer.getvalue())


def _reduced(cells: Cells, combination: Combination) -> Pixels:
    """Return cells of 16 bits as 8-bit ones: the only ones that such a codestream has room for."""
    top = (1 << combination.bits_stored) - 1
    levels = (cells.astype(np.int64) >> combination.shift) & top
    if combination.is_signed and combination.photometric in GREY:
        levels = levels ^ (1 << (combination.bits_stored - 1))
    scaled = np.rint(levels * 255 / top).astype(np.uint8)
    return scaled ^ np.uint8(128) if combination.is_signed and combination.photometric in GREY else scaled


def without_colour_markers(frame: bytes) -> bytes:
    """Drop JFIF and Adobe segments and name the components 1, 2, 3, as some DICOM encoders do."""
    for marker in (b"\xff\xe0", b"\xff\xee"):
        at = frame.find(marker, 2, 64)
        if at > 0:
            frame = frame[:at] + frame[at + 2 + int.from_bytes(frame[at + 2 : at + 4], "big") :]
    header = next(frame.find(start) for start in (b"\xff\xc0", b"\xff\xc1", b"\xff\xc3") if start in frame)
    scan = frame.index(b"\xff\xda")
    changed = bytearray(frame)
    for index in range(3):
        changed[header + 10 + 3 * index] = index + 1
        changed[scan + 5 + 2 * index] = index + 1
    return bytes(changed)


def _lossless_jpeg(combination: Combination, cells: Cells) -> bytes:
    colours = {"colorspace": "RGB", "outcolorspace": "RGB"} if cells.ndim == 3 else {}
    predictor = 1 if combination.syntax == uid.JPEGLosslessSV1 else 4
    frame = imagecodecs.jpeg8_encode(
        cells, lossless=True, predictor=predictor, bitspersample=_precision(combination), **colours
    )
    return without_colour_markers(frame) if cells.ndim == 3 else frame


def _jpeg_2000(combination: Combination, cells: Cells) -> bytes:
    if combination.syntax in HTJ2K:
        return imagecodecs.htj2k_encode(cells, reversible=True, rgb=combination.photometric == "YBR_RCT")
    is_irreversible = combination.syntax == uid.JPEG2000 and combination.photometric == "YBR_ICT"
    has_transform = combination.photometric in ("YBR_RCT", "YBR_ICT")
    return imagecodecs.jpeg2k_encode(
        cells,
        level=90 if is_irreversible else 0,
        reversible=not is_irreversible,
        bitspersample=_precision(combination),
        mct=has_transform,
        codecformat="j2k",
    )


def file_bytes(dataset: FileDataset, syntax: uid.UID) -> bytes:
    """Return a file in the encoding of a transfer syntax, whatever its header declares."""
    buffer = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dcmwrite(
            buffer,
            dataset,
            implicit_vr=syntax == uid.ImplicitVRLittleEndian,
            little_endian=syntax != uid.ExplicitVRBigEndian,
            force_encoding=True,
        )
    return buffer.getvalue()


def second_samples(file: Written, combination: Combination) -> NDArray[np.int64]:
    """Return the stored cells by another library than the reader's, (H, W) or (H, W, 3), as bit patterns."""
    shape = (*combination.size, 3) if combination.samples == 3 else combination.size
    if combination.syntax in UNCOMPRESSED:
        samples = _by_pydicom(file.content, combination)
    else:
        frame = get_frame(file.dataset.PixelData, 0, number_of_frames=1)
        is_rle = combination.syntax == uid.RLELossless
        samples = (_rle_by_imagecodecs if is_rle else _by_imagecodecs)(frame, combination)
    return samples.astype(np.int64).reshape(shape) & ((1 << combination.bits_allocated) - 1)


def _by_pydicom(content: bytes, combination: Combination) -> Cells:
    dataset = dcmread(BytesIO(content))
    if combination.photometric == "YBR_FULL_422":
        # pydicom reads this label to the letter: planes, or three bytes a pixel, are an error to it.
        dataset.PlanarConfiguration = 0 if combination.is_subsampled else int(combination.is_planar)
        dataset.PhotometricInterpretation = "YBR_FULL_422" if combination.is_subsampled else "YBR_FULL"
    decoder = get_decoder(dataset.file_meta.TransferSyntaxUID)
    samples, _ = decoder.as_array(dataset, raw=True, correct_unused_bits=False)
    return samples


def _rle_by_imagecodecs(frame: bytes, combination: Combination) -> Cells:
    count, *offsets = np.frombuffer(frame[:64], "<u4").tolist()
    ends = [*offsets[1:count], len(frame)]
    pixels = combination.size[0] * combination.size[1]
    segments = [
        np.frombuffer(imagecodecs.packbits_decode(frame[start:end]), np.uint8)[:pixels].astype(np.uint16)
        for start, end in zip(offsets[:count], ends, strict=True)
    ]
    octets = combination.bits_allocated // 8
    planes = [
        segments[at] if octets == 1 else segments[at] << 8 | segments[at + 1]
        for at in range(0, count, octets)
    ]
    return np.stack(planes, axis=-1)


def _by_imagecodecs(frame: bytes, combination: Combination) -> Cells:
    if combination.syntax in LOSSY_JPEG:
        if not combination.has_eight_bit_codestream:
            return twelve_bits_by_gdcm(frame, combination.size, combination.samples)
        if combination.samples == 1:
            return imagecodecs.jpeg8_decode(frame)
        is_rgb = combination.photometric not in ("YBR_FULL", "YBR_FULL_422")
        space = "RGB" if is_rgb else "YCBCR"
        return imagecodecs.jpeg8_decode(frame, colorspace=space, outcolorspace=space)
    if combination.syntax in LOSSLESS_JPEG:
        return imagecodecs.ljpeg_decode(frame)
    if combination.syntax in JPEG_LS:
        return _by_gdcm_plugin(frame, combination)
    if combination.syntax in HTJ2K:
        return imagecodecs.htj2k_decode(frame, planar=False)
    return imagecodecs.jpeg2k_decode(frame)


def twelve_bits_by_gdcm(frame: bytes, size: tuple[int, int], samples: int) -> Cells:
    """Decode a JPEG of twelve bits with GDCM itself, because pydicom lets no plugin try it."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = uid.JPEGExtended12Bit
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = uid.SecondaryCaptureImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = uid.generate_uid()
    dataset.Rows, dataset.Columns = size
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.SamplesPerPixel = samples
    # Both mean to GDCM that nothing is to be converted.
    dataset.PhotometricInterpretation = "MONOCHROME2" if samples == 1 else "RGB"
    if samples == 3:
        dataset.PlanarConfiguration = 0
    dataset.PixelData = encapsulate([frame])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frame.dcm"
        dataset.save_as(path, enforce_file_format=True)
        reader = gdcm.ImageReader()
        reader.SetFileName(str(path))
        assert reader.Read()
        content = reader.GetImage().GetBuffer().encode("utf-8", "surrogateescape")
    return np.frombuffer(content, np.uint16).reshape((*size, 3) if samples == 3 else size)


def _by_gdcm_plugin(frame: bytes, combination: Combination) -> Cells:
    samples, _ = get_decoder(combination.syntax).as_array(
        encapsulate([frame]),
        index=0,
        raw=True,
        decoding_plugin="gdcm",
        number_of_frames=1,
        rows=combination.size[0],
        columns=combination.size[1],
        samples_per_pixel=combination.samples,
        bits_allocated=combination.bits_allocated,
        bits_stored=combination.bits_allocated,
        pixel_representation=0,
        planar_configuration=0,
        photometric_interpretation="RGB" if combination.samples == 3 else "MONOCHROME2",
        pixel_keyword="PixelData",
    )
    return samples


def second_reading(cells: NDArray[np.int64], file: Written, combination: Combination) -> Pixels:
    """Return RGB of stored cells, in plain arithmetic after PS3.3 C.7.6.3.1."""
    is_reduced = combination.has_eight_bit_codestream and combination.bits_allocated == 16
    bits, shift = (8, 0) if is_reduced else (combination.bits_stored, combination.shift)
    if combination.is_lossy_jpeg and not combination.has_eight_bit_codestream:
        shift = max(0, shift - _dropped_bits(combination))
        bits = combination.high_bit + 1 - _dropped_bits(combination) - shift
    levels = (cells >> shift) & ((1 << bits) - 1)
    is_signed = combination.is_signed and not (combination.is_lossy_jpeg and combination.samples == 3)
    if combination.photometric == "PALETTE COLOR":
        values = np.where(levels >= 1 << (bits - 1), levels - (1 << bits), levels) if is_signed else levels
        return _palette(file.dataset)[values - (-32 if combination.is_signed else 0)]
    if is_signed:
        levels = (levels + (1 << (bits - 1))) % (1 << bits)
    shares = levels / ((1 << bits) - 1) * 255
    if combination.photometric in GREY:
        grey = 255 - shares if combination.photometric == "MONOCHROME1" else shares
        shares = np.stack([grey] * 3, axis=-1)
    if combination.photometric in ("YBR_FULL", "YBR_FULL_422"):
        shares = _rgb_of(shares)
    return np.clip(np.rint(shares), 0, 255).astype(np.uint8)


def _rgb_of(ybr: NDArray[np.float64]) -> NDArray[np.float64]:
    luma, blue, red = ybr[..., 0], ybr[..., 1] - 128, ybr[..., 2] - 128
    return np.stack([luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue], -1)


def _palette(dataset: FileDataset) -> Pixels:
    order = ">u2" if dataset.file_meta.TransferSyntaxUID == uid.ExplicitVRBigEndian else "<u2"
    names = ("Red", "Green", "Blue")
    tables = [dataset[f"{name}PaletteColorLookupTableData"].value for name in names]
    return np.stack([np.frombuffer(table, order) >> 8 for table in tables], axis=-1).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the reader and a second decoder get on with a combination."""

    combination: Combination
    outcome: str
    """'agree', 'refused' or 'differ'."""
    reason: str = ""


def verdict(combination: Combination) -> Verdict:
    """Write a combination and compare the reader with the second decoder and with the picture itself."""
    file = written(combination)
    try:
        pixels = read_image(file.content, ".dcm").pixels
    except UnreadableFileError as refusal:
        return Verdict(combination, "refused", str(refusal))
    second = second_reading(second_samples(file, combination), file, combination)
    against_second = _distance(pixels, second, combination)
    against_truth = _distance(pixels, file.truth, combination)
    if against_second <= 2 * _step(combination) and against_truth <= _tolerance(combination):
        return Verdict(combination, "agree")
    return Verdict(combination, "differ", f"{against_second:.1f} to second, {against_truth:.1f} to picture")


def _tolerance(combination: Combination) -> float:
    is_ybr = combination.photometric in ("YBR_FULL", "YBR_FULL_422")
    return _step(combination) * (2 if is_ybr else 1) * (4 if combination.is_lossy else 1)


def _step(combination: Combination) -> int:
    """Return how far a rounded value may be off."""
    return 2 if combination.bits_stored < 8 else 1


def _distance(first: Pixels, second: Pixels, combination: Combination) -> float:
    """Return the largest difference in levels; of shared chroma, whose upsampling is free, the mean."""
    difference = np.abs(first.astype(np.int16) - second)
    return float(difference.mean() if combination.is_subsampled else difference.max())
