"""Images that are about to be opened, read and made ready to be painted before they are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.changes import Changes
from app.domain.ids import ImageId
from app.ui.editor.canvas import EditorCanvas
from app.ui.editor.sampling import ImagePyramid
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.usecases.cases.show_image import ShownImage, show_image
from app.usecases.services import Services


@dataclass(frozen=True, slots=True)
class PreparedImage:
    """An image with its boundary, and with the halvings from which the view is painted."""

    shown: ShownImage
    pyramid: ImagePyramid


class PreparedImages:
    """Holds the next few images; one that changes meanwhile is read again."""

    def __init__(self, session: Session, canvas: EditorCanvas) -> None:
        self._session = session
        self._canvas = canvas
        self._expected: tuple[ImageId, ...] = ()
        self._prepared: dict[ImageId, PreparedImage] = {}

    def expect(self, image_ids: Sequence[ImageId]) -> None:
        """Prepare images in place of those named before."""
        self._expected = tuple(image_ids)
        self._prepared = {one: held for one, held in self._prepared.items() if one in self._expected}
        self._canvas.editor.foresee(image_ids)
        self._prepare()

    def take(self, image_id: ImageId) -> PreparedImage | None:
        """Return an image that is ready, and hold it no longer; None when it is not."""
        return self._prepared.pop(image_id, None)

    def follow(self, changes: Changes) -> None:
        """Read images again that were changed, for example by a prediction that has arrived."""
        stale = [image_id for image_id in self._expected if changes.touches(image_id)]
        for image_id in stale:
            self._prepared.pop(image_id, None)
        if stale:
            self._prepare()

    def _prepare(self) -> None:
        for image_id in self._expected:
            if image_id not in self._prepared:
                self._read(image_id)

    def _read(self, image_id: ImageId) -> None:
        # Not behind the measuring of the image that is looked at.
        self._session.query(
            QueueName.FILES, lambda services, _token: _prepared_image(services, image_id), self._hold
        )

    def _hold(self, prepared: PreparedImage) -> None:
        image_id = prepared.shown.case.image.id
        if image_id in self._expected:
            self._prepared[image_id] = prepared


def _prepared_image(services: Services, image_id: ImageId) -> PreparedImage:
    shown = show_image(services, image_id)
    return PreparedImage(shown, ImagePyramid(shown.pixels))
