"""What is shown instead of a window while the work list of an earlier version is brought up to date."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressDialog

from app.translation import _


class RenewalProgress:
    """Appears with the first step; there is no window yet, and nothing else that could be done."""

    def __init__(self) -> None:
        self.dialog: QProgressDialog | None = None

    def show(self, renewed: int, of: int) -> None:
        """Say how many lines of the work list are renewed, and of how many."""
        if self.dialog is None:
            self.dialog = QProgressDialog()
            self.dialog.setWindowModality(Qt.WindowModality.ApplicationModal)
            self.dialog.setCancelButton(None)
            self.dialog.setMinimumDuration(0)
            self.dialog.setAutoClose(False)
            self.dialog.show()
        self.dialog.setLabelText(
            _(
                "Bringing the work list of an earlier version up to date: {renewed:,} of {of:,} cases.\n"
                "This happens once."
            ).format(renewed=renewed, of=of)
        )
        self.dialog.setMaximum(of)
        # A modal dialog lets the window system draw it whenever its value is set.
        self.dialog.setValue(renewed)

    def close(self) -> None:
        """Make room for the window."""
        if self.dialog is not None:
            self.dialog.close()
            self.dialog.deleteLater()
            self.dialog = None
