"""The picture on the canvas, kept at screen resolution; a stroke renews only its own rectangle.

What no stroke changes (image, probability, attention, uncertainty) is rendered once per view; the mask's tint
and boundary are laid over it rectangle by rectangle. When the view only moves, what stays in sight is kept.
"""

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from app.domain.mask import PixelBox
from app.ui.editor.boundary import LineLook, draw_boundary, line_look
from app.ui.editor.layers import FIRST_LOOK, TINT_RGB, Layer, LayerLook
from app.ui.editor.sampling import ImagePyramid, seen_indices, seen_mask
from app.ui.editor.spaces import Placement
from app.usecases.analysis.colour_scales import LINE_RGB, ColourScale
from models.contract.arrays import AttentionMap, BoolMask, ProbabilityMap, RgbImage

_MAP_SIDE_PX = 1024
"""Longer side at which maps are kept: networks answer far more coarsely than this."""
_OTHER_LINE, _LINE_AMONG_OTHERS = 0.8, 1.3
"""Widths of lines where an image shows several lesions, against that of one: others, and the one in hand."""

_SUBPIXEL = 1e-6
"""Offsets that differ by less are the same."""

Bgra = NDArray[np.uint8]


@dataclass(slots=True)
class ShownMap:
    """A map over the image with its colours."""

    levels: ImagePyramid
    scale: ColourScale


def shown_map(values: ProbabilityMap | AttentionMap, scale: ColourScale) -> ShownMap:
    """Prepare a map (H, W) float32 for display."""
    height, width = values.shape
    shrink = min(1.0, _MAP_SIDE_PX / max(height, width))
    if shrink < 1.0:
        size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        values = cv2.resize(values, size, interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)
    return ShownMap(ImagePyramid(scale.levels(values)), scale)


@dataclass(frozen=True, slots=True, eq=False)
class OutlinedLesion:
    """A lesion of the image that is not in hand: its outline is shown, and no stroke changes it."""

    number: int
    mask: BoolMask
    """(H, W) bool."""
    line_rgb: tuple[int, int, int]


