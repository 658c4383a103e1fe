"""Asks how long a drawn line is in mm; nothing is assumed, because a false scale falsifies every size."""

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.domain import case_fields
from app.domain.errors import InvalidFieldError
from app.domain.figures import unbroken
from app.domain.image import Calibration
from app.translation import N_, _
from app.ui.widgets.labels import plain_label
from app.ui.widgets.page_dialog import FittedDialog
from app.ui.widgets.text_field import TextField

_HINT = N_("As the marks of the ruler say.")


class ScaleDialog(FittedDialog):
    """Can be accepted only when a length was typed that gives a scale."""

    def __init__(self, distance_px: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Scale"))
        self.setMinimumSize(480, 220)
        self._distance_px = distance_px
        self.length = TextField(_("Its length in mm"), self._calibration, _(_HINT))
        self.length.line.setPlaceholderText(_("for example 5"))
        self.length.line.textChanged.connect(lambda _text: self._show_scale())
        self._scale = plain_label("", "muted", wraps=True)
        self.use = QPushButton(_("Use this scale"))
        self.use.setProperty("role", "primary")
        self.use.setDefault(True)
        self.use.setEnabled(False)
        self.use.clicked.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 16)
        layout.setSpacing(10)
        layout.addWidget(
            plain_label(
                _("The line is {value} long.").format(
                    value=unbroken(_("{distance_px:.1f} px").format(distance_px=distance_px))
                ),
                wraps=True,
            )
        )
        for part in (self.length, self._scale):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addLayout(self._buttons())
        self.length.line.setFocus()

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
        scale = length_mm / self._distance_px
        try:
            case_fields.mm_per_px(scale)
        except InvalidFieldError as error:
            sentence = _("A pixel would be {scale:.3g} mm wide, which no dermoscopic image has.").format(
                scale=scale
            )
            raise InvalidFieldError("length_mm", sentence) from error
        return Calibration(scale, "measured on a ruler")

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
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.use)
        return row
