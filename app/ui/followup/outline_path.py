"""The outline of a mask as a path to be drawn at any zoom."""

import cv2
import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPolygonF

from models.contract.arrays import BoolMask


def outline_path(mask: BoolMask | None) -> QPainterPath:
    """Return the outlines of a mask (H, W) in image px, holes included; empty without one."""
    path = QPainterPath()
    if mask is None:
        return path
    levels = np.ascontiguousarray(mask, dtype=np.uint8)
    outlines, _levels = cv2.findContours(levels, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    for outline in outlines:
        points = outline.reshape(-1, 2) + 0.5
        path.addPolygon(QPolygonF([QPointF(float(x), float(y)) for x, y in points]))
        path.closeSubpath()
    return path
