"""Cases that are left out because a stored file is damaged, while the others go on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.case import Case
from app.domain.errors import DomainError
from app.domain.ids import ImageId
from app.usecases.cases.import_images import Refusal
from app.usecases.services import Services


@dataclass(frozen=True, slots=True)
class WrittenCases:
    """The files that were written, and the cases that had to be left out of them."""

    files: tuple[Path, ...] = ()
    left_out: tuple[Refusal, ...] = ()
    report_by_image: Mapping[ImageId, Path] = field(default_factory=dict)
    """Which of the files is whose report: a de-identified file's name does not tell."""

    def __add__(self, other: "WrittenCases") -> "WrittenCases":
        """Return the files of both; a case left out of both is named once."""
        return WrittenCases(
            self.files + other.files,
            each_once((*self.left_out, *other.left_out)),
            {**self.report_by_image, **other.report_by_image},
        )


def left_out(services: Services, image_id: ImageId, error: DomainError) -> Refusal:
    """Return a case by its file's name, and why it is left out."""
    with services.store.reading() as work:
        name = work.cases.case(image_id).image.file_name
    return Refusal(Path(name), str(error), image_id)


def each_once(refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """Return each case with the first reason that was met."""
    first: dict[ImageId | None, Refusal] = {}
    for refusal in refusals:
        first.setdefault(refusal.known_as, refusal)
    return tuple(first.values())


def check_files(services: Services, case: Case) -> None:
    """Raise DamagedFileError unless the stored files of a case can be read."""
    probability = case.boundary.probability if case.boundary else None
    others = (lesion.mask for lesion in case.lesions.drawn)
    for name in (case.image.upright, case.mask, probability, *others):
        if name is not None:
            services.store.blobs.get(name)
