"""Flipped, cut and repeated bytes: whatever happens inside a decoder, the clinician gets a sentence."""

import warnings
from io import BytesIO

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom import uid
from pydicom.dataset import FileDataset, FileMetaDataset

from app.domain.errors import UnreadableFileError
from app.imaging.readers import read_image

GRADIENT = cv2.resize(
    np.random.default_rng(3).integers(30, 226, (6, 6, 3), dtype=np.uint8),
    (72, 64),
    interpolation=cv2.INTER_CUBIC,
)
MUTATIONS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True), st.integers(0, 255), st.sampled_from(["set", "cut", "double"])
    ),
    min_size=1,
    max_size=6,
)


def photograph(decoder: str) -> bytes:
    buffer = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(GRADIENT).save(buffer, decoder, exif=exif)
    return buffer.getvalue()


def dicom(syntax: uid.UID) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.77.1.7"
    meta.MediaStorageSOPInstanceUID = "2.25.1"
    meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SOPClassUID, dataset.SOPInstanceUID = meta.MediaStorageSOPClassUID, "2.25.1"
    dataset.PatientName, dataset.PatientAge, dataset.PixelSpacing = "Canary^Mia", "044Y", [0.02, 0.02]
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 64, 72, 3
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PixelRepresentation = dataset.PlanarConfiguration = 0
    dataset.PhotometricInterpretation = "RGB"
    dataset.PixelData = GRADIENT.tobytes()
    if syntax != uid.ExplicitVRLittleEndian:
        dataset.compress(syntax, generate_instance_uid=False)
    buffer = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


SEEDS = {
    "JPEG": photograph("JPEG"),
    "PNG": photograph("PNG"),
    "TIFF": photograph("TIFF"),
    "WEBP": photograph("WEBP"),
    "DICOM": dicom(uid.ExplicitVRLittleEndian),
    "DICOM RLE": dicom(uid.RLELossless),
    "DICOM JPEG-LS": dicom(uid.JPEGLSLossless),
    "DICOM JPEG 2000": dicom(uid.JPEG2000Lossless),
}


def mutated(content: bytes, mutations: list[tuple[float, int, str]], reach: int) -> bytes:
    changed = bytearray(content)
    for place, value, act in mutations:
        at = int(place * min(reach, len(changed)))
        if act == "set":
            changed[at] = value
        elif act == "cut":
            del changed[at : at + 1 + value]
        else:
            changed[at:at] = changed[at : at + 1 + value]
        if not changed:
            break
    return bytes(changed)


def is_read_or_explained(content: bytes) -> bool:
    try:
        image = read_image(content, ".x")
    except UnreadableFileError as refusal:
        return str(refusal).endswith(".") and "Canary" not in str(refusal)
    return image.pixels.ndim == 3 and image.pixels.dtype == np.uint8


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("reach", [700, 1_000_000], ids=["header", "anywhere"])
def test_mutated_files_are_read_or_refused_with_a_sentence(seed: str, reach: int) -> None:
    # JPEG-LS starts a decoder process each time.
    examples = 5 if seed == "DICOM JPEG-LS" else 60

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(mutations=MUTATIONS)
    def check(mutations: list[tuple[float, int, str]]) -> None:
        assert is_read_or_explained(mutated(SEEDS[seed], mutations, reach))

    check()


def test_the_unharmed_seeds_are_readable() -> None:
    for content in SEEDS.values():
        assert read_image(content, ".x").pixels.shape in ((64, 72, 3), (72, 64, 3))


def test_a_decoder_that_runs_on_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.imaging.isolated_decoding._START_SECONDS", 0.0)
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_image(SEEDS["DICOM JPEG-LS"], ".dcm")


def test_a_decoder_that_dies_takes_nothing_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.imaging.isolated_decoding.sys.executable", "naevus-no-such-program")
    with pytest.raises(UnreadableFileError):
        read_image(SEEDS["DICOM JPEG-LS"], ".dcm")
