"""Handles: the boundary as a smooth curve; drag one, click the line for a new one, Alt-click one away.

By keys: Tab chooses the next one, arrows move it, Insert puts a new one behind it, Delete takes it away.
"""

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from app.domain.mask import mask_digest
from app.translation import N_, _
from app.ui.editor.mask_operations.boundary_handles import (
    FEWEST,
    MOST,
    BoundaryHandles,
    Points,
    fitted_handles,
    mask_after,
)
from app.ui.editor.spaces import Placement, Point
from app.ui.editor.step_label import StepLabel
from app.ui.editor.tool_previews import CASING_COLOUR, LINE_COLOUR, draw_note
from app.ui.editor.tools.fill import NothingThereNote
from app.ui.editor.tools.gesture import (
    Gesture,
    KeyPress,
    Pointer,
    PointerEventType,
    ToolCanvas,
    ToolKey,
)
from app.ui.editor.tools.tool import Tool
from models.contract.arrays import BoolMask

_HANDLES_STEP = StepLabel("handles", N_("move boundary"))
_GRIP_VIEW_PX = 9.0
"""A press this close to a handle, or to the line, means it."""
_STILL_VIEW_PX = 2.0
"""A drag shorter than this is a click."""
_REMEMBERED = 64
_Digest = tuple[tuple[int, ...], bytes]


@dataclass(frozen=True, slots=True)
class HandlesPreview:
    """The curve with its handles; the one that is dragged or chosen is larger."""

    handles: BoundaryHandles
    dragged: int | None = None
    chosen: int | None = None
    """By the keyboard."""

    def draw(self, painter: QPainter, placement: Placement, mm_per_px: float | None) -> None:
        """Draw the curve, and a square for every handle."""
        curve = QPolygonF(_seen(self.handles.curve_xy, placement))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # A drag is followed faster without the fine rim of the casing.
        for colour, width, is_smooth in (
            (CASING_COLOUR, 3.0, self.dragged is None),
            (LINE_COLOUR, 1.2, True),
        ):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, is_smooth)
            painter.setPen(QPen(colour, width))
            painter.drawPolygon(curve)
        count, large = len(self.handles.handles_xy), self.chosen if self.dragged is None else self.dragged
        for index, at in enumerate(_seen(self.handles.handles_xy, placement)):
            reach = 5.0 if index == large else 3.8
            inner, rim = (LINE_COLOUR, CASING_COLOUR)[:: -1 if index == self.chosen else 1]
            painter.setPen(QPen(rim, 1.2))
            painter.setBrush(inner)
            painter.drawRect(QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach))
        if large is not None:
            at = _seen(self.handles.handles_xy[large : large + 1], placement)[0]
            words = _("{count} handles") if self.chosen is None else _("handle {number} of {count}")
            draw_note(painter, words.format(count=count, number=large + 1), at + QPointF(12, -8))


class KnownHandles:
    """The handles of masks by what these hold, so that undo brings the same handles back."""

    def __init__(self) -> None:
        self._handles_by_mask: OrderedDict[_Digest, BoundaryHandles] = OrderedDict()
        self._chosen_by_mask: dict[_Digest, int] = {}

    def of(self, mask: BoolMask) -> BoundaryHandles | None:
        """Return the handles that a person left on a mask (H, W), else fitted ones; None where none fit."""
        key = mask_digest(mask)
        if key not in self._handles_by_mask:
            fitted = fitted_handles(mask)
            if fitted is None:
                return None
            self._hold(key, fitted)
        return self._handles_by_mask[key]

    def chosen_of(self, mask: BoolMask) -> int | None:
        """Return the handle of a mask (H, W) that was chosen by the keyboard; None while none was."""
        return self._chosen_by_mask.get(mask_digest(mask))

    def choose(self, mask: BoolMask, index: int) -> None:
        """Let keys mean a handle of a mask (H, W)."""
        self._chosen_by_mask[mask_digest(mask)] = index

    def remember(self, mask: BoolMask, handles: BoundaryHandles) -> None:
        """Hold the handles that a person left on a mask (H, W)."""
        self._hold(mask_digest(mask), handles)

    def _hold(self, key: _Digest, handles: BoundaryHandles) -> None:
        self._handles_by_mask[key] = handles
        self._handles_by_mask.move_to_end(key)
        while len(self._handles_by_mask) > _REMEMBERED:
            forgotten, _handles = self._handles_by_mask.popitem(last=False)
            self._chosen_by_mask.pop(forgotten, None)


_KNOWN = KnownHandles()


def handles(canvas: ToolCanvas, press: Pointer) -> Gesture:
    """Drag a handle, or a new one where the line is pressed; with Alt or Ctrl take a handle away."""
    before = _KNOWN.of(canvas.mask)
    if before is None:
        canvas.preview(NothingThereNote(press.image_xy, _("No boundary here to put handles on")))
        return None
    nearest = before.nearest_handle(press.image_xy)[0]
    is_on_handle = _is_near(canvas, _point(before, nearest), press.image_xy)
    if press.is_subtracting:
        if is_on_handle:
            _remove(canvas, before, nearest)
        return None
    grabbed = (before, nearest) if is_on_handle else _inserted(canvas, before, press.image_xy)
    if grabbed is None:
        return None
    start, dragged = grabbed
    first_xy, pointer, now = _point(start, dragged), press, start
    while True:
        if canvas.view_distance(press.image_xy, pointer.image_xy) > _STILL_VIEW_PX or now is not start:
            moved_xy = (
                first_xy[0] + pointer.image_xy[0] - press.image_xy[0],
                first_xy[1] + pointer.image_xy[1] - press.image_xy[1],
            )
            now = start.moved(dragged, moved_xy)
            _paint(canvas, before, now)
        canvas.preview(HandlesPreview(now, dragged))
        if pointer.act is PointerEventType.RELEASE:
            break
        pointer = yield
    _keep(canvas, now)
    return None


