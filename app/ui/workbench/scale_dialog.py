"""Asks how many mm a distance is; a false scale falsifies every size, so none is set without a person."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.domain import case_fields
from app.domain.errors import InvalidFieldError
from app.domain.figures import unbroken
from app.domain.image import Calibration
from app.translation import _
from app.ui.widgets.labels import plain_label
from app.ui.widgets.page_dialog import FittedDialog
from app.ui.widgets.text_field import TextField
from models.contract.imaging.printed_scale import PrintedScale

MEASURED_BY_HAND: Final = "measured on a ruler"
MEASURED_ON_PRINTED_SCALE: Final = "measured on a printed scale"

_MANY_TICKS: Final = 15
"""Of 18 rulers with as many marked ticks, in 380 images, 16 had one every half millimetre."""


@dataclass(frozen=True, slots=True)
class KnownDistance:
    """A distance in the image whose length in mm a person is asked for."""

    distance_px: float
    said: str
    """What was drawn or found."""
    asked: str
    hint: str
    source: str
    """Stored with the scale."""
    supposed: str = ""
    """The length that is put in to begin with."""


def drawn_line(distance_px: float) -> KnownDistance:
    """Return what is asked about a line that a person drew; no length is supposed."""
    return KnownDistance(
        distance_px,
        _("The line is {value} long.").format(value=_pixels(distance_px)),
        _("Its length in mm"),
        _("As the marks of the ruler say."),
        MEASURED_BY_HAND,
    )


def printed_ticks(scale: PrintedScale) -> KnownDistance:
    """Return what is asked about the ticks of a printed ruler: 1 mm is supposed, unless there are many."""
    said = _("{ticks} ticks were found, {value} apart; they are marked on the image.")
    return KnownDistance(
        scale.distance_px,
        said.format(ticks=len(scale.ticks_xy), value=_pixels(scale.distance_px)),
        _("From one marked tick to the next, in mm"),
        _("1 on most rulers, 0.5 or 5 on some: compare it with the marks on the image."),
        MEASURED_ON_PRINTED_SCALE,
        supposed="1" if len(scale.ticks_xy) < _MANY_TICKS else "",
    )


def _pixels(distance_px: float) -> str:
    return unbroken(_("{distance_px:.1f} px").format(distance_px=distance_px))


class ScaleDialog(FittedDialog):
    """Can be accepted only when a length was typed that gives a scale."""

    search_requested = Signal()
    """A printed scale is to be looked for instead."""

    def __init__(self, known: KnownDistance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Scale"))
        self.setMinimumSize(480, 220)
        self._known = known
        self.length = TextField(known.asked, self._calibration, known.hint)
        self.length.line.setPlaceholderText(_("for example 5"))
        self.length.line.textChanged.connect(lambda _text: self._show_scale())
        self._scale = plain_label("", "muted", wraps=True)
        self.use = QPushButton(_("Use this scale"))
        self.use.setProperty("role", "primary")
        # What was only supposed takes a click or a key of its own: Return may have been meant for elsewhere.
        self.use.setAutoDefault(False)
        self.use.setDefault(not known.supposed)
        self.use.setEnabled(False)
        self.use.clicked.connect(self.accept)
        self.search = QPushButton(_("Find a scale in the image"))
        self.search.setAutoDefault(False)
        self.search.setVisible(known.source == MEASURED_BY_HAND)
        self.search.clicked.connect(self._search)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 16)
        layout.setSpacing(10)
        for part in (plain_label(known.said, wraps=True), self.length, self._scale):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addLayout(self._buttons())
        self.length.line.setText(known.supposed)
        self.length.line.setFocus()
        self.length.line.selectAll()

    def _search(self) -> None:
        self.reject()
        self.search_requested.emit()

    @property
    def calibration(self) -> Calibration | None:
        """Return the scale that the typed length gives, None while there is none."""
        try:
            return self._calibration(self.length.line.text())
        except InvalidFieldError:
            return None

    def accept(self) -> None:
        """Leave with a scale; without one the dialog stays."""
        if self.calibration is not None:
            super().accept()

    def _calibration(self, text: str) -> Calibration | None:
        length_mm = case_fields.length_mm(text)
        if length_mm is None:
            return None
        scale = length_mm / self._known.distance_px
        try:
            case_fields.mm_per_px(scale)
        except InvalidFieldError as error:
            sentence = _("A pixel would be {scale:.3g} mm wide, which no dermoscopic image has.").format(
                scale=scale
            )
            raise InvalidFieldError("length_mm", sentence) from error
        return Calibration(scale, self._known.source)

    def _show_scale(self) -> None:
        found = self.calibration
        self.use.setEnabled(found is not None)
        self._scale.setText(
            unbroken(_("1 px = {mm_per_px:.4f} mm").format(mm_per_px=found.mm_per_px))
            if found is not None
            else ""
        )

    def _buttons(self) -> QHBoxLayout:
        cancel = QPushButton(_("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.search)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.use)
        return row
