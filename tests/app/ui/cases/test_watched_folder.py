"""What appears in the watched folder is imported by itself, once, and told in passing."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytestqt.qtbot import QtBot

from app.ui.cases.analysis_queue import AnalysisQueue
from app.ui.cases.import_flow import ImportFlow
from app.ui.cases.watched_folder import WatchedFolder
from app.ui.session import Notice, NoticeKind, Session
from app.ui.widgets.progress_foot import ProgressFoot
from tests.builders import an_image_file

if TYPE_CHECKING:
    from app.usecases.cases.import_images import ImportReport


class _Desk:
    """A watched folder with what it imports into, and what was said."""

    def __init__(self, qtbot: QtBot, session: Session) -> None:
        self.qtbot, self.session = qtbot, session
        foot = ProgressFoot()
        qtbot.addWidget(foot)
        self.importing = ImportFlow(session, AnalysisQueue(session, foot), foot, session)
        self.watched = WatchedFolder(session, self.importing, session)
        self.reports: list[ImportReport] = []
        self.notices: list[Notice] = []
        self.importing.arrived.connect(self.reports.append)
        session.noticed.connect(self.notices.append)

    def look(self, times: int = 2) -> None:
        """A file is taken when it was the same at two looks."""
        for _ in range(times):
            self.watched.look()
            self.qtbot.waitUntil(lambda: not self.session.queues.busy_queues, timeout=20_000)


@pytest.fixture
def desk(qtbot: QtBot, session: Session) -> Iterator[_Desk]:
    opened = _Desk(qtbot, session)
    yield opened
    opened.watched.watch("")


def test_an_image_that_appears_is_imported_once(desk: _Desk, tmp_path: Path) -> None:
    folder = tmp_path / "camera"
    folder.mkdir()
    desk.watched.watch(str(folder))
    desk.look()
    assert desk.reports == []
    an_image_file(folder)
    desk.look(4)
    assert [len(report.imported) for report in desk.reports] == [1]


def test_what_the_store_has_already_is_no_news(desk: _Desk, tmp_path: Path) -> None:
    folder = tmp_path / "camera"
    folder.mkdir()
    file = an_image_file(folder)
    desk.watched.watch(str(folder))
    desk.look()
    shutil.copy(file, folder / "again.png")
    desk.look()
    assert [len(report.imported) for report in desk.reports] == [1, 0]
    assert desk.reports[1].refused == ()


def test_a_folder_that_is_gone_is_told_once_and_watched_again_when_it_is_back(
    desk: _Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "drive"
    desk.watched.watch(str(folder))
    desk.look(3)
    assert [notice.kind for notice in desk.notices] == [NoticeKind.WARNING]
    folder.mkdir()
    an_image_file(folder)
    desk.look()
    assert [len(report.imported) for report in desk.reports] == [1]


def test_no_folder_is_watched_after_stopping(desk: _Desk, tmp_path: Path) -> None:
    an_image_file(tmp_path)
    desk.watched.watch(str(tmp_path))
    desk.watched.watch("")
    desk.look()
    assert desk.reports == []


def test_cancelling_another_import_keeps_what_appeared_meanwhile(desk: _Desk, tmp_path: Path) -> None:
    chosen, appeared = tmp_path / "chosen", tmp_path / "camera"
    for number, folder in enumerate((chosen, appeared)):
        folder.mkdir()
        an_image_file(folder, seed=number)
    desk.importing.start([chosen])
    desk.importing.start_watched([appeared / "lesion.png"])
    desk.importing.cancel()
    desk.qtbot.waitUntil(lambda: bool(desk.reports), timeout=20_000)
    assert [len(report.imported) for report in desk.reports] == [1]
