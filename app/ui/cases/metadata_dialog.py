"""A table of metadata: what its columns mean, what it would change, and only then entering it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.translation import _, ngettext
from app.ui.cases.column_table import ColumnTable
from app.ui.cases.plan_model import PlanModel
from app.ui.cases.reviewed_import_dialog import ReviewedImportDialog
from app.ui.cases.sentence_table import SentenceTable
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.labels import plain_label
from app.usecases.metadata.enter_metadata import EnteredMetadata, enter_metadata
from app.usecases.metadata.line_matching import MatchedBy
from app.usecases.metadata.plan import LineRefusal, MetadataPlan
from app.usecases.metadata.table_reading import TableReading, column_choices, read_metadata
from models.contract.errors import NaevusError

_COLUMNS_HEIGHT_PX = 200


class MetadataDialog(ReviewedImportDialog):
    """Shows what a table would change in the case store, and enters what is ticked."""

    def __init__(self, session: Session, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.setWindowTitle(_("Metadata from a table"))
        self.resize(980, 680)
        self._path = path
        self._reading: TableReading | None = None
        self._refused: tuple[LineRefusal, ...] = ()
        self._is_entering = False
        self.plan_model = PlanModel(self)
        self._build()
        self._read()

    def enter(self) -> None:
        """Enter what is ticked."""
        chosen = self.plan_model.ticked
        if not chosen or self._is_entering:
            return
        self._is_entering = True
        self._review()
        self._job = self._session.follow(
            QueueName.FILES,
            lambda services, token: enter_metadata(services, chosen, token),
            progressed=self._show_progress,
            done=self._finish,
            failed=self._fail,
            changes_of=lambda entered: entered.changes,
        )

    def _build(self) -> None:
        self._heading = plain_label(self._path.name, "heading", wraps=True)
        self._said = plain_label(_("Reading the table…"), "muted", wraps=True)
        self.columns = ColumnTable(column_choices())
        self.columns.meaning_chosen.connect(self._take_meaning)
        self.columns.setFixedHeight(_COLUMNS_HEIGHT_PX)
        self._enter = QPushButton()
        self._enter.clicked.connect(self.enter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        for part in (self._heading, self._said, self.columns):
            layout.addWidget(part)
        layout.addLayout(self._choices())
        layout.addWidget(self._pages(), 1)
        layout.addWidget(self._progress)
        layout.addLayout(self._buttons(self._enter, self._refused_lines))

    def _choices(self) -> QHBoxLayout:
        by = (
            (_("the image's file name"), MatchedBy.FILE),
            (_("the image's id"), MatchedBy.IMAGE),
            (_("the patient number"), MatchedBy.PATIENT),
        )
        self.by = ChoiceBox(by, unknown=_("whatever is there"))
        self.by.setMinimumWidth(230)
        self.by.setAccessibleName(_("What tells which case a line is about"))
        self.by.chosen.connect(self._plan)
        self.replaces = QCheckBox(_("Replace stored values that differ"))
        self.replaces.toggled.connect(self.plan_model.tick_contradicting)
        self.decides = QCheckBox(_("Record diagnoses as decisions signed by me"))
        self.decides.toggled.connect(self.plan_model.tick_decisions)
        row = QHBoxLayout()
        row.addWidget(plain_label(_("Cases are found by")))
        row.addWidget(self.by)
        row.addStretch(1)
        row.addWidget(self.replaces)
        row.addWidget(self.decides)
        return row

    def _pages(self) -> QTabWidget:
        self.changes = QTableView()
        self.changes.setModel(self.plan_model)
        self.changes.setShowGrid(False)
        self.changes.verticalHeader().hide()
        self.changes.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.changes.setAccessibleName(_("What the table would change"))
        header = self.changes.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in enumerate((80, 230, 190, 190)):
            self.changes.setColumnWidth(column, width)
        self.plan_model.ticked_changed.connect(self._review)
        self.refusals = SentenceTable((_("Line"), _("Case"), _("Why it is not taken")))
        self.unmatched = SentenceTable((_("Line"), _("Names"), _("Why it is left out")))
        self.pages = QTabWidget()
        for page in (self.changes, self.refusals, self.unmatched):
            self.pages.addTab(page, "")
        return self.pages

    def _read(self) -> None:
        path = self._path
        self._session.query(
            QueueName.FILES,
            lambda _services, _token: read_metadata(path),
            self._show_reading,
            failed=self._fail,
        )
        self._show_plan(MetadataPlan())

    def _show_reading(self, reading: TableReading) -> None:
        self._reading = reading
        self.columns.show_reading(reading)
        self._plan()

    def _take_meaning(self, column: str, name: str | None) -> None:
        if self._reading is not None:
            self._reading = self._reading.with_meaning(column, name)
            self._plan()

    def _plan(self) -> None:
        """Hold the table against the case store anew."""
        if self._reading is None or self._is_entering:
            return
        if self._job is not None:
            self._job.supersede()
        reading, by = self._reading, self.by.value
        matched_by = MatchedBy(str(by)) if by is not None else None
        self._said.setText(_("Comparing with the stored cases…"))
        self._job = self._session.follow(
            QueueName.FILES,
            lambda services, token: reading.plan(services, token, by=matched_by),
            progressed=self._show_progress,
            done=self._show_plan,
            failed=self._fail,
        )

    def _show_plan(self, plan: MetadataPlan) -> None:
        self._progress.finish()
        self.plan_model.show(plan.changes)
        self.replaces.setChecked(False)
        self.decides.setChecked(False)
        self.replaces.setEnabled(any(not change.is_decision for change in plan.contradictions))
        self.decides.setVisible(self._reading is not None and self._reading.names_decisions)
        self._show_refused(plan.refused)
        self.unmatched.show_lines(
            [(str(one.line), one.subject, one.sentence) for one in plan.unmatched_examples]
        )
        titles = (
            _("Changes ({count})").format(count=len(plan.changes)),
            "",
            _("Not found ({count})").format(count=plan.unmatched),
        )
        for place, title in enumerate(titles):
            if title:
                self.pages.setTabText(place, title)
        if self._reading is not None:
            self._said.setText(_plan_words(plan))

    def _show_refused(self, refused: Sequence[LineRefusal]) -> None:
        self._refused = tuple(refused)
        self.refusals.show_lines(_lines_of(refused))
        self.pages.setTabText(1, _("Refused ({count})").format(count=len(refused)))

    def _review(self) -> None:
        count = len(self.plan_model.ticked)
        self._enter.setText(
            ngettext("Enter {count} value", "Enter {count} values", count).format(count=count)
        )
        self._enter.setEnabled(count > 0 and not self._is_entering)
        self.columns.setEnabled(not self._is_entering)

    def _finish(self, entered: EnteredMetadata) -> None:
        self._is_entering = False
        self._progress.finish()
        count = len(entered.entered)
        said = [
            ngettext("{count} value was entered.", "{count} values were entered.", count).format(count=count)
        ]
        if not entered.is_whole:
            said.append(_("It was stopped; what was entered before is kept."))
        self.plan_model.drop(frozenset(entered.entered))
        self._show_refused((*entered.refused, *self._refused))
        self.pages.setTabText(0, _("Changes ({count})").format(count=self.plan_model.rowCount()))
        self._said.setText(" ".join(said))
        self._review()

    def _fail(self, error: NaevusError) -> None:
        self._is_entering = False
        self._progress.finish()
        self.plan_model.show(())
        self._said.setText(str(error))
        self._review()

    def _refused_lines(self) -> list[str]:
        return [f"{one.line}\t{one.subject}\t{one.sentence}" for one in self._refused]


def _lines_of(refusals: Sequence[LineRefusal]) -> list[tuple[str, str, str]]:
    return [(str(one.line), one.subject, one.sentence) for one in refusals]


def _plan_words(plan: MetadataPlan) -> str:
    """What a plan says, in a line or two."""
    said = [
        ngettext("{lines} line read.", "{lines} lines read.", plan.lines).format(lines=f"{plan.lines:,}"),
        *plan.notes,
    ]
    if plan.contradictions:
        count = len(plan.contradictions)
        said.append(
            ngettext(
                "{count} value differs from what is stored and is not ticked.",
                "{count} values differ from what is stored and are not ticked.",
                count,
            ).format(count=count)
        )
    if plan.agreeing:
        count = plan.agreeing
        said.append(
            ngettext("{count} value is stored already.", "{count} values are stored already.", count).format(
                count=count
            )
        )
    return " ".join(said)
