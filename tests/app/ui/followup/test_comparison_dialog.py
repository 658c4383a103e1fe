"""The window of a comparison without the main window: what it says of a lesion of one image."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.ui.followup.comparison_dialog import ComparisonDialog
from app.ui.followup.comparison_mode import ComparisonMode
from app.ui.session import Session
from app.ui.theme import Theme
from app.usecases.services import Services
from tests.builders import a_case


def test_a_lesion_of_one_image_says_how_another_is_added(
    qtbot: QtBot, session: Session, theme: Theme, services: Services, tmp_path: Path
) -> None:
    image_id = a_case(services, tmp_path / "in", predicted=False)
    dialog = ComparisonDialog(session, theme, image_id)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: "--lesion-of" in dialog.message.text(), timeout=5000)

    assert not dialog.bar.visits.isEnabled()
    assert not dialog.marks.isEnabled()
    dialog.set_mode(ComparisonMode.SWIPE)
    assert dialog.view.mode is ComparisonMode.SIDE_BY_SIDE
    assert dialog.bar.button_by_mode[ComparisonMode.SIDE_BY_SIDE].isChecked()
