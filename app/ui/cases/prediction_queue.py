"""Boundary and score for several images, one at a time, so that other work may come in between.

How sure the boundaries are is found out afterwards, when nobody waits for an answer.
"""

import logging
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.domain.changes import Changes
from app.domain.errors import CancelledError, ModelUnavailableError
from app.domain.ids import ImageId
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.widgets.progress_foot import ProgressFoot
from app.usecases.analysis.assess_boundary import assess_boundary
from app.usecases.analysis.predict_image import MEASURING, predict_image
from models.contract.errors import NaevusError

if TYPE_CHECKING:
    from app.ui.jobs.job import Job


_LOG = logging.getLogger(__name__)


class PredictionQueue(QObject):
    """Predicts what is added to it; the newest request of the person comes first."""

    predicted = Signal(str)
    """Id of an image that now has a boundary and a score."""
    is_running_changed = Signal()

    def __init__(self, session: Session, foot: ProgressFoot, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._foot = foot
        self._waiting: deque[ImageId] = deque()
        self._to_assess: deque[ImageId] = deque()
        self._tried: set[ImageId] = set()
        """Images with a boundary of another model cannot be assessed; once is enough."""
        self._running: ImageId | None = None
        self._is_assessing = False
        self._job: Job | None = None
        self._done = 0
        foot.cancel_requested.connect(self.cancel)

    def is_waiting(self, image_id: ImageId) -> bool:
        """Say whether an image will be, or is being, predicted."""
        return image_id == self._running or image_id in self._waiting

    def add(self, image_ids: Iterable[ImageId]) -> None:
        """Predict images after those that wait already."""
        self._waiting.extend(one for one in image_ids if not self.is_waiting(one))
        self._next()

    def add_first(self, image_id: ImageId) -> None:
        """Predict an image before all that wait, because somebody is looking at it."""
        if image_id != self._running:
            if image_id in self._waiting:
                self._waiting.remove(image_id)
            self._waiting.appendleft(image_id)
            self._next()

    def assess(self, image_id: ImageId) -> None:
        """Find out how sure a boundary is as soon as nothing else is to be done."""
        if image_id not in self._tried:
            self._tried.add(image_id)
            self._to_assess.append(image_id)
            self._assess_next()

    def cancel(self) -> None:
        """Stop the running prediction and forget those that wait."""
        self._waiting.clear()
        self._to_assess.clear()
        if self._job is not None:
            self._job.cancel()

    def _next(self) -> None:
        if self._running is not None:
            return
        if not self._waiting:
            self._done = 0
            self._foot.finish()
            self.is_running_changed.emit()
            self._assess_next()
            return
        self._running = image_id = self._waiting.popleft()
        of = self._done + 1 + len(self._waiting)
        self._foot.show_progress(self._done, of, f"Boundary and score, image {self._done + 1} of {of}")
        # Asked on the lane of the prediction and before it: the answer may need the models' files.
        self._session.query(
            QueueName.INFERENCE, lambda services, _token: services.predictor.has_to_measure(), self._announce
        )
        self._job = self._session.act(
            QueueName.INFERENCE,
            lambda services, token: predict_image(services, image_id, token),
            done=self._finish,
            failed=self._fail,
        )
        self.is_running_changed.emit()

    def _announce(self, has_to_measure: bool) -> None:
        """Say why the first prediction takes so long."""
        if has_to_measure and self._running is not None:
            self._foot.show_progress(0, 0, MEASURING)

    def _finish(self, _changes: Changes) -> None:
        image_id, self._running = self._running, None
        self._done += 1
        if image_id is not None:
            self._to_assess.append(image_id)
        self.predicted.emit(str(image_id))
        self._next()

    def _fail(self, error: NaevusError) -> None:
        self._running = None
        if isinstance(error, CancelledError | ModelUnavailableError):
            self._waiting.clear()
        self._session.report_error(error)
        self._next()

    def _assess_next(self) -> None:
        if self._is_assessing or self._running is not None or not self._to_assess:
            return
        self._is_assessing = True
        image_id = self._to_assess.popleft()
        self._session.act(
            QueueName.INFERENCE,
            lambda services, token: assess_boundary(services, image_id, token),
            done=lambda _changes: self._end_assessing(),
            failed=self._fail_to_assess,
        )

    def _end_assessing(self) -> None:
        self._is_assessing = False
        self._assess_next()

    def _fail_to_assess(self, error: NaevusError) -> None:
        """Go on in silence: nobody asked, and the boundary is there; its uncertainty stays unknown."""
        _LOG.warning("a boundary could not be assessed: %s", type(error).__name__)
        self._end_assessing()
