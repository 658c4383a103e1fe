"""The dialog shows which masks fit which cases and why others do not, before any is taken."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot
from shiboken6 import delete, isValid

from app.domain.ids import ImageId
from app.ui.cases.masks_dialog import MasksDialog
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.usecases.cancellation import NeverCancelled
from app.usecases.cases.import_images import import_images
from app.usecases.corrections.import_corrections import MaskUse
from tests.app.importers.masks.outline_files import SQUARE, coco, labelme, written
from tests.builders import an_image_file, result_of


@pytest.fixture
def image_id(session: Session, tmp_path: Path) -> ImageId:
    file = an_image_file(tmp_path / "in", "a.png")
    return result_of(import_images(session.services, [file], token=NeverCancelled())).imported[0]


def opened(qtbot: QtBot, session: Session, folder: Path) -> MasksDialog:
    dialog = MasksDialog(session, "")
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.look_through([folder])
    settle(qtbot, session)
    return dialog


def settle(qtbot: QtBot, session: Session) -> None:
    qtbot.waitUntil(lambda: not session.queues.busy_queues)


def masks_of(session: Session, image_id: ImageId) -> list[bool]:
    with session.services.store.reading() as work:
        return [revision.is_signed for revision in work.cases.case(image_id).revisions]


def two_files(folder: Path) -> Path:
    written(folder, "a.json", labelme([{"shape_type": "polygon", "points": SQUARE}]))
    written(folder, "b.json", coco([[1, 1, 9, 1, 9, 9]], name="nowhere.png"))
    return folder


def test_what_fits_and_what_does_not_is_shown_before_anything_is_taken(
    qtbot: QtBot, session: Session, tmp_path: Path, image_id: ImageId
) -> None:
    dialog = opened(qtbot, session, two_files(tmp_path / "masks"))

    assert [dialog.pages.tabText(place) for place in range(2)] == ["Fitting (1)", "Refused (1)"]
    assert [dialog.fitting.item(0, column).text() for column in range(2)] == ["a.png", "a.json"]
    assert "nowhere.png" in dialog.refusals.item(0, 1).text()
    assert masks_of(session, image_id) == []

    with qtbot.waitSignal(session.changed) as changed:
        dialog.take()
    assert changed.args[0].images == {image_id}
    assert masks_of(session, image_id) == [True]
    assert dialog._said.text() == "1 mask was taken."


def test_starting_points_are_unsigned(
    qtbot: QtBot, session: Session, tmp_path: Path, image_id: ImageId
) -> None:
    dialog = opened(qtbot, session, two_files(tmp_path / "masks"))
    dialog._use.button(1).setChecked(True)

    assert dialog.choices.use is MaskUse.STARTING_POINT
    with qtbot.waitSignal(session.changed):
        dialog.take()
    assert masks_of(session, image_id) == [False]


@pytest.mark.usefixtures("image_id")
def test_another_choice_looks_through_the_files_anew(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    shapes = [
        {"shape_type": "polygon", "points": SQUARE},
        {"shape_type": "polygon", "points": [[90, 5], [100, 5], [100, 15]], "label": "hair"},
    ]
    written(tmp_path / "masks", "a.json", labelme(shapes))
    dialog = opened(qtbot, session, tmp_path / "masks")
    assert "several labels" in dialog.refusals.item(0, 1).text()

    qtbot.keyClicks(dialog.label_line, "lesion")
    dialog.label_line.editingFinished.emit()
    settle(qtbot, session)

    assert dialog._take.text() == "Take 1 mask"


@pytest.mark.parametrize("leave", [QDialog.close, QDialog.reject])
def test_a_dialog_that_is_left_stops_what_waits_and_is_never_called_again(
    qtbot: QtBot, session: Session, tmp_path: Path, image_id: ImageId, leave: Callable[[QDialog], object]
) -> None:
    dialog = MasksDialog(session, "")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()
    dialog.look_through([two_files(tmp_path / "masks")])
    settle(qtbot, session)
    gate = threading.Event()
    session.queues.run(QueueName.FILES, lambda _token: gate.wait(5))
    dialog.take()

    with qtbot.captureExceptions() as unforeseen:
        leave(dialog)
        qtbot.waitUntil(lambda: not isValid(dialog))
        gate.set()
        settle(qtbot, session)

    assert unforeseen == []
    assert masks_of(session, image_id) == []


def test_what_was_taken_before_the_dialog_was_left_is_shown_in_the_window(
    qtbot: QtBot, session: Session, tmp_path: Path, image_id: ImageId
) -> None:
    dialog = MasksDialog(session, "")
    dialog.look_through([two_files(tmp_path / "masks")])
    settle(qtbot, session)
    taken = threading.Event()
    dialog.take()
    session.queues.run(QueueName.FILES, lambda _token: taken.set())
    assert taken.wait(5)

    # Its result is on its way to a dialog that is gone when it arrives.
    with qtbot.captureExceptions() as unforeseen, qtbot.waitSignal(session.changed) as changed:
        delete(dialog)

    assert unforeseen == []
    assert changed.args[0].images == {image_id}
