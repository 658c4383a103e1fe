"""The button with the saved filters: take one, keep the present one under a name, give one up."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QInputDialog, QMenu, QToolButton, QWidget

from app.domain.work_list.saved_filter import SavedFilter
from app.translation import _


class FilterMenu(QToolButton):
    """Opens a menu of filters that are kept in the case store."""

    taken = Signal(object)
    """SavedFilter that the person chose."""
    keep_requested = Signal(str)
    """Name under which the present filter is to be kept."""
    give_up_requested = Signal(str)
    """Name of a filter that is not needed any more."""
    everything_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(_("Filters"))
        self.setProperty("role", "menu")
        self.setToolTip(_("Filters kept under a name, for everybody who works with this case store"))
        self.setAccessibleName(_("Saved filters"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.kept: tuple[SavedFilter, ...] = ()
        """What is offered."""
        self._is_anything_set = False
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)

    def show_kept(self, kept: Sequence[SavedFilter]) -> None:
        """Offer these filters."""
        self.kept = tuple(kept)

    def show_state(self, *, is_anything_set: bool) -> None:
        """Say whether there is a filter that could be kept."""
        self._is_anything_set = is_anything_set

    def ask_for_name(self) -> None:
        """Ask under which name the present filter is to be kept."""
        dialog = QInputDialog(self)
        dialog.setWindowTitle(_("Save this filter"))
        dialog.setLabelText(_("Name of the filter, for everybody here:"))
        dialog.setComboBoxItems(["", *(kept.name for kept in self.kept)])
        dialog.setComboBoxEditable(True)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(self.keep_requested)
        dialog.open()

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        for kept in self.kept:
            action = menu.addAction(kept.name.replace("&", "&&"))
            action.setToolTip(kept.search)
            action.triggered.connect(lambda _on=False, chosen=kept: self.taken.emit(chosen))
        if not self.kept:
            menu.addAction(_("No filter is kept yet.")).setEnabled(False)
        menu.addSeparator()
        save = menu.addAction(_("Save as…"))
        save.setEnabled(self._is_anything_set)
        save.triggered.connect(self.ask_for_name)
        clear = menu.addAction(_("Show all cases"))
        clear.setEnabled(self._is_anything_set)
        clear.triggered.connect(self.everything_requested)
        if self.kept:
            gone = menu.addMenu(_("Remove"))
            for kept in self.kept:
                action = gone.addAction(kept.name.replace("&", "&&"))
                action.triggered.connect(lambda _on=False, name=kept.name: self.give_up_requested.emit(name))
