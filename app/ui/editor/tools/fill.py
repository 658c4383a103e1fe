"""Fill and remove: one click fills the hole under the pointer, or removes the region under it."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from app.translation import N_, _
from app.ui.editor.mask_operations.region_at import hole_at, island_at
from app.ui.editor.spaces import Placement, Point, pixel_at
from app.ui.editor.step_label import StepLabel
from app.ui.editor.tool_previews import draw_note
from app.ui.editor.tools.gesture import Gesture, Pointer, ToolCanvas, subtracting
from app.ui.editor.tools.tool import Tool

_FILL_STEP = StepLabel("fill", N_("fill"))
_REMOVE_STEP = StepLabel("remove_region", N_("remove region"))


@dataclass(frozen=True, slots=True)
class NothingThereNote:
    """Why a click changed nothing; stays until the next one or Escape."""

    image_xy: Point
    text: str

    def draw(self, painter: QPainter, placement: Placement, mm_per_px: float | None) -> None:
        """Write the reason beside the click."""
        draw_note(painter, self.text, QPointF(*placement.view_xy(self.image_xy)) + QPointF(12, -8))


def fill(canvas: ToolCanvas, press: Pointer) -> Gesture:
    """Fill what the mask encloses under the press; with Alt or Ctrl remove the region there."""
    pixel = pixel_at(press.image_xy, canvas.image_shape)
    if pixel is None:
        return None
    removes = press.is_subtracting
    region = (island_at if removes else hole_at)(canvas.mask, *pixel)
    if region is None:
        text = _("No region here to remove") if removes else _("The boundary encloses nothing here")
        canvas.preview(NothingThereNote(press.image_xy, text))
    else:
        canvas.paint_block(region.box, region.merged_into(canvas.mask, is_subtracting=removes))
        canvas.finish(_REMOVE_STEP if removes else _FILL_STEP, is_exact=True)
    return None
    yield  # A click is all of it, yet a gesture is a generator.


REMOVE_REGION = Tool(
    "remove_region",
    subtracting(fill),
    N_("Remove a region"),
    N_("Click a region of the mask to remove all of it"),
    icon="remove_region",
    shortcut="R",
    step=_REMOVE_STEP,
    is_subtracting=True,
)
FILL = Tool(
    "fill",
    fill,
    N_("Fill"),
    N_("Click a hole in the mask to fill it; Ctrl or Alt removes the region under the pointer"),
    icon="fill",
    shortcut="G",
    step=_FILL_STEP,
    eraser_end=REMOVE_REGION,
)
