"""What a gesture is: a generator that the canvas drives with pointer events, in image coordinates.

A gesture runs from the press that starts it to its ``return``; closing it (Escape) leaves no trace, because
only ``finish`` makes a step of what was painted.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol, TypeAlias

from app.domain.mask import PixelBox
from app.translation import N_
from app.ui.editor.raster import Spans
from app.ui.editor.spaces import Point
from app.ui.editor.step_label import StepLabel
from app.ui.editor.tool_previews import ToolPreview
from app.ui.editor.tools.tool_option import ToolOption
from models.contract.arrays import BoolMask, RgbImage
from models.contract.imaging.clicks import Click


class PointerEventType(Enum):
    """What the pointer or a key did."""

    PRESS = "press"
    MOVE = "move"
    RELEASE = "release"
    DOUBLE_PRESS = N_("double press")
    CONFIRM = "confirm"
    """Enter."""
    STEP_BACK = N_("step back")
    """Backspace."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """One event of a gesture."""

    act: PointerEventType
    image_xy: Point
    view_xy: Point = (0.0, 0.0)
    is_subtracting: bool = False
    """Alt or Ctrl was held."""
    is_straight: bool = False
    """Shift was held."""
    pressure: float = 1.0
    """Of a pen, in (0, 1], where it counts; 1 for everything else."""


class ToolKey(Enum):
    """A key that a tool may take while nothing is drawn."""

    NEXT = "next"
    """Tab."""
    PREVIOUS = "previous"
    """Shift+Tab."""
    MOVE = "move"
    """An arrow."""
    ADD = "add"
    """Insert."""
    REMOVE = "remove"
    """Delete."""


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A key for the tool in hand."""

    key: ToolKey
    by_image_xy: Point = (0.0, 0.0)
    """Which way an arrow goes and how far, in pixels of the image."""


class ToolCanvas(Protocol):
    """What a tool may do to the canvas."""

    @property
    def image_shape(self) -> tuple[int, int]:
        """Return (height, width) of the image."""
        ...

    @property
    def mask(self) -> BoolMask:
        """Return the mask (H, W) with all finished steps; a tool does not write to it."""
        ...

    @property
    def brush_diameter_px(self) -> int:
        """Return the brush's diameter in image pixels."""
        ...

    @property
    def image_pixels(self) -> RgbImage:
        """Return the image (H, W, 3) itself; a tool does not write to it."""
        ...

    def image_copy(self, longer_side_px: int) -> RgbImage:
        """Return a copy (h, w, 3) of the image, shrunk but not below a longer side."""
        ...

    def option(self, option: ToolOption) -> float:
        """Return what a person has set."""
        ...

    def set_option(self, option: ToolOption, value: float) -> None:
        """Set what a gesture decides; it is shown where the person sets it."""
        ...

    def view_distance(self, one_image_xy: Point, other_image_xy: Point) -> float:
        """Return how far apart two points of the image are seen, in view pixels."""
        ...

    def paint(self, spans: Spans, *, value: bool) -> None:
        """Paint or erase pixels of the unfinished stroke."""
        ...

    def paint_block(self, box: PixelBox, block: BoolMask) -> None:
        """Let the unfinished stroke be ``block`` (h, w) in a box of the image."""
        ...

    def place_click(self, click: Click) -> None:
        """Say that a place of the image belongs to the lesion, or does not."""
        ...

    def pick_region(self, row: int, column: int) -> None:
        """Say that a person means the region of the mask at a pixel."""
        ...

    def start_over(self) -> None:
        """Take back what the unfinished stroke has painted so far."""
        ...

    def finish(self, label: StepLabel, *, is_exact: bool = False) -> None:
        """Make what was painted one step of the history, pinholes and crumbs mended unless it is exact."""
        ...

    def preview(self, preview: ToolPreview | None) -> None:
        """Show a drawing that is not part of the mask."""
        ...

    def move_view(self, dx: float, dy: float) -> None:
        """Move the image in the view, by view pixels."""
        ...


Gesture: TypeAlias = Generator[None, Pointer, float | None]
"""Returns the length in image pixels that it measured, or None when it measures nothing."""
GestureStart: TypeAlias = Callable[[ToolCanvas, Pointer], Gesture]
"""Starts a gesture from the press of the pointer."""


def subtracting(start: GestureStart) -> GestureStart:
    """Return a gesture that takes away without any key being held."""

    def subtract(canvas: ToolCanvas, press: Pointer) -> Gesture:
        return start(canvas, replace(press, is_subtracting=True))

    return subtract
