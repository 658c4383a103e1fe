import os
import stat

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.usecases.services import Services
from tests.app.ui.conftest import OpenWindow


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX systems")
def test_a_data_folder_that_others_may_open_is_told_and_mended_with_one_button(
    open_window: OpenWindow, services: Services, qtbot: QtBot
) -> None:
    services.store.folder.chmod(0o755)
    window = open_window()
    qtbot.waitUntil(window.notice_bar.isVisible)
    assert "Other users of this computer may open 1 file or folder" in window.notice_bar.text
    (mend,) = (one for one in window.notice_bar.findChildren(QPushButton) if one.isVisible())
    assert mend.text() == "Make them private"
    mend.click()
    qtbot.waitUntil(lambda: stat.S_IMODE(services.store.folder.stat().st_mode) == 0o700)
    qtbot.waitUntil(lambda: "private now" in window.statusBar().currentMessage())
    with services.store.reading() as work:
        assert work.audit.events()[-1].kind == "data folder made private"
