import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QFont, QImage, QPainter, QPixmap
from pytestqt.qtbot import QtBot

from app.ui.editor.colour_bar import colour_bar
from app.ui.editor.layers import probability_scale
from app.ui.editor.spaces import Placement
from app.ui.editor.tool_previews import OutlinePreview, ToolPreview, draw_brush
from app.ui.editor.tools.ruler import RulerPreview
from app.usecases.analysis.colour_scales import attention_scale


def paper() -> QImage:
    image = QImage(400, 300, QImage.Format.Format_Grayscale8)
    image.fill(128)
    return image


def changed(image: QImage) -> NDArray[np.bool_]:
    pixels = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    return np.asarray(pixels[:, : image.width()] != 128, dtype=np.bool_)


@pytest.mark.parametrize(("diameter_px", "scale"), [(50, 2.0), (200, 0.5), (7, 10.0)])
def test_the_brush_circle_has_the_brush_true_size(qtbot: QtBot, diameter_px: int, scale: float) -> None:
    image = paper()
    painter = QPainter(image)
    draw_brush(painter, (60.5 / scale * 2, 50.5 / scale * 2), diameter_px, Placement(scale))
    painter.end()
    rows, columns = np.nonzero(changed(image))
    for extent in (np.ptp(rows), np.ptp(columns)):
        assert extent == pytest.approx(diameter_px * scale + 2, abs=3)


@pytest.mark.parametrize(
    "preview",
    [
        OutlinePreview(((10, 10), (90, 20), (60, 80)), has_corners=True),
        OutlinePreview(((10, 10), (90, 20)), is_subtracting=True),
        RulerPreview((10, 10), (90, 60)),
    ],
)
def test_a_preview_is_drawn_where_its_points_are(qtbot: QtBot, preview: ToolPreview) -> None:
    image = paper()
    painter = QPainter(image)
    preview.draw(painter, Placement(2.0, 0, (5.0, 3.0)), 0.01)
    painter.end()
    drawn = changed(image)
    assert drawn[20:26, 22:28].any()
    assert not drawn[:8, :8].any()


def test_a_colour_bar_runs_from_the_lowest_colour_at_the_bottom_to_the_highest(qtbot: QtBot) -> None:
    for scale in (probability_scale(), attention_scale(is_signed=True), attention_scale(is_signed=False)):
        bar: QPixmap = colour_bar(scale, "Probability", QFont(), 1.0)
        image = bar.toImage()
        column = [image.pixelColor(13, row).getRgb()[:3] for row in range(bar.height())]
        lowest, highest = scale.bgr[0][::-1].astype(int), scale.bgr[255][::-1].astype(int)
        near_lowest = [row for row, rgb in enumerate(column) if np.abs(np.array(rgb) - lowest).max() < 12]
        near_highest = [row for row, rgb in enumerate(column) if np.abs(np.array(rgb) - highest).max() < 12]
        assert max(near_lowest) > min(near_highest)
