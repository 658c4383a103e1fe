from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.ids import ImageId
from app.ui.shell.main_window import MainWindow
from app.ui.theme import Theme, ThemeChoice
from app.usecases.cases.list_cases import list_cases
from app.usecases.services import Services
from tests.builders import a_case, services_at
from tests.stories.workplace import Workplace
from tests.ui_guards import nothing_left_running
from tests.ui_thread import collected_on_the_ui_thread

__all__ = ["collected_on_the_ui_thread", "nothing_left_running"]


@pytest.fixture
def workplace(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Workplace]:
    theme = qapp.findChild(Theme) or Theme(qapp, ThemeChoice.LIGHT)
    opened = Workplace(qtbot, theme, tmp_path / "naevus")
    yield opened
    opened.close_all()


@pytest.fixture
def one_case(workplace: Workplace, tmp_path: Path) -> MainWindow:
    """Return a window with one predicted case open."""
    services = services_at(workplace.folder)
    a_case(services, tmp_path / "in")
    services.store.close()
    window = workplace.open()
    assert window.controller.review.view is not None
    return window


@pytest.fixture
def prepared(workplace: Workplace) -> Iterator[Services]:
    """Return services on the workplace's folder, to be used before a window opens."""
    services = services_at(workplace.folder)
    yield services
    services.store.close()


@pytest.fixture
def four_cases(prepared: Services, tmp_path: Path) -> list[ImageId]:
    """Return four scored cases in the order of the work list."""
    for seed in (1, 2, 3, 4):
        a_case(prepared, tmp_path / "in", seed=seed)
    return [line.image_id for line in list_cases(prepared).lines]
