"""What the models compute, one image at a time, so that other work may come in between.

The queue alone decides: whatever changes in the case store, it looks for what is outstanding since then. How
sure the boundaries are is found out afterwards, when nobody waits for an answer.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.domain.analysis.need import FIRST_LOOK, Need
from app.domain.changes import Changes
from app.domain.errors import CancelledError, ModelUnavailableError
from app.domain.ids import ImageId
from app.translation import _
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.widgets.progress_foot import ProgressFoot
from app.usecases.analysis.analyse import (
    AGAIN,
    MEASURING,
    SCORE_ANYWAY,
    UNASKED,
    Request,
    analyse,
    outstanding,
)
from models.contract.errors import NaevusError

if TYPE_CHECKING:
    from app.ui.jobs.job import Job

_LOG = logging.getLogger(__name__)

_SECOND_LOOK = frozenset({Need.UNCERTAINTY})


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What is to be done about an image."""

    needs: frozenset[Need]
    request: Request = UNASKED
    is_of_former_run: bool = False
    """Found at the start: nobody is told when no model can compute it."""

    @property
    def is_second_look(self) -> bool:
        """Say whether nobody waits for it."""
        return self.needs == _SECOND_LOOK

    def takes_place_of(self, other: "_Waiting", *, is_running: bool) -> bool:
        """Say whether this is to be done instead of what waits, or after what is running."""
        if self.request != UNASKED:
            return self.request != other.request
        # What runs as a first look is looked up anew when it is there.
        return other.is_second_look if is_running else other.request == UNASKED

    @property
    def is_of_score_alone(self) -> bool:
        """Say whether there is a boundary already, which stays."""
        return Need.BOUNDARY not in self.needs and not self.request.is_anew

    @property
    def label(self) -> str:
        """Return what is computed, for the progress."""
        return _("Score") if self.is_of_score_alone else _("Boundary and score")


