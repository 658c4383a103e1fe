"""Says which files were not imported, and what to check about the others, each in one sentence."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.ui.widgets.labels import plain_label
from app.ui.widgets.page_dialog import FittedDialog
from app.usecases.cases.import_images import FileNotice, ImportReport, Refusal


class RefusedDialog(FittedDialog):
    """A table of refused and doubtful files, which can be copied; damaged ones can be taken all the same."""

    damaged_wanted = Signal(object)
    """Paths (a tuple) of the damaged files, which the person wants without a score."""

    def __init__(self, report: ImportReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import")
        self.resize(680, 380)
        self._told: tuple[Refusal | FileNotice, ...] = (*report.refused, *report.notices)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(plain_label(import_words(report), "heading", wraps=True))
        layout.addWidget(_table(self._told), 1)
        copy, close = QPushButton("Copy the list"), QPushButton("Close")
        copy.clicked.connect(self._copy)
        close.clicked.connect(self.reject)
        close.setDefault(True)
        row = QHBoxLayout()
        if report.partly_readable:
            row.addWidget(self._take_button(report.partly_readable))
        row.addStretch(1)
        row.addWidget(copy)
        row.addWidget(close)
        layout.addLayout(row)

    def _take_button(self, damaged: tuple[Path, ...]) -> QPushButton:
        take = QPushButton("Take damaged images without a score")
        take.setToolTip(
            "Takes what can be shown of the files that were refused as damaged. They are marked, get no "
            "score, and nothing is learned from them."
        )

        def hand_over() -> None:
            self.damaged_wanted.emit(damaged)
            self.accept()

        take.clicked.connect(hand_over)
        return take

    def _copy(self) -> None:
        lines = [f"{one.path}\t{one.sentence}" for one in self._told]
        QGuiApplication.clipboard().setText("\n".join(lines))


def import_words(report: ImportReport) -> str:
    """Return what an import did, in one sentence."""
    imported, refused = len(report.imported), len(report.refused)
    images = f"{imported or 'No'} image" + ("" if imported == 1 else "s")
    said = [f"{images} imported"]
    if refused:
        said.append(f"{refused} file" + (" was refused" if refused == 1 else "s were refused"))
    if report.notices:
        said.append(f"{len(report.notices)} to be checked")
    if report.kept_apart:
        said.append(f"{len(report.kept_apart)} kept apart from a patient of the same number")
    if report.passed_over:
        said.append(f"{report.passed_over} of the folder passed over, being no images")
    return "; ".join(said) + "."


def _table(told: Sequence[Refusal | FileNotice]) -> QTableWidget:
    table = QTableWidget(len(told), 2)
    table.setHorizontalHeaderLabels(["File", "What there is to say"])
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setWordWrap(True)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    table.setAccessibleName("Files that were not imported or have to be checked")
    for row, one in enumerate(told):
        name = QTableWidgetItem(one.path.name)
        for column, item in enumerate((name, QTableWidgetItem(one.sentence))):
            item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            table.setItem(row, column, item)
    header = table.horizontalHeader()
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
    header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
    table.setColumnWidth(0, 220)
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    return table
