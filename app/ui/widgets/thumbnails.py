"""Thumbnails of lists and trees: read off the UI thread, kept in a bounded cache."""

from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from app.domain.ids import BlobName

_KEPT = 600
"""Pixmaps kept; at 112 x 112 px about 30 MB."""

Reader = Callable[[tuple[BlobName, ...], Callable[[dict[BlobName, QImage]], None]], None]
"""Reads thumbnails and calls back on the UI thread; a newer request may replace an older one."""


class Thumbnails(QObject):
    """Gives a pixmap at once, or fetches it and says when it has arrived."""

    arrived = Signal()

    def __init__(self, read: Reader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._read = read
        self._pixmap_by_name: OrderedDict[BlobName, QPixmap] = OrderedDict()
        self._wanted: dict[BlobName, None] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(15)
        self._timer.timeout.connect(self._fetch)

    def pixmap(self, name: BlobName) -> QPixmap | None:
        """Return a thumbnail, or None after asking for it."""
        if (pixmap := self._pixmap_by_name.get(name)) is not None:
            self._pixmap_by_name.move_to_end(name)
            return pixmap
        self._wanted[name] = None
        if not self._timer.isActive():
            self._timer.start()
        return None

    def _fetch(self) -> None:
        wanted, self._wanted = tuple(self._wanted), {}
        self._read(wanted, lambda images: self._take(wanted, images))

    def _take(self, wanted: tuple[BlobName, ...], images: dict[BlobName, QImage]) -> None:
        """Keep what was read; a lost one is kept as an empty pixmap, so that it is not asked for again."""
        for name in wanted:
            self._pixmap_by_name[name] = QPixmap.fromImage(images[name]) if name in images else QPixmap()
        while len(self._pixmap_by_name) > _KEPT:
            self._pixmap_by_name.popitem(last=False)
        self.arrived.emit()
