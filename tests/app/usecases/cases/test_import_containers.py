"""Archives, DICOM directories, pages and frames are imported image by image, and hostile ones are refused."""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
import tifffile
from pydicom.dataset import FileDataset
from pydicom.fileset import FileSet
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit, generate_uid

from app.domain.case import Case
from app.imaging.containers import tiff_pages, zip_archive
from app.usecases.cancellation import NeverCancelled
from app.usecases.cases.import_images import ImportReport, import_images
from app.usecases.services import Services
from tests.builders import a_lesion_image, an_image_file, result_of
from tests.fakes import FakeToken


def imported(services: Services, *paths: Path, takes_damaged: bool = False) -> ImportReport:
    job = import_images(services, paths, token=NeverCancelled(), takes_damaged=takes_damaged)
    return result_of(job)


def cases_of(services: Services, report: ImportReport) -> list[Case]:
    with services.store.reading() as work:
        return [work.cases.case(image_id) for image_id in report.imported]


def pixels_of(services: Services, case: Case) -> np.ndarray:
    return services.arrays.pixels(case.image)


def an_archive(folder: Path, files: dict[str, bytes], name: str = "images.zip") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in files.items():
            archive.writestr(entry, content)
    return folder / name


def image_bytes(folder: Path, seed: int, name: str = "x.png") -> bytes:
    return an_image_file(folder, name, seed=seed).read_bytes()


def test_the_images_of_an_archive_are_imported_by_their_names(services: Services, tmp_path: Path) -> None:
    files = {
        "clinic/a.png": image_bytes(tmp_path, 1),
        "clinic/b.png": image_bytes(tmp_path, 2),
        "clinic/readme.txt": b"no image",
        "__MACOSX/clinic/._a.png": b"rubbish",
    }
    report = imported(services, an_archive(tmp_path, files))

    cases = cases_of(services, report)
    assert [case.image.file_name for case in cases] == ["a.png", "b.png"]
    assert cases[0].image.provenance[0] == ("file", "clinic/a.png in the archive images.zip")
    assert (report.refused, report.passed_over) == ((), 1)


def test_an_image_of_an_archive_is_known_when_it_is_offered_again(services: Services, tmp_path: Path) -> None:
    archive = an_archive(tmp_path, {"a.png": image_bytes(tmp_path, 1)})
    first = imported(services, archive)

    again = imported(services, archive, tmp_path / "x.png")

    assert (again.imported, again.already_known) == ((), first.imported)


