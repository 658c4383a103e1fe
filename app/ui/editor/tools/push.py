"""Push: move the boundary as with a finger, inwards or outwards."""

from app.translation import N_
from app.ui.editor.mask_operations.push import PushedMask
from app.ui.editor.step_label import StepLabel
from app.ui.editor.tools.gesture import Gesture, Pointer, PointerEventType, ToolCanvas
from app.ui.editor.tools.tool import Tool
from app.ui.editor.tools.tool_option import BRUSH_SIZE

_PUSH_STEP = StepLabel("push", N_("push"))


def push(canvas: ToolCanvas, press: Pointer) -> Gesture:
    """Let what lies under the brush follow the pointer until it is released."""
    pushed = PushedMask(canvas.mask, canvas.brush_diameter_px)
    last_xy = press.image_xy
    while True:
        pointer = yield
        for box, block in pushed.push(last_xy, pointer.image_xy):
            canvas.paint_block(box, block)
        last_xy = pointer.image_xy
        if pointer.act is PointerEventType.RELEASE:
            canvas.finish(_PUSH_STEP)
            return None


PUSH = Tool(
    "push",
    push,
    N_("Push"),
    N_("Move the boundary as with a finger"),
    icon="push",
    shortcut="U",
    step=_PUSH_STEP,
    options=(BRUSH_SIZE,),
)