def handles_at_rest(canvas: ToolCanvas) -> HandlesPreview | None:
    """Show the handles of the mask as it is."""
    known = _KNOWN.of(canvas.mask)
    return None if known is None else HandlesPreview(known, chosen=_KNOWN.chosen_of(canvas.mask))


def take_key(canvas: ToolCanvas, press: KeyPress) -> None:
    """Choose a handle, or move, add or take one away from the chosen one."""
    known, chosen = _KNOWN.of(canvas.mask), _KNOWN.chosen_of(canvas.mask)
    if known is None:
        return
    if press.key in (ToolKey.NEXT, ToolKey.PREVIOUS):
        _KNOWN.choose(canvas.mask, _neighbour(known, chosen, press.key))
    elif chosen is None:
        note = _("Tab chooses a handle")
        canvas.preview(NothingThereNote(_point(known, 0), note))
    elif press.key is ToolKey.REMOVE:
        if _remove(canvas, known, chosen):
            _KNOWN.choose(canvas.mask, chosen % (len(known.handles_xy) - 1))
    elif press.key is ToolKey.ADD:
        x, y = known.curve_xy[known.middle_of_segment(chosen)].tolist()
        _add(canvas, known, chosen, (x, y))
    else:
        x, y = _point(known, chosen)
        moved_xy = (x + press.by_image_xy[0], y + press.by_image_xy[1])
        _take(canvas, known, known.moved(chosen, moved_xy), chosen)


def _neighbour(known: BoundaryHandles, chosen: int | None, key: ToolKey) -> int:
    if chosen is None:
        return 0
    return (chosen + (1 if key is ToolKey.NEXT else -1)) % len(known.handles_xy)


def _add(canvas: ToolCanvas, known: BoundaryHandles, after: int, image_xy: Point) -> None:
    """Put a handle on the curve and choose it; the mask stays as it is."""
    if _has_most(canvas, known, image_xy):
        return
    _KNOWN.remember(canvas.mask, known.inserted(after, image_xy))
    _KNOWN.choose(canvas.mask, after + 1)


def _take(canvas: ToolCanvas, before: BoundaryHandles, after: BoundaryHandles, chosen: int) -> None:
    _paint(canvas, before, after)
    _keep(canvas, after)
    _KNOWN.choose(canvas.mask, chosen)


def _inserted(
    canvas: ToolCanvas, before: BoundaryHandles, image_xy: Point
) -> tuple[BoundaryHandles, int] | None:
    """The handles with a new one where the line was pressed; None beside the line, or when there are many."""
    segment, on_line_xy, _distance_px = before.nearest_segment(image_xy)
    if not _is_near(canvas, on_line_xy, image_xy):
        return None
    if _has_most(canvas, before, image_xy):
        return None
    return before.inserted(segment, on_line_xy), segment + 1


def _has_most(canvas: ToolCanvas, known: BoundaryHandles, image_xy: Point) -> bool:
    """Say, at a point, that there can be no more handles, where that is so."""
    has_most = len(known.handles_xy) >= MOST
    if has_most:
        text = _("There are {most} handles already").format(most=MOST)
        canvas.preview(NothingThereNote(image_xy, text))
    return has_most


def _remove(canvas: ToolCanvas, before: BoundaryHandles, index: int) -> bool:
    """Take a handle away, unless too few would be left."""
    if len(before.handles_xy) <= FEWEST:
        text = _("{fewest} handles have to stay").format(fewest=FEWEST)
        canvas.preview(NothingThereNote(_point(before, index), text))
        return False
    after = before.without(index)
    _paint(canvas, before, after)
    _keep(canvas, after)
    return True


def _paint(canvas: ToolCanvas, before: BoundaryHandles, after: BoundaryHandles) -> None:
    canvas.start_over()
    change = mask_after(canvas.mask, before, after)
    if change is not None:
        canvas.paint_block(*change)


def _keep(canvas: ToolCanvas, after: BoundaryHandles) -> None:
    canvas.preview(None)
    canvas.finish(_HANDLES_STEP)
    _KNOWN.remember(canvas.mask, after)


def _point(known: BoundaryHandles, index: int) -> Point:
    x, y = known.handles_xy[index].tolist()
    return x, y


def _is_near(canvas: ToolCanvas, one_xy: Point, other_xy: Point) -> bool:
    return canvas.view_distance(one_xy, other_xy) <= _GRIP_VIEW_PX


def _seen(points_xy: Points, placement: Placement) -> list[QPointF]:
    origin, right, down = (np.array(placement.view_xy(xy)) for xy in ((0, 0), (1, 0), (0, 1)))
    seen = origin + points_xy @ np.vstack([right - origin, down - origin])
    return [QPointF(x, y) for x, y in seen.tolist()]


HANDLES = Tool(
    "handles",
    handles,
    N_("Handles"),
    N_("Drag a handle of the boundary; click the line for a new one, Alt or Ctrl takes one away"),
    icon="handles",
    shortcut="D",
    step=_HANDLES_STEP,
    at_rest=handles_at_rest,
    take_key=take_key,
)
