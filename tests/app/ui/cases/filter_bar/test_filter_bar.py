"""The filter bar by keys alone, on a real store."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.domain.case_filter import CaseFilter
from app.ui.cases.filter_bar.filter_bar import FilterBar
from app.ui.session import Session
from app.usecases.work_list.keep_filter import kept_filters
from app.usecases.work_list.tag_cases import tag_cases
from tests.builders import services_at, store_image


@pytest.fixture
def bar(qtbot: QtBot, tmp_path: Path) -> Iterator[FilterBar]:
    services = services_at(tmp_path / "data")
    with services.store.writing() as work:
        image_id = store_image(work)
        work.commit()
    tag_cases(services, [image_id], added=["Tumour board"])
    session = Session(services)
    bar = FilterBar(session)
    qtbot.addWidget(bar)
    bar.show()
    bar.read_known()
    qtbot.waitUntil(lambda: bar.line._known.tags == ("Tumour board",))
    bar.focus_line()
    yield bar
    session.close()
    services.store.close()


def _popup_key(bar: FilterBar, key: Qt.Key) -> None:
    QTest.keyClick(bar.line._popup, key)


def test_conditions_are_typed_completed_shown_on_chips_kept_and_taken_away(
    qtbot: QtBot, bar: FilterBar
) -> None:
    QTest.keyClicks(bar.line, "meier -tag:tum")
    _popup_key(bar, Qt.Key.Key_Return)  # completes to the quoted tag
    assert (bar.search, bar.line.text()) == ('-tag:"Tumour board" meier', "meier")
    assert [chip.text() for chip in bar.chips.chips] == ["Not Tag: Tumour board  \N{MULTIPLICATION SIGN}"]

    QTest.keyClicks(bar.line, " band:urgent ")  # a blank ends a condition
    bar.shown.set_value(CaseFilter.UNDECIDED)
    assert bar.search_with_part == '-tag:"Tumour board" band:urgent is:undecided meier'

    QTest.keyClicks(bar.line, " due:never")
    assert bar.search.endswith("meier")  # what is not finished yet is not searched for
    QTest.keyClick(bar.line, Qt.Key.Key_Return)
    assert "can be followed by overdue, week" in bar._problem.text()
    bar.line.setText("meier")

    with qtbot.waitSignal(bar._session.changed):
        bar._keep("My list")
    (kept,) = kept_filters(bar._session.services)
    assert kept.search == '-tag:"Tumour board" band:urgent is:undecided meier'

    QTest.keyClick(bar.chips.chips[1], Qt.Key.Key_Delete)
    bar.line.setCursorPosition(0)
    QTest.keyClick(bar.line, Qt.Key.Key_Backspace)
    assert (bar.search, bar.chips.isVisible()) == ("meier", False)

    bar._take(kept)
    assert (bar.search_with_part, bar.part, bar.line.text()) == (kept.search, CaseFilter.ALL, "meier")
    bar.show_everything()
    assert (bar.search_with_part, bar.chips.chips) == ("", [])


def test_the_arrow_down_shows_every_field_and_a_taken_field_goes_on(bar: FilterBar) -> None:
    QTest.keyClick(bar.line, Qt.Key.Key_Down)
    popup = bar.line._popup
    assert popup.isVisible()
    assert popup.model().index(0, 0).data().startswith("band:")
    _popup_key(bar, Qt.Key.Key_Down)
    _popup_key(bar, Qt.Key.Key_Return)
    assert bar.line.text() == "band:"
    assert popup.isVisible()
    _popup_key(bar, Qt.Key.Key_Tab)
    assert bar.search == "band:urgent"
    assert bar.chips.chips[0].accessibleName() == "Take the condition away: Band: Urgent"
