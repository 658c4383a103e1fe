"""Looks for a printed ruler in the open image, off the UI thread, and hands over what was found."""

from PySide6.QtCore import QObject, Signal

from app.domain.ids import ImageId
from app.translation import _
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.workbench.case_review import CaseReview
from app.usecases.analysis.find_scale import find_scale
from models.contract.imaging.printed_scale import PrintedScale


class PrintedScales(QObject):
    """Searches when a person asks; sets no scale."""

    found = Signal(object)
    """PrintedScale, in the image that is still open."""
    drawing_wanted = Signal()
    """There is no clear one, so a person wants to draw a line of known length."""

    def __init__(self, session: Session, review: CaseReview, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._review = review

    def start(self) -> None:
        """Look for a printed ruler in the open image."""
        if (image_id := self._review.image_id) is None:
            return
        self._session.tell(_("Looking for a printed scale…"))
        self._session.query(
            QueueName.IMAGES,
            lambda services, _token: find_scale(services, image_id),
            lambda scale: self._take(image_id, scale),
            replaces="printed scale",
        )

    def _take(self, image_id: ImageId, scale: PrintedScale | None) -> None:
        if self._review.image_id != image_id:
            return
        if scale is None:
            self._session.tell(
                _("No clear printed scale was found in this image."),
                _("Draw a line of known length"),
                self.drawing_wanted.emit,
            )
        else:
            self._session.tell(_("A printed scale was found. Nothing is stored before you confirm it."))
            self.found.emit(scale)
