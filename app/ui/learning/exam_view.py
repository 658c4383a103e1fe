"""An exam as people read it: what the gate says, and the figures of both models side by side."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.text.figures import difference_words, figure, metric_words
from app.translation import N_, _, in_numerals, ngettext
from app.ui.widgets.labels import plain_label, plain_tip, selectable
from models.contract.shelf.exam import OVERALL, REFERENCE_IMAGES, Exam, ExamPart
from models.contract.shelf.gate import Verdict

_COLUMNS = (N_("Figure"), N_("In use"), N_("Candidate"), N_("Difference (95 % interval)"), N_("Images"))
_NUMBERS_FROM = 1
_FIRST_GROUPS = (OVERALL, REFERENCE_IMAGES)


class ExamView(QWidget):
    """The verdict as a list of sentences, room for ``buttons`` under it, and the table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = plain_label("", "heading", wraps=True)
        self._sentences = selectable(plain_label("", wraps=True))
        self._origin = plain_label("", "small", wraps=True)
        self.table = ExamTable()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._heading)
        layout.addWidget(self._sentences)
        self.buttons = QHBoxLayout()
        layout.addLayout(self.buttons)
        layout.addWidget(self.table)
        layout.addWidget(self._origin)

    @property
    def words(self) -> str:
        """Return heading and sentences of the verdict."""
        return f"{self._heading.text()}\n{self._sentences.text()}"

    def show_exam(self, exam: Exam, gate: Verdict) -> None:
        """Show an exam with what follows from it."""
        self._heading.setText(
            _("The gate lets this model pass; a person decides.")
            if gate.passed
            else _("The gate refuses this model.")
        )
        self._sentences.setText("\n".join(f"\N{BULLET} {reason}" for reason in gate.reasons))
        self.table.show_parts(exam.parts)
        images = ngettext("{number:,} exam image", "{number:,} exam images", exam.images)
        patients = ngettext("{number:,} patient", "{number:,} patients", exam.patients)
        self._origin.setText(
            _(
                "{candidate} beside {active} on {images} of {patients} who are kept out of training "
                "here; intervals are drawn by patient."
            ).format(
                candidate=exam.candidate,
                active=exam.active,
                images=images.format(number=exam.images),
                patients=patients.format(number=exam.patients),
            )
        )


class ExamTable(QTableWidget):
    """The figures of both models; overall first, then the reference images, then the subgroups."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_COLUMNS), parent)
        for column, name in enumerate(_COLUMNS):
            title = QTableWidgetItem(_(name))
            title.setTextAlignment(_LEFT if column < _NUMBERS_FROM else _RIGHT)
            self.setHorizontalHeaderItem(column, title)
        self.setAccessibleName(_("Figures of the exam"))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 9)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)

    def show_parts(self, parts: Iterable[ExamPart]) -> None:
        """Show figures in full height, so that only the page around them scrolls."""
        self.clearSpans()
        self.setRowCount(0)
        group = ""
        for part in sorted(parts, key=lambda part: _place(part.group)):
            if part.group != group:
                group = part.group
                self._add_group(group)
            self._add_part(part)
        rows_px = self.verticalHeader().defaultSectionSize() * self.rowCount()
        self.setFixedHeight(rows_px + self.horizontalHeader().sizeHint().height() + 4)

    def _add_group(self, group: str) -> None:
        row = self.rowCount()
        self.insertRow(row)
        item = QTableWidgetItem(group[:1].upper() + group[1:])
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        item.setFont(font)
        self.setItem(row, 0, item)
        self.setSpan(row, 0, 1, len(_COLUMNS))

    def _add_part(self, part: ExamPart) -> None:
        row = self.rowCount()
        self.insertRow(row)
        cells = (
            metric_words(part.metric),
            figure(part.active),
            figure(part.candidate),
            difference_words(part.difference, part.low, part.high),
            in_numerals(f"{part.n:,}"),
        )
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            if column >= _NUMBERS_FROM:
                item.setTextAlignment(_RIGHT)
            item.setToolTip(plain_tip(part.why_undefined or ""))
            self.setItem(row, column, item)


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _place(group: str) -> int:
    """Subgroups keep their order behind the first groups."""
    return _FIRST_GROUPS.index(group) if group in _FIRST_GROUPS else len(_FIRST_GROUPS)
