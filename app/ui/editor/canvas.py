"""The correction canvas: an image view, the editor of its mask and the tools, wired to each other."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from app.domain.ids import ImageId
from app.domain.other_lesions import FIRST_LESION
from app.ui.editor.image_view import ImageView
from app.ui.editor.mask_editor import MaskEditor
from app.ui.editor.sampling import ImagePyramid
from app.ui.editor.tool_controller import ToolController
from app.ui.editor.tool_input import ToolInput
from app.usecases.corrections.stroke_journal import StrokeJournal
from models.contract.arrays import BoolMask, ProbabilityMap, RgbImage


class EditorCanvas:
    """Shows an image with its layers and lets a person correct the mask; ``view`` is the widget."""

    def __init__(self, parent: QWidget | None = None, *, journal: StrokeJournal | None = None) -> None:
        self.view = ImageView(parent)
        self.editor = MaskEditor(self.view, journal=journal)
        self.tools = ToolController(self.view, self.editor)
        self.input = ToolInput(self.view, self.tools)
        self.editor.mask_replaced.connect(self.view.show_mask)
        self.editor.box_changed.connect(self.view.repaint_image_box)

    def show_image(
        self,
        pixels: RgbImage,
        image_id: ImageId | None = None,
        pyramid: ImagePyramid | None = None,
        *,
        lesion: int = FIRST_LESION,
    ) -> None:
        """Show an image (H, W, 3) uint8 and open the mask of a lesion; unfinished work on it comes back.

        Without ``image_id`` nothing is journalled and the history ends when another image is shown. Without
        the ``pyramid`` of its pixels that is made now.
        """
        self.editor.close_image()
        self.view.show_image(pixels, pyramid)
        self.editor.open_image(image_id, (pixels.shape[0], pixels.shape[1]), lesion=lesion)

    def take_lesion(self, image_id: ImageId, lesion: int) -> None:
        """Open the mask of another lesion of the image that is shown; unfinished work on it comes back."""
        self.editor.open_image(image_id, self.view.image_shape, lesion=lesion)

    def show_nothing(self) -> None:
        """Show no image."""
        self.editor.close_image()
        self.view.show_image(None)

    def set_prediction(self, mask: BoolMask | None, probability: ProbabilityMap | None) -> None:
        """Take what the model said: mask (H, W) bool and probability (H, W) float32; the mask stays."""
        self.editor.set_prediction(mask, probability)
        self.view.set_probability(probability)

    def set_band(self, band: NDArray[np.float32] | None) -> None:
        """Take where the predicted boundary is uncertain, (h, w) in [0, 1], stretched; None when unknown."""
        self.editor.set_band(band)
        self.view.set_band(band)
