"""The mask on the canvas against the one that is stored: previewed while it is drawn, kept as revisions.

The rule: nothing is lost silently, and nothing implausible is signed silently. Opening another case stores
the correction; when storing fails, or the mask marks nothing, nearly everything or the frame, the work stays
on its canvas and in its journal and is offered again.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.domain.changes import Changes
from app.domain.errors import ImplausibleMaskError
from app.domain.ids import ImageId, PredictionId, RevisionId, WorkId
from app.domain.other_lesions import FIRST_LESION
from app.domain.revision import RevisionReason
from app.domain.stroke_journal import work_id
from app.translation import N_, _
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.sampling import ImagePyramid
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.workbench.drawn_mask import DrawnMask
from app.ui.workbench.lesion_outlines import LesionOutline, lesion_to_show, outlines_of
from app.ui.workbench.score_preview import ScorePreviews
from app.usecases.cases.open_case import OpenedCase
from app.usecases.cases.show_image import ShownImage
from app.usecases.corrections.revert_revision import revert_revision
from models.contract.errors import NaevusError

_CORRECTED_ELSEWHERE = N_(
    "The boundary of this case was also corrected elsewhere meanwhile; its history has every version."
)
_NOT_OF_INTEREST = N_(
    "This lesion is stored as it is drawn; what is confirmed is the boundary of the lesion of interest."
)


@dataclass(frozen=True)
class UnsignedMask:
    """A mask that is not stored, because it may be a slip."""

    image_id: ImageId
    issue: str
    """What is implausible about it, in a sentence."""
    sign: Callable[[], None]
    """Stores it, now that a person has said that it is meant."""


class Correction(QObject):
    """Keeps track of what is corrected and not stored yet."""

    state_changed = Signal()
    previewed = Signal(object)
    """Preview of the mask on the canvas."""
    stored = Signal(object)
    """RevisionReason of a revision that was stored."""
    lesion_taken = Signal()
    """Another lesion of the open image is in hand."""
    outline_stored = Signal(int, object)
    """Number of a lesion of the open image, and its outline (H, W) bool as it was stored."""
    corrected_elsewhere = Signal()
    """The canvas now shows a revision that was not stored here."""
    store_failed = Signal(str)
    """Why no revision was stored, in a sentence."""
    questioned = Signal(object)
    """UnsignedMask that a person wants stored: to be asked about."""
    left_unsigned = Signal(object)
    """UnsignedMask that nobody asked to store: to be told of, without stopping anything."""

    def __init__(self, session: Session, canvas: EditorCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._image_id: ImageId | None = None
        self._lesion = self._of_interest = FIRST_LESION
        """Numbers within the image of the lesion in hand, and of the one whose mask is the valid one."""
        self._known_revisions = 0
        self._storing: dict[WorkId, int] = {}
        self._left: tuple[WorkId | None, int] | None = None
        """Drawing and version of the mask that was last to be stored because its case was left."""
        self._predicted: OpenedCase | None = None
        """What was predicted of the open image; None until it is read."""
        self.is_previewed = True
        """Unsaved corrections are scored and measured; not while nobody sees that."""
        self._previews = ScorePreviews(session, canvas, self._previewed_image, self)
        self._previews.found.connect(self.previewed)
        self._previews.state_changed.connect(self.state_changed)
        canvas.editor.mask_edited.connect(self._follow_edit)

    @property
    def is_unsaved(self) -> bool:
        """Say whether the canvas shows a correction that is neither stored nor on its way to be."""
        if self._work is None or not self._canvas.editor.has_unsaved_work:
            return False
        return self._storing.get(self._work) != self._canvas.editor.mask_version()

    @property
    def lesion(self) -> int:
        """Return the number of the lesion in hand, which the tools draw."""
        return self._lesion

    @property
    def _work(self) -> WorkId | None:
        """What names the drawing in hand."""
        return None if self._image_id is None else work_id(self._image_id, self._lesion)

    @property
    def is_previewing(self) -> bool:
        """Say whether a preview of the mask on the canvas is being computed."""
        return self._previews.is_running

    @property
    def is_unsaved_of_interest(self) -> bool:
        """Say whether what is not stored would change measurements and score."""
        return self.is_unsaved and self._image_of_interest is not None

    @property
    def _image_of_interest(self) -> ImageId | None:
        """The open image while its lesion of interest is in hand."""
        return self._image_id if self._lesion == self._of_interest else None

    def _previewed_image(self) -> ImageId | None:
        """The open image while what is drawn of it is to be scored and measured."""
        return self._image_of_interest if self.is_previewed else None

    def wait_for_refiner(self) -> None:
        """Put a score of the mask off, because the mask is about to be redrawn."""
        self._previews.put_off(is_wanted=self.is_unsaved)

    def show(self, shown: ShownImage, pyramid: ImagePyramid | None = None) -> None:
        """Put a newly opened case on the canvas; work on it that is not stored yet comes back.

        ``pyramid`` is that of its pixels, where it was made before.
        """
        case = shown.case
        self._image_id = case.image.id
        self._known_revisions = len(case.revisions)
        self._left = None
        self._lesion, self._of_interest = lesion_to_show(shown), case.lesions.of_interest
        self._predicted = None
        self._canvas.show_image(shown.pixels, case.image.id, pyramid, lesion=self._lesion)
        outline = outlines_of(case, shown.mask, shown.other_masks)[self._lesion]
        if not self._canvas.editor.set_mask(outline.mask, outline.source) and self.is_unsaved:
            self._session.tell(_("The unsaved correction of this case was brought back."))
            self._previews.start()
        self.state_changed.emit()

    def take_lesion(self, outline: LesionOutline) -> None:
        """Take another lesion of the open image in hand; what was drawn of the one before is stored first."""
        if self._image_id is None or outline.number == self._lesion:
            return
        self.save_unasked()
        self._previews.stop()
        self._lesion = outline.number
        self._canvas.take_lesion(self._image_id, outline.number)
        self._canvas.editor.set_mask(outline.mask, outline.source)
        self._show_prediction()
        self.lesion_taken.emit()
        self.state_changed.emit()

    def give_up_lesion(self) -> None:
        """Store what is drawn of the lesion in hand although it may be a slip, or let go of an empty mask."""
        mask = self._canvas.editor.current_mask()
        if not self.is_unsaved or mask is None:
            return
        if mask.any():
            self._store(RevisionReason.CORRECTED, if_implausible=lambda unsigned: unsigned.sign())
        else:
            self._canvas.editor.set_mask(None, replaces_unsaved_work=True)

    def follow(self, opened: OpenedCase, *, is_other_mask: bool) -> None:
        """Take what was stored meanwhile, unless the person is in the middle of correcting."""
        self._predicted = opened
        self._show_prediction()
        self._of_interest = opened.case.lesions.of_interest
        editor, shown = self._canvas.editor, self._canvas.editor.finished_mask
        outline = outlines_of(opened.case, opened.mask, opened.other_masks).get(self._lesion)
        taken = outline.mask if is_other_mask and outline is not None else None
        is_taken = is_other_mask and outline is not None and editor.set_mask(taken, outline.source)
        if len(opened.case.revisions) > self._known_revisions:
            self._known_revisions = len(opened.case.revisions)
            # After one's own saving the newest mask is the one that was shown already.
            is_same = shown is not None and taken is not None and np.array_equal(shown, taken)
            if is_taken and not is_same:
                self.corrected_elsewhere.emit()
            self._session.warn(_(_CORRECTED_ELSEWHERE))
        self.state_changed.emit()

    def save_before_leaving(self) -> None:
        """Store what is corrected although the person did not ask for it, saying so."""
        mask = (self._work, self._canvas.editor.mask_version())
        if self.is_unsaved and mask != self._left:
            self._left = mask
            self._store(
                RevisionReason.CORRECTED, if_implausible=self.left_unsigned.emit, then=self._tell_of_saving
            )

    def leave(self) -> None:
        """Store what is corrected, saying so, and let go of the case."""
        self.save_before_leaving()
        self._previews.give_up()
        self._image_id = None

    def save(self) -> None:
        """Store the mask on the canvas as a revision; an implausible one is asked about."""
        if self.is_unsaved:
            self._store(RevisionReason.CORRECTED, if_implausible=self.questioned.emit)

    def save_unasked(self) -> None:
        """Store the mask on the canvas because something else begins; an implausible one is left out."""
        if self.is_unsaved:
            self._store(RevisionReason.CORRECTED, if_implausible=self.left_unsigned.emit)

    def confirm(self) -> None:
        """Sign the mask on the canvas as right; an implausible one is asked about."""
        if self._lesion != self._of_interest and not self.is_unsaved:
            self._session.tell(_(_NOT_OF_INTEREST))
            return
        self._store(
            RevisionReason.CORRECTED if self.is_unsaved else RevisionReason.CONFIRMED,
            if_implausible=self.questioned.emit,
        )

    def confirm_and_leave(
        self, of_interest: LesionOutline, *, stored: Callable[[], None], failed: Callable[[], None]
    ) -> bool:
        """Sign the boundary of the lesion of interest as right because a person goes on; False without one.

        What is drawn of another lesion is stored as well; an implausible mask is left out. One of ``stored``
        and ``failed`` is called, unless the mask is implausible.
        """
        self.take_lesion(of_interest)
        self._left = (self._work, self._canvas.editor.mask_version())
        return self._store(
            RevisionReason.CORRECTED if self.is_unsaved else RevisionReason.CONFIRMED,
            if_implausible=self.left_unsigned.emit,
            then=stored,
            failed=failed,
        )

    def revert_to(self, earlier: RevisionId | PredictionId) -> None:
        """Make an earlier boundary the valid one again, once the one on the canvas is stored."""
        if (image_id := self._image_id) is None:
            return
        if self.is_unsaved:
            self._store(
                RevisionReason.CORRECTED,
                if_implausible=self.questioned.emit,
                then=lambda: self._revert(image_id, earlier),
            )
        else:
            self._revert(image_id, earlier)

    def _tell_of_saving(self) -> None:
        self._session.tell(
            _("The correction of the case you left is saved as a revision; its history can take it back.")
        )

    def _revert(
        self, image_id: ImageId, earlier: RevisionId | PredictionId, *, is_meant: bool = False
    ) -> None:
        def fail(error: NaevusError) -> None:
            if isinstance(error, ImplausibleMaskError):
                self.questioned.emit(
                    UnsignedMask(image_id, str(error), lambda: self._revert(image_id, earlier, is_meant=True))
                )
            else:
                self._session.report_error(error)

        self._session.act(
            QueueName.IMAGES,
            lambda services, _token: revert_revision(services, image_id, earlier, is_meant=is_meant),
            done=lambda changes: self.count_own_revision(image_id, changes),
            failed=fail,
        )

    def _store(
        self,
        reason: RevisionReason,
        *,
        if_implausible: Callable[[UnsignedMask], None],
        then: Callable[[], None] = lambda: None,
        failed: Callable[[], None] = lambda: None,
    ) -> bool:
        """Store the mask on the canvas, and say whether there is one.

        ``if_implausible`` gets one that a person has to answer for; ``failed`` is told of any other reason.
        """
        image_id, work, editor = self._image_id, self._work, self._canvas.editor
        mask, version = editor.current_mask(), editor.mask_version()
        if image_id is None or work is None or mask is None:
            return False
        drawn = DrawnMask(image_id, self._lesion, mask, reason, editor.unstored_refiners)
        self._previews.stop()

        def end(changes: Changes) -> None:
            self._end_storing(drawn, work, version, changes)
            then()

        def fail(error: NaevusError) -> None:
            self._storing.pop(work, None)
            if isinstance(error, ImplausibleMaskError):
                if_implausible(UnsignedMask(image_id, str(error), lambda: store(is_meant=True)))
            else:
                self._session.report_error(error)
                failed()
            self.state_changed.emit()
            self.store_failed.emit(str(error))

        def store(*, is_meant: bool) -> None:
            self._storing[work] = version
            self._session.act(
                QueueName.IMAGES,
                lambda services, _token: drawn.store(services, is_meant=is_meant),
                done=end,
                failed=fail,
            )
            self.state_changed.emit()

        store(is_meant=False)
        return True

    def _end_storing(self, drawn: DrawnMask, work: WorkId, version: int, changes: Changes) -> None:
        self._storing.pop(work, None)
        self._canvas.editor.mark_stored(work, version)
        self.count_own_revision(drawn.image_id, changes)
        if drawn.image_id == self._image_id:
            self.outline_stored.emit(drawn.lesion, drawn.mask)
        self.stored.emit(drawn.reason)

    def count_own_revision(self, image_id: ImageId, changes: Changes) -> None:
        """Do not take a revision that was stored here for somebody else's; only it changes the list."""
        if changes.touches(image_id) and changes.case_list:
            self._known_revisions += image_id == self._image_id

    def _show_prediction(self) -> None:
        """Offer the prediction to the tools of the lesion that it outlines, and to no other."""
        opened = self._predicted
        if opened is None:
            return
        self._canvas.set_prediction(opened.predicted_mask, opened.probability)
        self._canvas.set_band(opened.band)
        if self._lesion != FIRST_LESION:
            self._canvas.editor.set_prediction(None, None)
            self._canvas.editor.set_band(None)

    def _follow_edit(self) -> None:
        self._previews.start()
        self.state_changed.emit()
