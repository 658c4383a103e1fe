"""Asks a named person whether a model shall be the active one; nothing is chosen by default."""

from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.text.figures import WHAT_IT_DOES
from app.translation import N_, _
from app.ui.learning.exam_view import ExamTable
from app.ui.widgets.labels import plain_label
from app.ui.widgets.page_dialog import PageDialog
from app.usecases.models.promote_model import UNKNOWN_USER
from models.contract.shelf.card import ModelTask
from models.contract.shelf.exam import OVERALL, REFERENCE_IMAGES, Exam

_NO_NAME = N_("A model is chosen by a named person: enter your name in the settings first (File, Settings).")
_UNEXAMINED = N_(
    "This model has sat no exam on your own patients, so nobody knows how it does here. "
    "The audit trail will say that it was chosen without one."
)
_KEPT = N_(
    "Predictions made so far stay as they are and keep the name of their model; "
    "you can roll back at any time."
)


@dataclass(frozen=True)
class Promotion:
    """What a person is asked to answer for."""

    task: ModelTask
    candidate: str
    """``name/version``."""
    active: str | None
    exam: Exam | None
    """None: it would be chosen without an exam."""


class PromotionDialog(PageDialog):
    """Accepted only by a click on the button that names what happens."""

    def __init__(self, promotion: Promotion, person: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Promote {candidate}").format(candidate=promotion.candidate))
        self.setMinimumWidth(720)
        is_named = bool(person.strip()) and person.strip() != UNKNOWN_USER
        self.page.addWidget(
            plain_label(_("Promote {candidate}?").format(candidate=promotion.candidate), "title", wraps=True)
        )
        self.page.addWidget(plain_label(_what_happens(promotion, person), wraps=True))
        if promotion.exam is None:
            self.page.addWidget(plain_label(_(_UNEXAMINED), "warning", wraps=True))
        else:
            table = ExamTable()
            groups = (OVERALL, REFERENCE_IMAGES)
            table.show_parts(part for part in promotion.exam.parts if part.group in groups)
            self.page.addWidget(table)
        self.page.addWidget(plain_label(_(_KEPT), "muted", wraps=True))
        if not is_named:
            self.page.addWidget(plain_label(_(_NO_NAME), "warning", wraps=True))
        self.page.addStretch(1)
        self.foot.addLayout(self._buttons(person.strip(), is_named=is_named))

    def _buttons(self, person: str, *, is_named: bool) -> QHBoxLayout:
        cancel = QPushButton(_("Leave as it is"))
        cancel.setDefault(True)
        cancel.clicked.connect(self.reject)
        text = _("Promote as {person}").format(person=person) if is_named else _("Promote")
        self.promote = QPushButton(text.replace("&", "&&"))
        self.promote.setAutoDefault(False)
        self.promote.setEnabled(is_named)
        self.promote.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.promote)
        cancel.setFocus()
        return row


def _what_happens(promotion: Promotion, person: str) -> str:
    instead = _(" instead of {active}").format(active=promotion.active) if promotion.active else ""
    who = person.strip() or _("The person at the workstation")
    return _("{who} decides that {candidate} {what_it_does} from now on{instead}.").format(
        who=who, candidate=promotion.candidate, what_it_does=_(WHAT_IT_DOES[promotion.task]), instead=instead
    )
