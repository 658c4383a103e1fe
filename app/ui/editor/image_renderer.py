"""The picture on the canvas, kept at screen resolution; a stroke renews only its own rectangle.

What no stroke changes (image, probability, attention, uncertainty) is rendered once per view; the mask's tint
and boundary are laid over it rectangle by rectangle.
"""

from dataclasses import dataclass, field

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
    _tinted: Bgra = field(default_factory=lambda: np.zeros((1, 1, 4), dtype=np.uint8))
    _seen: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((1, 1), dtype=np.uint8))

    def show(self, image: RgbImage | None) -> None:
        """Take another image; maps and mask of the one before are dropped."""
        self.image = None if image is None else ImagePyramid(image)
        self.probability = self.attention = self.uncertainty = self.mask = None
        self.others, self.line_rgb = (), LINE_RGB

    def render(self, width: int, height: int, placement: Placement, device_pixel_ratio: float) -> None:
        """Render everything for a view of ``width`` x ``height`` device pixels."""
        self.placement, self.device_pixel_ratio = placement, device_pixel_ratio
        if self.pixels.shape[:2] != (height, width):
            self.pixels = np.full((height, width, 4), 255, dtype=np.uint8)
        self._base = _filled(height, width, self.ground_bgr)
        self._render_base()
        opacity = self._opacity(Layer.MASK)
        self._tinted = _tinted(self._base, opacity) if opacity else self._base
        self._seen = np.zeros((height, width), dtype=np.uint8)
        self.renew(PixelBox(0, 0, height, width))

    def renew(self, box: PixelBox) -> None:
        """Lay the mask's layers anew over ``box`` of the view, device pixels."""
        box = box.clipped(self.pixels.shape)
        if box.is_empty:
            return
        target = self.pixels[box.window]
        if self.mask is None:
            target[...] = self._base[box.window]
            return
        self._seen[box.window] = seen_mask(self.mask, self.placement, box)
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
        if self._opacity(Layer.MASK):
            cv2.copyTo(self._tinted[box.window], self._seen[box.window], target)
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

    def _render_base(self) -> None:
        if self.image is None:
            return
        whole = PixelBox.whole(self._base.shape)
        inside = seen_indices(self.placement, whole, self.image.shape).inside
        if inside.is_empty:
            return
        target = self._base[inside.window]
        cv2.cvtColor(self.image.seen(self.placement, inside), cv2.COLOR_RGB2BGRA, dst=target)
        maps = (
            (Layer.PROBABILITY, self.probability),
            (Layer.ATTENTION, self.attention),
            (Layer.UNCERTAINTY, self.uncertainty),
        )
        for layer, shown in maps:
            opacity = self._opacity(layer)
            if shown is not None and opacity:
                self._lay_map(target, shown, inside, opacity)
        for lesion in self.others:
            self._lay_lesion(lesion)

    def _lay_lesion(self, lesion: OutlinedLesion) -> None:
        """Draw a lesion that is not in hand, with a thinner line than the one that is."""
        seen = seen_mask(lesion.mask, self.placement, PixelBox.whole(self._base.shape))
        if opacity := self._opacity(Layer.MASK):
            cv2.copyTo(_tinted(self._base, opacity, lesion.line_rgb), seen, self._base)
        if opacity := self._opacity(Layer.BOUNDARY):
            look = line_look(_OTHER_LINE * self.device_pixel_ratio)
            reach = look.reach_px
            padded = cv2.copyMakeBorder(seen, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
            framed = padded.astype(np.uint8, copy=False)
            draw_boundary(self._base, framed, reach, look, opacity, lesion.line_rgb)

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


def _filled(height: int, width: int, bgr: tuple[int, int, int]) -> Bgra:
    word = np.array([*bgr, 255], dtype=np.uint8).view(np.uint32)[0]
    return np.full((height, width), word, dtype=np.uint32).view(np.uint8).reshape(height, width, 4)


def _tinted(base: Bgra, opacity: float, tint_rgb: tuple[int, int, int] = TINT_RGB) -> Bgra:
    """Return ``base`` with a mask's tint over all of it."""
    levels = np.arange(256.0)[:, None] * (1.0 - opacity)
    table = np.rint(levels + np.array([*tint_rgb[::-1], 255]) * opacity).astype(np.uint8)
    return cv2.LUT(base, table[None]).astype(np.uint8, copy=False)
