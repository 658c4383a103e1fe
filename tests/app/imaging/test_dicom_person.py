"""Whose picture a DICOM file says to be, read from whole files as writers make them."""

import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.tag import BaseTag, Tag
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from app.imaging.read_image import ReadImage
from app.imaging.readers import ImageReader

CASES = Path(__file__).resolve().parents[2] / "golden" / "cases"

Read = Callable[..., ReadImage]


def _file(
    elements: dict[str, bytes], charset: bytes = b"", syntax: UID = ExplicitVRLittleEndian, **more: object
) -> bytes:
    """Return a DICOM file whose text elements hold exactly the given bytes."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.77.1.4", "2.25.1"
    meta.TransferSyntaxUID = syntax
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    pixels = np.full((64, 64, 3), 180, np.uint8)
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 64, 64, 3
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 8, 8, 7, 0
    dataset.PhotometricInterpretation, dataset.PlanarConfiguration = "RGB", 0
    dataset.PixelData = pixels.tobytes()
    for keyword, value in more.items():
        setattr(dataset, keyword, value)
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    # pydicom itself would convert the bytes when it writes them.
    values = {**({"SpecificCharacterSet": charset} if charset else {}), **elements}
    written = sorted((Tag(keyword), value + b" " * (len(value) % 2)) for keyword, value in values.items())
    first_of_picture = buffer.getvalue().index(b"\x28\x00\x02\x00")
    coded = b"".join(_coded(tag, value, is_explicit=not syntax.is_implicit_VR) for tag, value in written)
    return buffer.getvalue()[:first_of_picture] + coded + buffer.getvalue()[first_of_picture:]


def _coded(tag: BaseTag, value: bytes, *, is_explicit: bool) -> bytes:
    """Return an element as it lies in a file (PS3.5 7.1), little endian, of a VR with a short length."""
    if not is_explicit:
        return struct.pack("<HHI", tag.group, tag.element, len(value)) + value
    return struct.pack("<HH2sH", tag.group, tag.element, dictionary_VR(tag).encode(), len(value)) + value


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize(
    ("raw", "charset", "name"),
    [
        (b"Doe^Jane\x00\x00", b"", "Doe, Jane"),
        (b"Doe^Jane^Mary^Dr^MD", b"", "Doe, Jane"),
        (b"^Jane", b"", "Jane"),
        (b"Jane Doe", b"", "Jane Doe"),
        (b"Doe^Jane\\Smith^Jane", b"", "Doe, Jane"),
        (b"\\Doe^Jane", b"", "Doe, Jane"),
        ("ソ表^太郎".encode("shift_jis"), b"ISO_IR 13", "ソ表, 太郎"),
        ("表^能".encode("shift_jis"), b"ISO_IR 13", "表, 能"),
        (b"=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", b"\\ISO 2022 IR 87", "山田, 太郎"),
        (b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", b"\\ISO 2022 IR 87", "Yamada, Tarou"),
        ("王^小东".encode("gb18030"), b"GB18030", "王, 小东"),
        ("Müller^Jörg".encode(), b"", "Müller, Jörg"),
        (b"M\xfcller^J\xf6rg", b"ISO_IR 192", "Müller, Jörg"),
    ],
)
def test_a_name_is_read_from_its_bytes(
    read_bytes: Read, raw: bytes, charset: bytes, name: str, syntax: UID
) -> None:
    assert read_bytes(_file({"PatientName": raw}, charset, syntax)).patient_name == name


def test_a_number_with_a_backslash_is_taken_whole_and_said(read_bytes: Read) -> None:
    image = read_bytes(_file({"PatientID": b"A12\\B77"}))
    assert image.patient_code == "A12\\B77"
    assert image.remarks == (
        "The patient number contains a backslash and was taken as a whole; please check it.",
    )
    assert not any("A12" in word for line in image.provenance for word in line)


def test_a_guessed_name_is_marked_without_the_name(read_bytes: Read) -> None:
    image = read_bytes(_file({"PatientName": "Müller^Jörg".encode()}, b"ISO_IR 100"))
    assert dict(image.provenance)["patient name"].startswith("letters read as UTF-8")
    (remark,) = image.remarks
    assert "UTF-8; please check the patient name" in remark
    assert "ller" not in remark + str(image.provenance)


def test_a_plain_header_has_nothing_to_be_remarked(read_bytes: Read) -> None:
    image = read_bytes(_file({"PatientName": b"Doe^Jane", "PatientID": b"1000"}, b"ISO_IR 100"))
    assert image.remarks == ()
    assert "patient name" not in dict(image.provenance)


@pytest.mark.parametrize(
    ("elements", "sex", "year", "birthday", "age_years"),
    [
        ({"PatientSex": b"F\\F", "PatientAge": b"045Y\\045Y"}, "female", None, None, 45),
        ({"PatientSex": b"F\\M", "PatientAge": b"045Y\\012Y"}, None, None, None, None),
        ({"PatientBirthDate": b"19500517"}, None, 1950, "05-17", None),
        ({"PatientBirthDate": b"1950.05.17"}, None, 1950, "05-17", None),
        ({"PatientBirthDate": b"1950"}, None, 1950, None, None),
        ({"PatientBirthDate": b"19500000"}, None, 1950, None, None),
        ({"PatientBirthDate": b"19500517\\19500517"}, None, 1950, "05-17", None),
        ({"PatientBirthDate": b"19500517\\19900517"}, None, None, None, None),
        ({"PatientBirthDate": b"19000101"}, None, None, None, None),
        ({"PatientBirthDate": b"ANONYM"}, None, None, None, None),
    ],
)
def test_of_several_values_only_one_that_all_agree_on_is_taken(
    read_bytes: Read,
    elements: dict[str, bytes],
    sex: str | None,
    year: int | None,
    birthday: str | None,
    age_years: int | None,
) -> None:
    image = read_bytes(_file(elements))
    assert (image.sex, image.birth_year, image.birthday, image.age_years) == (sex, year, birthday, age_years)


def test_the_issuer_is_read_by_name_or_by_its_identifier(read_bytes: Read) -> None:
    assert read_bytes(_file({}, IssuerOfPatientID="Clinic A")).patient_issuer == "Clinic A"
    qualifier = Dataset()
    qualifier.UniversalEntityID = "1.2.3"
    assert read_bytes(_file({}, IssuerOfPatientIDQualifiersSequence=[qualifier])).patient_issuer == "1.2.3"
    assert read_bytes(_file({})).patient_issuer is None


@pytest.mark.parametrize(
    ("file", "name", "is_guessed"),
    [
        ("05-backslash-in-identity/name.dcm", "Doe, Jane", True),
        ("06-name-without-charset/utf8-no-charset.dcm", "Müller, Jörg", True),
        ("06-name-without-charset/utf8-says-iso-ir-100.dcm", "Müller, Jörg", True),
        ("06-name-without-charset/latin1-says-iso-ir-192.dcm", "Müller, Jörg", True),
        ("05-backslash-in-identity/id.dcm", "Test, Tilda", True),
        ("01-same-id-two-persons/a-female-1950.dcm", None, False),
    ],
)
def test_headers_that_writers_got_wrong(file: str, name: str | None, is_guessed: bool) -> None:
    image = ImageReader().read(CASES / file)
    assert image.patient_name == name
    assert bool(image.remarks) is is_guessed