@dataclass(slots=True)
class ImageRenderer:
    """The picture of one canvas; ``pixels`` (h, w, 4) uint8 BGRA is what is put on screen."""

    ground_bgr: tuple[int, int, int] = (50, 45, 42)
    looks: dict[Layer, LayerLook] = field(default_factory=lambda: dict(FIRST_LOOK))
    image: ImagePyramid | None = None
    aided: ImagePyramid | None = None
    """Shown in place of the image, stretched over it; nothing but the view reads it."""
    probability: ShownMap | None = None
    attention: ShownMap | None = None
    uncertainty: ShownMap | None = None
    mask: BoolMask | None = None
    line_rgb: tuple[int, int, int] = LINE_RGB
    """Of the boundary of ``mask``."""
    others: tuple[OutlinedLesion, ...] = ()
    """Drawn below the mask, and with it shown or hidden."""
    device_pixel_ratio: float = 1.0
    placement: Placement = field(default_factory=Placement)
    """In device pixels."""
    pixels: Bgra = field(default_factory=lambda: np.zeros((1, 1, 4), dtype=np.uint8))
    _base: Bgra = field(default_factory=lambda: np.zeros((1, 1, 4), dtype=np.uint8))
    _seen: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((1, 1), dtype=np.uint8))

    def show(self, image: RgbImage | None, pyramid: ImagePyramid | None = None) -> None:
        """Take another image, or its pyramid; maps, mask and aided pixels of the one before are dropped."""
        self.image = pyramid if image is None or pyramid is not None else ImagePyramid(image)
        self.aided = self.probability = self.attention = self.uncertainty = self.mask = None
        self.others, self.line_rgb = (), LINE_RGB

    def render(self, width: int, height: int, placement: Placement, device_pixel_ratio: float) -> None:
        """Render everything for a view of ``width`` x ``height`` device pixels."""
        self.placement, self.device_pixel_ratio = placement, device_pixel_ratio
        if self.pixels.shape[:2] != (height, width):
            self.pixels = np.full((height, width, 4), 255, dtype=np.uint8)
        self._base = np.empty((height, width, 4), dtype=np.uint8)
        self._seen = np.zeros((height, width), dtype=np.uint8)
        whole = PixelBox(0, 0, height, width)
        self._render_base(whole)
        self.renew(whole)

    def scroll_to(self, placement: Placement) -> bool:
        """Follow a placement that moved by whole device pixels; for any other do nothing, return False."""
        before_x, before_y = self.placement.offset_xy
        dx, dy = placement.offset_xy[0] - before_x, placement.offset_xy[1] - before_y
        columns, rows = round(dx), round(dy)
        height, width = self.pixels.shape[:2]
        is_whole = abs(dx - columns) < _SUBPIXEL and abs(dy - rows) < _SUBPIXEL
        is_moved_only = replace(placement, offset_xy=self.placement.offset_xy) == self.placement
        if not (is_whole and is_moved_only) or abs(columns) >= width or abs(rows) >= height:
            return False
        self.placement = placement
        if not columns and not rows:
            return True
        for picture in (self.pixels, self._base, self._seen):
            _shift(picture, columns, rows)
        reach_px = self._line_look.reach_px
        for strip in _uncovered(width, height, columns, rows):
            self._render_base(strip)
            self._seen[strip.window] = 0 if self.mask is None else seen_mask(self.mask, placement, strip)
            # Where the view ended before, the boundary was drawn without what lies beyond.
            self._compose(strip.grown(reach_px).clipped(self.pixels.shape))
        return True

    def renew(self, box: PixelBox) -> None:
        """Lay the mask's layers anew over ``box`` of the view, device pixels."""
        box = box.clipped(self.pixels.shape)
        if box.is_empty:
            return
        self._seen[box.window] = 0 if self.mask is None else seen_mask(self.mask, self.placement, box)
        self._compose(box)

    def renew_image_box(self, box: PixelBox) -> PixelBox:
        """Renew what is seen of a changed ``box`` of the image; returns the box of the view."""
        left, top, right, bottom = self.placement.view_rect(box.left, box.top, box.right, box.bottom)
        changed = PixelBox(
            int(np.floor(top)), int(np.floor(left)), int(np.ceil(bottom)) + 1, int(np.ceil(right)) + 1
        ).clipped(self.pixels.shape)
        if changed.is_empty or self.mask is None:
            return changed
        self._seen[changed.window] = seen_mask(self.mask, self.placement, changed)
        reached = changed.grown(self._line_look.reach_px).clipped(self.pixels.shape)
        self._compose(reached)
        return reached

    def shown_scales(self) -> dict[Layer, ColourScale]:
        """Return the colour scales of the maps that can be seen now."""
        maps = {Layer.PROBABILITY: self.probability, Layer.ATTENTION: self.attention}
        return {
            layer: shown.scale for layer, shown in maps.items() if shown is not None and self._opacity(layer)
        }

    @property
    def shows_band(self) -> bool:
        """Say whether the uncertainty band can be seen now."""
        return self.uncertainty is not None and self._opacity(Layer.UNCERTAINTY) > 0

    @property
    def _line_look(self) -> LineLook:
        """The look of the boundary: wider where it has to stand out from those of other lesions."""
        return line_look(self.device_pixel_ratio * (_LINE_AMONG_OTHERS if self.others else 1.0))

    def _compose(self, box: PixelBox) -> None:
        target = self.pixels[box.window]
        target[...] = self._base[box.window]
        if self.mask is None:
            return
        if opacity := self._opacity(Layer.MASK):
            _tint(target, self._seen[box.window], opacity)
        opacity = self._opacity(Layer.BOUNDARY)
        if opacity:
            look = self._line_look
            seen = self._with_margin(box, look.reach_px)
            draw_boundary(target, seen, look.reach_px, look, opacity, self.line_rgb)

    def _with_margin(self, box: PixelBox, margin_px: int) -> NDArray[np.uint8]:
        """The seen mask of ``box`` and a margin; what lies beyond the view repeats its edge."""
        wide = box.grown(margin_px)
        inside = wide.clipped(self._seen.shape)
        block = self._seen[inside.window]
        if inside == wide:
            return block
        padded = cv2.copyMakeBorder(
            block,
            inside.top - wide.top,
            wide.bottom - inside.bottom,
            inside.left - wide.left,
            wide.right - inside.right,
            cv2.BORDER_REPLICATE,
        )
        return padded.astype(np.uint8, copy=False)

    def _render_base(self, box: PixelBox) -> None:
        """Render in ``box`` of the view what no stroke changes."""
        _fill(self._base[box.window], self.ground_bgr)
        if self.image is None:
            return
        inside = seen_indices(self.placement, box, self.image.shape).inside.shifted(box.top, box.left)
        if not inside.is_empty:
            self._render_image(self.image, inside)
        for lesion in self.others:
            self._lay_lesion(lesion, box)

    def _render_image(self, image: ImagePyramid, inside: PixelBox) -> None:
        """Render a box of the view that lies on the image, with the maps over it."""
        target = self._base[inside.window]
        cv2.cvtColor(self._seen_pixels(image, inside), cv2.COLOR_RGB2BGRA, dst=target)
        maps = (
            (Layer.PROBABILITY, self.probability),
            (Layer.ATTENTION, self.attention),
            (Layer.UNCERTAINTY, self.uncertainty),
        )
        for layer, shown in maps:
            opacity = self._opacity(layer)
            if shown is not None and opacity:
                self._lay_map(target, shown, inside, opacity)

    def _seen_pixels(self, image: ImagePyramid, inside: PixelBox) -> NDArray[np.uint8]:
        if self.aided is None or self.aided.shape == image.shape:
            return (self.aided or image).seen(self.placement, inside)
        return self.aided.seen_over(image.shape, self.placement, inside)

    def _lay_lesion(self, lesion: OutlinedLesion, box: PixelBox) -> None:
        """Draw in ``box`` a lesion that is not in hand, with a thinner line than the one that is."""
        look = line_look(_OTHER_LINE * self.device_pixel_ratio)
        reach_px, target = look.reach_px, self._base[box.window]
        wide = seen_mask(lesion.mask, self.placement, box.grown(reach_px))
        seen = np.ascontiguousarray(wide[reach_px:-reach_px, reach_px:-reach_px])
        if opacity := self._opacity(Layer.MASK):
            _tint(target, seen, opacity, lesion.line_rgb)
        if opacity := self._opacity(Layer.BOUNDARY):
            draw_boundary(target, wide, reach_px, look, opacity, lesion.line_rgb)

    def _lay_map(self, target: Bgra, shown: ShownMap, inside: PixelBox, opacity: float) -> None:
        """Blend a map's colours over the image."""
        if self.image is None:
            return
        levels = shown.levels.seen_over(self.image.shape, self.placement, inside)
        share = (shown.scale.strength * opacity)[:, None]
        part = np.rint(np.column_stack([shown.scale.bgr, np.full(256, 255)]) * share)
        rest = np.rint(255.0 * (1.0 - share)).repeat(4, axis=1)
        cv2.multiply(target, _looked_up(rest, levels), dst=target, scale=1 / 255)
        cv2.add(target, _looked_up(part, levels), dst=target)

    def _opacity(self, layer: Layer) -> float:
        look = self.looks[layer]
        return look.opacity if look.is_visible else 0.0


