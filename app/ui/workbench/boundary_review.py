"""Boundaries reviewed one after the other by single keys, the next one prepared before it is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent

from app.domain.ids import ImageId, PredictionId, RevisionId
from app.domain.review_pace import images_per_hour
from app.domain.revision import SkipReason
from app.translation import N_, _
from app.ui.cases.analysis_queue import AnalysisQueue
from app.ui.editor.canvas import EditorCanvas
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.workbench.case_review import CaseReview
from app.ui.workbench.correction import UnsignedMask
from app.ui.workbench.prepared_images import PreparedImages
from app.ui.workbench.review_bar import SKIP_REASONS, ReviewBar
from app.ui.workbench.review_progress import progress_words
from app.usecases.corrections.boundary_queue import (
    is_second_look_asked,
    skip_boundary,
    take_up_boundary,
    toggle_second_look,
)
from app.usecases.corrections.revert_revision import revert_revision

_PREPARED_AHEAD = 2
_PAUSE_MS = 5000
_VERB_BY_KEY = {
    Qt.Key.Key_Space: "confirm",
    Qt.Key.Key_X: "skip",
    Qt.Key.Key_F: "flag",
    Qt.Key.Key_U: "undo",
    Qt.Key.Key_Escape: "leave",
}
_NOT_THERE_YET = N_("There is no boundary to confirm yet: draw it, or wait until it is found.")
_NOTHING_LEFT = N_("Every boundary of this list was reviewed or skipped.")
_NOTHING_TO_UNDO = N_("Nothing was confirmed or skipped in this review yet.")


@dataclass(frozen=True, slots=True)
class _Reviewed:
    """An image that was left in this review."""

    image_id: ImageId
    at: datetime
    before: PredictionId | RevisionId | None
    """Whose mask was valid before it was confirmed."""
    is_skipped: bool


class BoundaryReview(QObject):
    """Goes through a queue of images while the canvas shows nothing else."""

    running_changed = Signal(bool)
    """The window gives the image all of the screen, or takes it back."""
    moved_to = Signal(str)
    """Id of the image that is now under review."""

    def __init__(
        self,
        session: Session,
        canvas: EditorCanvas,
        review: CaseReview,
        queue: AnalysisQueue,
        bar: ReviewBar,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._review = review
        self._queue = queue
        self._bar = bar
        self._is_running = False
        self._left: list[ImageId] = []
        """Still to be reviewed; the first is on the canvas."""
        self._reviewed: list[_Reviewed] = []
        self._prepared = PreparedImages(session, canvas)
        self._is_asking_reason = False
        self._verbs = {
            "confirm": self.confirm,
            "skip": self._ask_reason,
            "flag": self.toggle_second_look,
            "undo": self.undo,
            "leave": self._step_out,
        }
        bar.chosen.connect(lambda name: self._verbs[name]())
        bar.reason_chosen.connect(self.skip)
        session.changed.connect(self._prepared.follow)
        review.correction.left_unsigned.connect(self._take_back)
        review.opened.connect(self._follow_other_case)
        canvas.view.installEventFilter(self)
        self._pause = QTimer(self)
        """Runs while a person is at work: nothing that can wait is computed until then."""
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(lambda: queue.put_off(is_put_off=False))
        canvas.editor.mask_edited.connect(self._note_activity)
        canvas.tools.click_placed.connect(lambda _click: self._note_activity())

    @property
    def is_running(self) -> bool:
        """Say whether boundaries are being reviewed."""
        return self._is_running

    @property
    def left(self) -> tuple[ImageId, ...]:
        """Return what is still to be reviewed; the first is on the canvas."""
        return tuple(self._left)

    def start(self, image_ids: Sequence[ImageId]) -> None:
        """Go through these images; without any, only say so."""
        if not image_ids:
            self._session.tell(_(_NOTHING_LEFT))
            return
        self._left, self._reviewed = list(image_ids), []
        self._is_running = True
        self._review.correction.is_previewed = False
        self.running_changed.emit(True)
        self._go_on()

    def end(self) -> None:
        """Give the window back; everything that was confirmed or skipped stays so."""
        if self._is_running:
            self._is_running = False
            self._left = []
            self._prepared.expect(())
            self._stop_asking()
            self._pause.stop()
            self._review.correction.is_previewed = True
            self._queue.put_off(is_put_off=False)
            self._queue.expect(())
            self.running_changed.emit(False)

    def confirm(self) -> None:
        """Sign the boundary on the canvas and show the next image at once."""
        view, correction = self._review.view, self._review.correction
        if not self._is_at_hand() or view is None:
            return
        of_interest = self._review.lesions.of_interest
        if of_interest is None or (view.case.mask is None and not correction.is_unsaved):
            self._session.tell(_(_NOT_THERE_YET))
            return
        # The next image is painted before the boundary of this one is stored.
        with self._session.queues.holding_back():
            correction.confirm_and_leave(of_interest)
            self._leave(before=view.case.mask_source)

    def skip(self, reason: SkipReason) -> None:
        """Leave the boundary as it is, note why, and show the next image."""
        self._stop_asking()
        if not self._is_at_hand():
            return
        image_id = self._left[0]
        with self._session.queues.holding_back():
            self._session.act(
                QueueName.DATABASE, lambda services, _token: skip_boundary(services, image_id, reason)
            )
            self._leave(is_skipped=True)

    def toggle_second_look(self) -> None:
        """Ask for a second look at the image, or withdraw that."""
        if self._is_at_hand():
            image_id = self._left[0]
            self._session.act(
                QueueName.DATABASE,
                lambda services, _token: toggle_second_look(services, image_id),
                done=lambda _changes: self._read_flag(),
            )

    def undo(self) -> None:
        """Take the last confirmation or skip back, as a new entry, and show its image again."""
        if not self._reviewed:
            self._session.tell(_(_NOTHING_TO_UNDO))
            return
        last = self._reviewed.pop()
        self._left.insert(0, last.image_id)
        self._prepared.take(last.image_id)
        self._stop_asking()
        before = last.before
        if last.is_skipped:
            self._session.act(
                QueueName.IMAGES,
                lambda services, _token: take_up_boundary(services, last.image_id),
                done=lambda _changes: self._go_on(),
            )
        elif before is not None:
            self._session.act(
                QueueName.IMAGES,
                lambda services, _token: revert_revision(services, last.image_id, before, is_meant=True),
                done=lambda _changes: self._go_on(),
            )
        else:
            self._go_on()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys of the review before the tools and the actions of the window do."""
        is_key = event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
        if not self._is_running or not is_key or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            return False
        if not self._is_ours(Qt.Key(event.key())):
            return False
        if event.type() is QEvent.Type.KeyPress and not event.isAutoRepeat():
            self._take_key(Qt.Key(event.key()))
        event.accept()
        return True

    def _is_ours(self, key: Qt.Key) -> bool:
        if self._is_asking_reason and _reason_of(key) is not None:
            return True
        # Escape first gives up what is being drawn.
        is_drawing = key is Qt.Key.Key_Escape and self._canvas.tools.is_drawing
        return key in _VERB_BY_KEY and not is_drawing

    def _take_key(self, key: Qt.Key) -> None:
        reason = _reason_of(key) if self._is_asking_reason else None
        if reason is not None:
            self.skip(reason)
        else:
            self._verbs[_VERB_BY_KEY[key]]()

    def _ask_reason(self) -> None:
        self._is_asking_reason = True
        self._bar.ask_reason(is_asked=True)

    def _stop_asking(self) -> None:
        self._is_asking_reason = False
        self._bar.ask_reason(is_asked=False)

    def _step_out(self) -> None:
        """Leave the question for a reason, else the review."""
        if self._is_asking_reason:
            self._stop_asking()
        else:
            self.end()

    def _is_at_hand(self) -> bool:
        """Say whether the image under review is on the canvas and no stroke is under way."""
        is_shown = bool(self._left) and self._review.image_id == self._left[0]
        return is_shown and not self._canvas.tools.is_drawing

    def _leave(self, *, before: PredictionId | RevisionId | None = None, is_skipped: bool = False) -> None:
        image_id = self._left.pop(0)
        at = self._session.services.clock()
        self._reviewed.append(_Reviewed(image_id, at, before, is_skipped))
        if self._left:
            self._go_on()
        else:
            self.end()
            self._session.tell(_(_NOTHING_LEFT))

    def _go_on(self) -> None:
        """Show the first image that is left, at once when it was prepared, and prepare those after it."""
        if not self._left:
            # The review was left while an undo was still being stored.
            return
        image_id = self._left[0]
        prepared = self._prepared.take(image_id)
        if prepared is not None:
            self._review.open_prepared(prepared)
        else:
            self._review.open(image_id)
        self.moved_to.emit(str(image_id))
        self._note_activity()
        upcoming = self._upcoming()
        self._queue.expect(upcoming)
        self._prepared.expect(upcoming)
        self._show_progress()
        self._read_flag()

    def _note_activity(self) -> None:
        """Keep the models free for the answers to clicks until nothing was done for a while."""
        if self._is_running:
            self._queue.put_off(is_put_off=True)
            self._pause.start()

    def _upcoming(self) -> tuple[ImageId, ...]:
        return tuple(self._left[1 : 1 + _PREPARED_AHEAD])

    def _take_back(self, unsigned: UnsignedMask) -> None:
        """Put an image at the end whose mask was not stored, because it may be a slip."""
        if self._is_running and any(one.image_id == unsigned.image_id for one in self._reviewed):
            self._reviewed = [one for one in self._reviewed if one.image_id != unsigned.image_id]
            self._left.append(unsigned.image_id)
            self._show_progress()

    def _follow_other_case(self, image_id: str) -> None:
        """End when another case was opened than the one under review."""
        if self._is_running and self._left and ImageId(image_id) != self._left[0]:
            self.end()

    def _read_flag(self) -> None:
        if not self._left:
            return
        image_id = self._left[0]
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: is_second_look_asked(services, image_id),
            lambda is_asked: self._bar.flag.setText(_("For a second look") if is_asked else ""),
            replaces="second look",
        )

    def _show_progress(self) -> None:
        total = len(self._left) + len(self._reviewed)
        moments = [one.at for one in self._reviewed]
        self._bar.progress.setText(progress_words(len(self._reviewed), total, images_per_hour(moments)))


def _reason_of(key: Qt.Key) -> SkipReason | None:
    number = key.value - Qt.Key.Key_1.value
    return SKIP_REASONS[number] if 0 <= number < len(SKIP_REASONS) else None
