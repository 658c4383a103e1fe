from pytestqt.qtbot import QtBot

from app.ui.renewal_progress import RenewalProgress


def test_a_renewal_is_shown_from_its_first_step_until_the_window_comes(qtbot: QtBot) -> None:
    renewal = RenewalProgress()
    assert renewal.dialog is None
    renewal.show(0, 2000)
    dialog = renewal.dialog
    assert dialog is not None
    assert dialog.isVisible()
    renewal.show(1500, 2000)
    assert "1,500 of 2,000 cases" in dialog.labelText()
    assert (dialog.value(), dialog.maximum()) == (1500, 2000)
    renewal.close()
    assert renewal.dialog is None
    assert not dialog.isVisible()


def test_without_a_renewal_nothing_is_shown(qtbot: QtBot) -> None:
    renewal = RenewalProgress()
    renewal.close()
    assert renewal.dialog is None
