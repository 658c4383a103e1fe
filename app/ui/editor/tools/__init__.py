"""The tools by name; each is one generator function in a file of its own."""

from app.ui.editor.tools.brush import brush, eraser
from app.ui.editor.tools.gesture import Tool, subtracting
from app.ui.editor.tools.lasso import lasso
from app.ui.editor.tools.pan import pan
from app.ui.editor.tools.polygon import polygon
from app.ui.editor.tools.ruler import ruler

TOOLS: dict[str, Tool] = {
    "brush": brush,
    "eraser": eraser,
    "polygon": polygon,
    "lasso": lasso,
    "pan": pan,
    "ruler": ruler,
    "lasso_subtract": subtracting(lasso),
    "polygon_subtract": subtracting(polygon),
}
