"""Takes masks that were drawn elsewhere as corrections of stored cases, each file for itself."""

import unicodedata
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from app.domain.errors import DomainError, InvalidFieldError, NotFoundError
from app.domain.ids import ImageId
from app.translation import _
from app.usecases.cancellation import CancelToken
from app.usecases.cases.import_images import FileNotice, Refusal, files_below, shown_name
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.image_arrays import check_fits
from app.usecases.progress import Progress
from app.usecases.services import Services
from models.contract.arrays import BoolMask
from models.contract.imaging.mask_plausibility import MaskIssue, MaskIssueKind, mask_issue
from models.contract.imaging.mask_values import PLAIN

MASK_ENDINGS = ("_segmentation", "_mask")
"""What other tools add to an image's name to call its mask; ISIC writes the first."""

_AT_A_TIME = 500


class ImplausibleMask(StrEnum):
    """What is done with a mask that marks nothing, nearly everything, or rather skin than the lesion."""

    REFUSE = "refuse"
    AS_MARKED = "as-marked"
    EXCHANGE = "exchange"
    """Lesion and skin are exchanged in masks that seem to mark skin; other doubtful masks are refused."""


@dataclass(frozen=True, slots=True)
class ImportedCorrections:
    """The cases that got a new revision, the files that were not taken, and how unusual masks were read."""

    corrected: tuple[ImageId, ...]
    refused: tuple[Refusal, ...]
    notices: tuple[FileNotice, ...] = ()


@dataclass(frozen=True, slots=True)
class _Offer:
    """A mask file that can be signed for a case."""

    path: Path
    mask: BoolMask
    notice: str


def import_corrections(
    services: Services,
    paths: Sequence[Path],
    *,
    token: CancelToken,
    in_doubt: ImplausibleMask = ImplausibleMask.REFUSE,
) -> Generator[Progress, None, ImportedCorrections]:
    """Store mask files as signed corrections of the cases whose image files are called the same.

    A mask belongs to the image whose file name, without its ending, it bears (``_segmentation`` and
    ``_mask`` are set aside). Its size must be the image's. Of several masks of one case none is taken, unless
    they mark the same.
    """
    names = _CaseNames(services)
    corrected: list[ImageId] = []
    refused: list[Refusal] = []
    notices: list[FileNotice] = []
    files = files_below(paths)
    files_by_case: dict[ImageId, list[Path]] = defaultdict(list)
    for path in files:
        try:
            files_by_case[names.only_case(path)].append(path)
        except NotFoundError as error:
            refused.append(Refusal(path, str(error)))
    done = len(refused)
    for image_id, masks in files_by_case.items():
        yield Progress(done, len(files), shown_name(masks[0]))
        if token.is_cancelled:
            break
        done += len(masks)
        offers = list(_offers(services, image_id, masks, in_doubt, refused))
        if any(not np.array_equal(offer.mask, offers[0].mask) for offer in offers):
            refused.extend(Refusal(offer.path, _several(offers)) for offer in offers)
        elif offers:
            # A mask in doubt is no offer unless the person has said what is to be done with it.
            correct_mask(services, image_id, offers[0].mask, is_meant=True)
            corrected.append(image_id)
            notices.extend(FileNotice(offer.path, offer.notice) for offer in offers if offer.notice)
    order = {path: place for place, path in enumerate(files)}
    return ImportedCorrections(
        tuple(corrected), tuple(sorted(refused, key=lambda refusal: order[refusal.path])), tuple(notices)
    )


def _offers(
    services: Services,
    image_id: ImageId,
    paths: Sequence[Path],
    in_doubt: ImplausibleMask,
    refused: list[Refusal],
) -> Iterator[_Offer]:
    for path in paths:
        try:
            yield _offer(services, image_id, path, in_doubt)
        except DomainError as error:
            refused.append(Refusal(path, str(error)))


