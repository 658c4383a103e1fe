"""What a tool says of itself: canvas, actions, menus and shortcut sheet know no tool by its name."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt

from app.ui.editor.step_label import StepLabel
from app.ui.editor.tool_previews import ToolPreview
from app.ui.editor.tools.gesture import GestureStart, KeyPress, ToolCanvas
from app.ui.editor.tools.tool_option import BRUSH_SIZE, ToolOption


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool of the canvas, with all that is shown of it."""

    name: str
    """Its key in ``TOOLS``; the action is named after it."""
    start: GestureStart
    text: str
    """In menus and in the shortcut sheet."""
    help: str
    """One sentence without a full stop, shown over its button."""
    icon: str
    """A file of ``resources/icons``, without its ending."""
    shortcut: str
    step: StepLabel | None = None
    """What it makes of the mask's history; None for a tool that leaves the mask alone."""
    cursor: Qt.CursorShape = Qt.CursorShape.CrossCursor
    dragging_cursor: Qt.CursorShape | None = None
    """While its gesture is under way; None leaves the cursor as it is."""
    options: tuple[ToolOption, ...] = ()
    """What can be set for it, in the order of the bar."""
    is_subtracting: bool = False
    """It takes away when no key is held."""
    adds_with_modifier: bool = False
    """Alt or Ctrl makes it add, although it takes away when no key is held."""
    at_rest: Callable[[ToolCanvas], ToolPreview | None] | None = None
    """What it shows of a mask while it is in hand and nothing is done with it."""
    take_key: Callable[[ToolCanvas, KeyPress], None] | None = None
    """What it does at a ``ToolKey`` while nothing is drawn; None leaves these keys to the window."""
    eraser_end: "Tool | None" = None
    """What a pen's eraser end takes instead; None takes ``PEN_ERASER``."""

    @property
    def stamps(self) -> bool:
        """Say whether it paints with a stamp of the brush's size."""
        return BRUSH_SIZE in self.options
