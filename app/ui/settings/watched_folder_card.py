"""The watched folder: a camera or another program puts images there, and the open window imports them."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from app.translation import _
from app.ui.widgets.card import Card
from app.ui.widgets.labels import ElidedLabel, plain_label


class WatchedFolderCard(Card):
    """Shows which folder is watched, and changes it."""

    changed = Signal(str)
    """The folder, empty when none is watched any more."""

    def __init__(self, folder: str, parent: QWidget | None = None) -> None:
        super().__init__(_("Watched folder"), parent)
        self._folder = folder
        self._name = ElidedLabel()
        self.choose = QPushButton(_("Choose a folder…"))
        self.stop = QPushButton(_("Stop watching"))
        self.choose.clicked.connect(self._choose)
        self.stop.clicked.connect(lambda: self.take(""))
        self.body.addWidget(
            plain_label(
                _(
                    "What appears in it is imported while the window is open, once it is there in full. "
                    "Nothing in it is changed or removed."
                ),
                "small",
                wraps=True,
            )
        )
        self.body.addWidget(self._name)
        row = QHBoxLayout()
        row.addWidget(self.choose)
        row.addWidget(self.stop)
        row.addStretch(1)
        self.body.addLayout(row)
        self._show()

    def take(self, folder: str) -> None:
        """Watch a folder from now on, or none if it is empty."""
        self._folder = folder
        self._show()
        self.changed.emit(folder)

    def _choose(self) -> None:
        start = self._folder or str(Path.home())
        if folder := QFileDialog.getExistingDirectory(self, _("Folder to watch"), start):
            self.take(folder)

    def _show(self) -> None:
        self._name.setText(self._folder or _("No folder is watched."))
        self.stop.setEnabled(bool(self._folder))
