"""What a tool says of itself: canvas, actions, menus and shortcut sheet know no tool by its name."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import Qt

from app.ui.editor.step_label import StepLabel
from app.ui.editor.tools.gesture import GestureStart


class ToolOption(Enum):
    """What a person can set for a tool."""

    BRUSH_SIZE = "brush size"
    """The tool stamps: its circle is drawn under the pointer."""


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
    options: frozenset[ToolOption] = frozenset()
    is_subtracting: bool = False
    """It takes away when no key is held."""
    adds_with_modifier: bool = False
    """Alt or Ctrl makes it add, although it takes away when no key is held."""
    eraser_end: "Tool | None" = None
    """What a pen's eraser end takes instead; None takes ``PEN_ERASER``."""

    @property
    def stamps(self) -> bool:
        """Say whether it paints with a stamp of the brush's size."""
        return ToolOption.BRUSH_SIZE in self.options
