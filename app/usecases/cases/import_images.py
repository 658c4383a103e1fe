"""Takes dermoscopy images into the case store, each file for itself."""

import hashlib
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from app.domain.audit import AuditKind
from app.domain.case_checks import check_age
from app.domain.case_fields import OLDEST_AGE_YEARS
from app.domain.changes import Changes
from app.domain.errors import (
    DomainError,
    InvalidFieldError,
    NoImageError,
    PartlyReadableFileError,
    StorageError,
    UnreadableFileError,
)
from app.domain.ids import BlobName, ImageId, LesionId, VisitId, new_id
from app.domain.image import DermoscopicImage
from app.domain.lesion import Lesion, Visit
from app.domain.people.patient import Patient
from app.imaging import png_codec
from app.imaging.containers.contained_file import ContainedFile
from app.imaging.containers.contents import contained_files
from app.imaging.read_image import ReadImage
from app.storage.unit_of_work import UnitOfWork
from app.translation import _
from app.usecases.cancellation import CancelToken
from app.usecases.cases.describe_samples import LIST_NAME, Row, describe_samples, listed_samples
from app.usecases.lesions.lesion_of_file import FoundLesion, lesion_of_file, named_lesion, said_of_order
from app.usecases.patients.edit_patient import images_of_patient
from app.usecases.patients.settle_identity import join_image
from app.usecases.patients.visit_date import day_after_birth, visit_day
from app.usecases.progress import Progress
from app.usecases.services import Services

THUMBNAIL_SIDE_PX = 160

_NOT_TRIED = "The import had to stop before this file; import it again."


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not imported, and why."""

    path: Path
    sentence: str
    known_as: ImageId | None = None
    """The case of a file that was imported before."""
    is_partly_readable: bool = False
    """The file is damaged, but could be taken so, without a score."""


@dataclass(frozen=True, slots=True)
class FileNotice:
    """Something about an imported file that a person should look at."""

    path: Path
    sentence: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did."""

    imported: tuple[ImageId, ...]
    refused: tuple[Refusal, ...]
    changes: Changes
    notices: tuple[FileNotice, ...] = ()
    kept_apart: tuple[FileNotice, ...] = ()
    """Files whose person contradicts the stored one of the same number; a person has to say who it is."""
    joined: tuple[ImageId, ...] = ()
    """Known images whose patient was joined with the one it had been kept apart from."""
    passed_over: int = 0
    """Files of a folder that are no images."""
    described: int = 0
    """Bundled samples for which age and sex were entered from their list."""

    @property
    def partly_readable(self) -> tuple[Path, ...]:
        """Return the damaged files that a person may choose to take without a score."""
        return tuple(refusal.path for refusal in self.refused if refusal.is_partly_readable)

    @property
    def already_known(self) -> tuple[ImageId, ...]:
        """Return the cases whose files were offered again, each once."""
        known = (refusal.known_as for refusal in self.refused if refusal.known_as is not None)
        return tuple(dict.fromkeys(image_id for image_id in known if image_id not in self.imported))


def import_images(
    services: Services,
    paths: Sequence[Path],
    *,
    token: CancelToken,
    lesion_id: LesionId | None = None,
    merges_patients: bool = False,
    takes_damaged: bool = False,
) -> Generator[Progress, None, ImportReport]:
    """Import files and whole folders; a file that cannot be used is refused and the others go on.

    A folder is searched for images, so what is no image in it is only counted; the bundled samples are
    entered with age and sex when their list lies beside them. Without ``lesion_id`` each image becomes a
    case of its own: the patient is the one of the DICOM header, or a new one with a fresh code, the lesion
    the one of the header's Tracking UID, or a new one. A header
    that contradicts the stored patient of its number is kept apart, or joined with ``merges_patients``. With
    ``lesion_id`` they are further images of that lesion, and a file of another person is refused. A damaged
    file is refused, or with ``takes_damaged`` taken for good with a mark and without a score. What was
    imported before is kept when the person cancels or the disk fills up.
    """
    files, samples = _without_lists(files_below(paths), offered=frozenset(paths))
    taking = _Taking(
        services, frozenset(paths), lesion_id, merges_patients=merges_patients, takes_damaged=takes_damaged
    )
    with tempfile.TemporaryDirectory(prefix="naevus-") as workspace:
        for number, path in enumerate(files):
            for part in taking.parts(path, Path(workspace)):
                yield Progress(number, len(files), shown_name(part.shown))
                if token.is_cancelled:
                    break
                taking.take(part)
                if taking.is_full:
                    break
            if token.is_cancelled or taking.is_full:
                taking.give_up(files[number + 1 :])
                break
    yield Progress(len(files), len(files), "")
    imported, joined = tuple(taking.imported), tuple(taking.joined)
    changes = Changes(
        images=_with_fellows(services, (*imported, *joined)), case_list=bool(imported or joined)
    )
    described = describe_samples(services, samples, imported) if lesion_id is None else 0
    return ImportReport(
        imported=imported,
        refused=tuple(taking.refused),
        changes=changes,
        notices=tuple(taking.notices),
        kept_apart=tuple(taking.kept_apart),
        joined=joined,
        passed_over=taking.passed_over,
        described=described,
    )


