"""Draws the outline of each mask of the open case for its history, off the UI thread, when it is seen."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage, QPixmap

from app.domain.ids import BlobName, ImageId
from app.ui.jobs.worker_queues import QueueName
from app.ui.panels.history_panel import HistoryPanel
from app.ui.session import Session
from app.ui.workbench.case_view import CaseView
from app.usecases.corrections.outline_thumbnails import outline_thumbnails
from models.contract.arrays import RgbImage


class HistoryOutlines(QObject):
    """Answers what the history asks for; pictures of another case than the open one are let go of."""

    def __init__(self, session: Session, panel: HistoryPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._panel = panel
        self._view: CaseView | None = None
        panel.outlines_wanted.connect(self._draw)

    def show_view(self, view: CaseView | None) -> None:
        """Draw for another case from now on."""
        self._view = view

    def _draw(self, masks: list[BlobName]) -> None:
        if self._view is None:
            return
        image = self._view.case.image
        self._session.query(
            QueueName.IMAGES,
            lambda services, _token: outline_thumbnails(services, image, masks),
            lambda found: self._show(image.id, found),
            replaces="outlines of the history",
        )

    def _show(self, image_id: ImageId, found: dict[BlobName, RgbImage]) -> None:
        if self._view is not None and self._view.case.image.id == image_id:
            self._panel.show_outlines({name: _pixmap(pixels) for name, pixels in found.items()})


def _pixmap(pixels: RgbImage) -> QPixmap:
    height_px, width_px = pixels.shape[:2]
    shown = QImage(pixels.tobytes(), width_px, height_px, 3 * width_px, QImage.Format.Format_RGB888)
    return QPixmap.fromImage(shown)
