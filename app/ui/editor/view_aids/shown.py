"""View aids as they are in the view: other pixels, a grid, and words that say so on the image."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from app.translation import _
from app.ui.editor.sampling import ImagePyramid
from app.ui.editor.spaces import Placement
from app.ui.editor.view_aids.choice import AS_TAKEN, ViewAids
from app.ui.editor.view_aids.grid import draw_grid, grid_pitch
from app.usecases.analysis.colour_scales import CASING_RGB

_INSET, _PADDING = 12.0, 8.0


@dataclass(frozen=True, slots=True)
class ShownAids:
    """What is shown now; ``pixels`` are None while the image is shown as it was taken."""

    aids: ViewAids = AS_TAKEN
    pixels: ImagePyramid | None = None

    def words(self, scale: float, mm_per_px: float | None) -> str:
        """Return what is to be said on the image, "" when nothing is on."""
        said = [_(word) for word in self.aids.words] if self.pixels is not None else []
        if self.aids.grid:
            said.append(grid_pitch(scale, mm_per_px).words)
        return _("View only: {aids}").format(aids=", ".join(said)) if said else ""

    def draw(
        self, painter: QPainter, placement: Placement, shape: tuple[int, int], mm_per_px: float | None
    ) -> None:
        """Draw the grid, and the words in the upper left corner of the view."""
        if self.aids.grid:
            draw_grid(painter, placement, shape, grid_pitch(placement.scale, mm_per_px).pitch_px)
        if words := self.words(placement.scale, mm_per_px):
            _draw_plate(painter, words)


def _draw_plate(painter: QPainter, words: str) -> None:
    metrics = QFontMetricsF(painter.font())
    room = painter.viewport().width() - 2 * (_INSET + _PADDING)
    shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
    plate = QRectF(
        _INSET, _INSET, metrics.horizontalAdvance(shown) + 2 * _PADDING, metrics.height() + _PADDING
    )
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(*CASING_RGB, 210))
    painter.drawRoundedRect(plate, 5, 5)
    painter.setPen(QColor(245, 246, 248))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, shown)
