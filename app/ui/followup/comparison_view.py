"""Two images of a lesion in one frame, with one zoom: side by side, swiped, blinking, or their difference."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.followup.marked_structure import MarkedStructure
from app.translation import _
from app.ui.editor.image_renderer import ImageRenderer
from app.ui.editor.spaces import Placement, Point
from app.ui.editor.view_transform import ViewSize, ViewTransform
from app.ui.followup.comparison_drawing import (
    EARLIER_PEN,
    LATER_PEN,
    draw_badge,
    draw_mark,
    draw_outline,
    draw_swipe_line,
)
from app.ui.followup.comparison_mode import ComparisonMode
from app.ui.followup.outline_path import outline_path
from app.usecases.followup.visit_comparison import VisitComparison

BLINK_MS = 700
_GAP_PX = 6
_CLICK_PX = 4.0
"""A press that moves less marks a point."""
_ZOOM_STEP = 1.2
_GRIP_PX = 12.0


class ComparisonView(QWidget):
    """Shows a comparison; drags move both images, the wheel enlarges both."""

    marked = Signal(float, float, float, float)
    """A structure was marked: middle x, y and radii, px of the later image."""
    swiped = Signal(float)
    """The line between the images was moved, 0 (left) to 1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 240)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Two visits of the lesion"))
        self.mode = ComparisonMode.SIDE_BY_SIDE
        self.swipe = 0.5
        self.shows_later = True
        """While blinking."""
        self.shows_earlier_boundary = self.shows_later_boundary = True
        self.is_marking = False
        self._titles = "", ""
        self._is_registered = False
        self._ground = QColor("#808080")
        self._earlier, self._later, self._difference = ImageRenderer(), ImageRenderer(), ImageRenderer()
        self._paths = QPainterPath(), QPainterPath()
        self._marks: Sequence[MarkedStructure] = ()
        self._transform = ViewTransform()
        self._pressed: QPointF | None = None
        self._dragged: QPointF | None = None
        self._moves_swipe = False
        self._timer = QTimer(self, interval=BLINK_MS)
        self._timer.timeout.connect(self.blink)

    def show_comparison(self, comparison: VisitComparison | None, titles: tuple[str, str]) -> None:
        """Show two images, fitted; ``titles`` say which visits they are of."""
        self._titles = titles
        has_one = comparison is not None
        self._is_registered = comparison is not None and comparison.registration is not None
        self._earlier.show(comparison.laid.pixels if comparison else None)
        self._later.show(comparison.later_pixels if comparison else None)
        self._difference.show(comparison.difference if comparison else None)
        self._paths = (
            outline_path(comparison.laid.mask if comparison else None),
            outline_path(comparison.later_mask if comparison else None),
        )
        self._marks = comparison.marks if comparison else ()
        shape = None if comparison is None else comparison.later_pixels.shape[:2]
        self._transform.show_image(shape, self._pane())
        self.setCursor(Qt.CursorShape.OpenHandCursor if has_one else Qt.CursorShape.ArrowCursor)
        self.update()

    def show_marks(self, marks: Sequence[MarkedStructure]) -> None:
        """Show other marks."""
        self._marks = tuple(marks)
        self.update()

    def set_ground_colour(self, colour: QColor) -> None:
        """Set what is seen around the images."""
        self._ground = colour
        for renderer in (self._earlier, self._later, self._difference):
            renderer.ground_bgr = (colour.blue(), colour.green(), colour.red())
        self.update()

    def set_mode(self, mode: ComparisonMode) -> None:
        """Look at the images in another way; what was in the middle stays there."""
        before = self._pane()
        self.mode = mode
        self.shows_later = True
        after = self._pane()
        self._transform.resize(after.width - before.width, after.height - before.height, after)
        self.update()

    def set_blinking(self, blinking: bool) -> None:
        """Blink by itself, or only by the key."""
        if blinking:
            self._timer.start()
        else:
            self._timer.stop()

    def blink(self) -> None:
        """Show the other image."""
        self.shows_later = not self.shows_later
        self.update()

    def set_swipe(self, share: float) -> None:
        """Move the line between the images, 0 (left) to 1."""
        self.swipe = min(max(share, 0.0), 1.0)
        self.update()

    def set_boundaries(self, *, earlier: bool, later: bool) -> None:
        """Say which of the two boundaries are drawn, on both images."""
        self.shows_earlier_boundary, self.shows_later_boundary = earlier, later
        self.update()

    def set_marking(self, marking: bool) -> None:
        """Let a press mark a structure instead of moving the images."""
        self.is_marking = marking
        self.setCursor(Qt.CursorShape.CrossCursor if marking else Qt.CursorShape.OpenHandCursor)

    def fit(self) -> None:
        """Show the whole images."""
        self._transform.fit(self._pane())
        self.update()

    def zoom_by(self, factor: float, anchor_xy: Point | None = None) -> None:
        """Enlarge both images about a point of a pane (its middle when None)."""
        pane = self._pane()
        self._transform.zoom_to(self._transform.placement.scale * factor, anchor_xy or pane.centre_xy, pane)
        self.update()

    @property
    def placement(self) -> Placement:
        """Return where the images lie in their panes."""
        return self._transform.placement

    def _is_split(self) -> bool:
        return self.mode is ComparisonMode.SIDE_BY_SIDE

    def _pane(self) -> ViewSize:
        """How large a pane is: half of the view side by side, else all of it."""
        width = (self.width() - _GAP_PX) / 2 if self._is_split() else self.width()
        return ViewSize(max(math.floor(width), 1), self.height(), self.devicePixelRatioF())

    def _pane_left(self, x: float) -> float:
        """The left side of the pane under a place of the view."""
        second = self.width() - self._pane().width
        return second if self._is_split() and x >= second else 0.0

    def _image_xy(self, at: QPointF) -> Point:
        return self.placement.image_xy((at.x() - self._pane_left(at.x()), at.y()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the images with what lies over them."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._ground)
        if self._later.image is None:
            return
        whole = QRectF(self.rect())
        if self._is_split():
            width = self._pane().width
            self._paint_pane(painter, QRectF(0, 0, width, self.height()), self._earlier, self._titles[0])
            right = QRectF(self.width() - width, 0, width, self.height())
            self._paint_pane(painter, right, self._later, self._titles[1], has_marks=True)
        elif self.mode is ComparisonMode.SWIPE:
            self._paint_pane(painter, whole, self._later, "", has_marks=True)
            self._paint_swiped(painter)
        elif self.mode is ComparisonMode.DIFFERENCE:
            title = _("Lightness: blue is darker than before, orange lighter")
            self._paint_pane(painter, whole, self._difference, title, has_marks=True)
        else:
            shown = self._later if self.shows_later else self._earlier
            title = self._titles[int(self.shows_later)]
            self._paint_pane(painter, whole, shown, title, has_marks=self.shows_later)
        self._paint_dragged(painter)

    def _paint_swiped(self, painter: QPainter) -> None:
        line = self.swipe * self.width()
        painter.save()
        painter.setClipRect(QRectF(0, 0, line, self.height()))
        self._paint_pane(painter, QRectF(self.rect()), self._earlier, "")
        painter.restore()
        draw_swipe_line(painter, line, self.height())
        draw_badge(painter, self._titles[0], QRectF(self.rect()))
        draw_badge(painter, self._titles[1], QRectF(self.rect()), at_right=True)

    def _paint_pane(
        self, painter: QPainter, pane: QRectF, renderer: ImageRenderer, title: str, *, has_marks: bool = False
    ) -> None:
        ratio = self.devicePixelRatioF()
        width, height = math.ceil(pane.width() * ratio), math.ceil(pane.height() * ratio)
        renderer.render(width, height, self.placement.enlarged(ratio), ratio)
        picture = QImage(renderer.pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        picture.setDevicePixelRatio(ratio)
        painter.drawImage(pane.topLeft(), picture)
        painter.save()
        painter.setClipRect(pane, Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(pane.topLeft())
        # Images that do not lie on each other show their own boundary only.
        if self.shows_earlier_boundary and (self._is_registered or renderer is self._earlier):
            draw_outline(painter, self._paths[0], self.placement, EARLIER_PEN)
        if self.shows_later_boundary and (self._is_registered or renderer is not self._earlier):
            draw_outline(painter, self._paths[1], self.placement, LATER_PEN)
        for number, mark in enumerate(self._marks if has_marks else (), start=1):
            draw_mark(painter, mark, number, self.placement)
        painter.restore()
        if title:
            draw_badge(painter, title, pane)

    def _paint_dragged(self, painter: QPainter) -> None:
        if self.is_marking and self._pressed is not None and self._dragged is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(LATER_PEN)
            painter.drawEllipse(QRectF(self._pressed, self._dragged).normalized())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Enlarge both images about the pointer."""
        at = event.position()
        steps = event.angleDelta().y() / 120
        self.zoom_by(_ZOOM_STEP**steps, (at.x() - self._pane_left(at.x()), at.y()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to move the images, the line between them, or to mark a structure."""
        if event.button() is not Qt.MouseButton.LeftButton or self._later.image is None:
            return
        self._pressed = self._dragged = event.position()
        is_at_line = abs(event.position().x() - self.swipe * self.width()) <= _GRIP_PX
        self._moves_swipe = self.mode is ComparisonMode.SWIPE and is_at_line and not self.is_marking

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        if self._pressed is None or self._dragged is None:
            return
        moved, self._dragged = event.position() - self._dragged, event.position()
        if self._moves_swipe:
            self.set_swipe(event.position().x() / max(self.width(), 1))
            self.swiped.emit(self.swipe)
        elif not self.is_marking:
            self._transform.move(moved.x(), moved.y(), self._pane())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag; a marked structure is told."""
        pressed, self._pressed, self._dragged = self._pressed, None, None
        self.update()
        if pressed is None or not self.is_marking:
            return
        x, y = self._image_xy(pressed)
        scale = self.placement.scale
        dx, dy = event.position().x() - pressed.x(), event.position().y() - pressed.y()
        if max(abs(dx), abs(dy)) < _CLICK_PX:
            self.marked.emit(x, y, 0.0, 0.0)
        else:
            self.marked.emit(x + dx / scale / 2, y + dy / scale / 2, abs(dx) / scale / 2, abs(dy) / scale / 2)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole images again."""
        if not self.is_marking:
            self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again, or keep what is in the middle."""
        grown = event.size() - event.oldSize()
        across = grown.width() / 2 if self._is_split() else grown.width()
        self._transform.resize(across, grown.height(), self._pane())
