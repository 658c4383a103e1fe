"""The image on screen: zoom, pan, fit, turn, and the layers over it. Correcting is ``canvas.py``'s part."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.mask import EMPTY_BOX, PixelBox
from app.ui.editor.colour_bar import colour_bar
from app.ui.editor.image_renderer import ImageRenderer, shown_map
from app.ui.editor.layers import Layer, LayerLook, band_scale, probability_scale
from app.ui.editor.legend import band_legend
from app.ui.editor.spaces import Placement, Point, fitting
from app.usecases.analysis.colour_scales import attention_scale
from models.contract.arrays import AttentionMap, BoolMask, ProbabilityMap, RgbImage

_LARGEST_SCALE = 64.0
"""Device pixels per image pixel."""
_SMALLEST_SHARE = 0.25
"""Of the scale that fits the whole image."""
_BAR_MARGIN = 12.0
_BAND_WORDS = (
    "Wide: the predicted boundary is uncertain here,",
    "it moves when the image is flipped or turned.",
)


class ImageViewport(QWidget):
    """Shows an image with its layers; owns the placement and the picture."""

    view_changed = Signal()
    """Scale, turn or position changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Dermoscopic image")
        self.mm_per_px: float | None = None
        self._renderer = ImageRenderer()
        self._image_shape: tuple[int, int] | None = None
        self._placement = Placement()
        self._is_fitted = True
        self._is_stale = True
        self._changed_box = EMPTY_BOX
        self._picture = QImage()
        self._colour_bars: list[QPixmap] = []

    @property
    def has_image(self) -> bool:
        """Say whether an image is shown."""
        return self._image_shape is not None

    @property
    def placement(self) -> Placement:
        """Return where the image lies in the view, logical pixels."""
        return self._placement

    @property
    def zoom(self) -> float:
        """Return device pixels per image pixel; 1.0 is 1:1."""
        return self._placement.scale * self.devicePixelRatioF()

    def set_ground_colour(self, colour: QColor) -> None:
        """Set what is seen around the image."""
        self._renderer.ground_bgr = (colour.blue(), colour.green(), colour.red())
        self._redraw()

    def set_calibration(self, mm_per_px: float | None) -> None:
        """Tell the scale of the image; without it, lengths stay in pixels."""
        self.mm_per_px = mm_per_px
        self.update()

    def set_overlay(self, attention: AttentionMap | None, *, is_signed: bool = False) -> None:
        """Show an attention map (H, W) float32, in [-1, 1] when signed, else in [0, 1]; None removes it."""
        scale = attention_scale(is_signed=is_signed)
        self._renderer.attention = None if attention is None else shown_map(attention, scale)
        self._redraw()

    def set_band(self, band: NDArray[np.float32] | None) -> None:
        """Show where the boundary is uncertain, (h, w) in [0, 1], stretched; None removes it."""
        self._renderer.uncertainty = None if band is None else shown_map(band, band_scale())
        self._redraw()

    def layer_look(self, layer: Layer) -> LayerLook:
        """Return how a layer is shown."""
        return self._renderer.looks[layer]

    def set_layer_visible(self, layer: Layer, visible: bool) -> None:
        """Show or hide a layer."""
        self._set_look(layer, replace(self.layer_look(layer), is_visible=visible))

    def set_layer_opacity(self, layer: Layer, opacity: float) -> None:
        """Set how strongly a layer is shown, 0 to 1."""
        self._set_look(layer, replace(self.layer_look(layer), opacity=min(max(opacity, 0.0), 1.0)))

    def fit(self) -> None:
        """Show the whole image."""
        if self._image_shape is not None:
            self._place(self._fitting(), is_fitted=True)

    def show_actual_pixels(self) -> None:
        """Show 1:1: one image pixel on one pixel of the screen, about the centre of the view."""
        self._zoom_to(1.0 / self.devicePixelRatioF(), self._centre())

    def zoom_by(self, factor: float, anchor_view_xy: Point | None = None) -> None:
        """Enlarge about a point of the view (its centre when None)."""
        self._zoom_to(self._placement.scale * factor, anchor_view_xy or self._centre())

    def rotate_view(self, quarter_turns: int = 1) -> None:
        """Turn the view clockwise; image, mask and measurements stay as they are."""
        if self._image_shape is None:
            return
        turned = self._placement.turned(quarter_turns, self._centre())
        if self._is_fitted:
            self._placement = turned
            self.fit()
        else:
            self._place(turned)

    def move_view(self, dx: float, dy: float) -> None:
        """Move the image in the view, by view pixels; a part of it always stays in sight."""
        self._place(self._placement.moved(dx, dy))

    def _show(self, pixels: RgbImage | None) -> None:
        """Take another image, fitted and upright."""
        self._renderer.show(pixels)
        self._image_shape = None if pixels is None else (pixels.shape[0], pixels.shape[1])
        self._changed_box = EMPTY_BOX
        if self._image_shape is not None:
            self._placement = Placement()
            self._place(self._fitting(), is_fitted=True)
        self._redraw()

    def _show_mask(self, mask: BoolMask | None) -> None:
        self._renderer.mask = mask
        self._redraw()

    def _show_probability(self, probability: ProbabilityMap | None) -> None:
        self._renderer.probability = (
            None if probability is None else shown_map(probability, probability_scale())
        )
        self._redraw()

    def _renew(self, box: PixelBox) -> None:
        """Repaint what is seen of a box of the image."""
        self._changed_box = self._changed_box.united(box)
        left, top, right, bottom = self._placement.view_rect(box.left, box.top, box.right, box.bottom)
        reach = 8.0
        self.update(
            QRectF(left - reach, top - reach, right - left + 2 * reach, bottom - top + 2 * reach)
            .toAlignedRect()
            .intersected(self.rect())
        )

    def _redraw(self) -> None:
        self._is_stale = True
        self.update()

    def _set_look(self, layer: Layer, look: LayerLook) -> None:
        if self._renderer.looks[layer] != look:
            self._renderer.looks[layer] = look
            self._redraw()

    def _centre(self) -> Point:
        return self.width() / 2, self.height() / 2

    def _fitting(self) -> Placement:
        height, width = self._image_shape or (1, 1)
        return fitting(width, height, self.width(), self.height(), self._placement.quarter_turns)

    def _zoom_to(self, scale: float, anchor_view_xy: Point) -> None:
        if self._image_shape is None:
            return
        largest = _LARGEST_SCALE / self.devicePixelRatioF()
        fitted = self._fitting().scale
        smallest = min(fitted * _SMALLEST_SHARE, largest)
        bounded = min(max(scale, smallest), max(largest, fitted))
        self._place(self._placement.zoomed(bounded, anchor_view_xy))

    def _place(self, placement: Placement, *, is_fitted: bool = False) -> None:
        if self._image_shape is None:
            return
        self._placement = self._kept_in_sight(placement)
        self._is_fitted = is_fitted
        self._redraw()
        self.view_changed.emit()

    def _kept_in_sight(self, placement: Placement) -> Placement:
        """Move a placement so that the image's rectangle still meets the middle half of the view."""
        height, width = self._image_shape or (1, 1)
        left, top, right, bottom = placement.view_rect(0, 0, width, height)
        dx = _shift(left, right, self.width() * 0.25, self.width() * 0.75)
        dy = _shift(top, bottom, self.height() * 0.25, self.height() * 0.75)
        return placement.moved(dx, dy)

    def _render_when_stale(self) -> None:
        """Bring the picture up to date: all of it after a change of view, else only what was painted."""
        ratio = self.devicePixelRatioF()
        width, height = math.ceil(self.width() * ratio), math.ceil(self.height() * ratio)
        if self._is_stale or self._renderer.pixels.shape[:2] != (height, width):
            self._renderer.render(width, height, self._placement.enlarged(ratio), ratio)
            pixels = self._renderer.pixels
            self._picture = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
            self._picture.setDevicePixelRatio(ratio)
            self._colour_bars = self._drawn_colour_bars()
            self._is_stale = False
        elif not self._changed_box.is_empty:
            self._renderer.renew_image_box(self._changed_box)
        self._changed_box = EMPTY_BOX

    def _draw_over(self, painter: QPainter) -> None:
        """Draw what lies over the picture."""
        right, bottom = self.width() - _BAR_MARGIN, self.height() - _BAR_MARGIN
        for bar in self._colour_bars:
            size = bar.deviceIndependentSize()
            painter.drawPixmap(QPointF(right - size.width(), bottom - size.height()), bar)
            right -= size.width() + _BAR_MARGIN / 2

    def _drawn_colour_bars(self) -> list[QPixmap]:
        """Draw the colour bars of the maps that are shown, once per view."""
        titles = {Layer.ATTENTION: "Relevance", Layer.PROBABILITY: "Probability"}
        scales = self._renderer.shown_scales()
        ratio = self.devicePixelRatioF()
        bars = [
            colour_bar(scales[layer], title, self.font(), ratio)
            for layer, title in titles.items()
            if layer in scales
        ]
        return [*bars, band_legend(_BAND_WORDS, self.font(), ratio)] if self._renderer.shows_band else bars

    def paintEvent(self, event: QPaintEvent) -> None:
        """Put the part of the picture on screen that is out of date."""
        self._render_when_stale()
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        painter.drawImage(QPointF(0, 0), self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.has_image:
            self._draw_over(painter)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again, or keep the middle of the view in the middle."""
        if self._image_shape is None:
            self._redraw()
        elif self._is_fitted:
            self.fit()
        else:
            old, new = event.oldSize(), event.size()
            self._place(
                self._placement.moved((new.width() - old.width()) / 2, (new.height() - old.height()) / 2)
            )


def _shift(low: float, high: float, at_least: float, at_most: float) -> float:
    """By how much an interval must move to meet [at_least, at_most]."""
    if high < at_least:
        return at_least - high
    if low > at_most:
        return at_most - low
    return 0.0
