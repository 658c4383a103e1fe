"""Puts tags on the selected cases, and says who is to decide them."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QPushButton, QWidget

from app.domain.errors import InvalidFieldError
from app.domain.work_list.tag import checked_tag
from app.translation import _, ngettext
from app.ui.jobs.worker_queues import QueueName
from app.ui.session import Session
from app.ui.widgets.field import Field
from app.ui.widgets.labels import plain_label
from app.ui.widgets.page_dialog import PageDialog
from app.ui.widgets.text_field import TextField
from app.ui.widgets.wrapping_layout import WrappingLayout
from app.usecases.exports.case_selection import CaseSelection
from app.usecases.work_list.assign_cases import assign_cases
from app.usecases.work_list.tag_cases import tag_cases
from app.usecases.work_list.tags_of_cases import TagsOfCases, tags_of_cases
from models.contract.errors import NaevusError

_WIDTH_PX = 460


class TagsDialog(PageDialog):
    """Every tag with a box; one that only some of the cases have stays so unless it is clicked."""

    read = Signal()
    """What the cases have was read."""

    def __init__(self, session: Session, selection: CaseSelection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Tags and assignment"))
        self.setMinimumWidth(_WIDTH_PX)
        self._session = session
        self.box_by_tag: dict[str, QCheckBox] = {}
        self._selected = plain_label("", "muted", wraps=True)
        self.page.addWidget(self._selected)
        self.person = QComboBox()
        self.person.setEditable(True)
        self.page.addWidget(
            Field(_("Who decides"), self.person, _("Choose a name, or type one; empty means nobody."))
        )
        self._tags = QWidget()
        self._boxes = WrappingLayout(self._tags)
        self._boxes.setContentsMargins(0, 0, 0, 0)
        self._boxes.setSpacing(10)
        self.page.addWidget(self._tags)
        self.new_tags = TextField(
            _("New tags"),
            _checked_tags,
            hint=_("Free words, with commas between them: tumour board, teaching"),
        )
        self.page.addWidget(self.new_tags)
        self.page.addStretch(1)
        self.foot.addLayout(self._buttons())
        session.query(
            QueueName.DATABASE, lambda services, _token: tags_of_cases(services, selection), self._show
        )

    def carry_out(self) -> None:
        """Store what was changed, and close; a refusal is shown at its field."""
        try:
            added = [*_checked_tags(self.new_tags.line.text()), *self._ticked(is_on=True)]
        except InvalidFieldError as error:
            self.new_tags.show_error(str(error))
            return
        removed, person = self._ticked(is_on=False), self._person_changed()
        images = self._found.images

        def store() -> None:
            self._session.act(
                QueueName.DATABASE,
                lambda services, _token: tag_cases(services, images, added=added, removed=removed),
                done=lambda _changes: self.accept(),
                failed=self._refuse,
            )

        if person is None:
            store()
            return
        self._session.act(
            QueueName.DATABASE,
            lambda services, _token: assign_cases(services, images, person),
            done=lambda _changes: store(),
            failed=self._refuse,
        )

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        cancel, keep = QPushButton(_("Cancel")), QPushButton(_("Apply"))
        cancel.clicked.connect(self.reject)
        keep.setDefault(True)
        keep.setEnabled(False)
        self._keep = keep
        keep.clicked.connect(self.carry_out)
        row.addWidget(cancel)
        row.addWidget(keep)
        return row

    def _show(self, found: TagsOfCases) -> None:
        self._found = found
        count = len(found.images)
        selected = ngettext("{count:,} case is selected.", "{count:,} cases are selected.", count)
        self._selected.setText(selected.format(count=count))
        self._keep.setEnabled(count > 0)
        if len(found.assigned) > 1:
            self.person.addItem(_("(stays as it is)"))
        self.person.addItem("")
        self.person.addItems(list(found.people))
        self._shown_person = (
            _("(stays as it is)") if len(found.assigned) > 1 else next(iter(found.assigned), "")
        )
        self.person.setCurrentText(self._shown_person)
        for tag, used in found.cases_by_tag.items():
            box = QCheckBox(tag.replace("&", "&&"))
            box.setTristate(0 < used < len(found.images))
            box.setCheckState(_state(used, len(found.images)))
            self.box_by_tag[tag] = box
            self._boxes.addWidget(box)
        self._tags.setVisible(bool(found.cases_by_tag))
        self.new_tags.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.read.emit()

    def _ticked(self, *, is_on: bool) -> list[str]:
        """Return the tags whose boxes were changed to on, or to off."""
        wanted = Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked
        before = self._found.cases_by_tag
        return [
            tag
            for tag, box in self.box_by_tag.items()
            if box.checkState() is wanted and _state(before[tag], len(self._found.images)) is not wanted
        ]

    def _person_changed(self) -> str | None:
        """Return whom the cases are to be assigned to now; None where it stays as it is."""
        text = self.person.currentText().strip()
        return None if text == self._shown_person else text

    def _refuse(self, error: NaevusError) -> None:
        self.new_tags.show_error(str(error))


def _state(used: int, count: int) -> Qt.CheckState:
    if not used:
        return Qt.CheckState.Unchecked
    return Qt.CheckState.Checked if used == count else Qt.CheckState.PartiallyChecked


def _checked_tags(text: str) -> list[str]:
    """Return the tags of a text with commas; raises InvalidFieldError."""
    return [checked_tag(part) for part in text.split(",") if part.strip()]
