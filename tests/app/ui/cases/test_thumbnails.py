from collections.abc import Callable

from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.domain.ids import BlobName
from app.ui.widgets.thumbnails import Thumbnails

KNOWN, LOST = BlobName("a" * 64), BlobName("b" * 64)


def test_a_lost_thumbnail_is_asked_for_only_once(qtbot: QtBot) -> None:
    asked: list[tuple[BlobName, ...]] = []

    def read(names: tuple[BlobName, ...], take: Callable[[dict[BlobName, QImage]], None]) -> None:
        asked.append(names)
        take({KNOWN: QImage(4, 4, QImage.Format.Format_RGB32)})

    thumbnails = Thumbnails(read)
    assert thumbnails.pixmap(KNOWN) is None
    assert thumbnails.pixmap(LOST) is None
    with qtbot.waitSignal(thumbnails.arrived):
        pass
    known, lost = thumbnails.pixmap(KNOWN), thumbnails.pixmap(LOST)
    assert known is not None
    assert known.width() == 4
    assert lost is not None
    assert lost.isNull()
    qtbot.wait(40)
    assert asked == [(KNOWN, LOST)]
