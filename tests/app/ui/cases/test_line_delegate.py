from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QListView, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from app.domain.analysis.lesion_score import LesionScore
from app.domain.analysis.triage import Band, Priority
from app.domain.work_list.due import Reckoning
from app.ui.cases.case_lines import CasePage
from app.ui.cases.line_delegate import LineDelegate
from app.ui.theme import Theme
from app.ui.widgets.thumbnails import Thumbnails
from tests.app.ui.cases.test_case_lines import Store, a_line

RECKONING = Reckoning(datetime(2026, 3, 14, 12, tzinfo=UTC))


def _painted(delegate: LineDelegate, view: QListView, width_px: int, *, beside_px: int = 0) -> QImage:
    """Paint a line ``width_px`` wide, with white ``beside_px`` at its right that is not the line's."""
    option, model = QStyleOptionViewItem(), view.model()
    option.initFrom(view)
    height_px = delegate.sizeHint(option, model.index(0, 0)).height()
    option.rect = QRect(0, 0, width_px, height_px)  # type: ignore[attr-defined]  # missing in the stubs
    image = QImage(width_px + beside_px, height_px, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    delegate.paint(painter, option, model.index(0, 0))
    painter.end()
    return image


def _line_painted(qtbot: QtBot, theme: Theme, lesion: LesionScore | None, room_px: int) -> QImage:
    """Return a line drawn so much wider than the least width."""
    store = Store(1)
    store.model.reread()
    (query, _, _) = store.asked[0]
    store.model.show_page(CasePage(query, 0, 1, [replace(a_line(0), lesion=lesion)]))
    view = QListView()
    qtbot.addWidget(view)
    view.setModel(store.model)
    delegate = LineDelegate(Thumbnails(lambda _names, _take: None), theme, lambda: RECKONING)
    return _painted(delegate, view, delegate.least_width_px(view.font()) + room_px)


@pytest.mark.parametrize("band", list(Band))
def test_at_the_least_width_band_and_score_are_whole(qtbot: QtBot, theme: Theme, band: Band) -> None:
    store = Store(1)
    store.model.reread()
    (query, _, _) = store.asked[0]
    line = replace(a_line(0), priority=Priority(band, ("because",)), probability=1.0)
    store.model.show_page(CasePage(query, 0, 1, [line]))
    view = QListView()
    qtbot.addWidget(view)
    view.setModel(store.model)
    delegate = LineDelegate(Thumbnails(lambda _names, _take: None), theme, lambda: RECKONING)
    least_px = delegate.least_width_px(view.font())
    narrow, wide = (_painted(delegate, view, width) for width in (least_px, least_px + 400))
    third = QRect(0, narrow.height() * 2 // 3, least_px, narrow.height() // 3 - 2)
    assert narrow.copy(third) == wide.copy(third)


@pytest.mark.parametrize("band", list(Band))
def test_at_the_least_width_the_check_badge_is_whole(qtbot: QtBot, theme: Theme, band: Band) -> None:
    store = Store(1)
    store.model.reread()
    (query, _, _) = store.asked[0]
    view = QListView()
    qtbot.addWidget(view)
    view.setModel(store.model)
    delegate = LineDelegate(Thumbnails(lambda _names, _take: None), theme, lambda: RECKONING)
    least_px = delegate.least_width_px(view.font())
    third: list[QImage] = []
    for reasons in (("because",), ("because", "The image is blurred.")):
        line = replace(a_line(0), priority=Priority(band, reasons), probability=1.0)
        store.model.show_page(CasePage(query, 0, 1, [line]))
        image = _painted(delegate, view, least_px, beside_px=200)
        height_px = image.height()
        third.append(image.copy(0, height_px * 2 // 3, image.width(), height_px // 3 - 2))
    plain, checked = third
    assert checked.copy(0, 0, least_px, checked.height()) != plain.copy(0, 0, least_px, plain.height())
    beyond = checked.copy(least_px, 0, 200, checked.height())
    empty = QImage(beyond.size(), beyond.format())
    empty.fill(0xFFFFFF)
    assert beyond == empty


def test_the_score_of_the_lesion_is_drawn_where_it_has_room(qtbot: QtBot, theme: Theme) -> None:
    lesion = LesionScore(0.34, 0.21, 0.52, 3, None)
    narrow, wide = (_line_painted(qtbot, theme, None, room_px) for room_px in (0, 400))
    assert _line_painted(qtbot, theme, lesion, 400) != wide
    assert _line_painted(qtbot, theme, lesion, 0) == narrow
