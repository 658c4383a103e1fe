"""Takes masks that were drawn elsewhere as corrections of stored cases, each file for itself."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import numpy as np

from app.domain.case import Case
from app.domain.changes import Changes
from app.domain.errors import DomainError, InvalidFieldError
from app.domain.ids import ImageId
from app.domain.mask import area_px
from app.domain.revision import RevisionReason
from app.translation import _
from app.usecases.cancellation import CancelToken
from app.usecases.cases.import_images import FileNotice, Refusal, shown_name
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.corrections.mask_sources import (
    FoundMasks,
    MaskSource,
    OutlinesOfImage,
    ReadLesions,
    find_masks,
)
from app.usecases.lesions.rearrange_lesions import DrawnElsewhere, import_lesions
from app.usecases.progress import Progress
from app.usecases.services import Services
from models.contract.arrays import BoolMask
from models.contract.imaging.mask_plausibility import MaskIssue, MaskIssueKind, mask_issue


class ImplausibleMask(StrEnum):
    """What is done with a mask that marks nothing, nearly everything, or rather skin than the lesion."""

    REFUSE = "refuse"
    AS_MARKED = "as-marked"
    EXCHANGE = "exchange"
    """Lesion and skin are exchanged in masks that seem to mark skin; other doubtful masks are refused."""


class MaskUse(StrEnum):
    """What masks drawn elsewhere are taken as."""

    CORRECTION = "correction"
    """Signed by the person who takes them: models may learn from them."""
    STARTING_POINT = "starting-point"
    """Unsigned: shown and measured, until a person corrects or confirms them."""


_REASON_BY_USE = {
    MaskUse.CORRECTION: RevisionReason.CORRECTED,
    MaskUse.STARTING_POINT: RevisionReason.STARTING_POINT,
}


@dataclass(frozen=True, slots=True)
class MaskChoices:
    """How masks drawn elsewhere are taken."""

    in_doubt: ImplausibleMask = ImplausibleMask.REFUSE
    use: MaskUse = MaskUse.CORRECTION
    label: str | None = None
    """Of the lesion, where shapes have several labels."""
    scales: bool = False
    """Masks of another size and the same proportions are made larger or smaller."""
    separates: bool = False
    """Each shape of a file of outlines is a lesion of its own; else all of an image are one."""


AS_CORRECTIONS = MaskChoices()
"""What a person wants who says nothing else."""


@dataclass(frozen=True, slots=True)
class TakenMask:
    """A mask that was, or would be, taken."""

    image_id: ImageId
    path: Path
    image_file: str


@dataclass(frozen=True, slots=True)
class ImportedCorrections:
    """The cases that got a new revision, the files that were not taken, and how unusual masks were read."""

    taken: tuple[TakenMask, ...]
    refused: tuple[Refusal, ...]
    notices: tuple[FileNotice, ...] = ()
    changes: Changes = field(default_factory=Changes)
    is_whole: bool = True
    """False when the person stopped it; what was taken before is kept."""

    @property
    def corrected(self) -> tuple[ImageId, ...]:
        """Return the cases of the masks."""
        return tuple(mask.image_id for mask in self.taken)

    @property
    def taken_files(self) -> frozenset[Path]:
        """Return the files of the masks."""
        return frozenset(mask.path for mask in self.taken)


@dataclass(frozen=True, slots=True)
class _Offer:
    """A mask that can be taken for a case."""

    source: MaskSource
    mask: BoolMask
    """Of the lesion of interest."""
    notice: str
    lesions: tuple[DrawnElsewhere, ...] = ()
    """All lesions of the image, where there are several."""


def import_corrections(
    services: Services,
    paths: Sequence[Path],
    *,
    token: CancelToken,
    choices: MaskChoices = AS_CORRECTIONS,
    is_trial: bool = False,
) -> Generator[Progress, None, ImportedCorrections]:
    """Store masks and outlines as revisions of the cases whose image files they are named after.

    A mask belongs to the image whose file name, without its ending, it bears (``_segmentation``, ``_mask``
    and ``_lesion`` are set aside); outlines belong to the image that their file names. Of several masks of
    one case none is taken, unless they mark the same.

    Args:
        services: the case store.
        paths: files and folders.
        token: asked between files.
        choices: how they are taken.
        is_trial: look at everything and store nothing.
    """
    found = yield from find_masks(services, paths, token)
    draft = _Draft(services, choices, found, is_trial=is_trial)
    count = len(found.sources_by_case)
    for done, (image_id, sources) in enumerate(found.sources_by_case.items()):
        yield Progress(done, count, shown_name(sources[0].path))
        if token.is_cancelled:
            draft.is_whole = False
            break
        draft.take(image_id, sources)
    yield Progress(count, count, "")
    return draft.finished()


class _Draft:
    """Masks on their way into the case store."""

    def __init__(
        self, services: Services, choices: MaskChoices, found: FoundMasks, *, is_trial: bool
    ) -> None:
        self._services = services
        self._choices = choices
        self._is_trial = is_trial
        self._refused, self._notices = found.refused, found.notices
        self._taken: list[TakenMask] = []
        self._changes = Changes()
        self.is_whole = True

    def take(self, image_id: ImageId, sources: Sequence[MaskSource]) -> None:
        """Take the mask of a case, or say why not."""
        with self._services.store.reading() as work:
            case = work.cases.case(image_id)
        offers = [offer for source in sources if (offer := self._offer(case, source)) is not None]
        if any(not _is_same(offer, offers[0]) for offer in offers):
            self._refused.extend(Refusal(offer.source.path, _several(offers)) for offer in offers)
        elif offers:
            self._store(case, offers[0])
            self._notices.extend(
                FileNotice(offer.source.path, offer.notice) for offer in offers if offer.notice
            )

    def finished(self) -> ImportedCorrections:
        """Return what was done."""
        return ImportedCorrections(
            tuple(self._taken),
            tuple(sorted(self._refused, key=lambda refusal: refusal.path)),
            tuple(self._notices),
            self._changes,
            is_whole=self.is_whole,
        )

    def _offer(self, case: Case, source: MaskSource) -> _Offer | None:
        choices = self._choices
        try:
            if choices.separates and isinstance(source, OutlinesOfImage):
                several = source.read_instances(case, label=choices.label, scales=choices.scales)
                if len(several.lesions) > 1:
                    return self._offer_of_several(case, source, several)
            read = source.read(self._services, case, label=choices.label, scales=choices.scales)
            mask, said = self._decided(case, read.mask)
        except DomainError as error:
            self._refused.append(Refusal(source.path, str(error)))
            return None
        return _Offer(source, mask, _sentences(read.notice, said))

    def _offer_of_several(self, case: Case, source: MaskSource, read: ReadLesions) -> _Offer:
        """Take what a file has as lesions; only the one of interest can be in doubt."""
        chosen = next(one for one in read.lesions if one.is_of_interest)
        mask, doubt = self._decided(case, chosen.mask)
        lesions = tuple(replace(one, mask=mask) if one is chosen else one for one in read.lesions)
        said = _("{count} lesions; measured and scored is one of {area_px:,} px².").format(
            count=len(lesions), area_px=area_px(mask)
        )
        return _Offer(source, mask, _sentences(read.notice, said, doubt), lesions)

    def _decided(self, case: Case, mask: BoolMask) -> tuple[BoolMask, str]:
        """A mask as the person wants it, and what is to be said about it."""
        predicted = None if case.boundary is None else self._services.arrays.mask(case.boundary.mask)
        issue = mask_issue(mask, predicted)
        if issue is None:
            return mask, ""
        in_doubt = self._choices.in_doubt
        return _decided(mask, issue, in_doubt), _taken_anyway(issue, in_doubt)

    def _store(self, case: Case, offer: _Offer) -> None:
        if not self._is_trial:
            # A mask in doubt is no offer unless the person has said what is to be done with it.
            self._changes |= self._stored(case, offer)
        self._taken.append(TakenMask(case.image.id, offer.source.path, case.image.file_name))

    def _stored(self, case: Case, offer: _Offer) -> Changes:
        if offer.lesions:
            is_signed = self._choices.use is MaskUse.CORRECTION
            return import_lesions(self._services, case.image.id, offer.lesions, is_signed=is_signed)
        reason = _REASON_BY_USE[self._choices.use]
        return correct_mask(self._services, case.image.id, offer.mask, reason=reason, is_meant=True)


def _is_same(offer: _Offer, other: _Offer) -> bool:
    """Say whether two files mark the same."""
    one_masks, other_masks = ([found.mask for found in each.lesions] for each in (offer, other))
    if len(one_masks) != len(other_masks) or not np.array_equal(offer.mask, other.mask):
        return False
    return all(map(np.array_equal, one_masks, other_masks))


def _sentences(*said: str) -> str:
    return " ".join(filter(None, said))


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
    names = ", ".join(shown_name(offer.source.path) for offer in offers)
    return _(
        "{count} different masks are named after one image ({names}); offer only the one you mean."
    ).format(count=len(offers), names=names)
