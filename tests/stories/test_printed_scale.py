"""A person lets the program look for a printed ruler, and only what the person confirms is stored."""

from pathlib import Path

from pytestqt.qtbot import QtBot

import resources
from app.domain.audit import AuditKind
from app.domain.image import Calibration
from app.ui.editor.ticks_preview import TicksPreview
from app.ui.shell.main_window import MainWindow
from app.ui.workbench.scale_dialog import ScaleDialog
from app.usecases.cases.import_images import import_images
from app.usecases.services import Services
from tests.builders import a_case, result_of
from tests.fakes import FakeToken
from tests.stories.workplace import WAIT_MS, Workplace


def _asked(qtbot: QtBot, window: MainWindow) -> ScaleDialog:
    """Ask for a printed scale and return the question about it."""
    window.controller.panels.measurements.scale.search.click()
    qtbot.waitUntil(lambda: _dialogs(window) != [], timeout=WAIT_MS)
    return _dialogs(window)[0]


def _dialogs(window: MainWindow) -> list[ScaleDialog]:
    return [each for each in window.findChildren(ScaleDialog) if each.isVisible()]


def test_a_printed_scale_is_marked_and_stored_only_after_a_yes(
    workplace: Workplace, prepared: Services, qtbot: QtBot, tmp_path: Path
) -> None:
    plain = a_case(prepared, tmp_path / "in")
    sample = resources.path("samples", "ISIC_0014302.jpg")
    (ruled,) = result_of(import_images(prepared, [sample], token=FakeToken())).imported
    window = workplace.open()
    controller = window.controller
    controller.work_list.choose(ruled)
    qtbot.waitUntil(lambda: controller.review.image_id == ruled, timeout=WAIT_MS)
    workplace.settle(window)

    dialog = _asked(qtbot, window)
    marked = controller.canvas.tools.resting_preview
    assert isinstance(marked, TicksPreview)
    assert len(marked.ticks_xy) >= 9
    assert not controller.canvas.view.grab().isNull()
    dialog.reject()
    workplace.settle(window)
    assert controller.canvas.tools.resting_preview is None
    assert workplace.case(window).image.calibration is None

    dialog = _asked(qtbot, window)
    expected = dialog.calibration
    dialog.use.click()
    workplace.settle(window)
    stored = workplace.case(window).image.calibration
    assert isinstance(expected, Calibration)
    assert stored == expected
    assert stored.source == "measured on a printed scale"
    assert 0.045 < stored.mm_per_px < 0.048
    with prepared.store.reading() as work:
        kinds = [act.kind for act in work.audit.events(ruled)]
    assert kinds.count(AuditKind.IMAGE_CALIBRATED) == 1

    controller.work_list.choose(plain)
    qtbot.waitUntil(lambda: controller.review.image_id == plain, timeout=WAIT_MS)
    controller.panels.measurements.scale.search.click()
    qtbot.waitUntil(lambda: "No clear printed scale" in window.notice_bar.text, timeout=WAIT_MS)
    assert _dialogs(window) == []