class _Taking:
    """Takes files one after the other, and remembers what became of each."""

    def __init__(
        self,
        services: Services,
        offered: frozenset[Path],
        lesion_id: LesionId | None,
        *,
        merges_patients: bool,
        takes_damaged: bool,
    ) -> None:
        self._services = services
        self._offered = offered
        self._lesion_id = lesion_id
        self._merges_patients = merges_patients
        self._takes_damaged = takes_damaged
        self.imported: list[ImageId] = []
        self.refused: list[Refusal] = []
        self.notices: list[FileNotice] = []
        self.kept_apart: list[FileNotice] = []
        self.joined: list[ImageId] = []
        self.passed_over = 0
        self.is_full = False
        """Whether nothing more can be stored."""

    def parts(self, path: Path, workspace: Path) -> Iterator[ContainedFile]:
        """Return the images of a file; one that cannot be opened is refused."""
        try:
            yield from contained_files(path, workspace)
        except DomainError as error:
            self.refused.append(Refusal(path, str(error)))
        except OSError as error:
            self.refused.append(Refusal(path, _unreadable(error)))

    def take(self, part: ContainedFile) -> None:
        """Import an image, or say why not."""
        path = part.shown
        try:
            if part.problem:
                raise UnreadableFileError(part.problem)
            stored = _imported(
                self._services,
                part,
                self._lesion_id,
                merges_patients=self._merges_patients,
                takes_damaged=self._takes_damaged,
            )
            self.imported.append(stored.image_id)
            self.notices += [FileNotice(path, notice) for notice in stored.notices]
            self.kept_apart += [FileNotice(path, stored.kept_apart)] if stored.kept_apart else []
        except _AlreadyKnownError as error:
            self._take_known(path, error)
        except NoImageError as error:
            if path in self._offered:
                self.refused.append(Refusal(path, str(error)))
            else:
                self.passed_over += 1
        except StorageError as error:
            if not self.imported:
                raise
            self.refused.append(Refusal(path, str(error)))
            self.is_full = True
        except DomainError as error:
            is_partly_readable = isinstance(error, PartlyReadableFileError)
            self.refused.append(Refusal(path, str(error), is_partly_readable=is_partly_readable))
        except OSError as error:
            self.refused.append(Refusal(path, _unreadable(error)))

    def give_up(self, left: Sequence[Path]) -> None:
        """Name the files that were not tried because nothing more can be stored."""
        if self.is_full:
            self.refused += [Refusal(path, _(_NOT_TRIED)) for path in left]

    def _take_known(self, path: Path, error: "_AlreadyKnownError") -> None:
        joined = join_image(self._services, error.image_id) if self._merges_patients else None
        if joined is not None:
            self.joined.append(error.image_id)
            self.notices.append(FileNotice(path, joined))
        self.refused.append(Refusal(path, str(error), error.image_id))


def _unreadable(error: OSError) -> str:
    return _("The file cannot be read: {value}.").format(value=error.strerror or _("unknown reason"))


def _with_fellows(services: Services, image_ids: Sequence[ImageId]) -> frozenset[ImageId]:
    """Return images and all others of their patients, whom a file may have told something new about."""
    with services.store.reading() as work:
        patients = {work.cases.case(image_id).patient.id for image_id in image_ids}
        fellows = (images_of_patient(work, patient_id) for patient_id in patients)
        return frozenset(image_ids).union(*fellows)


@dataclass(frozen=True, slots=True)
class _Stored:
    """A stored file, and what has to be checked about it."""

    image_id: ImageId
    notices: tuple[str, ...]
    kept_apart: str


class _AlreadyKnownError(DomainError):
    def __init__(self, image_id: ImageId, sentence: str) -> None:
        super().__init__(sentence)
        self.image_id = image_id


def files_below(paths: Iterable[Path]) -> list[Path]:
    """Return files as given, and for a folder all files below it that are not hidden."""
    files: dict[Path, None] = {}
    for path in paths:
        found = sorted(path.rglob("*")) if _is_folder(path) else [path]
        files.update(
            (file, None)
            for file in found
            if file == path or (file.is_file() and not _is_hidden(file.relative_to(path)))
        )
    return list(files)


def _without_lists(files: list[Path], *, offered: frozenset[Path]) -> tuple[list[Path], list[Row]]:
    """Take lists of samples out of the files that were found in folders, and return their rows, too."""
    left: list[Path] = []
    rows: list[Row] = []
    for file in files:
        if file.name != LIST_NAME or file in offered:
            left.append(file)
            continue
        try:
            rows += listed_samples(file)
        except UnreadableFileError:
            left.append(file)
    return left, rows