class AnalysisQueue(QObject):
    """Computes what is outstanding or asked for: the open case first, then what a person asks for."""

    analysed = Signal(str)
    """Id of an image whose boundary and score were computed."""
    is_running_changed = Signal()

    def __init__(self, session: Session, foot: ProgressFoot, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._foot = foot
        self._waiting: dict[ImageId, _Waiting] = {}
        self._running: ImageId | None = None
        self._looked_up: Counter[ImageId] = Counter()
        """Images for which it is being found out whether anything is outstanding."""
        self._open: ImageId | None = None
        self._upcoming: tuple[ImageId, ...] = ()
        """What a person is about to open."""
        self._is_put_off = False
        """Only what somebody waits for is computed."""
        self._job: Job | None = None
        self._done = 0
        foot.cancel_requested.connect(self.cancel)
        session.changed.connect(self._follow)

    def is_waiting(self, image_id: ImageId) -> bool:
        """Say whether boundary or score of an image will be, or are being, computed."""
        waiting = self._waiting.get(image_id)
        is_second_look = waiting is not None and waiting.is_second_look
        return self._looked_up[image_id] > 0 or (waiting is not None and not is_second_look)

    def predict_again(self, image_ids: Iterable[ImageId]) -> None:
        """Predict boundary and score of images again, because a person asks for it."""
        self._add({image_id: _Waiting(FIRST_LOOK, AGAIN) for image_id in image_ids})

    def score_anyway(self, image_id: ImageId) -> None:
        """Score an image that gets no score by itself, because a person asks for it."""
        self._add({image_id: _Waiting(frozenset({Need.SCORE}), SCORE_ANYWAY)})

    def attend(self, image_id: ImageId | None) -> None:
        """Let the case that is looked at come first, and compute what it still lacks."""
        self._open = image_id
        if image_id is not None:
            self._look_up([image_id])

    def expect(self, image_ids: tuple[ImageId, ...]) -> None:
        """Let images that are about to be opened come before all but the open one."""
        self._upcoming = image_ids
        if image_ids:
            self._look_up(image_ids)

    def put_off(self, *, is_put_off: bool) -> None:
        """Compute nothing but what a person waits for, so that the answer to a click does not wait; or go on.

        That is what was asked for, and boundaries of the open image and of those that are about to be opened.
        """
        if is_put_off != self._is_put_off:
            self._is_put_off = is_put_off
            self._next()

    def look_over_all(self) -> None:
        """Find what a former run has left outstanding: boundaries and scores of the whole work list."""
        # On another queue, so that opening the first case does not wait for it.
        self._session.query(
            QueueName.LEARNING, lambda services, _token: outstanding(services), self._take_up_former_run
        )

    def cancel(self) -> None:
        """Stop the running analysis and forget those that wait; they stay outstanding."""
        self._waiting = {}
        if self._job is not None:
            self._job.cancel()
        self.is_running_changed.emit()

    def _follow(self, changes: Changes) -> None:
        if changes.images:
            self._look_up(changes.images)

    def _look_up(self, image_ids: Iterable[ImageId]) -> None:
        wanted = tuple(image_ids)
        self._looked_up.update(wanted)

        def take(needs_by_image: Mapping[ImageId, frozenset[Need]]) -> None:
            self._looked_up.subtract(wanted)
            self._add({image_id: _Waiting(needs) for image_id, needs in needs_by_image.items()})
            self.is_running_changed.emit()

        def fail(error: NaevusError) -> None:
            self._looked_up.subtract(wanted)
            self._session.report_error(error)
            self.is_running_changed.emit()

        self._session.query(
            QueueName.DATABASE, lambda services, _token: outstanding(services, wanted), take, failed=fail
        )

    def _take_up_former_run(self, needs_by_image: Mapping[ImageId, frozenset[Need]]) -> None:
        self._add(
            {
                image_id: _Waiting(needs & FIRST_LOOK, is_of_former_run=True)
                for image_id, needs in needs_by_image.items()
                if needs & FIRST_LOOK
            }
        )

    def _add(self, wanted: Mapping[ImageId, _Waiting]) -> None:
        """Let images wait; the second look at one is looked up anew when the first is there."""
        for image_id, waiting in wanted.items():
            before = self._waiting.get(image_id)
            if before is None or waiting.takes_place_of(before, is_running=image_id == self._running):
                first = waiting.needs & FIRST_LOOK
                self._waiting[image_id] = replace(waiting, needs=first or waiting.needs)
        self._next()

    def _next(self) -> None:
        if self._running is not None:
            return
        ready = [image_id for image_id in self._waiting if self._is_due(image_id)]
        if all(self._waiting[image_id].is_second_look for image_id in ready):
            self._done = 0
            self._foot.finish()
        if not ready:
            self.is_running_changed.emit()
            return
        self._running = image_id = min(ready, key=self._rank)
        waiting = self._waiting[image_id]
        if not waiting.is_second_look:
            self._show_progress(waiting)
        among = _SECOND_LOOK if waiting.is_second_look else FIRST_LOOK
        self._job = self._session.act(
            QueueName.INFERENCE,
            lambda services, token: analyse(services, image_id, token, among=among, request=waiting.request),
            done=lambda _changes: self._finish(image_id, waiting),
            failed=lambda error: self._fail(image_id, waiting, error),
        )
        self.is_running_changed.emit()

    def _is_due(self, image_id: ImageId) -> bool:
        if not self._is_put_off:
            return True
        waiting = self._waiting[image_id]
        is_looked_at = image_id == self._open or image_id in self._upcoming
        return waiting.request != UNASKED or (is_looked_at and Need.BOUNDARY in waiting.needs)

    def _rank(self, image_id: ImageId) -> tuple[bool, bool, bool, bool]:
        waiting = self._waiting[image_id]
        return (
            waiting.is_second_look,
            image_id != self._open,
            image_id not in self._upcoming,
            waiting.request == UNASKED,
        )

    def _show_progress(self, waiting: _Waiting) -> None:
        of = self._done + sum(not each.is_second_look for each in self._waiting.values())
        if of == 1 and waiting.is_of_score_alone:
            # A score that follows an entry is there in a moment, and the panel says that it is coming.
            return
        self._foot.show_progress(
            self._done,
            of,
            _("{label}, image {done} of {of}").format(label=waiting.label, done=self._done + 1, of=of),
        )
        # Asked on the queue of the prediction and before it: the answer may need the models' files.
        self._session.query(
            QueueName.INFERENCE, lambda services, _token: services.predictor.has_to_measure(), self._announce
        )

    def _announce(self, has_to_measure: bool) -> None:
        """Say why the first prediction takes so long."""
        if has_to_measure and self._running is not None:
            self._foot.show_progress(0, 0, _(MEASURING))

    def _finish(self, image_id: ImageId, waiting: _Waiting) -> None:
        self._leave(image_id, waiting)
        if not waiting.is_second_look:
            self._done += 1
            self.analysed.emit(str(image_id))
        self._next()

    def _fail(self, image_id: ImageId, waiting: _Waiting, error: NaevusError) -> None:
        self._leave(image_id, waiting)
        if isinstance(error, CancelledError | ModelUnavailableError):
            self._waiting = {}
        is_missing = isinstance(error, ModelUnavailableError)
        if waiting.is_second_look or (waiting.is_of_former_run and is_missing):
            # Nobody asked, and what there was before is still there.
            _LOG.warning("an image could not be analysed: %s", type(error).__name__)
        else:
            self._session.report_error(error)
        self._next()

    def _leave(self, image_id: ImageId, waiting: _Waiting) -> None:
        """Take an image out, unless something was asked about it meanwhile."""
        self._running = None
        if self._waiting.get(image_id) is waiting:
            del self._waiting[image_id]
