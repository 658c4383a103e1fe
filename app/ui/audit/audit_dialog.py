"""A page of all acts of the store, newest first, narrowed by person, kind, day and case."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDateEdit,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.domain.act_filter import ActFilter
from app.domain.audit import AuditKind
from app.domain.changes import Changes
from app.text.acts import WORDS_BY_KIND
from app.translation import _, ngettext
from app.ui.audit.act_model import COLUMNS, ActModel
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.widgets.choice_box import ChoiceBox
from app.ui.widgets.field import Field
from app.ui.widgets.labels import plain_label
from app.ui.widgets.page_dialog import FittedDialog
from app.ui.widgets.progress_foot import ProgressFoot
from app.usecases.audit.export_acts import export_acts
from app.usecases.audit.list_acts import ActPage, list_acts, people_of_acts
from models.contract.errors import NaevusError

if TYPE_CHECKING:
    from app.ui.jobs.job import Job

_FIRST_DAY = QDate(2000, 1, 1)
_PAUSE_MS = 300
_COLUMN_WIDTHS_PX = (150, 130, 230, 260, 180)


class AuditDialog(FittedDialog):
    """A table that is read as one scrolls, and can be written to a file."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("All acts"))
        self.resize(1040, 620)
        self._session = session
        self._job: Job | None = None
        self.model = ActModel(self)
        self.model.more_wanted.connect(self._read_more)
        self.who = ChoiceBox((), unknown=_("Everybody"))
        self.kind = ChoiceBox(
            sorted((_(words), kind.value) for kind, words in WORDS_BY_KIND.items()), unknown=_("Everything")
        )
        self.since, self.until = _day_edit(_FIRST_DAY), _day_edit(QDate.currentDate())
        self.since.setSpecialValueText(_("The beginning"))
        self.case = QLineEdit()
        self.case.setPlaceholderText(_("Patient, file, site…"))
        self._case_field = Field(_("Case"), self.case)
        self._said = plain_label("", "muted", wraps=True)
        self._progress = ProgressFoot()
        self._progress.cancel_requested.connect(self._cancel)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._lay_out()
        self._connect()
        session.query(QueueName.DATABASE, lambda services, _token: people_of_acts(services), self._offer)
        self.read()

    @property
    def wanted(self) -> ActFilter:
        """Return what the fields above the table ask for; days are those of this computer's clock."""
        is_from_start = self.since.date() == _FIRST_DAY
        kind = self.kind.word
        return ActFilter(
            who=self.who.word,
            kind=None if kind is None else AuditKind(kind),
            since=None if is_from_start else _start_of(self.since.date()),
            until=_start_of(self.until.date()) + timedelta(days=1),
        )

    def read(self) -> None:
        """Read the newest acts that are asked for."""
        wanted, case = self.wanted, self.case.text()
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: list_acts(services, wanted, case=case),
            self._show,
            failed=self._refuse,
            replaces="acts",
        )

    def write(self, path: Path) -> None:
        """Write what is asked for to a file."""
        wanted, case = self.wanted, self.case.text()
        self._export.setEnabled(False)
        self._job = self._session.follow(
            QueueName.FILES,
            lambda services, token: export_acts(services, wanted, path, case=case, token=token),
            progressed=lambda step: self._progress.show_progress(step.done, step.of, step.label),
            done=lambda count: self._end(_written_words(count, path)),
            failed=lambda error: self._end(str(error)),
        )

    def _connect(self) -> None:
        for box in (self.who, self.kind):
            box.chosen.connect(self.read)
        for edit in (self.since, self.until):
            edit.dateChanged.connect(lambda _day: self._pause.start())
        self.case.textEdited.connect(lambda _text: self._pause.start())
        self._pause.timeout.connect(self.read)
        self.finished.connect(lambda _result: self._cancel())
        self._session.changed.connect(self._follow)

    def _lay_out(self) -> None:
        fields = QHBoxLayout()
        shares = ((_("Who"), self.who, 3), (_("What"), self.kind, 4), (_("From"), self.since, 2))
        for label, editor, share in (*shares, (_("To"), self.until, 2)):
            fields.addWidget(Field(label, editor), share)
        fields.addWidget(self._case_field, 4)
        self._export = QPushButton(_("Write to a CSV file…"))
        self._export.clicked.connect(self._choose_file)
        close = QPushButton(_("Close"))
        close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(self._said, 1)
        foot.addWidget(close)
        foot.addWidget(self._export)
        self.table = _table(self.model)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addLayout(fields)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._progress)
        layout.addLayout(foot)

    def _offer(self, people: list[str]) -> None:
        for name in people:
            self.who.addItem(name, name)

    def _read_more(self, before: int) -> None:
        wanted, case = self.wanted, self.case.text()
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: list_acts(services, wanted, case=case, before=before),
            self.model.add,
            failed=self._fail_to_read_more,
            replaces="acts",
        )

    def _fail_to_read_more(self, error: NaevusError) -> None:
        self.model.give_up()
        self._refuse(error)

    def _show(self, page: ActPage) -> None:
        self._case_field.show_error("")
        self.model.show(page)
        self._said.setText(
            ngettext("{count:,} act.", "{count:,} acts.", page.total).format(count=page.total)
            if page.total
            else _("No act is like that.")
        )

    def _refuse(self, error: NaevusError) -> None:
        self._case_field.show_error(str(error))

    def _follow(self, _changes: Changes) -> None:
        """Read anew after something was done, unless one has scrolled to older acts."""
        if self.table.verticalScrollBar().value() == 0:
            self._pause.start()

    def _choose_file(self) -> None:
        start = str(Path.home() / "naevus_acts.csv")
        name, _filter = QFileDialog.getSaveFileName(self, _("Acts as a CSV file"), start, "CSV (*.csv)")
        if name:
            self.write(Path(name))

    def _end(self, sentence: str) -> None:
        self._progress.finish()
        self._export.setEnabled(True)
        self._said.setText(sentence)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()


def _written_words(count: int, path: Path) -> str:
    sentence = ngettext(
        "{count:,} act written to {path}. It names staff and patients.",
        "{count:,} acts written to {path}. They name staff and patients.",
        count,
    )
    return sentence.format(count=count, path=path)


def _start_of(day: QDate) -> datetime:
    local = datetime.combine(datetime(day.year(), day.month(), day.day()).date(), time())
    return local.astimezone(UTC)


def _day_edit(day: QDate) -> QDateEdit:
    edit = QDateEdit(day)
    edit.setCalendarPopup(True)
    edit.setDisplayFormat("dd MMM yyyy")
    edit.setMinimumDate(_FIRST_DAY)
    return edit


def _table(model: ActModel) -> QTableView:
    table = QTableView()
    table.setModel(model)
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setAccessibleName(_("All acts"))
    header = table.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    for column, width_px in enumerate(_COLUMN_WIDTHS_PX):
        header.resizeSection(column, width_px)
    header.setSectionResizeMode(len(COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
    return table
