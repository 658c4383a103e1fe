"""The tools by name, in the order of the menu; each is described in a file of its own."""

from app.ui.editor.tools.brush import BRUSH, ERASER
from app.ui.editor.tools.click import CLICK
from app.ui.editor.tools.fill import FILL, REMOVE_REGION
from app.ui.editor.tools.handles import HANDLES
from app.ui.editor.tools.lasso import LASSO, LASSO_SUBTRACT
from app.ui.editor.tools.livewire import LIVEWIRE
from app.ui.editor.tools.pan import PAN
from app.ui.editor.tools.polygon import POLYGON, POLYGON_SUBTRACT
from app.ui.editor.tools.push import PUSH
from app.ui.editor.tools.ruler import RULER
from app.ui.editor.tools.separate import SEPARATE
from app.ui.editor.tools.tool import Tool
from app.ui.editor.tools.wand import WAND

TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        PAN,
        BRUSH,
        ERASER,
        PUSH,
        HANDLES,
        CLICK,
        LASSO,
        LASSO_SUBTRACT,
        POLYGON,
        POLYGON_SUBTRACT,
        LIVEWIRE,
        WAND,
        FILL,
        REMOVE_REGION,
        SEPARATE,
        RULER,
    )
}

FIRST_TOOL = PAN
"""Not one that paints: somebody who only looks must not change a boundary by a careless drag."""
PEN_ERASER = ERASER
"""What a pen's eraser end takes, unless the tool in hand says otherwise."""
