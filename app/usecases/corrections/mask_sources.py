"""Finds masks and outlines in files and folders, and the cases whose images they were drawn on."""

from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from app.domain.case import Case
from app.domain.errors import InvalidFieldError, NotFoundError, UnreadableFileError
from app.domain.ids import ImageId
from app.domain.mask import area_px
from app.importers.masks.dicom_segmentation import is_dicom, read_segmentation
from app.importers.masks.drawn_image import DrawnImage, DrawnImages, DrawnInstance
from app.importers.masks.outline_file import read_outlines
from app.importers.masks.segment import DicomSegmentation
from app.translation import _
from app.usecases.cancellation import CancelToken
from app.usecases.cases.case_names import CaseNames, composed
from app.usecases.cases.import_images import FileNotice, Refusal, files_below, shown_name
from app.usecases.corrections.segmented_images import SegmentedImages
from app.usecases.lesions.rearrange_lesions import DrawnElsewhere
from app.usecases.progress import Progress
from app.usecases.services import Services
from models.contract.arrays import BoolMask
from models.contract.imaging.mask_file import scaled_mask
from models.contract.imaging.mask_values import PLAIN

MASK_ENDINGS = ("_segmentation", "_mask", "_lesion")
"""What other tools add to an image's name to call its mask; ISIC writes the first, PH2 the last."""

_OF_INTEREST_LABEL = "lesion"
"""What Naevus' own exports call the lesion of interest; the others are called otherwise."""

_CLOSE_RATIO = 0.01
"""How far the proportions of a drawing may be from its image's: the smaller one was rounded to pixels."""


@dataclass(frozen=True, slots=True)
class ReadMask:
    """A mask at the size of its image, and what is to be said about how it was read."""

    mask: BoolMask
    notice: str


@dataclass(frozen=True, slots=True)
class ReadLesions:
    """The lesions of an image as a file has them, at the size of the image; one of them is of interest."""

    lesions: tuple[DrawnElsewhere, ...]
    notice: str


@dataclass(frozen=True)
class MaskFile:
    """A picture that is a mask."""

    path: Path

    def read(self, services: Services, case: Case, *, label: str | None, scales: bool) -> ReadMask:
        """Return the mask; raises UnreadableFileError or InvalidFieldError when it is none of this image."""
        del label
        reading = services.images.read_mask(self.path)
        said = (
            ""
            if reading.taken_for == PLAIN
            else _("Its values were read as: {taken_for}.").format(taken_for=reading.taken_for)
        )
        wanted = (case.image.height_px, case.image.width_px)
        height, width = reading.mask.shape
        said_of_size = _fitted((height, width), wanted, scales=scales)
        return ReadMask(scaled_mask(reading.mask, wanted), " ".join(filter(None, (said, said_of_size))))


@dataclass(frozen=True)
class OutlinesOfImage:
    """Shapes on an image in a file of COCO, labelme, CVAT, YOLO or DICOM."""

    path: Path
    drawn: DrawnImage

    def read(self, services: Services, case: Case, *, label: str | None, scales: bool) -> ReadMask:
        """Return the mask; raises InvalidFieldError when the shapes do not fit the image."""
        del services
        wanted = (case.image.height_px, case.image.width_px)
        said = "" if self.drawn.size_px is None else _fitted(self.drawn.size_px, wanted, scales=scales)
        return ReadMask(self.drawn.mask_at(wanted, label), said)

    def read_instances(self, case: Case, *, label: str | None, scales: bool) -> ReadLesions:
        """Return each lesion of the file; raises InvalidFieldError when the shapes do not fit the image."""
        wanted = (case.image.height_px, case.image.width_px)
        said = "" if self.drawn.size_px is None else _fitted(self.drawn.size_px, wanted, scales=scales)
        return ReadLesions(_with_one_of_interest(self.drawn.instance_masks(wanted, label)), said)


MaskSource: TypeAlias = MaskFile | OutlinesOfImage


@dataclass
class FoundMasks:
    """What files and folders hold."""

    sources_by_case: dict[ImageId, list[MaskSource]] = field(default_factory=lambda: defaultdict(list))
    refused: list[Refusal] = field(default_factory=list)
    notices: list[FileNotice] = field(default_factory=list)


def find_masks(
    services: Services, paths: Sequence[Path], token: CancelToken
) -> Generator[Progress, None, FoundMasks]:
    """Return the masks in files and folders by the cases that they are named after.

    Images that lie beside the outlines drawn on them are no masks, and are passed over; so are other DICOM
    objects beside a segmentation.
    """
    names, found, files = CaseNames(services), FoundMasks(), files_below(paths)
    pictures: list[Path] = []
    drawn_stems: set[str] = set()
    segmented, beside = SegmentedImages(services), set[Path]()
    for number, path in enumerate(files):
        yield Progress(number, len(files), shown_name(path))
        if token.is_cancelled:
            break
        try:
            outlines, segmentation = read_outlines(path), read_segmentation(path)
        except UnreadableFileError as error:
            found.refused.append(Refusal(path, str(error)))
            continue
        if outlines is not None:
            drawn_stems |= _match_outlines(names, path, outlines, found)
        elif segmentation is not None:
            beside.add(path.parent)
            _match_segmentation(segmented, path, segmentation, found)
        else:
            pictures.append(path)
    offered = frozenset(paths)
    for path in pictures:
        is_drawn_on = composed(path.stem) in drawn_stems or (path.parent in beside and is_dicom(path))
        if path not in offered and is_drawn_on:
            continue
        try:
            found.sources_by_case[_only_case(names, path)].append(MaskFile(path))
        except NotFoundError as error:
            found.refused.append(Refusal(path, str(error)))
    return found


