"""The letterhead of reports: name and address of the clinic, its logo, and its own fields."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from app.domain.errors import ExportError, InvalidFieldError
from app.translation import _
from app.ui.widgets.card import Card
from app.ui.widgets.field import Field
from app.ui.widgets.labels import plain_label
from app.ui.widgets.note_box import NoteBox
from app.ui.widgets.text_field import TextField
from app.usecases.exports.letterhead import (
    fields_from_lines,
    logo_from,
    read_letterhead,
    write_letterhead,
)
from app.usecases.exports.report_layout import NO_LETTERHEAD, Letterhead

_LOGO_WIDTH_PX, _LOGO_HEIGHT_PX = 180, 48


class LetterheadCard(Card):
    """Fields that are stored as soon as they are entered; a refused one says why and stays."""

    def __init__(self, data_folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(_("Letterhead of reports"), parent)
        self._data_folder = data_folder
        self.letterhead = NO_LETTERHEAD
        self.name = TextField(_("Name of the clinic"))
        self.address = NoteBox(3)
        self.fields = NoteBox(3)
        self._logo = plain_label()
        self._logo.setAccessibleName(_("Logo"))
        self.field_by_name: dict[str, Field] = {
            "name": self.name,
            "address_lines": Field(_("Address, a line each"), self.address),
            "fields": Field(
                _("Fields of your own, one a line"),
                self.fields,
                _("For example “Referring physician: Dr. Huber”. They stand beside the patient."),
            ),
            "logo": Field(_("Logo"), self._logo_row(), _("PNG or JPEG, at most 5 MB.")),
        }
        self.body.addWidget(
            plain_label(
                _("Stands at the head of reports; left out of de-identified ones unless you ask for it."),
                "small",
                wraps=True,
            )
        )
        for field in self.field_by_name.values():
            self.body.addWidget(field)
        self._read()
        self.name.finished.connect(self.store)
        self.address.finished.connect(self.store)
        self.fields.finished.connect(self.store)

    def finish(self) -> None:
        """Store what is still being typed."""
        self.name.hand_over()
        self.address.finish()
        self.fields.finish()

    def store(self) -> None:
        """Store what is entered."""
        self._try(self._entered)

    def take_logo(self, path: Path) -> None:
        """Take the logo in a file."""
        self._try(lambda: replace(self.letterhead, logo=logo_from(path)))

    def remove_logo(self) -> None:
        """Show no logo from now on."""
        self._try(lambda: replace(self.letterhead, logo=None))

    def _entered(self) -> Letterhead:
        lines = filter(None, map(str.strip, self.address.toPlainText().splitlines()))
        return replace(
            self.letterhead,
            name=self.name.line.text().strip(),
            address_lines=tuple(lines),
            fields=fields_from_lines(self.fields.toPlainText()),
        )

    def _try(self, change: Callable[[], Letterhead]) -> None:
        for field in self.field_by_name.values():
            field.show_error("")
        try:
            changed = change()
            write_letterhead(self._data_folder, changed)
        except InvalidFieldError as error:
            self.field_by_name[error.field].show_error(str(error))
            return
        except OSError as error:
            sentence = _("The letterhead could not be stored: {reason}.").format(reason=error.strerror)
            self.name.show_error(sentence)
            return
        self.letterhead = changed
        self._show_logo()

    def _read(self) -> None:
        try:
            self.letterhead = read_letterhead(self._data_folder)
        except ExportError as error:
            self.name.show_error(str(error))
        self.name.set_text(self.letterhead.name)
        self.address.set_text("\n".join(self.letterhead.address_lines))
        self.fields.set_text("\n".join(f"{label}: {text}" for label, text in self.letterhead.fields))
        self._show_logo()

    def _logo_row(self) -> QWidget:
        choose = QPushButton(_("Choose…"))
        choose.clicked.connect(self._choose_logo)
        self._remove = QPushButton(_("Remove"))
        self._remove.setAccessibleName(_("Remove the logo"))
        self._remove.clicked.connect(self.remove_logo)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._logo, 1)
        row.addWidget(choose)
        row.addWidget(self._remove)
        shown = QWidget()
        shown.setLayout(row)
        return shown

    def _show_logo(self) -> None:
        logo = self.letterhead.logo
        self._remove.setVisible(logo is not None)
        if logo is None:
            self._logo.setText(_("None"))
            return
        pixmap = QPixmap()
        pixmap.loadFromData(logo.png)
        smaller = pixmap.scaled(
            _LOGO_WIDTH_PX,
            _LOGO_HEIGHT_PX,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        self._logo.setPixmap(smaller)

    def _choose_logo(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(
            self, _("Logo of the clinic"), str(Path.home()), _("Pictures (*.png *.jpg *.jpeg)")
        )
        if name:
            self.take_logo(Path(name))