def _offer(services: Services, image_id: ImageId, path: Path, in_doubt: ImplausibleMask) -> _Offer:
    reading = services.images.read_mask(path)
    with services.store.reading() as work:
        case = work.cases.case(image_id)
    check_fits(reading.mask, case.image)
    predicted = None if case.boundary is None else services.arrays.mask(case.boundary.mask)
    issue = mask_issue(reading.mask, predicted)
    said = (
        []
        if reading.taken_for == PLAIN
        else [_("Its values were read as: {taken_for}.").format(taken_for=reading.taken_for)]
    )
    mask = reading.mask
    if issue is not None:
        mask = _decided(mask, issue, in_doubt)
        said.append(_taken_anyway(issue, in_doubt))
    return _Offer(path, mask, " ".join(said))


def _decided(mask: BoolMask, issue: MaskIssue, in_doubt: ImplausibleMask) -> BoolMask:
    """A doubtful mask as the person wants it, (H, W) bool; raises InvalidFieldError without their word."""
    if in_doubt is ImplausibleMask.AS_MARKED:
        return mask
    if in_doubt is ImplausibleMask.EXCHANGE and issue.kind is MaskIssueKind.INVERTED:
        return ~mask
    remedy = _("'--in-doubt {as_marked}' takes it as it is").format(as_marked=ImplausibleMask.AS_MARKED)
    if issue.kind is MaskIssueKind.INVERTED:
        remedy += _(", '--in-doubt {exchange}' exchanges lesion and skin").format(
            exchange=ImplausibleMask.EXCHANGE
        )
    raise InvalidFieldError(
        "mask", _("The mask {reason}; {remedy}.").format(reason=issue.reason, remedy=remedy)
    )


def _taken_anyway(issue: MaskIssue, in_doubt: ImplausibleMask) -> str:
    done = (
        _("lesion and skin were exchanged")
        if in_doubt is ImplausibleMask.EXCHANGE
        else _("it was taken as it is")
    )
    return _("The mask {reason}; {done}.").format(reason=issue.reason, done=done)


def _several(offers: Sequence[_Offer]) -> str:
    names = ", ".join(shown_name(offer.path) for offer in offers)
    return _(
        "{count} different masks are named after one image ({names}); offer only the one you mean."
    ).format(count=len(offers), names=names)


class _CaseNames:
    """Finds cases by the names of their image files, however the system spells accents and capitals."""

    def __init__(self, services: Services) -> None:
        self._ids_by_name: dict[str, list[ImageId]] = defaultdict(list)
        self._ids_by_folded_name: dict[str, list[ImageId]] = defaultdict(list)
        with services.store.reading() as work:
            for offset in range(0, work.cases.case_count(), _AT_A_TIME):
                for line in work.cases.case_lines(offset=offset, limit=_AT_A_TIME, order="imported"):
                    name = _composed(Path(line.file_name).stem)
                    self._ids_by_name[name].append(line.image_id)
                    self._ids_by_folded_name[name.casefold()].append(line.image_id)

    def only_case(self, path: Path) -> ImageId:
        """Return the case of a mask file; raises NotFoundError if there is none, or more than one."""
        stem = _composed(shown_name(path).removesuffix(path.suffix))
        # An image may itself be called so; its own name then counts last.
        for name in (_without_endings(stem), stem):
            ids = self._ids_by_name.get(name) or self._ids_by_folded_name.get(name.casefold(), [])
            if len(ids) == 1:
                return ids[0]
            if ids:
                raise NotFoundError(
                    _("{count} cases have an image file called {name}; correct them one by one.").format(
                        count=len(ids), name=name
                    )
                )
        raise NotFoundError(
            _("No case has an image file called {without_endings}.").format(
                without_endings=_without_endings(stem)
            )
        )


def _composed(name: str) -> str:
    """A name with its accents in one form: macOS takes letters and accents apart, others do not."""
    return unicodedata.normalize("NFC", name)


def _without_endings(name: str) -> str:
    for ending in MASK_ENDINGS:
        if name.casefold().endswith(ending):
            name = name[: -len(ending)]
    return name
