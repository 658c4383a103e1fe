"""The tool in hand: its gesture under way, what it shows, and what is set for it."""

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.domain.mask import PixelBox
from app.translation import _
from app.ui.editor.image_view import ImageView
from app.ui.editor.mask_editor import MaskEditor
from app.ui.editor.raster import Spans
from app.ui.editor.spaces import Point, length_px
from app.ui.editor.step_label import StepLabel
from app.ui.editor.tool_previews import ToolPreview
from app.ui.editor.tools import FIRST_TOOL, TOOLS
from app.ui.editor.tools.gesture import Gesture, KeyPress, Pointer, PointerEventType
from app.ui.editor.tools.tool import Tool
from app.ui.editor.tools.tool_option import BRUSH_SIZE, ToolOption
from models.contract.arrays import BoolMask, RgbImage
from models.contract.imaging.clicks import Click


class ToolController(QObject):
    """Runs the gestures of one tool at a time on a view and its mask; what it may do is ``ToolCanvas``."""

    tool_changed = Signal(str)
    option_changed = Signal(str, float)
    """Name of a ``ToolOption``, and its new value."""
    brush_grown = Signal()
    """The brush was made larger or smaller by a notch, from where the pointer is."""
    distance_drawn = Signal(float)
    """A measured length lies on the image, in image pixels."""
    click_placed = Signal(object)
    """Click: a person has said that a place belongs to the lesion, or does not."""
    region_picked = Signal(int, int)
    """Row and column of a pixel in the region of the mask that a person means."""
    given_up = Signal()
    """Escape: whatever is not finished is not wanted."""

    def __init__(self, view: ImageView, editor: MaskEditor) -> None:
        super().__init__(view)
        self._view = view
        self._editor = editor
        self._tool = FIRST_TOOL
        self._option_values: dict[str, float] = {}
        self._gesture: Gesture | None = None
        self.shown_preview: ToolPreview | None = None
        self.resting_preview: ToolPreview | None = None
        """What is drawn while no gesture shows anything."""
        editor.interrupted.connect(self.cancel_gesture)
        editor.image_opened.connect(self._rest_on_other_image)
        editor.mask_edited.connect(self._rest)

    @property
    def tool(self) -> Tool:
        """Return the tool in hand."""
        return self._tool

    def set_tool(self, name: str) -> None:
        """Take a tool of ``TOOLS`` by its name; an unfinished gesture is given up."""
        if name not in TOOLS:
            msg = _("there is no tool named {name}").format(name=name)
            raise ValueError(msg)
        self.cancel_gesture()
        self._tool = TOOLS[name]
        self.show_at_rest(None)
        self._rest()
        self._view.update()
        self.tool_changed.emit(name)

    @property
    def brush_diameter_px(self) -> int:
        """Return the brush's diameter in image pixels; it follows the zoom, the circle on screen stays."""
        return max(1, round(self.option(BRUSH_SIZE) / self._view.placement.scale))

    def set_brush_diameter_px(self, diameter_px: int) -> None:
        """Set the brush's diameter in image pixels as they are shown now."""
        self.set_option(BRUSH_SIZE, diameter_px * self._view.placement.scale)

    def option(self, option: ToolOption) -> float:
        """Return what is set for the tools that have an option."""
        return self._option_values.get(option.name, float(option.first))

    def set_option(self, option: ToolOption, value: float) -> None:
        """Set an option of the tools that have it, within its bounds."""
        bounded = option.bounded(value)
        if bounded != self.option(option):
            self._option_values[option.name] = bounded
            self.option_changed.emit(option.name, bounded)

    def grow_brush(self, notches: float = 1.0) -> None:
        """Make the brush larger by about an eighth per notch (smaller when negative), at least a pixel."""
        diameter_px = self.brush_diameter_px
        step = max(1, round(diameter_px * (1.125 ** abs(notches) - 1)))
        self.set_brush_diameter_px(max(1, diameter_px + (step if notches > 0 else -step)))
        self.brush_grown.emit()

    @property
    def is_drawing(self) -> bool:
        """Say whether a gesture is under way."""
        return self._gesture is not None

    def feed(self, pointer: Pointer, tool: Tool | None = None) -> None:
        """Give an event to the gesture under way, or start one of a tool, by default that in hand."""
        if self._gesture is None:
            if pointer.act is PointerEventType.PRESS:
                self.start(tool or self._tool, pointer)
            return
        try:
            self._gesture.send(pointer)
        except StopIteration as ended:
            self._gesture = None
            self._rest()
            measured_px: float | None = ended.value
            if measured_px is not None:
                self.distance_drawn.emit(measured_px)

    @property
    def takes_keys(self) -> bool:
        """Say whether the tool in hand has a use for a ``ToolKey`` now."""
        return self._tool.take_key is not None and self._gesture is None and self._view.has_image

    def take_key(self, press: KeyPress) -> None:
        """Give a key to the tool in hand."""
        if self._tool.take_key is not None and self.takes_keys:
            self.preview(None)
            self._tool.take_key(self, press)
            self._rest()

    def start(self, tool: Tool, press: Pointer) -> None:
        """Start a tool's gesture, unless one is under way or no image is shown."""
        if self._gesture is not None or not self._view.has_image:
            return
        self.preview(None)
        self._gesture = tool.start(self, press)
        try:
            next(self._gesture)
        except StopIteration:
            self._gesture = None
            self._rest()

    def cancel_gesture(self) -> None:
        """Give up what is being drawn, without trace."""
        if self._gesture is not None:
            self._gesture.close()
            self._gesture = None
        self._editor.abandon()
        self.preview(None)

    def give_up(self) -> None:
        """Give up what is being drawn, and what a tool still waits for."""
        self.cancel_gesture()
        self.given_up.emit()

    def show_at_rest(self, preview: ToolPreview | None) -> None:
        """Show a drawing whenever no gesture shows anything, until image or tool changes."""
        if preview != self.resting_preview:
            self.resting_preview = preview
            self._view.update()

    def place_click(self, click: Click) -> None:
        """Say that a place of the image belongs to the lesion, or does not."""
        self.click_placed.emit(click)

    def pick_region(self, row: int, column: int) -> None:
        """Say that a person means the region of the mask at a pixel."""
        self.region_picked.emit(row, column)

    @property
    def image_shape(self) -> tuple[int, int]:
        """Return (height, width) of the image, (0, 0) without one."""
        return self._view.image_shape

    def view_distance(self, one_image_xy: Point, other_image_xy: Point) -> float:
        """Return how far apart two points of the image are seen, in view pixels."""
        return length_px(one_image_xy, other_image_xy) * self._view.placement.scale

    def paint(self, spans: Spans, *, value: bool) -> None:
        """Paint or erase pixels of the unfinished stroke."""
        self._editor.paint(spans, value=value)

    @property
    def mask(self) -> BoolMask:
        """Return the mask (H, W) with all finished steps, without an image an empty one."""
        mask = self._editor.finished_mask
        return np.zeros(self.image_shape, dtype=np.bool_) if mask is None else mask

    @property
    def image_pixels(self) -> RgbImage:
        """Return the image (H, W, 3) itself, without one an empty image."""
        pixels = self._view.pixels
        return np.zeros((*self.image_shape, 3), dtype=np.uint8) if pixels is None else pixels

    def image_copy(self, longer_side_px: int) -> RgbImage:
        """Return a copy (h, w, 3) of the image, shrunk but not below a longer side."""
        copy = self._view.image_copy(longer_side_px)
        return np.zeros((*self.image_shape, 3), dtype=np.uint8) if copy is None else copy

    def paint_block(self, box: PixelBox, block: BoolMask) -> None:
        """Let the unfinished stroke be ``block`` (h, w) in a box of the image."""
        self._editor.paint_block(box, block)

    def start_over(self) -> None:
        """Take back what the unfinished stroke has painted so far."""
        self._editor.abandon()

    def finish(self, label: StepLabel, *, is_exact: bool = False) -> None:
        """Make what was painted one step of the history, pinholes and crumbs mended unless it is exact."""
        self._editor.finish(label, is_exact=is_exact)

    def preview(self, preview: ToolPreview | None) -> None:
        """Show a drawing that is not part of the mask."""
        if preview != self.shown_preview:
            self.shown_preview = preview
            self._view.update()

    def move_view(self, dx: float, dy: float) -> None:
        """Move the image in the view, by view pixels."""
        self._view.move_view(dx, dy)

    def _rest(self) -> None:
        """Show what the tool in hand shows while nothing is done with it."""
        at_rest = self._tool.at_rest
        if at_rest is not None:
            self.show_at_rest(at_rest(self) if self._view.has_image else None)

    def _rest_on_other_image(self) -> None:
        self.show_at_rest(None)
        self._rest()