def shown_name(path: Path) -> str:
    """Return a file's name as text that can be stored and shown; bytes that are no letters become '?'."""
    return path.name.encode("utf-8", "replace").decode("utf-8")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # A name the system cannot even look up; opening the file says why.
        return False


def _is_hidden(relative: Path) -> bool:
    return any(part.startswith(".") for part in relative.parts) or relative.name.lower() in {
        "thumbs.db",
        "desktop.ini",
    }


def _imported(
    services: Services,
    part: ContainedFile,
    lesion_id: LesionId | None,
    *,
    merges_patients: bool,
    takes_damaged: bool,
) -> _Stored:
    """Store a file and return its case with what has to be checked about it."""
    path = part.path
    if path.exists() and not path.is_file():
        # Reading a pipe would wait for ever, a device never end.
        raise DomainError(_("This is not a file but a device, a pipe or the like."))
    with path.open("rb") as stream:
        original = BlobName(hashlib.file_digest(stream, "sha256").hexdigest())
    with services.store.reading() as work:
        _refuse_known(work, original)
    read = services.images.read(path, takes_damaged=takes_damaged)
    today = services.clock().astimezone().date()
    day, said = visit_day(read, today)
    origin = () if part.note is None else (part.note,)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != original:
        raise DomainError(_("The file was being changed while it was read; import it again."))
    services.store.blobs.put(content)
    upright = services.store.blobs.put(png_codec.png(read.pixels))
    thumbnail = services.store.blobs.put(png_codec.thumbnail_png(read.pixels, THUMBNAIL_SIDE_PX))
    with services.store.writing() as work:
        _refuse_known(work, original)
        found = _found_lesion(services, work, read, day, lesion_id, merges=merges_patients)
        day, said = day_after_birth(found.patient, (day, said), today)
        read = replace(read, provenance=(*origin, *read.provenance, said))
        order = said_of_order(work, found.lesion, day)
        visit_id = _add_visit(work, found.lesion, found.patient, day, read.age_years)
        image = _image(services, part.shown, read, visit_id, original, upright)
        work.cases.add_image(image, thumbnail)
        work.audit.append(services.user, AuditKind.IMAGE_IMPORTED, image.id, original)
        if image.is_damaged:
            work.audit.append(services.user, AuditKind.DAMAGED_FILE_TAKEN, image.id)
        work.commit()
    notices = tuple(notice for notice in (*read.remarks, *found.notices, order) if notice)
    return _Stored(image.id, notices, found.kept_apart)


def _refuse_known(work: UnitOfWork, original: BlobName) -> None:
    image_id = work.cases.image_by_original(original)
    if image_id is None:
        return
    case = work.cases.case(image_id)
    sentence = _("The file is already imported as {file_name} of patient {code}").format(
        file_name=case.image.file_name, code=case.patient.code
    )
    if work.cases.is_hidden(image_id):
        sentence += _(" and was removed from the work list; restore it there")
    raise _AlreadyKnownError(image_id, sentence + ".")


def _found_lesion(
    services: Services,
    work: UnitOfWork,
    read: ReadImage,
    day: date,
    lesion_id: LesionId | None,
    *,
    merges: bool,
) -> FoundLesion:
    is_dated = day == read.taken_on
    if lesion_id is None:
        return lesion_of_file(services, work, read, day, is_dated=is_dated, merges=merges)
    return named_lesion(services, work, read, day, lesion_id, is_dated=is_dated)


def _add_visit(
    work: UnitOfWork, lesion: Lesion, patient: Patient, day: date, age_years: int | None
) -> VisitId:
    visit = Visit(id=VisitId(new_id()), lesion_id=lesion.id, visited_on=day)
    visit = replace(visit, age_years=_fitting_age(age_years, patient, visit))
    work.cases.add_visit(visit)
    return visit.id


def _fitting_age(age_years: int | None, patient: Patient, visit: Visit) -> int | None:
    """Return a header's age, None when it contradicts the patient's year of birth, which then tells it."""
    if age_years is None or age_years < 0:
        return None
    known = min(age_years, OLDEST_AGE_YEARS)
    try:
        check_age(patient, replace(visit, age_years=known))
    except InvalidFieldError:
        return None
    return known


def _image(
    services: Services,
    path: Path,
    read: ReadImage,
    visit_id: VisitId,
    original: BlobName,
    upright: BlobName,
) -> DermoscopicImage:
    height_px, width_px = read.pixels.shape[:2]
    known_types = services.vocabulary.dermoscopic_types
    return DermoscopicImage(
        id=ImageId(new_id()),
        visit_id=visit_id,
        file_name=shown_name(path),
        media_type=read.media_type,
        original=original,
        upright=upright,
        width_px=width_px,
        height_px=height_px,
        imported_at=services.clock(),
        imported_by=services.user,
        calibration=read.calibration,
        provenance=read.provenance,
        image_type=services.vocabulary.known("image_type", read.image_type),
        dermoscopic_type=read.dermoscopic_type if read.dermoscopic_type in known_types else None,
    )
