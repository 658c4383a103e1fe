"""Asks whether two patients of one number are one person: side by side, one question after the other.

The window stays usable meanwhile; until a person answers, the two stay apart.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.changes import Changes
from app.domain.ids import BlobName, PatientId
from app.text.stored_sentences import stored_words
from app.translation import N_, _
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.widgets.labels import plain_label, plain_tip, selectable
from app.usecases.cases.read_thumbnails import read_thumbnails
from app.usecases.patients.list_identity_questions import (
    OpenIdentityQuestion,
    PersonEntry,
    list_identity_questions,
)
from app.usecases.patients.settle_identity import join_patients, keep_apart
from app.usecases.services import Services

_THUMBNAIL_SIDE_PX = 120
_LIST_WIDTH_PX = 190
_SHOWN_FILES = 3
_MARK_PADDING_PX = 6
"""Of the style of marked values, so that their names stand on the same line."""

_DASH = "\N{EN DASH}"

_NO_QUESTIONS = N_("There is no question of who is who.")
_CONTRADICTS = N_("Both have the same patient number, and what is marked contradicts.")
_FITS_SEVERAL = N_(
    "More than one stored patient has this number, and the file does not say which of them it means."
)
_REMEDY = N_(
    "“Same person” gives the images to the stored patient, whose values stay. Until you answer, the two are "
    "kept apart."
)


class WhoIsWhoDialog(QDialog):
    """The open questions as a list, and both persons of the chosen one."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Who is who"))
        self.resize(760, 520)
        self._session = session
        self._questions: tuple[OpenIdentityQuestion, ...] = ()
        self._content_by_name: dict[BlobName, bytes] = {}
        self._heading = plain_label("", "heading", wraps=True)
        self._explanation = plain_label("", "muted", wraps=True)
        self.questions = QListWidget()
        self.questions.setFixedWidth(_LIST_WIDTH_PX)
        self.questions.setAccessibleName(_("Open questions"))
        self.questions.setSpacing(3)
        self.questions.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.questions.currentRowChanged.connect(self._show_question)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.same, self.apart, self._later = (
            QPushButton(text) for text in (_("Same person"), _("Keep apart"), _("Decide later"))
        )
        self.same.clicked.connect(self._say_same)
        self.apart.clicked.connect(self._say_apart)
        self._later.clicked.connect(self.reject)
        for button in (self.same, self.apart):
            # A question of identity is never answered by pressing Return without looking.
            button.setAutoDefault(False)
        self._later.setDefault(True)
        self._lay_out()
        self._review()
        session.changed.connect(self._refresh)
        self._read()

    def _lay_out(self) -> None:
        middle, row = QHBoxLayout(), QHBoxLayout()
        middle.setSpacing(14)
        middle.addWidget(self.questions)
        middle.addWidget(self._area, 1)
        row.addWidget(self._later)
        row.addStretch(1)
        row.addWidget(self.apart)
        row.addWidget(self.same)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(self._heading)
        layout.addWidget(self._explanation)
        layout.addLayout(middle, 1)
        layout.addLayout(row)

    @property
    def chosen(self) -> OpenIdentityQuestion | None:
        """Return the question that is shown."""
        row = self.questions.currentRow()
        return self._questions[row] if 0 <= row < len(self._questions) else None

    def _say_same(self) -> None:
        if (question := self.chosen) is not None:
            self._answer(question, join_patients)

    def _say_apart(self) -> None:
        if (question := self.chosen) is not None:
            self._answer(question, keep_apart)

    def _answer(self, question: OpenIdentityQuestion, verb: Callable[[Services, PatientId], Changes]) -> None:
        newcomer_id = question.newcomer.patient.id
        for button in (self.same, self.apart):
            button.setEnabled(False)
        self._session.act(
            QueueName.DATABASE,
            lambda services, _token: verb(services, newcomer_id),
            done=lambda _changes: self._read(),
        )

    def _read(self) -> None:
        self._session.query(
            QueueName.DATABASE,
            lambda services, _token: list_identity_questions(services),
            self._show,
            replaces="who is who",
        )

    def _refresh(self, changes: Changes) -> None:
        if changes.patients or changes.case_list:
            self._read()

    def _show(self, identity_questions: tuple[OpenIdentityQuestion, ...]) -> None:
        before = self.chosen.newcomer.patient.id if self.chosen is not None else None
        at = max(0, self.questions.currentRow())
        self._questions = identity_questions
        ids = [question.newcomer.patient.id for question in identity_questions]
        self.questions.blockSignals(True)
        self.questions.clear()
        self.questions.addItems([_title(question) for question in identity_questions])
        self.questions.setCurrentRow(
            ids.index(before) if before in ids else min(at, len(identity_questions) - 1)
        )
        self.questions.blockSignals(False)
        self.questions.setVisible(len(identity_questions) > 1)
        self._show_question()

    def _show_question(self, _row: int = 0) -> None:
        question = self.chosen
        self._area.setWidget(_Columns(question) if question is not None else QWidget())
        if question is not None:
            self._show_thumbnails({})
            entries = (question.stored, question.newcomer)
            self._fetch({entry.thumbnail for entry in entries if entry.thumbnail is not None})
        self._review()

    def _fetch(self, names: set[BlobName]) -> None:
        if missing := tuple(names - self._content_by_name.keys()):
            self._session.query(
                QueueName.DATABASE,
                lambda services, _token: read_thumbnails(services, missing),
                self._show_thumbnails,
            )

    def _show_thumbnails(self, content_by_name: dict[BlobName, bytes]) -> None:
        self._content_by_name |= content_by_name
        columns = self._area.widget()
        if isinstance(columns, _Columns):
            columns.show_thumbnails(self._content_by_name)

    def _review(self) -> None:
        question = self.chosen
        is_asking = question is not None
        if question is not None:
            why = _CONTRADICTS if question.differing else _FITS_SEVERAL
            self._explanation.setText(f"{_(why)} {_(_REMEDY)}")
        self._heading.setText(_("Is this one person, or are they two?") if is_asking else _(_NO_QUESTIONS))
        self._explanation.setVisible(is_asking)
        for button in (self.same, self.apart):
            button.setEnabled(is_asking)
        self._later.setText(_("Decide later") if is_asking else _("Close"))


