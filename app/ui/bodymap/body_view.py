"""The sheet of figures with a pin for each lesion; a click names a site or opens a lesion."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTransform,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.domain.analysis.triage import Band
from app.domain.anatomic_sites import AnatomicSite, with_side_words
from app.domain.ids import LesionId
from app.domain.patient_tree import LesionLine
from app.text.body_map import pin_words
from app.translation import _
from app.ui.bodymap.drawing import CAPTIONS, SHEET, SheetPlaces, body_regions, region_at
from app.ui.bodymap.figures.outline import BodyRegion
from app.ui.bodymap.pins import spread
from app.ui.theme import Theme
from app.ui.widgets.badge import Badge, Shape, paint_shape
from app.ui.widgets.labels import plain_tip

_PIN = QSizeF(34, 18)
_ROOM = QSizeF(36, 20)
_GLYPH_PX = 8.0
_TEXT_UNITS = 8.5
_LEAST_TEXT_PX = 9
_NOT_PLACED_WORDS = QRectF(6, 472, 728, 12)
_NOT_PLACED_AT = QPointF(18, 494)


@dataclass(frozen=True)
class Pin:
    """A lesion on the sheet; places in pixels of the widget."""

    line: LesionLine
    at: QPointF
    anchor: QPointF | None
    """Where the lesion is; None when that is not known well enough."""

    @property
    def rect(self) -> QRectF:
        """Return what the pin covers."""
        return QRectF(self.at - QPointF(_PIN.width() / 2, _PIN.height() / 2), _PIN)


class BodyView(QWidget):
    """Draws figures and pins; what is under the pointer is named."""

    site_chosen = Signal(object)
    """BodyRegion that was clicked."""
    lesion_chosen = Signal(object)
    """LesionLine whose pin was clicked."""
    pointed_at = Signal(str)
    """What is under the pointer in words, "" for nothing."""

    def __init__(self, theme: Theme, sites: Iterable[AnatomicSite], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._places = SheetPlaces(sites)
        self._lines: tuple[LesionLine, ...] = ()
        self._open: LesionId | None = None
        self._under: BodyRegion | None = None
        self.pins: tuple[Pin, ...] = ()
        self.setMouseTracking(True)
        self.setMinimumSize(560, 370)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("Body map"))
        self.setAccessibleDescription(_("Every site can be chosen in the list beside it, too."))
        theme.changed.connect(self.update)

    def show_lesions(self, lines: Sequence[LesionLine], open_lesion: LesionId | None) -> None:
        """Show the lesions of a patient, one of which is open."""
        self._lines, self._open = tuple(lines), open_lesion
        self._place_pins()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size in which everything is read with ease."""
        return QSize(960, 640)

    def middle_of(self, region: BodyRegion) -> QPointF:
        """Return where a region's middle is, in pixels of the widget."""
        return self._to_widget.map(region.anchor)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the pins where they belong at the new size."""
        super().resizeEvent(event)
        self._place_pins()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Name what is under the pointer."""
        pin = self._pin_at(event.position())
        under = None if pin is not None else self._region_at(event.position())
        is_on_something = pin is not None or under is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_on_something else Qt.CursorShape.ArrowCursor)
        self.pointed_at.emit(self._words_at(event.position()))
        if under is not self._under:
            self._under = under
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Name nothing any more."""
        super().leaveEvent(event)
        self._under = None
        self.pointed_at.emit("")
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the lesion or the site under the pointer."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if (pin := self._pin_at(event.position())) is not None:
            self.lesion_chosen.emit(pin.line)
        elif (region := self._region_at(event.position())) is not None:
            self.site_chosen.emit(region)

    def event(self, event: QEvent) -> bool:
        """Say beside the pointer what is under it."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), plain_tip(self._words_at(QPointF(event.pos()))), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the figures, then the pins."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Left and right are the patient's, whatever the language is read from.
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        tokens, scale = self._theme.tokens, self._scale
        outline = QPen(QColor(tokens.edge), 1.0)
        font = QFont(self.font())
        font.setPixelSize(max(_LEAST_TEXT_PX, round(_TEXT_UNITS * scale)))
        painter.setFont(font)
        own = next((pin for pin in self.pins if pin.line.lesion.id == self._open), None)
        marked = {self._under, *(self._places.regions_of(own.line.lesion) if own is not None else ())}
        for region in body_regions():
            painter.setPen(outline)
            painter.setBrush(QColor(tokens.selected if region in marked else tokens.surface))
            painter.drawPath(self._to_widget.map(region.path))
            if region.label:
                box = region.path.boundingRect().adjusted(4, 0, 0, 0)
                self._paint_words(painter, _(region.label), box, tokens.text, Qt.AlignmentFlag.AlignLeft)
        for caption in CAPTIONS:
            around = QRectF(caption.at.x() - 70, caption.at.y(), 140, 14)
            self._paint_words(painter, _(caption.text), around, tokens.muted)
        if any(pin.anchor is None for pin in self.pins):
            words = _("No place on the figure, because site or side is not known:")
            self._paint_words(painter, words, _NOT_PLACED_WORDS, tokens.muted, Qt.AlignmentFlag.AlignLeft)
        self._paint_pins(painter)

    @property
    def _scale(self) -> float:
        return min(self.width() / SHEET.width(), self.height() / SHEET.height())

    @property
    def _to_widget(self) -> QTransform:
        """From the units of the drawing to pixels of the widget, in whose middle the sheet is."""
        scale = self._scale
        left = (self.width() - scale * SHEET.width()) / 2
        top = (self.height() - scale * SHEET.height()) / 2
        return QTransform.fromTranslate(left, top).scale(scale, scale)

    def _place_pins(self) -> None:
        transform = self._to_widget
        places = [self._places.place_of(line.lesion) for line in self._lines]
        anchors = [None if place is None else transform.map(place) for place in places]
        row = transform.map(_NOT_PLACED_AT)
        wanted = list[QPointF]()
        for anchor in anchors:
            wanted.append(row if anchor is None else anchor)
            if anchor is None:
                row = row + QPointF(_ROOM.width() + 1, 0)
        self.pins = tuple(
            Pin(line, at, anchor)
            for line, at, anchor in zip(
                self._lines, spread(wanted, _ROOM, QRectF(self.rect())), anchors, strict=True
            )
        )

    def _paint_pins(self, painter: QPainter) -> None:
        painter.setPen(QPen(QColor(self._theme.tokens.muted), 1.0))
        for pin in self.pins:
            if pin.anchor is not None and pin.anchor != pin.at:
                painter.drawLine(pin.anchor, pin.at)
        font = QFont(self.font())
        font.setPixelSize(11)
        font.setBold(True)
        painter.setFont(font)
        for pin in self.pins:
            self._paint_pin(painter, pin)

    def _paint_pin(self, painter: QPainter, pin: Pin) -> None:
        tokens, badge, rect = self._theme.tokens, self._badge_of(pin.line), pin.rect
        is_open = pin.line.lesion.id == self._open
        painter.setPen(QPen(QColor(tokens.accent if is_open else badge.ink), 3.0 if is_open else 1.0))
        painter.setBrush(QColor(badge.ground))
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(badge.ink))
        top = rect.center().y() - _GLYPH_PX / 2
        paint_shape(painter, QRectF(rect.left() + 5, top, _GLYPH_PX, _GLYPH_PX), badge.shape)
        painter.setPen(QColor(badge.ink))
        painter.drawText(rect.adjusted(5 + _GLYPH_PX, 0, -3, 0), Qt.AlignmentFlag.AlignCenter, badge.text)

    def _badge_of(self, line: LesionLine) -> Badge:
        number, tokens = str(line.number), self._theme.tokens
        if line.band is None:
            return Badge(number, Shape.SQUARE, tokens.surface, tokens.muted)
        return replace(pin_badge(self._theme, line.band), text=number)

    def _paint_words(
        self,
        painter: QPainter,
        words: str,
        around: QRectF,
        colour: str,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignHCenter,
    ) -> None:
        box = self._to_widget.mapRect(around)
        shown = QFontMetricsF(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, box.width() - 4)
        painter.setPen(QColor(colour))
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, shown)

    def _words_at(self, place: QPointF) -> str:
        if (pin := self._pin_at(place)) is not None:
            return pin_words(pin.line)
        region = self._region_at(place)
        return "" if region is None else with_side_words(_(region.site), region.laterality)

    def _pin_at(self, place: QPointF) -> Pin | None:
        return next((pin for pin in reversed(self.pins) if pin.rect.contains(place)), None)

    def _region_at(self, place: QPointF) -> BodyRegion | None:
        back, is_possible = self._to_widget.inverted()
        return region_at(back.map(place)) if is_possible else None


def pin_badge(theme: Theme, band: Band) -> Badge:
    """Return a band's badge as pins have it: dark for Urgent, so that it stands out without colours, too."""
    badge = theme.badge(band)
    return replace(badge, ground=badge.ink, ink=badge.ground) if band is Band.URGENT else badge
