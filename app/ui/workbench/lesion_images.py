"""The images of the open lesion: shown in the strip, and gone through by keys."""

from PySide6.QtCore import QObject, Signal

from app.domain.changes import Changes
from app.domain.ids import ImageId
from app.domain.patient_tree import ImageLine, LesionLine
from app.text.patient_tree import lesion_line_words, lesion_title
from app.translation import _
from app.ui.jobs.worker_queues import QueueName
from app.ui.panels.lesion_strip import LesionStrip, StripImage
from app.ui.session import Session
from app.ui.widgets.thumbnails import Thumbnails
from app.ui.workbench.case_view import CaseView
from app.usecases.lesions.patient_tree import lesions_beside


class LesionImages(QObject):
    """Reads which images the lesion has, and says which one is asked for."""

    image_chosen = Signal(str)
    """Id of an image that a person wants to see."""

    def __init__(
        self, session: Session, strip: LesionStrip, thumbnails: Thumbnails, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._strip = strip
        self._thumbnails = thumbnails
        self._open: ImageId | None = None
        self._lesion: LesionLine | None = None
        strip.image_chosen.connect(self.image_chosen)
        thumbnails.arrived.connect(self._show)
        session.changed.connect(self._refresh)

    @property
    def images(self) -> tuple[ImageLine, ...]:
        """Return the images of the open lesion, by day and then by import."""
        return () if self._lesion is None else self._lesion.images

    def show_view(self, view: CaseView | None) -> None:
        """Follow the open case."""
        image_id = None if view is None else view.case.image.id
        if image_id == self._open:
            return
        self._open = image_id
        if image_id is None or image_id not in self._ids():
            self._lesion = None
            self._read()
        self._show()

    def step(self, count: int) -> None:
        """Go to a later (1) or earlier (-1) image of the lesion, or say that there is none."""
        ids = self._ids()
        if self._open not in ids:
            self._session.tell(_("This lesion has one image."))
            return
        place = ids.index(self._open) + count
        if 0 <= place < len(ids):
            self.image_chosen.emit(str(ids[place]))
        elif len(ids) == 1:
            self._session.tell(_("This lesion has one image."))
        else:
            self._session.tell(_("There is no further image of this lesion."))

    def _ids(self) -> list[ImageId]:
        return [image.case.image_id for image in self.images]

    def _refresh(self, changes: Changes) -> None:
        if self._open is not None and (changes.case_list or changes.images):
            self._read()

    def _read(self) -> None:
        if (image_id := self._open) is not None:
            self._session.query(
                QueueName.DATABASE,
                lambda services, _token: lesions_beside(services, image_id),
                lambda lesions: self._take(image_id, lesions),
                replaces="images of the lesion",
            )

    def _take(self, image_id: ImageId, lesions: tuple[LesionLine, ...]) -> None:
        if image_id == self._open:
            has_image = (one for one in lesions if image_id in {each.case.image_id for each in one.images})
            self._lesion = next(has_image, None)
            self._show()

    def _show(self) -> None:
        lesion = self._lesion
        if lesion is None:
            self._strip.show_images("", ())
            return
        images = [
            StripImage(line, self._thumbnails.pixmap(line.case.thumbnail), line.case.image_id == self._open)
            for line in lesion.images
        ]
        title = lesion_title(lesion.lesion, lesion.number)
        self._strip.show_images(f"{title}:  {lesion_line_words(lesion)}", images)
