"""The mask on the canvas against the one that is stored: previewed while it is drawn, kept as revisions.

The rule: nothing is lost silently, and nothing implausible is signed silently. Opening another case stores
the correction; when storing fails, or the mask marks nothing, nearly everything or the frame, the work stays
on its canvas and in its journal and is offered again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.analysis.prediction import ScorePrediction
from app.domain.changes import Changes
from app.domain.errors import ImplausibleMaskError, ModelUnavailableError, ScoreWithheldError
from app.domain.ids import ImageId, PredictionId, RevisionId
from app.domain.measurement import Measurement
from app.domain.revision import RevisionReason
from app.translation import N_, _
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.sampling import ImagePyramid
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.usecases.analysis.score_image import preview_score
from app.usecases.cancellation import CancelToken
from app.usecases.cases.open_case import OpenedCase, measure_mask
from app.usecases.cases.show_image import ShownImage
from app.usecases.corrections.correct_mask import correct_mask
from app.usecases.corrections.revert_revision import revert_revision
from app.usecases.services import Services
from models.contract.arrays import BoolMask
from models.contract.errors import NaevusError

if TYPE_CHECKING:
    from app.ui.jobs.job import Job

_PREVIEW_PAUSE_MS = 600
"""Between the end of a stroke and the preview of its score."""

_CORRECTED_ELSEWHERE = N_(
    "The boundary of this case was also corrected elsewhere meanwhile; its history has every version."
)


@dataclass(frozen=True)
class Preview:
    """What a correction would change; the score is None without a score model."""

    image_id: ImageId
    version: int
    score: ScorePrediction | None
    measurements: tuple[Measurement, ...]


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
        self._known_revisions = 0
        self._storing: dict[ImageId, int] = {}
        self._left: tuple[ImageId | None, int] | None = None
        """Image and version of the mask that was last to be stored because its case was left."""
        self._is_previewing = False
        self.is_previewed = True
        """Unsaved corrections are scored and measured; not while nobody sees that."""
        self._preview_job: Job | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PREVIEW_PAUSE_MS)
        self._pause.timeout.connect(self._preview)
        canvas.editor.mask_edited.connect(self._follow_edit)

    @property
    def is_unsaved(self) -> bool:
        """Say whether the canvas shows a correction that is neither stored nor on its way to be."""
        if self._image_id is None or not self._canvas.editor.has_unsaved_work:
            return False
        return self._storing.get(self._image_id) != self._canvas.editor.mask_version()

    @property
    def is_previewing(self) -> bool:
        """Say whether a preview of the mask on the canvas is being computed."""
        return self._is_previewing

    def wait_for_refiner(self) -> None:
        """Put a score of the mask off, because the mask is about to be redrawn."""
        if self._preview_job is not None and not self._preview_job.is_ended:
            self._preview_job.supersede()
            self._is_previewing = False
        if self._image_id is not None and (self.is_unsaved or self._pause.isActive()):
            self._pause.start()

    def show(self, shown: ShownImage, pyramid: ImagePyramid | None = None) -> None:
        """Put a newly opened case on the canvas; work on it that is not stored yet comes back.

        ``pyramid`` is that of its pixels, where it was made before.
        """
        case = shown.case
        self._image_id = case.image.id
        self._known_revisions = len(case.revisions)
        self._left = None
        self._canvas.show_image(shown.pixels, case.image.id, pyramid)
        if not self._canvas.editor.set_mask(shown.mask, str(case.mask_source or "")) and self.is_unsaved:
            self._session.tell(_("The unsaved correction of this case was brought back."))
            self._pause.start()
        self.state_changed.emit()

    def follow(self, opened: OpenedCase, *, is_other_mask: bool) -> None:
        """Take what was stored meanwhile, unless the person is in the middle of correcting."""
        self._canvas.set_prediction(opened.predicted_mask, opened.probability)
        self._canvas.set_band(opened.band)
        editor = self._canvas.editor
        shown, source = editor.finished_mask, str(opened.case.mask_source or "")
        is_taken = is_other_mask and editor.set_mask(opened.mask, source)
        if len(opened.case.revisions) > self._known_revisions:
            self._known_revisions = len(opened.case.revisions)
            # After one's own saving the newest mask is the one that was shown already.
            if is_taken and not np.array_equal(shown, opened.mask):
                self.corrected_elsewhere.emit()
            self._session.warn(_(_CORRECTED_ELSEWHERE))
        self.state_changed.emit()

    def save_before_leaving(self) -> None:
        """Store what is corrected although the person did not ask for it, saying so."""
        mask = (self._image_id, self._canvas.editor.mask_version())
        if self.is_unsaved and mask != self._left:
            self._left = mask
            self._store(
                RevisionReason.CORRECTED, if_implausible=self.left_unsigned.emit, then=self._tell_of_saving
            )

    def leave(self) -> None:
        """Store what is corrected, saying so, and let go of the case."""
        self.save_before_leaving()
        self._pause.stop()
        self._is_previewing = False
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
        self._store(
            RevisionReason.CORRECTED if self.is_unsaved else RevisionReason.CONFIRMED,
            if_implausible=self.questioned.emit,
        )

    def confirm_and_leave(self) -> None:
        """Sign the mask on the canvas as right because a person goes on; an implausible one is left out."""
        self._left = (self._image_id, self._canvas.editor.mask_version())
        self._store(
            RevisionReason.CORRECTED if self.is_unsaved else RevisionReason.CONFIRMED,
            if_implausible=self.left_unsigned.emit,
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
            done=lambda changes: self._count_own_revision(image_id, changes),
            failed=fail,
        )

    def _store(
        self,
        reason: RevisionReason,
        *,
        if_implausible: Callable[[UnsignedMask], None],
        then: Callable[[], None] = lambda: None,
    ) -> None:
        """Store the mask on the canvas; ``if_implausible`` gets one that a person has to answer for."""
        image_id, editor = self._image_id, self._canvas.editor
        mask, version = editor.current_mask(), editor.mask_version()
        if image_id is None or mask is None:
            return
        refiners = editor.unstored_refiners
        self._pause.stop()

        def end(changes: Changes) -> None:
            self._end_storing(image_id, version, reason, changes)
            then()

        def fail(error: NaevusError) -> None:
            self._storing.pop(image_id, None)
            if isinstance(error, ImplausibleMaskError):
                if_implausible(UnsignedMask(image_id, str(error), lambda: store(is_meant=True)))
            else:
                self._session.report_error(error)
            self.state_changed.emit()
            self.store_failed.emit(str(error))

        def store(*, is_meant: bool) -> None:
            self._storing[image_id] = version
            self._session.act(
                QueueName.IMAGES,
                lambda services, _token: correct_mask(
                    services, image_id, mask, reason=reason, is_meant=is_meant, refiners=refiners
                ),
                done=end,
                failed=fail,
            )
            self.state_changed.emit()

        store(is_meant=False)

    def _end_storing(self, image_id: ImageId, version: int, reason: RevisionReason, changes: Changes) -> None:
        self._storing.pop(image_id, None)
        self._canvas.editor.mark_stored(image_id, version)
        self._count_own_revision(image_id, changes)
        self.stored.emit(reason)

    def _count_own_revision(self, image_id: ImageId, changes: Changes) -> None:
        """Do not take a revision that was stored here for somebody else's."""
        if changes.touches(image_id):
            self._known_revisions += image_id == self._image_id

    def _follow_edit(self) -> None:
        self._pause.start()
        self.state_changed.emit()

    def _preview(self) -> None:
        """Measure and score the mask on the canvas, storing nothing; only the latest counts."""
        if self._canvas.tools.is_drawing:
            # A score of half a stroke is worth nothing and would slow the other half down.
            self._pause.start()
            return
        image_id, editor = self._image_id, self._canvas.editor
        mask, version = editor.current_mask(), editor.mask_version()
        if image_id is None or mask is None or not self.is_previewed:
            return
        self._is_previewing = True
        self._preview_job = self._session.query(
            QueueName.INFERENCE,
            lambda services, token: _previewed(services, image_id, version, mask, token),
            self._show_preview,
            failed=self._fail_to_preview,
            replaces="preview",
        )
        self.state_changed.emit()

    def _show_preview(self, preview: Preview) -> None:
        self._is_previewing = False
        if preview.image_id == self._image_id and preview.version == self._canvas.editor.mask_version():
            self.previewed.emit(preview)
        self.state_changed.emit()

    def _fail_to_preview(self, error: NaevusError) -> None:
        self._is_previewing = False
        self._session.report_error(error)
        self.state_changed.emit()


def _previewed(
    services: Services, image_id: ImageId, version: int, mask: BoolMask, token: CancelToken
) -> Preview:
    try:
        found = preview_score(services, image_id, mask, token)
    except (ModelUnavailableError, ScoreWithheldError):
        return Preview(image_id, version, None, measure_mask(services, image_id, mask))
    return Preview(image_id, version, found.score, found.measurements)
