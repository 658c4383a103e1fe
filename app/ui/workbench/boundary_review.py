"""Boundaries reviewed one after the other by single keys, the next one prepared before it is asked for."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent

from app.domain.changes import Changes
from app.domain.ids import ImageId
from app.domain.review_pace import images_per_hour
from app.domain.revision import SkipReason
from app.translation import N_, _
from app.ui.cases.analysis_queue import AnalysisQueue
from app.ui.editor.canvas import EditorCanvas
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.workbench.case_review import CaseReview
from app.ui.workbench.prepared_images import PreparedImages
from app.ui.workbench.review_bar import SKIP_REASONS, ReviewBar
from app.ui.workbench.review_progress import progress_words
from app.ui.workbench.review_round import Reviewed, ReviewRound
from app.usecases.corrections.boundary_queue import (
    is_second_look_asked,
    skip_boundary,
    take_up_boundary,
    toggle_second_look,
)
from app.usecases.corrections.revert_revision import revert_revision
from app.usecases.services import Services
from models.contract.errors import NaevusError

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
        self._round = ReviewRound()
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
        review.correction.left_unsigned.connect(lambda unsigned: self._put_back_slip(unsigned.image_id))
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
        return self._round.left

    def start(self, image_ids: Sequence[ImageId]) -> None:
        """Go through these images; without any, only say so."""
        if not image_ids:
            self._session.tell(_(_NOTHING_LEFT))
            return
        self._round = ReviewRound(image_ids)
        self._is_running = True
        self._review.correction.is_previewed = False
        self.running_changed.emit(True)
        self._go_on()

    def end(self) -> None:
        """Give the window back; everything that was confirmed or skipped stays so."""
        if self._is_running:
            self._is_running = False
            self._round = ReviewRound()
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
        reviewed = Reviewed(view.case.image.id, self._session.services.clock(), view.case.mask_source)
        stored, failed = self._ends_of_storing(reviewed)
        with self._session.queues.holding_back():
            if correction.confirm_and_leave(of_interest, stored=stored, failed=failed):
                self._leave(reviewed)

    def skip(self, reason: SkipReason) -> None:
        """Leave the boundary as it is, note why, and show the next image."""
        self._stop_asking()
        if not self._is_at_hand():
            return
        image_id = self.left[0]
        reviewed = Reviewed(image_id, self._session.services.clock(), is_skipped=True)
        stored, failed = self._ends_of_storing(reviewed)

        def fail(error: NaevusError) -> None:
            self._session.report_error(error)
            failed()

        with self._session.queues.holding_back():
            self._session.act(
                QueueName.DATABASE,
                lambda services, _token: skip_boundary(services, image_id, reason),
                done=lambda _changes: stored(),
                failed=fail,
            )
            self._leave(reviewed)

    def toggle_second_look(self) -> None:
        """Ask for a second look at the image, or withdraw that."""
        if self._is_at_hand():
            image_id = self.left[0]
            self._session.act(
                QueueName.DATABASE,
                lambda services, _token: toggle_second_look(services, image_id),
                done=lambda _changes: self._read_flag(),
            )

    def undo(self) -> None:
        """Take the last confirmation or skip back, as a new entry, and show its image again."""
        last = self._round.take_back()
        if last is None:
            self._session.tell(_(_NOTHING_TO_UNDO))
            return
        self._prepared.take(last.image_id)
        self._stop_asking()
        going_on = self._round

        def fail(error: NaevusError) -> None:
            self._session.report_error(error)
            going_on.keep(last)
            self._go_on_in(going_on)

        if last.before is None and not last.is_skipped:
            self._go_on()
            return
        self._session.act(
            QueueName.DATABASE if last.is_skipped else QueueName.IMAGES,
            lambda services, _token: _taken_back(services, last),
            done=lambda _changes: self._go_on_in(going_on),
            failed=fail,
        )

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
        is_shown = bool(self.left) and self._review.image_id == self.left[0]
        return is_shown and not self._canvas.tools.is_drawing

    def _leave(self, reviewed: Reviewed) -> None:
        self._round.leave(reviewed)
        self._go_on()

    def _ends_of_storing(self, reviewed: Reviewed) -> tuple[Callable[[], None], Callable[[], None]]:
        """What follows when that an image was left is stored, and when it could not be."""
        going_on = self._round

        def stored() -> None:
            going_on.note_stored(reviewed.image_id)
            if self._round is going_on and self._is_running:
                self._end_when_over()
                self._show_progress()

        def failed() -> None:
            if self._round is going_on:
                self._put_back(reviewed.image_id)

        return stored, failed

    def _end_when_over(self) -> None:
        if self._round.is_over:
            self.end()
            self._session.tell(_(_NOTHING_LEFT))

    def _go_on_in(self, going_on: ReviewRound) -> None:
        """Go on unless the review was left while an undo was still being stored."""
        if self._round is going_on and self._is_running:
            self._go_on()
            self._end_when_over()

    def _go_on(self) -> None:
        """Show the first image that is left, at once when it was prepared, and prepare those after it."""
        if not self.left:
            # What was said of the last image is still on its way into the store.
            return
        image_id = self.left[0]
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
        return tuple(self.left[1 : 1 + _PREPARED_AHEAD])

    def _put_back(self, image_id: ImageId) -> None:
        """Put an image at the end whose mask could not be stored."""
        was_last = not self.left
        if self._is_running and self._round.put_back(image_id):
            self._show_put_back(was_last=was_last)

    def _put_back_slip(self, image_id: ImageId) -> None:
        """Put an image at the end whose mask may be a slip; the second time a notice says so."""
        was_last = not self.left
        if not self._is_running:
            return
        if self._round.put_back_slip(image_id):
            self._show_put_back(was_last=was_last)
        else:
            self._end_when_over()

    def _show_put_back(self, *, was_last: bool) -> None:
        if was_last:
            self._go_on()
        self._show_progress()

    def _follow_other_case(self, image_id: str) -> None:
        """End when another case was opened than the one under review."""
        if self._is_running and self.left and ImageId(image_id) != self.left[0]:
            self.end()

    def _read_flag(self) -> None:
        if not self.left:
            return
        image_id = self.left[0]
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: is_second_look_asked(services, image_id),
            lambda is_asked: self._bar.flag.setText(_("For a second look") if is_asked else ""),
            replaces="second look",
        )

    def _show_progress(self) -> None:
        reviewed, pace = self._round.reviewed, images_per_hour(self._round.moments)
        total = len(self.left) + reviewed
        # The last image stays the one of the counter until everything is stored.
        shown = min(reviewed, max(total - 1, 0))
        self._bar.progress.setText(progress_words(shown, total, pace))


def _taken_back(services: Services, last: Reviewed) -> Changes:
    """Take back that an image was skipped, or its mask, as a new entry."""
    if last.before is None:
        return take_up_boundary(services, last.image_id)
    return revert_revision(services, last.image_id, last.before, is_meant=True)


def _reason_of(key: Qt.Key) -> SkipReason | None:
    number = key.value - Qt.Key.Key_1.value
    return SKIP_REASONS[number] if 0 <= number < len(SKIP_REASONS) else None
