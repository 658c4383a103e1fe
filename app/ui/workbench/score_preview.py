"""What an unsaved correction would change: measurements, and the score where there is a model for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.analysis.prediction import ScorePrediction
from app.domain.errors import ModelUnavailableError, ScoreWithheldError
from app.domain.ids import ImageId
from app.domain.measurement import Measurement
from app.ui.editor.canvas import EditorCanvas
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.usecases.analysis.score_image import preview_score
from app.usecases.cancellation import CancelToken
from app.usecases.cases.open_case import measure_mask
from app.usecases.services import Services
from models.contract.arrays import BoolMask
from models.contract.errors import NaevusError

if TYPE_CHECKING:
    from app.ui.jobs.job import Job

_PAUSE_MS = 600
"""Between the end of a stroke and the preview of its score."""


@dataclass(frozen=True)
class Preview:
    """What a correction would change; the score is None without a score model."""

    image_id: ImageId
    version: int
    score: ScorePrediction | None
    measurements: tuple[Measurement, ...]


class ScorePreviews(QObject):
    """Measures and scores the mask on the canvas a moment after each stroke; only the latest counts."""

    found = Signal(object)
    """Preview of the mask on the canvas."""
    state_changed = Signal()

    def __init__(
        self,
        session: Session,
        canvas: EditorCanvas,
        image_of_interest: Callable[[], ImageId | None],
        parent: QObject | None = None,
    ) -> None:
        """``image_of_interest`` returns the open image while the canvas has the lesion that is scored."""
        super().__init__(parent)
        self._session = session
        self._canvas = canvas
        self._image_of_interest = image_of_interest
        self._job: Job | None = None
        self.is_running = False
        """A preview is being computed."""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._compute)

    def start(self) -> None:
        """Compute a preview after a pause, which begins anew."""
        if self._image_of_interest() is not None:
            self._pause.start()

    def stop(self) -> None:
        """Compute none; one that is being computed goes on."""
        self._pause.stop()

    def give_up(self) -> None:
        """Compute none, and wait for none."""
        self._pause.stop()
        self.is_running = False

    def put_off(self, *, is_wanted: bool) -> None:
        """Begin anew later, if one was to come or ``is_wanted``."""
        if self._job is not None and not self._job.is_ended:
            self._job.supersede()
            self.is_running = False
        if is_wanted or self._pause.isActive():
            self.start()

    def _compute(self) -> None:
        if self._canvas.tools.is_drawing:
            # A score of half a stroke is worth nothing and would slow the other half down.
            self._pause.start()
            return
        image_id, editor = self._image_of_interest(), self._canvas.editor
        mask, version = editor.current_mask(), editor.mask_version()
        if image_id is None or mask is None:
            return
        self.is_running = True
        self._job = self._session.query(
            QueueName.INFERENCE,
            lambda services, token: _previewed(services, image_id, version, mask, token),
            self._show,
            failed=self._fail,
            replaces="preview",
        )
        self.state_changed.emit()

    def _show(self, preview: Preview) -> None:
        self.is_running = False
        is_shown = preview.image_id == self._image_of_interest()
        if is_shown and preview.version == self._canvas.editor.mask_version():
            self.found.emit(preview)
        self.state_changed.emit()

    def _fail(self, error: NaevusError) -> None:
        self.is_running = False
        self._session.report_error(error)
        self.state_changed.emit()


def _previewed(
    services: Services, image_id: ImageId, version: int, mask: BoolMask, token: CancelToken
) -> Preview:
    """Measure and score a mask (H, W) bool of an image, storing nothing."""
    try:
        found = preview_score(services, image_id, mask, token)
    except (ModelUnavailableError, ScoreWithheldError):
        return Preview(image_id, version, None, measure_mask(services, image_id, mask))
    return Preview(image_id, version, found.score, found.measurements)
