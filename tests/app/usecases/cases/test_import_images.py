import os
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from app.domain.case import Case
from app.domain.errors import StorageError
from app.domain.image import Calibration
from app.imaging import png_codec
from app.imaging.read_image import ReadImage
from app.imaging.readers import ImageReader
from app.usecases.cases.import_images import import_images
from app.usecases.cases.remove_case import remove_case
from app.usecases.patients.visit_date import is_day_of_import
from app.usecases.progress import Progress
from app.usecases.services import Services
from tests.builders import a_lesion_image, an_image_file, result_of
from tests.fakes import FakeToken


class _DicomLikeReader(ImageReader):
    """Reads every file as an image whose header names a patient."""

    def __init__(self, **header: object) -> None:
        self._header = header
        self._seed = 100

    def read(self, path: Path, *, takes_damaged: bool = False) -> ReadImage:
        self._seed += 1
        pixels = a_lesion_image(self._seed)
        return ReadImage(pixels, "application/dicom", None, (), **self._header)


def test_an_imported_image_is_kept_as_it_was_and_as_upright_pixels(
    services: Services, tmp_path: Path
) -> None:
    path = an_image_file(tmp_path / "in")
    report = result_of(import_images(services, [path], token=FakeToken()))
    with services.store.reading() as work:
        case = work.cases.case(report.imported[0])
        acts = [event.kind for event in work.audit.events(case.image.id)]
    assert services.store.blobs.get(case.image.original) == path.read_bytes()
    upright = png_codec.pixels_from_png(services.store.blobs.get(case.image.upright))
    assert np.array_equal(upright, a_lesion_image())
    assert (case.image.width_px, case.image.height_px) == (128, 96)
    assert case.image.file_name == "lesion.png"
    assert case.image.imported_by == "Dr Test"
    assert case.status == "new"
    assert acts == ["image imported"]
    assert report.changes.case_list
    assert report.changes.touches(case.image.id)


def test_each_image_gets_a_patient_with_a_fresh_code(services: Services, tmp_path: Path) -> None:
    paths = [an_image_file(tmp_path, f"{seed}.png", seed=seed) for seed in (1, 2)]
    report = result_of(import_images(services, paths, token=FakeToken()))
    with services.store.reading() as work:
        codes = [work.cases.case(image_id).patient.code for image_id in report.imported]
    assert codes == ["NAEV-00001", "NAEV-00002"]


def test_a_header_never_meets_the_made_up_code_of_another_patient(services: Services, tmp_path: Path) -> None:
    nameless = result_of(import_images(services, [an_image_file(tmp_path)], token=FakeToken()))
    with services.store.reading() as work:
        made_up = work.cases.case(nameless.imported[0]).patient
    services = replace(services, images=_DicomLikeReader(patient_code="P-00001"))
    path = tmp_path / "a.dcm"
    path.write_bytes(b"a")
    (image_id,) = result_of(import_images(services, [path], token=FakeToken())).imported
    with services.store.reading() as work:
        patient = work.cases.case(image_id).patient
    assert patient.id != made_up.id
    assert patient.code == "P-00001"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps file names that are no text")
