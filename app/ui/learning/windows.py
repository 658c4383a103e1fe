"""The two windows about learning, and what follows in the work list when another model is in use."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.domain.changes import Changes
from app.translation import _
from app.ui.cases.analysis_queue import AnalysisQueue
from app.ui.cases.work_list import WorkList
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.theme import Theme
from app.ui.workbench.case_review import CaseReview
from app.usecases.analysis.stale_predictions import StalePredictions, stale_predictions

if TYPE_CHECKING:
    from app.ui.model_shelf.shelf_window import ShelfWindow
    from app.ui.training.training_window import TrainingWindow


class Learning(QObject):
    """Opens the windows once and keeps them; tells the work list whose predictions it shows."""

    def __init__(
        self,
        session: Session,
        theme: Theme,
        work_list: WorkList,
        queue: AnalysisQueue,
        review: CaseReview,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._theme = theme
        self._work_list = work_list
        self._queue = queue
        self._review = review
        self._window = window
        self._training: TrainingWindow | None = None
        self._shelf: ShelfWindow | None = None
        self.earlier = StalePredictions(frozenset(), ())
        session.changed.connect(self._follow)
        review.opened.connect(self._look_first)
        review.opened.connect(lambda _id: self._show_stale())
        work_list.earlier.open_case_requested.connect(review.predict)
        work_list.earlier.undecided_requested.connect(self.predict_undecided_again)

    def show_training(self) -> "TrainingWindow":
        """Show the window of training."""
        # Imported late, because drawing curves takes a while to load and the start must not wait for it.
        from app.ui.training.training_window import TrainingWindow

        if self._training is None:
            self._training = TrainingWindow(self._session, self._theme, self._window)
        _bring_forward(self._training)
        return self._training

    def show_shelf(self) -> "ShelfWindow":
        """Show the model shelf."""
        from app.ui.model_shelf.shelf_window import ShelfWindow

        if self._shelf is None:
            self._shelf = ShelfWindow(self._session, self._window)
        _bring_forward(self._shelf)
        return self._shelf

    def predict_undecided_again(self) -> None:
        """Ask the models in use about every undecided case that shows an earlier model's answer."""
        if self.earlier.undecided:
            self._queue.predict_again(self.earlier.undecided)
        else:
            self._session.tell(_("Every undecided case shows what the models in use predict."))

    def close(self) -> None:
        """Close both windows; runs go on."""
        for window in (self._training, self._shelf):
            if window is not None:
                window.close()

    def _look_first(self, _image_id: str) -> None:
        """Look when the first case is open, so that the start does not wait for the models' files."""
        self._review.opened.disconnect(self._look_first)
        self._look()

    def _follow(self, changes: Changes) -> None:
        if changes.models:
            self._work_list.earlier.ask_anew()
        if changes.models or changes.images & self.earlier.images:
            self._look()

    def _look(self) -> None:
        self._session.query(
            QueueName.LEARNING,
            lambda services, _token: stale_predictions(services),
            self._take_stale,
            replaces="earlier predictions",
        )

    def _take_stale(self, found: StalePredictions) -> None:
        self.earlier = found
        self._show_stale()

    def _show_stale(self) -> None:
        self._work_list.show_stale(
            self.earlier.images, undecided=len(self.earlier.undecided), open_case=self._review.image_id
        )


def _bring_forward(window: QWidget) -> None:
    window.show()
    window.raise_()
    window.activateWindow()
