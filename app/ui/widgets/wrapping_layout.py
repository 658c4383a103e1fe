"""A row of widgets that goes on in a further row where the width does not suffice."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class WrappingLayout(QLayout):
    """Places widgets from left to right; those that can grow share what is left of their row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []

    def addItem(self, item: QLayoutItem) -> None:
        """Add an item at the end."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return an item, None past the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take an item out, None past the end."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Use all the width there is."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        """Say that the height depends on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all rows at a width."""
        margins = self.contentsMargins()
        rows = self._rows(width - margins.left() - margins.right())
        heights = [_height_of(row) for row in rows]
        gaps = self.spacing() * max(len(rows) - 1, 0)
        return sum(heights) + gaps + margins.top() + margins.bottom()

    def minimumSize(self) -> QSize:
        """Return the size of the widest item."""
        margins = self.contentsMargins()
        least = QSize(0, 0)
        for item in self._items:
            least = least.expandedTo(item.minimumSize())
        return least + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def sizeHint(self) -> QSize:
        """Return the size of a single row."""
        margins = self.contentsMargins()
        shown = _shown(self._items)
        width = sum(_width_of(item) for item in shown) + self.spacing() * max(len(shown) - 1, 0)
        return QSize(
            width + margins.left() + margins.right(), _height_of(shown) + margins.top() + margins.bottom()
        )

    def setGeometry(self, rect: QRect) -> None:
        """Place the items."""
        super().setGeometry(rect)
        inside = rect.marginsRemoved(self.contentsMargins())
        top = inside.top()
        for row in self._rows(inside.width()):
            height = _height_of(row)
            self._place(row, QRect(inside.left(), top, inside.width(), height))
            top += height + self.spacing()

    def _rows(self, width: int) -> list[list[QLayoutItem]]:
        rows: list[list[QLayoutItem]] = []
        left = -1
        for item in _shown(self._items):
            needed = _width_of(item)
            if not rows or left + self.spacing() + needed > width:
                rows.append([])
                left = needed
            else:
                left += self.spacing() + needed
            rows[-1].append(item)
        return rows

    def _place(self, row: list[QLayoutItem], rect: QRect) -> None:
        growing = [item for item in row if item.expandingDirections() & Qt.Orientation.Horizontal]
        taken = sum(_width_of(item) for item in row) + self.spacing() * (len(row) - 1)
        spare = max(rect.width() - taken, 0)
        left = rect.left()
        for item in row:
            width = min(_width_of(item), rect.width())
            if item in growing:
                share = spare // len(growing)
                width += share
                spare -= share
                growing.remove(item)
            height = min(item.sizeHint().height(), rect.height())
            item.setGeometry(
                QRect(QPoint(left, rect.top() + (rect.height() - height) // 2), QSize(width, height))
            )
            left += width + self.spacing()


def _shown(items: list[QLayoutItem]) -> list[QLayoutItem]:
    return [item for item in items if not item.isEmpty()]


def _width_of(item: QLayoutItem) -> int:
    """Return the least width at which an item can be used; one that cannot grow keeps its own."""
    can_grow = bool(item.expandingDirections() & Qt.Orientation.Horizontal)
    return item.minimumSize().width() if can_grow else item.sizeHint().width()


def _height_of(row: list[QLayoutItem]) -> int:
    return max((item.sizeHint().height() for item in row), default=0)