class _Columns(QWidget):
    """Two persons side by side; values that contradict are marked, not by colour alone."""

    def __init__(self, question: OpenIdentityQuestion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(8)
        self._picture_by_entry: list[tuple[PersonEntry, QLabel]] = []
        self._add_heads(question)
        for row, (name, values, differs) in enumerate(_rows(question), start=2):
            self._add_row(row, name, values, differs=differs)
        self._grid.setRowStretch(self._grid.rowCount(), 1)
        for column in (1, 2):
            self._grid.setColumnStretch(column, 1)

    def show_thumbnails(self, content_by_name: dict[BlobName, bytes]) -> None:
        """Show the newest image of each person."""
        for entry, label in self._picture_by_entry:
            pixmap = QPixmap()
            if entry.thumbnail is not None and pixmap.loadFromData(content_by_name.get(entry.thumbnail, b"")):
                label.setPixmap(
                    pixmap.scaledToHeight(_THUMBNAIL_SIDE_PX, Qt.TransformationMode.SmoothTransformation)
                )

    def _add_heads(self, question: OpenIdentityQuestion) -> None:
        heads = ((_("Stored person"), question.stored), (_("Person of the file"), question.newcomer))
        for column, (title, entry) in enumerate(heads, start=1):
            picture = QLabel()
            picture.setFixedHeight(_THUMBNAIL_SIDE_PX)
            picture.setAccessibleName(_("Newest image: {title}").format(title=title))
            self._picture_by_entry.append((entry, picture))
            self._grid.addWidget(plain_label(title, "heading"), 0, column)
            self._grid.addWidget(picture, 1, column)

    def _add_row(self, row: int, name: str, values: tuple[str, str], *, differs: bool) -> None:
        said = plain_label(f"\N{NOT EQUAL TO} {name}" if differs else name, "heading" if differs else "muted")
        if differs:
            said.setContentsMargins(0, _MARK_PADDING_PX, 0, 0)
        self._grid.addWidget(said, row, 0, Qt.AlignmentFlag.AlignTop)
        for column, value in enumerate(values, start=1):
            shown = selectable(plain_label(value, "warning" if differs else "", wraps=True))
            shown.setAccessibleName(f"{name}: {value}" + (", contradicts" if differs else ""))
            shown.setToolTip(plain_tip(value))
            self._grid.addWidget(shown, row, column, Qt.AlignmentFlag.AlignTop)


def _title(question: OpenIdentityQuestion) -> str:
    asked = question.newcomer
    return f"{asked.patient.code}\n{asked.patient.name or asked.file_names[0]}"


def _rows(question: OpenIdentityQuestion) -> list[tuple[str, tuple[str, str], bool]]:
    """Return what is compared: a name, both values, and whether they contradict."""
    differing = set(question.differing)
    said: list[tuple[str, Callable[[PersonEntry], str], set[str]]] = [
        (_("Patient number"), lambda entry: entry.patient.issued_id or entry.patient.code, set()),
        (_("Kept as"), lambda entry: entry.patient.code, set()),
        (_("Issuer"), lambda entry: entry.patient.issuer, set()),
        (_("Name"), lambda entry: entry.patient.name, {"name"}),
        (_("Sex"), lambda entry: stored_words(entry.patient.sex), {"sex"}),
        (_("Born"), _born_words, {"birth_year", "birthday"}),
        (_("Age at visits"), lambda entry: _listed([str(age) for age in entry.ages_years]), {"birth_year"}),
        (_("Images"), lambda entry: _listed(entry.file_names), set()),
    ]
    rows = []
    for name, value_of, fields in said:
        values = (value_of(question.stored), value_of(question.newcomer))
        if any(values):
            # One of two rows about birth may be empty on a side, which contradicts nothing there.
            differs = bool(fields & differing) and values[0] != values[1]
            rows.append((name, (values[0] or _DASH, values[1] or _DASH), differs))
    return rows


def _born_words(entry: PersonEntry) -> str:
    """Return the date of birth as far as it is known, such as 1950-05-17."""
    year, birthday = entry.patient.birth_year, entry.patient.birthday
    return "-".join(part for part in (str(year) if year else "", birthday) if part)


def _listed(parts: Sequence[str]) -> str:
    shown = ", ".join(parts[:_SHOWN_FILES])
    more = len(parts) - _SHOWN_FILES
    return _("{shown} and {more} more").format(shown=shown, more=more) if more > 0 else shown
