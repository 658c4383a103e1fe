"""The drop-down of exact sites: typing searches, and only a whole name is a value."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.anatomic_sites import exact_site_words
from app.ui.widgets.site_box import SiteBox
from tests.builders import the_vocabulary

NOSE = "Head and neck:Head:Face:Nose"


def test_typing_searches_and_only_a_site_is_taken(qtbot: QtBot) -> None:
    box = SiteBox(
        ((exact_site_words(path), path) for path in the_vocabulary().permitted["anatomic_site"]),
        unknown="Not known",
    )
    qtbot.addWidget(box)
    line, searcher = box.lineEdit(), box.completer()
    assert line is not None
    assert searcher is not None

    line.selectAll()
    qtbot.keyClicks(line, "tip of")
    searcher.setCompletionPrefix("tip of")
    assert searcher.currentCompletion() == "Tip of nose (Nose, Face, Head, Head and neck)"
    assert box.value is None
    qtbot.keyClick(line, Qt.Key.Key_Tab)
    box.settle()
    assert (box.value, line.text()) == (None, "Not known")

    with qtbot.waitSignal(box.chosen):
        line.setText(exact_site_words(NOSE).upper())
        box.settle()
    assert (box.value, line.text()) == (NOSE, "Nose (Face, Head, Head and neck)")
    with qtbot.waitSignal(box.chosen):
        line.clear()
        box.settle()
    assert box.value is None