def _match_segmentation(
    images: SegmentedImages, path: Path, segmentation: DicomSegmentation, found: FoundMasks
) -> None:
    """Add a DICOM segmentation to the case on whose image it was drawn, or say why not."""
    try:
        image_id, drawn = images.drawn_on(segmentation)
    except NotFoundError as error:
        found.refused.append(Refusal(path, str(error)))
    else:
        found.sources_by_case[image_id].append(OutlinesOfImage(path, drawn))


def _match_outlines(names: CaseNames, path: Path, outlines: DrawnImages, found: FoundMasks) -> set[str]:
    """Add the outlines of a file, and return the names of its images without their endings."""
    found.notices.extend(FileNotice(path, note) for note in outlines.notes)
    for refusal in outlines.refused:
        found.refused.append(Refusal(path, f"{refusal.image_name}: {refusal.sentence}"))
    for drawn in outlines.images:
        ids = names.of_file(drawn.image_name)
        if len(ids) == 1:
            found.sources_by_case[ids[0]].append(OutlinesOfImage(path, drawn))
        elif ids:
            sentence = _(
                "{count} cases have an image file called {image_name}; correct them one by one."
            ).format(count=len(ids), image_name=drawn.image_name)
            found.refused.append(Refusal(path, sentence))
        else:
            found.refused.append(
                Refusal(
                    path,
                    _("No case has an image file called {image_name}.").format(image_name=drawn.image_name),
                )
            )
    named = (*(image.image_name for image in outlines.images), *(one.image_name for one in outlines.refused))
    return {composed(Path(name.replace("\\", "/")).stem) for name in named}


def _only_case(names: CaseNames, path: Path) -> ImageId:
    """The case of a mask file; raises NotFoundError if there is none, or more than one."""
    stem = composed(shown_name(path).removesuffix(path.suffix))
    # An image may itself be called so; its own name then counts last.
    for name in dict.fromkeys((*_without_endings(stem), stem)):
        ids = names.of_stem(name)
        if len(ids) == 1:
            return ids[0]
        if ids:
            raise NotFoundError(_ambiguous(len(ids), name))
    raise NotFoundError(
        _("No case has an image file called {next}.").format(next=next(_without_endings(stem), stem))
    )


def _with_one_of_interest(
    drawn: tuple[tuple[DrawnInstance, BoolMask], ...],
) -> tuple[DrawnElsewhere, ...]:
    """Choose the lesion of interest: by the file's word, else by its labels, else by size.

    A label that only one instance has is its word where the others are called otherwise, as in Naevus' own
    exports: one lesion, and any number of other ones.
    """
    if not drawn:
        return ()
    said = [at for at, (one, _mask) in enumerate(drawn) if one.is_of_interest]
    called = [at for at, (one, _mask) in enumerate(drawn) if one.label.casefold() == _OF_INTEREST_LABEL]
    among = said or (called if len(called) == 1 else range(len(drawn)))
    chosen = max(among, key=lambda at: area_px(drawn[at][1]))
    return tuple(
        DrawnElsewhere("", mask, is_of_interest=at == chosen) for at, (_one, mask) in enumerate(drawn)
    )


def _ambiguous(count: int, name: str) -> str:
    return _("{count} cases have an image file called {name}; correct them one by one.").format(
        count=count, name=name
    )


def _without_endings(name: str) -> Iterator[str]:
    shortened = name
    for ending in MASK_ENDINGS:
        if shortened.casefold().endswith(ending):
            shortened = shortened[: -len(ending)]
    if shortened != name:
        yield shortened


def _fitted(drawn_px: tuple[int, int], wanted_px: tuple[int, int], *, scales: bool) -> str:
    """What is to be said about a drawing of another size; raises InvalidFieldError where it does not fit."""
    if drawn_px == wanted_px:
        return ""
    words = _("The mask has {value} x {value_2} px, but the image has {value_3} x {value_4} px").format(
        value=drawn_px[1], value_2=drawn_px[0], value_3=wanted_px[1], value_4=wanted_px[0]
    )
    if drawn_px == wanted_px[::-1]:
        raise InvalidFieldError(
            "mask", _("{words}: it was drawn on the image lying on its side.").format(words=words)
        )
    ratio = drawn_px[1] * wanted_px[0] / (drawn_px[0] * wanted_px[1])
    if abs(ratio - 1) > _CLOSE_RATIO:
        raise InvalidFieldError("mask", _("{words}, which has other proportions.").format(words=words))
    if not scales:
        raise InvalidFieldError(
            "mask", _("{words}; it has the same proportions and can be scaled (--scale).").format(words=words)
        )
    return _("It was brought from {value} x {value_2} px to the size of the image.").format(
        value=drawn_px[1], value_2=drawn_px[0]
    )