def _looked_up(table: NDArray[np.float64], levels: NDArray[np.uint8]) -> Bgra:
    """Return the row (4) of ``table`` (256, 4) for every level (h, w), taken as one 32-bit word."""
    words = np.ascontiguousarray(table.astype(np.uint8)).view(np.uint32).ravel()
    return words.take(levels).view(np.uint8).reshape(*levels.shape, 4)


def _fill(target: Bgra, bgr: tuple[int, int, int]) -> None:
    word = np.array([*bgr, 255], dtype=np.uint8).view(np.uint32)[0]
    target.view(np.uint32)[..., 0] = word


def _tint(
    target: Bgra, seen: NDArray[np.uint8], opacity: float, tint_rgb: tuple[int, int, int] = TINT_RGB
) -> None:
    """Lay a mask's tint over what is seen of the mask (h, w), in place."""
    left, top, width, height = cv2.boundingRect(seen)
    part = np.s_[top : top + height, left : left + width]
    if not width:
        return
    levels = np.arange(256.0)[:, None] * (1.0 - opacity)
    table = np.rint(levels + np.array([*tint_rgb[::-1], 255]) * opacity).astype(np.uint8)
    cv2.copyTo(cv2.LUT(target[part], table[None]), seen[part], target[part])


def _shift(picture: NDArray[np.uint8], columns: int, rows: int) -> None:
    """Move what is in a picture (h, w, ...) to the right and down, in place; the rest stays as it was."""
    height, width = picture.shape[:2]
    kept = picture[max(-rows, 0) : height - max(rows, 0), max(-columns, 0) : width - max(columns, 0)].copy()
    picture[max(rows, 0) : height - max(-rows, 0), max(columns, 0) : width - max(-columns, 0)] = kept


def _uncovered(width: int, height: int, columns: int, rows: int) -> list[PixelBox]:
    """Return the strips of a view into which nothing came by ``_shift``."""
    beside = PixelBox(0, 0, height, columns) if columns > 0 else PixelBox(0, width + columns, height, width)
    above = PixelBox(0, 0, rows, width) if rows > 0 else PixelBox(height + rows, 0, height, width)
    return [strip for strip in (beside, above) if not strip.is_empty]
