"""Shows the cases that were removed from the work list, and brings them back."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.domain.changes import Changes
from app.domain.ids import ImageId
from app.text.work_list import site_words, status_words
from app.translation import N_, _, ngettext
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.widgets.labels import plain_label
from app.ui.widgets.page_dialog import FittedDialog
from app.usecases.cases.list_cases import CaseWindow, list_cases
from app.usecases.cases.remove_case import restore_cases

_SHOWN_AT_MOST = 1000
_COLUMNS = (N_("Patient"), N_("Site"), N_("File"), N_("Status"))


class RemovedDialog(FittedDialog):
    """A table of removed cases; the chosen ones go back into the work list."""

    restored = Signal(str)
    """Id of the image whose case came back last."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Removed cases"))
        self.resize(640, 400)
        self._session = session
        self._shown = CaseWindow((), 0, 0)
        self._heading = plain_label("", "heading", wraps=True)
        self.table = _table()
        self.table.itemSelectionChanged.connect(self._review)
        self._restore = QPushButton(_("Restore"))
        self._restore.setProperty("role", "primary")
        self._restore.clicked.connect(self.restore)
        close = QPushButton(_("Close"))
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        row.addWidget(self._restore)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(self._heading)
        layout.addWidget(self.table, 1)
        layout.addLayout(row)
        self._review()
        session.changed.connect(self._refresh)
        self._read()

    def restore(self) -> None:
        """Bring the chosen cases back."""
        chosen = tuple(self._shown.lines[row].image_id for row in self._rows())
        if not chosen:
            return
        self._session.act(
            QueueName.DATABASE,
            lambda services, _token: restore_cases(services, chosen),
            done=lambda _changes: self._tell(chosen[-1]),
        )

    def _tell(self, image_id: ImageId) -> None:
        self.restored.emit(str(image_id))

    def _read(self) -> None:
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: list_cases(
                services, removed=True, order="imported", descending=True, limit=_SHOWN_AT_MOST
            ),
            self._show,
            replaces="removed cases",
        )

    def _refresh(self, changes: Changes) -> None:
        if changes.case_list:
            self._read()

    def _show(self, window: CaseWindow) -> None:
        self._shown = window
        self._heading.setText(_heading(window))
        self.table.setRowCount(len(window.lines))
        for row, line in enumerate(window.lines):
            cells = (line.patient_code, site_words(line.site), line.file_name, status_words(line.status))
            for column, text in enumerate(cells):
                self.table.setItem(row, column, QTableWidgetItem(text))
        self.table.clearSelection()
        self._review()

    def _rows(self) -> list[int]:
        return sorted(index.row() for index in self.table.selectionModel().selectedRows())

    def _review(self) -> None:
        self._restore.setEnabled(bool(self._rows()))


def _heading(window: CaseWindow) -> str:
    if not window.total:
        return _("No case is removed from the work list.")
    shown = (
        _(" The newest {count:,} are shown.").format(count=len(window.lines))
        if len(window.lines) < window.total
        else ""
    )
    sentence = ngettext(
        "{total:,} case is removed from the work list; nothing of it was deleted.{shown}",
        "{total:,} cases are removed from the work list; nothing of them was deleted.{shown}",
        window.total,
    )
    return sentence.format(total=window.total, shown=shown)


def _table() -> QTableWidget:
    table = QTableWidget(0, len(_COLUMNS))
    table.setHorizontalHeaderLabels([_(name) for name in _COLUMNS])
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setAccessibleName(_("Removed cases"))
    header = table.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    # A long file name is shortened before a patient's number is.
    header.setSectionResizeMode(_COLUMNS.index("File"), QHeaderView.ResizeMode.Stretch)
    return table
