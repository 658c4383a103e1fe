"""Every decoded frame against a second decoder: pydicom's test files and synthetic ones of all layouts."""

import re
import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom import dcmread, uid
from pydicom.dataset import FileDataset
from pydicom.encaps import get_frame
from pydicom.pixels import pixel_array

from app.domain.errors import UnreadableFileError
from app.imaging.dicom.frame_decoder import decoded
from app.imaging.readers import read_image
from tests.dicom_combinations import RETIRED, SYNTAXES, every_combination, twelve_bits_by_gdcm, verdict

PYDICOM_FILES = Path(pydicom.__file__).parent / "data" / "test_files"
ANOTHER_PLUGIN = {
    uid.JPEGBaseline8Bit: "gdcm",
    uid.JPEGLSLossless: "gdcm",
    uid.JPEGLSNearLossless: "gdcm",
    uid.JPEG2000Lossless: "gdcm",
    uid.JPEG2000: "gdcm",
}
"""Where the reader's own plugin is another one; else pydicom's first choice."""

REFUSED = {
    "MR_small_padded.dcm": "another size",
    "MR_truncated.dcm": "incomplete",
    "image_dfl.dcm": "deflated",
    "JPEG2000-embedded-sequence-delimiter.dcm": "another size",
}
EVERY = 13
"""Of the synthetic layouts every thirteenth is tried here; scripts/dicom_decoder_table.py tries all."""


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unharmed frames need no decoder process of their own."""
    monkeypatch.setattr("app.imaging.dicom.frame.decoded_apart", decoded)


def pictures() -> list[Path]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [path for path in sorted(PYDICOM_FILES.glob("*.dcm")) if is_single_picture(path)]


def is_single_picture(path: Path) -> bool:
    dataset = dcmread(path, force=True, stop_before_pixels=True)
    sides = int(dataset.get("Rows") or 0), int(dataset.get("Columns") or 0)
    has_syntax = "TransferSyntaxUID" in dataset.get("file_meta", {})
    depth = dataset.get("BitsAllocated")
    return (
        has_syntax and min(sides) >= 64 and depth in (8, 16) and int(dataset.get("NumberOfFrames") or 1) == 1
    )


def eight_bits(dataset: FileDataset, true_depth: int | None) -> NDArray[np.float64]:
    """Return what pydicom and another plugin make of a file, as shares of its range in 255.

    ``true_depth``: the bits that the values really use, if they leave the highest declared ones empty.
    """
    plugin = ANOTHER_PLUGIN.get(dataset.file_meta.TransferSyntaxUID, "")
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        picture = pydicom.pixels.apply_color_lut(pixel_array(dataset), dataset)
        return picture.astype(np.float64)[..., :3] / (257 if picture.dtype.itemsize == 2 else 1)
    if dataset.file_meta.TransferSyntaxUID == uid.JPEGExtended12Bit and dataset.BitsStored == 12:
        frame = get_frame(dataset.PixelData, 0, number_of_frames=1)
        sides = dataset.Rows, dataset.Columns
        picture = twelve_bits_by_gdcm(frame, sides, dataset.SamplesPerPixel).astype(np.float64)
    else:
        picture = pixel_array(dataset, decoding_plugin=plugin).astype(np.float64)
    bits = true_depth or dataset.BitsStored
    if dataset.PixelRepresentation and true_depth is None:
        picture += 1 << (bits - 1)
    levels = picture / ((1 << bits) - 1) * 255
    return levels if levels.ndim == 3 else np.stack([levels] * 3, axis=-1)


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("path", pictures(), ids=lambda path: path.name)
def test_pydicom_s_own_files(path: Path) -> None:
    if path.name in REFUSED:
        with pytest.raises(UnreadableFileError, match=REFUSED[path.name]):
            read_image(path.read_bytes(), ".dcm")
        return
    image = read_image(path.read_bytes(), ".dcm")
    used = re.search(r"use only (\d+)", str(image.provenance))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        second = eight_bits(dcmread(path), int(used[1]) if used else None)
    assert np.abs(image.pixels - second).mean() < 1
    assert np.percentile(np.abs(image.pixels - second), 99) <= 4


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.keyword)
def test_synthetic_files_of_all_layouts(syntax: uid.UID) -> None:
    layouts = [layout for layout in every_combination() if layout.syntax == syntax]
    verdicts = [verdict(layout) for layout in layouts[::EVERY]]
    differing = [f"{found.combination}: {found.reason}" for found in verdicts if found.outcome == "differ"]
    assert not differing
    refused = {found.combination.photometric for found in verdicts if found.outcome == "refused"}
    if syntax not in (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit):
        assert refused <= set(RETIRED)
