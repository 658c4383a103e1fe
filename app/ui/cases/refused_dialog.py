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

from app.translation import _, ngettext
from app.ui.widgets.labels import plain_label
from app.ui.widgets.page_dialog import FittedDialog
from app.usecases.cases.import_images import FileNotice, ImportReport, Refusal


class RefusedDialog(FittedDialog):
    """A table of refused and doubtful files, which can be copied; damaged ones can be taken all the same."""

    damaged_wanted = Signal(object)
    """Paths (a tuple) of the damaged files, which the person wants without a score."""

    def __init__(self, report: ImportReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Import"))
        self.resize(680, 380)
        self._told: tuple[Refusal | FileNotice, ...] = (*report.refused, *report.notices)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(plain_label(import_words(report), "heading", wraps=True))
        layout.addWidget(_table(self._told), 1)
        copy, close = QPushButton(_("Copy the list")), QPushButton(_("Close"))
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
        take = QPushButton(_("Take damaged images without a score"))
        take.setToolTip(
            _(
                "Takes what can be shown of the files that were refused as damaged. They are marked, get no "
                "score, and nothing is learned from them."
            )
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
    images = ngettext("{imported} image imported", "{imported} images imported", imported)
    said = [images.format(imported=imported) if imported else _("No images imported")]
    if refused:
        files = ngettext("{refused} file was refused", "{refused} files were refused", refused)
        said.append(files.format(refused=refused))
    if report.notices:
        said.append(_("{count} to be checked").format(count=len(report.notices)))
    if report.kept_apart:
        said.append(
            _("{count} kept apart from a patient of the same number").format(count=len(report.kept_apart))
        )
    if report.passed_over:
        said.append(
            _("{passed_over} of the folder passed over, being no images").format(
                passed_over=report.passed_over
            )
        )
    return "; ".join(said) + "."


def _table(rows: Sequence[Refusal | FileNotice]) -> QTableWidget:
    table = QTableWidget(len(rows), 2)
    table.setHorizontalHeaderLabels([_("File"), _("What there is to say")])
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setWordWrap(True)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    table.setAccessibleName(_("Files that were not imported or have to be checked"))
    for row, one in enumerate(rows):
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