def test_a_file_name_that_is_no_text_is_taken_as_far_as_it_is(services: Services, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/m\xfcller.\xff"))
    path.write_bytes(an_image_file(tmp_path).read_bytes())
    report = result_of(import_images(services, [path], token=FakeToken()))
    with services.store.reading() as work:
        assert work.cases.case(report.imported[0]).image.file_name == "m?ller.?"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes among its files")
def test_what_is_no_file_or_cannot_be_one_is_refused(services: Services, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    report = result_of(import_images(services, [pipe, Path("a" * 300)], token=FakeToken()))
    assert [refusal.sentence for refusal in report.refused] == [
        "This is not a file but a device, a pipe or the like.",
        "The file cannot be read: File name too long.",
    ]


def test_a_folder_is_walked_without_its_hidden_files(services: Services, tmp_path: Path) -> None:
    an_image_file(tmp_path / "all" / "deep", "b.png", seed=2)
    an_image_file(tmp_path / "all", "a.png", seed=1)
    an_image_file(tmp_path / "all" / ".cache", "c.png", seed=3)
    (tmp_path / "all" / "Thumbs.db").write_bytes(b"x")
    job = import_images(services, [tmp_path / "all"], token=FakeToken())
    steps = []
    try:
        while True:
            steps.append(next(job))
    except StopIteration as end:
        report = end.value
    assert steps == [Progress(0, 2, "a.png"), Progress(1, 2, "b.png"), Progress(2, 2, "")]
    assert len(report.imported) == 2
    assert report.refused == ()


def test_a_folder_is_searched_for_images_and_what_is_none_is_only_counted(
    services: Services, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    an_image_file(folder)
    for name in ("ATTRIBUTION.md", "table.csv", "empty.txt"):
        (folder / name).write_text("" if name == "empty.txt" else "no image", encoding="utf-8")
    report = result_of(import_images(services, [folder], token=FakeToken()))
    assert (len(report.imported), report.refused, report.passed_over) == (1, (), 3)
    named = result_of(import_images(services, [folder / "table.csv"], token=FakeToken()))
    assert [refusal.sentence for refusal in named.refused] == ["The file contains text, not a picture."]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.jpg", b"no image", "text"),
        ("b.PNG", b"", "empty"),
        ("c.heic", b"\0\0\0\x18ftypheic", "HEIC"),
        ("IM000001", b"\x08\0\x05\0CS\n\0ISO_IR 100" + bytes(200), "DICOM without its file header"),
        ("d.j2k", b"\xff\x4f\xff\x51" + bytes(200), "JPEG 2000"),
        ("e.jxl", b"\0\0\0\x0cJXL " + bytes(200), "JPEG XL"),
        ("bare.jxl", b"\xff\x0a" + bytes(200), "JPEG XL"),
    ],
)
def test_what_says_to_be_an_image_is_refused_with_its_reason_in_a_folder_too(
    services: Services, tmp_path: Path, name: str, content: bytes, word: str
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(content)
    report = result_of(import_images(services, [tmp_path / "in"], token=FakeToken()))
    assert report.passed_over == 0
    assert [word in refusal.sentence for refusal in report.refused] == [True]


def test_a_file_is_refused_with_its_reason_and_the_others_go_on(services: Services, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no image", encoding="utf-8")
    good = an_image_file(tmp_path)
    gone = tmp_path / "gone.jpg"
    report = result_of(import_images(services, [text, gone, good], token=FakeToken()))
    assert len(report.imported) == 1
    assert [refusal.path for refusal in report.refused] == [text, gone]
    assert report.refused[1].sentence == "The file cannot be read: No such file or directory."


def test_the_same_file_is_not_imported_twice(services: Services, tmp_path: Path) -> None:
    path = an_image_file(tmp_path)
    copy = tmp_path / "copy of it.png"
    copy.write_bytes(path.read_bytes())
    report = result_of(import_images(services, [path, copy], token=FakeToken()))
    (image_id,) = report.imported
    (refusal,) = report.refused
    assert refusal.known_as == image_id
    assert refusal.sentence == "The file is already imported as lesion.png of patient NAEV-00001."
    again = result_of(import_images(services, [copy], token=FakeToken()))
    assert again.already_known == (image_id,)
    assert not again.changes.case_list


def test_a_removed_case_says_so_when_its_file_is_offered_again(services: Services, tmp_path: Path) -> None:
    path = an_image_file(tmp_path)
    (image_id,) = result_of(import_images(services, [path], token=FakeToken())).imported
    remove_case(services, image_id)
    (refusal,) = result_of(import_images(services, [path], token=FakeToken())).refused
    assert "was removed from the work list" in refusal.sentence


def test_images_with_one_patient_in_their_headers_share_the_patient(
    services: Services, tmp_path: Path
) -> None:
    reader = _DicomLikeReader(patient_code="4711", patient_name="Ada Example", sex="female", age_years=91)
    services = replace(services, images=reader)
    paths = [tmp_path / "a.dcm", tmp_path / "b.dcm"]
    for path in paths:
        path.write_bytes(path.name.encode())
    report = result_of(import_images(services, paths, token=FakeToken()))
    with services.store.reading() as work:
        first, second = (work.cases.case(image_id) for image_id in report.imported)
    assert first.patient == second.patient
    assert (first.patient.code, first.patient.name, first.patient.sex) == ("4711", "Ada Example", "female")
    assert first.visit.age_years == 85
    assert first.lesion.id != second.lesion.id


def _imported_with(services: Services, folder: Path, **header: object) -> Case:
    services = replace(services, images=_DicomLikeReader(**header))
    path = folder / "a.dcm"
    path.write_bytes(b"a")
    (image_id,) = result_of(import_images(services, [path], token=FakeToken())).imported
    with services.store.reading() as work:
        return work.cases.case(image_id)


def test_the_day_in_the_file_is_the_day_of_the_visit(services: Services, tmp_path: Path) -> None:
    case = _imported_with(services, tmp_path, taken_on=date(2019, 5, 6), birth_year=1961)
    assert case.visit.visited_on == date(2019, 5, 6)
    assert not is_day_of_import(case)
    assert dict(case.image.provenance)["visit date"] == "as the file says"
    assert case.patient.birth_year == 1961
    assert case.age_years == 58


def test_a_photograph_taken_on_the_day_of_import_is_not_marked(services: Services, tmp_path: Path) -> None:
    today = services.clock().astimezone().date()
    assert not is_day_of_import(_imported_with(services, tmp_path, taken_on=today))


@pytest.mark.parametrize(("taken_on", "word"), [(None, "names none"), (date(2031, 1, 1), "in the future")])
def test_without_a_usable_day_the_visit_is_marked_as_of_the_day_of_import(
    services: Services, tmp_path: Path, taken_on: date | None, word: str
) -> None:
    case = _imported_with(services, tmp_path, taken_on=taken_on)
    assert case.visit.visited_on == services.clock().astimezone().date()
    assert is_day_of_import(case)
    assert word in dict(case.image.provenance)["visit date"]
    assert "2031" not in str(case.image.provenance)
    entered = replace(case, visit=replace(case.visit, visited_on=date(2020, 2, 2)))
    assert not is_day_of_import(entered)


@pytest.mark.parametrize("year", [1800, 2020, 2100])
def test_a_year_of_birth_that_cannot_be_is_left_empty(services: Services, tmp_path: Path, year: int) -> None:
    case = _imported_with(services, tmp_path, taken_on=date(2019, 5, 6), birth_year=year)
    assert case.patient.birth_year is None


def test_a_header_age_that_contradicts_the_year_of_birth_is_left_to_be_computed(
    services: Services, tmp_path: Path
) -> None:
    case = _imported_with(services, tmp_path, taken_on=date(2019, 5, 6), birth_year=1961, age_years=31)
    assert case.visit.age_years is None
    assert case.age_years == 58


def test_a_header_age_that_fits_is_kept_because_it_is_more_exact(services: Services, tmp_path: Path) -> None:
    case = _imported_with(services, tmp_path, taken_on=date(2019, 5, 6), birth_year=1961, age_years=57)
    assert case.visit.age_years == 57


def test_header_values_outside_the_dictionary_are_left_empty(services: Services, tmp_path: Path) -> None:
    reader = _DicomLikeReader(sex="O", age_years=-3, dermoscopic_type="x-ray")
    services = replace(services, images=reader)
    path = tmp_path / "a.dcm"
    path.write_bytes(b"a")
    (image_id,) = result_of(import_images(services, [path], token=FakeToken())).imported
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    assert case.patient.sex is None
    assert case.visit.age_years is None
    assert case.image.dermoscopic_type is None
    assert case.image.calibration is None


def test_an_image_can_be_added_to_a_known_lesion(services: Services, tmp_path: Path) -> None:
    (first,) = result_of(import_images(services, [an_image_file(tmp_path)], token=FakeToken())).imported
    with services.store.reading() as work:
        lesion = work.cases.case(first).lesion
    follow_up = an_image_file(tmp_path, "later.png", seed=2)
    (second,) = result_of(
        import_images(services, [follow_up], token=FakeToken(), lesion_id=lesion.id)
    ).imported
    with services.store.reading() as work:
        assert work.cases.case(second).lesion == lesion
        assert work.cases.images_of(lesion.id) == [first, second]
        assert len(work.cases.visits_of(lesion.id)) == 2


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({"patient_code": "2000"}, "another patient number"),
        ({"patient_code": "1000", "sex": "male"}, "another sex"),
        ({"patient_code": "1000", "patient_name": "Berta"}, "another name"),
    ],
)
def test_a_file_of_another_person_is_no_further_image_of_a_lesion(
    services: Services, tmp_path: Path, header: dict[str, str], words: str
) -> None:
    known = {"patient_code": "1000", "patient_name": "Anna", "sex": "female"}
    first = _imported_with(services, tmp_path, **known)
    path = tmp_path / "other.dcm"
    path.write_bytes(b"other")
    services = replace(services, images=_DicomLikeReader(**header))
    report = result_of(import_images(services, [path], token=FakeToken(), lesion_id=first.lesion.id))
    assert report.imported == ()
    assert words in report.refused[0].sentence
    services = replace(services, images=_DicomLikeReader(**known))
    report = result_of(import_images(services, [path], token=FakeToken(), lesion_id=first.lesion.id))
    assert len(report.imported) == 1


def test_cancelling_keeps_what_was_imported_before(services: Services, tmp_path: Path) -> None:
    paths = [an_image_file(tmp_path, f"{seed}.png", seed=seed) for seed in (1, 2, 3)]
    report = result_of(import_images(services, paths, token=FakeToken(cancel_after=1)))
    assert len(report.imported) == 1
    with services.store.reading() as work:
        assert work.cases.case_count() == 1


def test_a_file_that_changes_while_it_is_read_is_refused(services: Services, tmp_path: Path) -> None:
    path = an_image_file(tmp_path)

    class _Meddler(_DicomLikeReader):
        def read(self, path: Path, *, takes_damaged: bool = False) -> ReadImage:
            read = super().read(path, takes_damaged=takes_damaged)
            path.write_bytes(b"other content")
            return read

    services = replace(services, images=_Meddler())
    (refusal,) = result_of(import_images(services, [path], token=FakeToken())).refused
    assert "was being changed" in refusal.sentence


def test_a_disk_that_fills_up_keeps_and_tells_what_was_imported(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [an_image_file(tmp_path, f"{seed}.png", seed=seed) for seed in (1, 2, 3)]
    job = import_images(services, paths, token=FakeToken())
    next(job)
    next(job)

    def full(_: bytes) -> str:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(services.store.blobs, "put", full)
    report = result_of(job)
    assert len(report.imported) == 1
    assert report.changes.case_list
    assert [refusal.path for refusal in report.refused] == paths[1:]
    assert report.refused[0].sentence == "The disk is full."
    assert "import it again" in report.refused[1].sentence


def test_a_store_that_cannot_be_written_stops_the_import(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: bytes) -> str:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(services.store.blobs, "put", full)
    with pytest.raises(StorageError, match="full"):
        result_of(import_images(services, [an_image_file(tmp_path)], token=FakeToken()))


def test_a_calibration_in_the_header_is_kept(services: Services, tmp_path: Path) -> None:
    class _Calibrated(_DicomLikeReader):
        def read(self, path: Path, *, takes_damaged: bool = False) -> ReadImage:
            return replace(
                super().read(path, takes_damaged=takes_damaged),
                calibration=Calibration(0.02, "DICOM pixel spacing"),
            )

    services = replace(services, images=_Calibrated())
    path = tmp_path / "a.dcm"
    path.write_bytes(b"a")
    (image_id,) = result_of(import_images(services, [path], token=FakeToken())).imported
    with services.store.reading() as work:
        assert work.cases.case(image_id).image.calibration == Calibration(0.02, "DICOM pixel spacing")