def test_a_damaged_image_of_an_archive_can_be_taken_by_the_name_it_was_refused_under(
    services: Services, tmp_path: Path
) -> None:
    content = image_bytes(tmp_path, 1, "a.jpg")
    archive = an_archive(tmp_path, {"in/a.jpg": content[: len(content) // 2]})

    refused = imported(services, archive)
    taken = imported(services, *refused.partly_readable, takes_damaged=True)

    assert refused.partly_readable == (archive / "in" / "a.jpg",)
    assert len(taken.imported) == 1


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_file_of_an_archive_is_named_and_the_others_are_imported(
    services: Services, tmp_path: Path, packing: int
) -> None:
    archive, content = tmp_path / "images.zip", image_bytes(tmp_path, 1)
    with zipfile.ZipFile(archive, "w", packing) as opened:
        opened.writestr("a.png", content)
        opened.writestr("b.png", image_bytes(tmp_path, 2))
    raw = bytearray(archive.read_bytes())
    raw[60:400] = bytes(value ^ 255 for value in raw[60:400])
    archive.write_bytes(raw)

    report = imported(services, archive)

    assert [(one.path.name, one.sentence) for one in report.refused] == [
        ("a.png", "The file is damaged in the ZIP archive.")
    ]
    assert [case.image.file_name for case in cases_of(services, report)] == ["b.png"]


def test_a_tiff_of_too_many_pages_does_not_stop_the_archive_that_it_lies_in(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiff_pages, "MOST_PAGES", 2)
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for seed in (1, 2, 3):
            writer.write(a_lesion_image(seed), photometric="rgb", metadata=None)
    files = {"a.tif": (tmp_path / "a.tif").read_bytes(), "b.png": image_bytes(tmp_path, 2)}

    report = imported(services, an_archive(tmp_path, files))

    assert [one.path.name for one in report.refused] == ["a.tif"]
    assert "more than 2 pages" in report.refused[0].sentence
    assert [case.image.file_name for case in cases_of(services, report)] == ["b.png"]


@pytest.mark.parametrize("name", ["../a.png", "/etc/a.png", "..\\a.png", "C:\\a.png", "in/../../a.png"])
def test_an_archive_that_names_a_place_outside_itself_is_refused(
    services: Services, tmp_path: Path, name: str
) -> None:
    files = {name: image_bytes(tmp_path, 1), "b.png": image_bytes(tmp_path, 2)}

    report = imported(services, an_archive(tmp_path / "in", files))

    assert [one.sentence for one in report.refused] == [
        "The ZIP archive names a place outside itself and was not read."
    ]
    assert report.imported == ()
    assert [file.name for file in tmp_path.rglob("a.png")] == []


def test_an_archive_that_unpacks_to_a_hundred_times_its_size_is_refused(
    services: Services, tmp_path: Path
) -> None:
    report = imported(services, an_archive(tmp_path, {"a.png": b"\0" * 60_000_000}))

    assert [one.sentence for one in report.refused] == [
        "The ZIP archive would unpack to a hundred times its size and was not read."
    ]


def test_an_archive_that_lies_about_a_size_is_refused(services: Services, tmp_path: Path) -> None:
    archive = an_archive(tmp_path, {"a.png": b"\0" * 1_000_000})
    raw = archive.read_bytes()
    archive.write_bytes(raw.replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))

    (refusal,) = imported(services, archive).refused
    assert "ZIP archive" in refusal.sentence


@pytest.mark.parametrize("cut", [30, 200])
def test_a_damaged_archive_is_refused_and_the_other_files_go_on(
    services: Services, tmp_path: Path, cut: int
) -> None:
    archive = an_archive(tmp_path, {"a.png": image_bytes(tmp_path / "other", 1)})
    archive.write_bytes(archive.read_bytes()[:-cut])

    report = imported(services, archive, an_image_file(tmp_path, "b.png", seed=2))

    assert [one.sentence for one in report.refused] == [
        "The ZIP archive is damaged or of a kind that cannot be read."
    ]
    assert len(report.imported) == 1


def test_an_archive_of_too_many_files_is_refused(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_archive, "MOST_ENTRIES", 2)
    archive = an_archive(tmp_path, {f"{n}.txt": b"" for n in range(3)})

    assert "more than 2 files" in imported(services, archive).refused[0].sentence


def test_an_import_stopped_in_an_archive_keeps_what_it_has(services: Services, tmp_path: Path) -> None:
    archive = an_archive(tmp_path, {f"{n}.png": image_bytes(tmp_path, n) for n in (1, 2, 3)})

    report = result_of(import_images(services, [archive], token=FakeToken(cancel_after=2)))

    assert 1 <= len(report.imported) <= 2
    assert report.refused == ()


@pytest.mark.parametrize("is_big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_the_pages_of_a_tiff_become_images_with_their_own_pixels(
    services: Services, tmp_path: Path, order: str, is_big: bool
) -> None:
    pages = [a_lesion_image(seed) for seed in (1, 2, 3)]
    with tifffile.TiffWriter(tmp_path / "stack.tif", bigtiff=is_big, byteorder=order) as writer:
        for page in pages:
            writer.write(page, photometric="rgb", compression="deflate", metadata=None)

    cases = cases_of(services, imported(services, tmp_path / "stack.tif"))

    assert [case.image.file_name for case in cases] == ["stack_1.tif", "stack_2.tif", "stack_3.tif"]
    assert cases[1].image.provenance[0] == ("file", "page 2 of 3 of stack.tif")
    for case, page in zip(cases, pages, strict=True):
        np.testing.assert_array_equal(pixels_of(services, case), page)


def test_a_preview_is_no_page(services: Services, tmp_path: Path) -> None:
    image = a_lesion_image()
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(image, photometric="rgb", metadata=None)
        writer.write(image[::2, ::2], photometric="rgb", metadata=None, subfiletype=1)

    assert [case.image.file_name for case in cases_of(services, imported(services, tmp_path / "a.tif"))] == [
        "a.tif"
    ]


def test_a_tiff_of_more_pages_than_anybody_means_is_refused(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiff_pages, "MOST_PAGES", 2)
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for seed in (1, 2, 3):
            writer.write(a_lesion_image(seed), photometric="rgb", metadata=None)

    assert "more than 2 pages" in imported(services, tmp_path / "a.tif").refused[0].sentence


def a_dicom(frames: Sequence[np.ndarray], *, is_jpeg: bool = False) -> FileDataset:
    """A colour DICOM of several frames."""
    meta = pydicom.dataset.FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.77.1.4"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = JPEGBaseline8Bit if is_jpeg else ExplicitVRLittleEndian
    dataset = FileDataset("x", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    dataset.PatientID, dataset.PatientName, dataset.Modality = "P-17", "Doe^Jane", "XC"
    dataset.StudyID, dataset.SeriesNumber, dataset.InstanceNumber = "1", 1, 1
    dataset.StudyDate, dataset.StudyTime = "20240317", "101500"
    dataset.Rows, dataset.Columns = frames[0].shape[:2]
    dataset.SamplesPerPixel, dataset.PlanarConfiguration = 3, 0
    dataset.PhotometricInterpretation = "YBR_FULL_422" if is_jpeg else "RGB"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    dataset.NumberOfFrames = len(frames)
    if is_jpeg:
        dataset.PixelData = pydicom.encaps.encapsulate([_jpeg(frame) for frame in frames])
        dataset["PixelData"].is_undefined_length = True
    else:
        dataset.PixelData = b"".join(frame.tobytes() for frame in frames)
    return dataset


def _jpeg(image: np.ndarray) -> bytes:
    from PIL import Image

    stream = BytesIO()
    Image.fromarray(image).save(stream, "JPEG", quality=95)
    return stream.getvalue()


@pytest.mark.parametrize("is_jpeg", [False, True])
def test_the_frames_of_a_dicom_file_become_images_of_one_patient(
    services: Services, tmp_path: Path, is_jpeg: bool
) -> None:
    frames = [a_lesion_image(seed) for seed in (1, 2)]
    a_dicom(frames, is_jpeg=is_jpeg).save_as(tmp_path / "loop.dcm", enforce_file_format=True)

    cases = cases_of(services, imported(services, tmp_path / "loop.dcm"))

    assert [case.image.file_name for case in cases] == ["loop_1.dcm", "loop_2.dcm"]
    assert {case.patient.code for case in cases} == {"P-17"}
    for case, frame in zip(cases, frames, strict=True):
        difference = np.abs(pixels_of(services, case).astype(int) - frame)
        assert difference.mean() < (4 if is_jpeg else 0.001)


def test_a_damaged_dicom_file_of_several_frames_is_refused_and_the_others_are_imported(
    services: Services, tmp_path: Path
) -> None:
    folder = tmp_path / "visit"
    folder.mkdir()
    a_dicom([a_lesion_image(seed) for seed in (1, 2)]).save_as(folder / "a.dcm", enforce_file_format=True)
    before, after = (folder / "a.dcm").read_bytes().split(b"\x28\x00\x10\x00US\x02\x00")
    (folder / "a.dcm").write_bytes(before + b"\x28\x00\x10\x00US\x03\x00\x00" + after)
    an_image_file(folder, "b.png", seed=3)

    report = imported(services, folder)

    assert [refusal.path.name for refusal in report.refused] == ["a.dcm"]
    assert [case.image.file_name for case in cases_of(services, report)] == ["b.png"]


def a_disc(folder: Path, count: int = 2) -> Path:
    """Write a DICOMDIR with its files."""
    files = FileSet()
    for seed in range(1, count + 1):
        dataset = a_dicom([a_lesion_image(seed)])
        del dataset.NumberOfFrames
        files.add(dataset)
    files.write(folder)
    files._stage["t"].cleanup()
    return folder / "DICOMDIR"


def test_a_dicom_directory_leads_to_the_images_beside_it(services: Services, tmp_path: Path) -> None:
    directory = a_disc(tmp_path / "disc")

    report = imported(services, directory)

    assert (len(report.imported), report.refused) == (2, ())
    assert imported(services, tmp_path / "disc").imported == ()


@pytest.mark.filterwarnings("ignore:Invalid value for VR CS")
def test_a_dicom_directory_that_leads_elsewhere_is_refused(services: Services, tmp_path: Path) -> None:
    directory = a_disc(tmp_path / "disc")
    listed = pydicom.dcmread(directory)
    for record in listed.DirectoryRecordSequence:
        if record.DirectoryRecordType == "IMAGE":
            record.ReferencedFileID = ["..", "SECRET"]
    listed.save_as(directory)

    assert [one.sentence for one in imported(services, directory).refused] == [
        "The DICOMDIR names a place outside its folder and was not read."
    ]


def test_a_damaged_dicom_directory_is_refused(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "DICOMDIR"
    path.write_bytes(b"\0" * 128 + b"DICM" + b"\xff" * 200)

    (refusal,) = imported(services, path).refused
    assert "DICOMDIR is damaged" in refusal.sentence
