"""The image on screen with the layers over it, in a view that can be zoomed, moved and turned.

What tools draw over it and what the pointer does in it is attached from outside (``tool_input.py``).
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.mask import EMPTY_BOX, PixelBox
from app.translation import _
from app.ui.editor.evidence_drawing import EvidenceDrawing
from app.ui.editor.image_renderer import ImageRenderer, OutlinedLesion, shown_map
from app.ui.editor.layers import Layer, LayerLook, band_scale, probability_scale
from app.ui.editor.legend import map_legends
from app.ui.editor.lesion_tag import LesionTag
from app.ui.editor.sampling import ImagePyramid
from app.ui.editor.spaces import Placement, Point
from app.ui.editor.view_aids.shown import ShownAids
from app.ui.editor.view_transform import ViewSize, ViewTransform
from app.usecases.analysis.colour_scales import LINE_RGB, attention_scale
from models.contract.arrays import AttentionMap, BoolMask, ProbabilityMap, RgbImage

_BAR_MARGIN = 12.0

EventHandler: TypeAlias = Callable[[QEvent], bool]
"""Takes an event of the view; True when nothing more is to be done about it."""
Drawing: TypeAlias = Callable[[QPainter], None]
"""Draws over the image, in logical pixels of the view."""


class ImageView(QWidget):
    """Shows an image with its layers."""

    view_changed = Signal()
    """Scale, turn or position changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._event_handler: EventHandler | None = None
        self._drawing: Drawing | None = None
        # An image, its scale and its places are the same in every language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Dermoscopic image"))
        self.mm_per_px: float | None = None
        self.renderer = ImageRenderer()
        self._transform = ViewTransform()
        self._is_stale = True
        self._unmoved_xy: Point = (0.0, 0.0)
        """What a move has left over, less than a device pixel."""
        self._changed_box = EMPTY_BOX
        self._picture = QImage()
        self._colour_bars: list[QPixmap] = []
        self._evidence: EvidenceDrawing | None = None
        self._tags: tuple[LesionTag, ...] = ()
        self._aids = ShownAids()

    def attach(self, event_handler: EventHandler, drawing: Drawing) -> None:
        """Ask ``event_handler`` about every event first, and ``drawing`` to draw over every picture."""
        self._event_handler, self._drawing = event_handler, drawing

    @property
    def has_image(self) -> bool:
        """Say whether an image is shown."""
        return self._transform.image_shape is not None

    @property
    def image_shape(self) -> tuple[int, int]:
        """Return (height, width) of the image, (0, 0) without one."""
        return self._transform.image_shape or (0, 0)

    @property
    def pixels(self) -> RgbImage | None:
        """Return the image (H, W, 3), not copied; None without one."""
        return None if self.renderer.image is None else self.renderer.image.pixels

    def image_copy(self, longer_side_px: int) -> RgbImage | None:
        """Return a copy (h, w, 3) of the image, shrunk but not below a longer side; None without one."""
        return None if self.renderer.image is None else self.renderer.image.copy_of_side(longer_side_px)

    @property
    def placement(self) -> Placement:
        """Return where the image lies in the view, logical pixels."""
        return self._transform.placement

    @property
    def zoom(self) -> float:
        """Return device pixels per image pixel; 1.0 is 1:1."""
        return self.placement.scale * self.devicePixelRatioF()

    @property
    def centre_xy(self) -> Point:
        """Return the centre of the view."""
        return self._size().centre_xy

    def show_image(self, pixels: RgbImage | None, pyramid: ImagePyramid | None = None) -> None:
        """Show an image (H, W, 3) uint8, or none; maps and mask of the one before are dropped."""
        self.renderer.show(pixels, pyramid)
        self._evidence = None
        self._tags, self._aids = (), ShownAids()
        self._changed_box = EMPTY_BOX
        shape = None if pixels is None else (pixels.shape[0], pixels.shape[1])
        self._transform.show_image(shape, self._size())
        self._redraw()
        self._follow_transform()

    def show_mask(self, mask: BoolMask | None) -> None:
        """Show a mask (H, W) bool; it is not copied, and ``repaint_image_box`` follows its changes."""
        self.renderer.mask = mask
        self._redraw()

    def show_lesions(
        self,
        others: tuple[OutlinedLesion, ...],
        line_rgb: tuple[int, int, int] = LINE_RGB,
    ) -> None:
        """Show lesions that are not in hand, and the one in hand in its colour."""
        is_same = not others and not self.renderer.others and line_rgb == self.renderer.line_rgb
        self.renderer.others, self.renderer.line_rgb = others, line_rgb
        if not is_same:
            self._redraw()

    def show_tags(self, tags: tuple[LesionTag, ...]) -> None:
        """Show the numbers of lesions beside their outlines."""
        if tags != self._tags:
            self._tags = tags
            self.update()

    @property
    def shown_aids(self) -> ShownAids:
        """Return the view aids that are seen now."""
        return self._aids

    def show_aids(self, aids: ShownAids) -> None:
        """Show the image with view aids until another one is shown; ``pixels`` stays what was taken."""
        self._aids, self.renderer.aided = aids, aids.pixels
        self._redraw()

    def repaint_image_box(self, box: PixelBox) -> None:
        """Repaint what is seen of a box of the image in which the mask changed."""
        self._changed_box = self._changed_box.united(box)
        left, top, right, bottom = self.placement.view_rect(box.left, box.top, box.right, box.bottom)
        reach = 8.0
        self.update(
            QRectF(left - reach, top - reach, right - left + 2 * reach, bottom - top + 2 * reach)
            .toAlignedRect()
            .intersected(self.rect())
        )

    def set_ground_colour(self, colour: QColor) -> None:
        """Set what is seen around the image."""
        self.renderer.ground_bgr = (colour.blue(), colour.green(), colour.red())
        self._redraw()

    def set_calibration(self, mm_per_px: float | None) -> None:
        """Tell the scale of the image; without it, lengths stay in pixels."""
        self.mm_per_px = mm_per_px
        self.update()

    def set_probability(self, probability: ProbabilityMap | None) -> None:
        """Show the probability (H, W) float32 that a pixel belongs to the lesion; None removes it."""
        scale = probability_scale()
        self.renderer.probability = None if probability is None else shown_map(probability, scale)
        self._redraw()

    def set_overlay(self, attention: AttentionMap | None, *, is_signed: bool = False) -> None:
        """Show an attention map (H, W) float32, in [-1, 1] when signed, else in [0, 1]; None removes it."""
        scale = attention_scale(is_signed=is_signed)
        self.renderer.attention = None if attention is None else shown_map(attention, scale)
        self._redraw()

    def set_band(self, band: NDArray[np.float32] | None) -> None:
        """Show where the boundary is uncertain, (h, w) in [0, 1], stretched; None removes it."""
        self.renderer.uncertainty = None if band is None else shown_map(band, band_scale())
        self._redraw()

    def set_evidence(self, evidence: EvidenceDrawing | None) -> None:
        """Show what proposals for a reading rest on; None removes it."""
        if evidence is not self._evidence:
            self._evidence = evidence
            self.update()

    def layer_look(self, layer: Layer) -> LayerLook:
        """Return how a layer is shown."""
        return self.renderer.looks[layer]

    def set_layer_visible(self, layer: Layer, visible: bool) -> None:
        """Show or hide a layer."""
        self._set_look(layer, replace(self.layer_look(layer), is_visible=visible))

    def set_layer_opacity(self, layer: Layer, opacity: float) -> None:
        """Set how strongly a layer is shown, 0 to 1."""
        self._set_look(layer, replace(self.layer_look(layer), opacity=min(max(opacity, 0.0), 1.0)))

    def fit(self) -> None:
        """Show the whole image."""
        self._transform.fit(self._size())
        self._follow_transform()

    def fit_box(self, box: PixelBox) -> None:
        """Show a box of the image as large as it goes, with some skin round it."""
        if not box.is_empty:
            self._transform.fit_box(box.left, box.top, box.right, box.bottom, self._size())
            self._follow_transform()

    def show_actual_pixels(self) -> None:
        """Show 1:1: one image pixel on one pixel of the screen, about the centre of the view."""
        self._zoom_to(1.0 / self.devicePixelRatioF(), self.centre_xy)

    def zoom_by(self, factor: float, anchor_view_xy: Point | None = None) -> None:
        """Enlarge about a point of the view (its centre when None)."""
        self._zoom_to(self.placement.scale * factor, anchor_view_xy or self.centre_xy)

    def rotate_view(self, quarter_turns: int = 1) -> None:
        """Turn the view clockwise; image, mask and measurements stay as they are."""
        self._transform.turn(quarter_turns, self._size())
        self._follow_transform()

    def move_view(self, dx: float, dy: float) -> None:
        """Move the image in the view, by view pixels; a part of it always stays in sight.

        It moves by whole device pixels, so that what stays in sight is kept; the rest waits for the next.
        """
        ratio = self.devicePixelRatioF()
        wanted_x, wanted_y = self._unmoved_xy[0] + dx, self._unmoved_xy[1] + dy
        whole_x, whole_y = round(wanted_x * ratio) / ratio, round(wanted_y * ratio) / ratio
        self._unmoved_xy = wanted_x - whole_x, wanted_y - whole_y
        self._transform.move(whole_x, whole_y, self._size())
        if self.has_image:
            self.update()
            self.view_changed.emit()

    def _size(self) -> ViewSize:
        return ViewSize(self.width(), self.height(), self.devicePixelRatioF())

    def _zoom_to(self, scale: float, anchor_view_xy: Point) -> None:
        self._transform.zoom_to(scale, anchor_view_xy, self._size())
        self._follow_transform()

    def _follow_transform(self) -> None:
        if self.has_image:
            self._redraw()
            self.view_changed.emit()

    def _redraw(self) -> None:
        self._is_stale = True
        self.update()

    def _set_look(self, layer: Layer, look: LayerLook) -> None:
        if self.renderer.looks[layer] != look:
            self.renderer.looks[layer] = look
            self._redraw()

    def _render_when_stale(self) -> None:
        """Bring the picture up to date: all of it after a change of view, else only what was painted."""
        ratio = self.devicePixelRatioF()
        width, height = math.ceil(self.width() * ratio), math.ceil(self.height() * ratio)
        placement = self.placement.enlarged(ratio)
        is_other_size = self.renderer.pixels.shape[:2] != (height, width)
        if self._is_stale or is_other_size or not self.renderer.scroll_to(placement):
            self.renderer.render(width, height, placement, ratio)
            pixels = self.renderer.pixels
            self._picture = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
            self._picture.setDevicePixelRatio(ratio)
            self._colour_bars = map_legends(
                self.renderer.shown_scales(), self.font(), ratio, shows_band=self.renderer.shows_band
            )
            self._is_stale = False
        elif not self._changed_box.is_empty:
            self.renderer.renew_image_box(self._changed_box)
        self._changed_box = EMPTY_BOX

    def _draw_evidence(self, painter: QPainter) -> None:
        look = self.layer_look(Layer.EVIDENCE)
        if self._evidence is not None and look.is_visible:
            self._evidence.draw(painter, self.placement, look.opacity, QRectF(self.rect()))

    def _draw_colour_bars(self, painter: QPainter) -> None:
        right, bottom = self.width() - _BAR_MARGIN, self.height() - _BAR_MARGIN
        for bar in self._colour_bars:
            size = bar.deviceIndependentSize()
            painter.drawPixmap(QPointF(right - size.width(), bottom - size.height()), bar)
            right -= size.width() + _BAR_MARGIN / 2

    def event(self, event: QEvent) -> bool:
        """Offer an event to the attached handler before Qt's own treatment."""
        if self._event_handler is not None and self._event_handler(event):
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Put the part of the picture on screen that is out of date."""
        self._render_when_stale()
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        painter.drawImage(QPointF(0, 0), self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.has_image:
            self._aids.draw(painter, self.placement, self.image_shape, self.mm_per_px)
            self._draw_evidence(painter)
            self._draw_colour_bars(painter)
            if self.layer_look(Layer.BOUNDARY).is_visible:
                for tag in self._tags:
                    tag.draw(painter, self.placement)
            if self._drawing is not None:
                self._drawing(painter)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again, or keep the middle of the view in the middle."""
        grown = event.size() - event.oldSize()
        self._transform.resize(grown.width(), grown.height(), self._size())
        self._redraw()
        self._follow_transform()
