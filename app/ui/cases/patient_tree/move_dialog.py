"""Files images or their lesion elsewhere, by keyboard as well: what, where to, and what comes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDateEdit,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QWidget,
)

from app.domain.ids import ImageId, LesionId
from app.domain.patient_tree import LesionLine
from app.text.patient_tree import day_words, images_words, lesion_title, patient_words, visits_words
from app.translation import N_, _
from app.ui.cases.patient_tree.move_flow import MoveFlow, Verb
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.widgets.labels import plain_label
from app.ui.widgets.page_dialog import PageDialog
from app.usecases.lesions.merge_lesions import merge_lesions
from app.usecases.lesions.move_images import change_visit, move_images, split_off
from app.usecases.lesions.move_lesion import move_lesion, move_lesion_to_new_patient
from app.usecases.lesions.patient_tree import PatientPage, lesions_beside, list_patients
from models.contract.errors import NaevusError

_WIDTH_PX = 640
_FOUND_AT_MOST = 50

TO_LESION, TO_NEW_LESION, TO_VISIT, MERGE, TO_PATIENT, TO_NEW_PATIENT = range(6)
_TEXTS = (
    N_("The images to another lesion of this patient:"),
    N_("The images to a new lesion of this patient"),
    N_("The images to the visit of another day:"),
    N_("The whole lesion is one with:"),
    N_("The whole lesion to the patient with the number:"),
    N_("The whole lesion to a new patient"),
)
_CONSEQUENCES = (
    N_("Each image keeps the day of its visit."),
    N_("Nothing is known of the new lesion yet, not even its site; enter it afterwards."),
    N_("Boundaries, scores and decisions stay with the images."),
    N_("The values of the lesion that is chosen here stay; what only the other one has is added."),
    N_("All visits go along. What was entered about the other patient stays there."),
    N_("All visits go along. The new patient gets a number of Naevus' own; enter the right one afterwards."),
)


@dataclass(frozen=True)
class _Choice:
    """What the dialog would do, and what is said once it is done."""

    verb: Verb
    said: str


class MoveDialog(PageDialog):
    """Six ways to file images elsewhere; a refusal is said below them and nothing is closed."""

    read = Signal()
    """The lesions of the patient were read."""

    def __init__(
        self, session: Session, moves: MoveFlow, images: Sequence[ImageId], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("File elsewhere"))
        self.resize(_WIDTH_PX, 360)
        self._session = session
        self._moves = moves
        self._images = tuple(images)
        self._lesions: tuple[LesionLine, ...] = ()
        self._own: LesionLine | None = None
        self._heading = plain_label("", "heading", wraps=True)
        self._build_choices()
        self._consequence = plain_label("", "muted", wraps=True)
        self._problem = plain_label("", "error", wraps=True)
        self.page.addWidget(self._heading)
        self.page.addLayout(self._grid)
        self.page.addWidget(self._consequence)
        self.page.addWidget(self._problem)
        self.page.addStretch(1)
        self.foot.addLayout(self._buttons())
        self._review()
        session.query(
            QueueName.DATABASE, lambda services, _token: lesions_beside(services, self._images[0]), self._show
        )

    def carry_out(self) -> None:
        """Do what is chosen, and close when it is done."""
        choice = self._choice()
        if choice is not None:
            self._problem.setText("")
            self._go.setEnabled(False)
            self._moves.carry_out(choice.verb, choice.said, done=self.accept, failed=self._refuse)

    def choose(self, way: int) -> None:
        """Choose one of the ways."""
        self._ways.button(way).setChecked(True)

    def _build_choices(self) -> None:
        self.lesion, self.kept = QComboBox(), QComboBox()
        self.day, self.number = QDateEdit(QDate.currentDate()), QLineEdit()
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("dd MMM yyyy")
        self.day.setMaximumDate(QDate.currentDate())
        self.number.setPlaceholderText(_("Patient number"))
        self._person = plain_label("", "small", wraps=True)
        self.number.textChanged.connect(lambda _text: self._look_up_person())
        beside: dict[int, QWidget] = {
            TO_LESION: self.lesion,
            TO_VISIT: self.day,
            MERGE: self.kept,
            TO_PATIENT: self.number,
        }
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._ways = QButtonGroup(self)
        for way, text in enumerate(_TEXTS):
            button = QRadioButton(_(text))
            self._ways.addButton(button, way)
            self._grid.addWidget(button, 2 * way, 0)
            if (field := beside.get(way)) is not None:
                field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
                field.setMinimumWidth(160)
                field.setAccessibleName(_(text).rstrip(":"))
                self._grid.addWidget(field, 2 * way, 1)
        self._grid.addWidget(self._person, 2 * TO_PATIENT + 1, 1)
        self._ways.idToggled.connect(lambda _way, _on: self._review())
        for box in (self.lesion, self.kept):
            box.currentIndexChanged.connect(lambda _row: self._review())

    def _buttons(self) -> QHBoxLayout:
        self._go, cancel = QPushButton(_("File it there")), QPushButton(_("Cancel"))
        self._go.setProperty("role", "primary")
        self._go.setDefault(True)
        self._go.clicked.connect(self.carry_out)
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self._go)
        return row

    def _show(self, lesions: tuple[LesionLine, ...]) -> None:
        self._lesions = lesions
        first = self._images[0]
        self._own = next(
            (one for one in lesions if first in {image.case.image_id for image in one.images}), None
        )
        others = [one for one in lesions if one is not self._own]
        for box in (self.lesion, self.kept):
            for one in others:
                title = lesion_title(one.lesion, one.number)
                box.addItem(f"{title}, {visits_words(len(one.visits))}", one)
        for way in (TO_LESION, MERGE):
            self._ways.button(way).setEnabled(bool(others))
        self.lesion.setEnabled(bool(others))
        self.kept.setEnabled(bool(others))
        self._heading.setText(self._heading_words())
        if self._own is not None:
            self._ways.button(TO_NEW_LESION).setEnabled(len(self._own.images) > len(self._images))
            self.day.setDate(_qt_day(self._own, first))
        self.choose(TO_LESION if others else TO_VISIT)
        self._review()
        self.read.emit()

    def _heading_words(self) -> str:
        if self._own is None:
            return _("These images are not in the work list any more.")
        return _("{images} of patient {code}, filed under the lesion “{title}”").format(
            images=images_words(len(self._images)),
            code=self._own.newest_image.case.patient_code,
            title=lesion_title(self._own.lesion, self._own.number),
        )

    def _choice(self) -> _Choice | None:
        way, own = self._ways.checkedId(), self._own
        if own is None:
            return None
        images, own_id = self._images, own.lesion.id
        title = lesion_title(own.lesion, own.number)
        count = images_words(len(images))
        target = {TO_LESION: self.lesion, MERGE: self.kept}.get(way)
        other = None if target is None else target.currentData()
        if isinstance(other, LesionLine):
            return _to_lesion(images, own_id, other, title=title, count=count, is_merging=way == MERGE)
        day, number = _day_of(self.day.date()), self.number.text()
        choices: dict[int, Callable[[], _Choice]] = {
            TO_NEW_LESION: lambda: _Choice(
                lambda services: split_off(services, images),
                _("{count} filed under a new lesion.").format(count=count),
            ),
            TO_VISIT: lambda: _Choice(
                lambda services: change_visit(services, images, day),
                _("{count} filed under the visit of {day}.").format(count=count, day=day_words(day)),
            ),
            TO_PATIENT: lambda: _Choice(
                lambda services: move_lesion(services, own_id, number),
                _("The lesion “{title}” was given to patient {code}.").format(
                    title=title, code=number.strip()
                ),
            ),
            TO_NEW_PATIENT: lambda: _Choice(
                lambda services: move_lesion_to_new_patient(services, own_id),
                _("The lesion “{title}” was given to a new patient.").format(title=title),
            ),
        }
        make = choices.get(way)
        return None if make is None else make()

    def _refuse(self, error: NaevusError) -> None:
        self._problem.setText(str(error))
        self._review()

    def _review(self) -> None:
        way = self._ways.checkedId()
        self._consequence.setText(_(_CONSEQUENCES[way]) if way >= 0 else "")
        is_named = way != TO_PATIENT or bool(self.number.text().strip())
        self._go.setEnabled(way >= 0 and self._own is not None and is_named)

    def _look_up_person(self) -> None:
        """Say who has the number that is being typed, so that nobody is taken for another."""
        number = self.number.text().strip()
        self.choose(TO_PATIENT)
        self._review()
        self._person.setText("")
        if number:
            self._session.query(
                QueueName.DATABASE,
                lambda services, _token: list_patients(
                    services, offset=0, limit=_FOUND_AT_MOST, search=number
                ),
                lambda page: self._show_person(number, page),
                replaces="person of a number",
            )

    def _show_person(self, number: str, page: PatientPage) -> None:
        person = next((line for line in page.lines if line.code == number), None)
        if person is None:
            self._person.setText(_("No patient of the work list has this number yet."))
        else:
            said = (person.name, patient_words(person))
            self._person.setText("  ·  ".join(part for part in said if part))


def _to_lesion(
    images: tuple[ImageId, ...],
    own_id: LesionId,
    other: LesionLine,
    *,
    title: str,
    count: str,
    is_merging: bool,
) -> _Choice:
    other_id, other_title = other.lesion.id, lesion_title(other.lesion, other.number)
    if is_merging:
        said = _("“{title}” was merged into “{kept}”.").format(title=title, kept=other_title)
        return _Choice(lambda services: merge_lesions(services, own_id, other_id), said)
    said = _("{count} filed under the lesion “{title}”.").format(count=count, title=other_title)
    return _Choice(lambda services: move_images(services, images, other_id), said)


def _day_of(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())


def _qt_day(own: LesionLine, image_id: ImageId) -> QDate:
    day = next(image.visited_on for image in own.images if image.case.image_id == image_id)
    return QDate(day.year, day.month, day.day)
