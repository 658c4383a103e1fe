"""Where the pins of many lesions stand, so that none hides another one."""

import math
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF

_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_MOST_TRIED = 6000


def spread(anchors: Sequence[QPointF], size: QSizeF, within: QRectF) -> list[QPointF]:
    """Return a middle for each pin, as near to its anchor as there is room beside those before it.

    Args:
        anchors: where the pins belong.
        size: of a pin with the room around it.
        within: what no pin reaches beyond, unless there is no room at all.
    """
    half = QPointF(size.width() / 2, size.height() / 2)
    middles = QRectF(within.topLeft() + half, within.bottomRight() - half)
    taken = list[QPointF]()
    for anchor in anchors:
        places = (place for place in _places_around(anchor, size) if middles.contains(place))
        taken.append(next((place for place in places if _is_free(place, taken, size)), anchor))
    return taken


def _places_around(anchor: QPointF, size: QSizeF) -> Iterator[QPointF]:
    """Yield places on a sunflower's spiral."""
    for turn in range(_MOST_TRIED):
        distance, angle = 0.3 * math.sqrt(turn), turn * _GOLDEN_ANGLE
        yield anchor + QPointF(
            distance * math.cos(angle) * size.width(), distance * math.sin(angle) * size.height()
        )


def _is_free(place: QPointF, taken: Sequence[QPointF], size: QSizeF) -> bool:
    return all(
        abs(place.x() - other.x()) >= size.width() or abs(place.y() - other.y()) >= size.height()
        for other in taken
    )
