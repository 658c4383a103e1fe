"""Where the image lies in the view while a person zooms, moves and turns it; knows nothing of Qt."""

from dataclasses import dataclass, field

from app.ui.editor.spaces import Placement, Point, fitting

_LARGEST_SCALE = 64.0
"""Device pixels per image pixel."""
_SMALLEST_SHARE = 0.25
"""Of the scale that fits the whole image."""
_MARGIN_SHARE = 0.3
"""How much is shown round a fitted rectangle, of its own size."""


@dataclass(frozen=True, slots=True)
class ViewSize:
    """How large the view is now."""

    width: float
    """Logical pixels."""
    height: float
    """Logical pixels."""
    device_pixel_ratio: float = 1.0

    @property
    def centre_xy(self) -> Point:
        """Return the centre of the view."""
        return self.width / 2, self.height / 2


@dataclass(slots=True)
class ViewTransform:
    """The placement of the shown image in a view; without an image every change is left undone."""

    placement: Placement = field(default_factory=Placement)
    image_shape: tuple[int, int] | None = None
    """(height, width) in image pixels; None while no image is shown."""
    is_fitted: bool = True
    """The whole image is shown as large as it goes, and stays so when the view is resized."""

    def show_image(self, image_shape: tuple[int, int] | None, size: ViewSize) -> None:
        """Take another image, fitted and upright."""
        self.image_shape = image_shape
        self.placement = Placement()
        self.fit(size)

    def fit(self, size: ViewSize) -> None:
        """Show the whole image."""
        self._place(self._fitting(size), size, is_fitted=True)

    def fit_box(self, left: float, top: float, right: float, bottom: float, size: ViewSize) -> None:
        """Show a rectangle of the image with a margin in the middle; never smaller than the whole image."""
        width, height = (1 + _MARGIN_SHARE) * (right - left), (1 + _MARGIN_SHARE) * (bottom - top)
        if self.placement.quarter_turns % 2 == 1:
            width, height = height, width
        scale = min(size.width / width, size.height / height)
        if scale <= self._fitting(size).scale:
            self.fit(size)
            return
        self.zoom_to(scale, size.centre_xy, size)
        centre_xy = (left + right) / 2, (top + bottom) / 2
        self._place(self.placement.anchored(centre_xy, size.centre_xy), size)

    def zoom_to(self, scale: float, anchor_view_xy: Point, size: ViewSize) -> None:
        """Show ``scale`` logical pixels per image pixel, within bounds, about a point of the view."""
        largest = _LARGEST_SCALE / size.device_pixel_ratio
        fitted = self._fitting(size).scale
        smallest = min(fitted * _SMALLEST_SHARE, largest)
        bounded = min(max(scale, smallest), max(largest, fitted))
        self._place(self.placement.zoomed(bounded, anchor_view_xy), size)

    def turn(self, quarter_turns: int, size: ViewSize) -> None:
        """Turn the view clockwise about its centre; a fitted image is fitted again."""
        turned = self.placement.turned(quarter_turns, size.centre_xy)
        if not self.is_fitted:
            self._place(turned, size)
        elif self.image_shape is not None:
            self.placement = turned
            self.fit(size)

    def move(self, dx: float, dy: float, size: ViewSize) -> None:
        """Move the image by view pixels; a part of it always stays in sight."""
        self._place(self.placement.moved(dx, dy), size)

    def resize(self, dx: float, dy: float, size: ViewSize) -> None:
        """Follow a view that grew by ``dx`` and ``dy`` to ``size``: fit again, or keep its middle."""
        if self.is_fitted:
            self.fit(size)
        else:
            self.move(dx / 2, dy / 2, size)

    def _fitting(self, size: ViewSize) -> Placement:
        height, width = self.image_shape or (1, 1)
        return fitting(width, height, size.width, size.height, self.placement.quarter_turns)

    def _place(self, placement: Placement, size: ViewSize, *, is_fitted: bool = False) -> None:
        if self.image_shape is not None:
            self.placement = self._kept_in_sight(placement, size)
            self.is_fitted = is_fitted

    def _kept_in_sight(self, placement: Placement, size: ViewSize) -> Placement:
        """Move a placement so that the image's rectangle still meets the middle half of the view."""
        height, width = self.image_shape or (1, 1)
        left, top, right, bottom = placement.view_rect(0, 0, width, height)
        dx = _shift(left, right, size.width * 0.25, size.width * 0.75)
        dy = _shift(top, bottom, size.height * 0.25, size.height * 0.75)
        return placement.moved(dx, dy)


def _shift(low: float, high: float, at_least: float, at_most: float) -> float:
    """By how much an interval must move to meet [at_least, at_most]."""
    if high < at_least:
        return at_least - high
    if low > at_most:
        return at_most - low
    return 0.0
