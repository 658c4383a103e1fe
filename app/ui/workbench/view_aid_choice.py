"""Which view aids the open image is shown with: made off the UI thread, at the size that is looked at."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from app.domain.ids import BlobName, LesionId
from app.ui.editor.image_view import ImageView
from app.ui.editor.sampling import ImagePyramid
from app.ui.editor.view_aids.choice import AID_SWITCHES, AS_TAKEN, Channel, ViewAids, with_next_channel
from app.ui.editor.view_aids.pixels import aided
from app.ui.editor.view_aids.shown import ShownAids
from app.ui.jobs.job import JobToken
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.workbench.case_review import CaseReview
from app.usecases.recently_used import RecentlyUsed

_HELD_BYTES = 256 * 1024**2
"""Three of the largest images whole, or dozens at the size of a screen."""
_FIRST_SIDE_PX = 2048
"""Longer side of what is shown first, while a larger copy that was zoomed into is still being made."""


@dataclass(frozen=True, slots=True, eq=False)
class _OpenImage:
    """The image on the canvas."""

    content: BlobName
    lesion: LesionId
    pyramid: ImagePyramid


class ViewAidChoice(QObject):
    """Keeps what is switched on, and shows it; the image's own pixels are never touched.

    What changes how pixels look goes off when an image of another lesion opens, so that nobody takes changed
    colours for those of the next patient; images of one lesion stay as they were chosen. The grid stays, too.
    """

    changed = Signal(object)
    """ViewAids that are switched on now."""

    def __init__(
        self, session: Session, view: ImageView, review: CaseReview, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._view = view
        self._review = review
        self.aids = AS_TAKEN
        self._open: _OpenImage | None = None
        self._made = RecentlyUsed[ImagePyramid](_HELD_BYTES, lambda made: made.pixels.nbytes * 4 // 3)
        review.opened.connect(lambda _image_id: self._follow_case())
        view.view_changed.connect(self._show)

    def switch(self, name: str) -> None:
        """Switch an aid on or off by its name."""
        self.choose(next(one for one in AID_SWITCHES if one.name == name).turned(self.aids))

    def choose_channel(self, channel: Channel | None) -> None:
        """Show a single channel, or with None all of them as colour."""
        self.choose(replace(self.aids, channel=channel))

    def show_next_channel(self) -> None:
        """Show the channel after the present one; after the last one comes the colour image."""
        self.choose(with_next_channel(self.aids))

    def show_as_taken(self) -> None:
        """Switch every aid off."""
        self.choose(AS_TAKEN)

    def choose(self, aids: ViewAids) -> None:
        """Show the open image with these aids."""
        if aids != self.aids:
            self.aids = aids
            self._show()
        self.changed.emit(aids)

    def _follow_case(self) -> None:
        """Take the image that was opened; one of another lesion is shown as it was taken."""
        view, pyramid = self._review.view, self._view.renderer.image
        if view is None or pyramid is None:
            return
        before, case = self._open, view.case
        self._open = _OpenImage(case.image.upright, case.lesion.id, pyramid)
        if before is None or before.lesion != case.lesion.id:
            self.choose(self.aids.grid_only)
        self._show()

    def _show(self) -> None:
        """Show what is there at once, and ask for what has to be made."""
        image = self._open
        # Between two images the view moves before the new one is known here.
        if image is None or self._view.renderer.image is not image.pyramid:
            return
        shown = self._view.shown_aids
        is_made = shown.pixels is not None and shown.aids.of_pixels == self.aids.of_pixels
        if is_made or not self.aids.changes_pixels:
            kept = ShownAids(self.aids, shown.pixels if self.aids.changes_pixels else None)
            if kept != shown:
                self._view.show_aids(kept)
        if self.aids.changes_pixels:
            shown_side_px = max(shown.pixels.shape) if is_made and shown.pixels is not None else 0
            self._ask_for_pixels(image, shown_side_px)

    def _ask_for_pixels(self, open_image: _OpenImage, shown_side_px: int) -> None:
        """Make pixels of the size that is looked at, unless as many are shown already."""
        pyramid, aids = open_image.pyramid, self.aids.of_pixels
        wanted_px = round(self._view.zoom * max(pyramid.shape))
        if not shown_side_px:
            wanted_px = min(wanted_px, _FIRST_SIDE_PX)
        image = pyramid.copy_of_side(wanted_px)
        side_px = max(image.shape[:2])
        if side_px <= shown_side_px:
            return

        def made(token: JobToken) -> ImagePyramid:
            whole = pyramid.copy_of_side(1024)
            return ImagePyramid(aided(image, aids, whole, token.raise_if_cancelled))

        self._session.query(
            QueueName.IMAGES,
            lambda _services, token: self._made.get((open_image.content, aids, side_px), lambda: made(token)),
            lambda pixels: self._take(pyramid, aids, pixels),
            replaces="view aids",
        )

    def _take(self, pyramid: ImagePyramid, aids: ViewAids, pixels: ImagePyramid) -> None:
        """Show what was made, unless another image or other aids are wanted by now."""
        if self._view.renderer.image is pyramid and self.aids.of_pixels == aids:
            self._view.show_aids(ShownAids(self.aids, pixels))
            self._show()
