"""Measurements of the lesion, before and after a correction; mm only when the image is calibrated."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.domain.figures import unbroken
from app.domain.image import Calibration
from app.domain.measurement import Measurement
from app.text.stored_sentences import stored_words
from app.translation import _, in_numerals
from app.ui.panels.lesions_card import LesionsCard
from app.ui.widgets.card import Card
from app.ui.widgets.labels import plain_label, plain_tip, selectable
from app.ui.workbench.case_view import CaseView

_LONGEST_ON_BUTTON = 26
"""Letters of a profile's name beside which the panel keeps its width."""


class MeasurementsPanel(QWidget):
    """Shows measurements and the scale they rest on."""

    calibrate_requested = Signal()
    scale_search_requested = Signal()
    """A printed scale is to be looked for in the image."""
    calibration_removed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lesions = LesionsCard()
        self._table = MeasurementsCard()
        self.scale = ScaleCard()
        self.scale.calibrate_requested.connect(self.calibrate_requested)
        self.scale.scale_search_requested.connect(self.scale_search_requested)
        self.scale.calibration_removed.connect(self.calibration_removed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(10)
        layout.addWidget(self.lesions)
        layout.addWidget(self._table)
        layout.addWidget(self.scale)
        layout.addStretch(1)
        self.show_view(None)

    def show_view(self, view: CaseView | None) -> None:
        """Show a case's measurements."""
        self.setEnabled(view is not None)
        self._table.show_measurements(
            view.measurements if view else (), view.measurements_before if view else ()
        )
        self.scale.show_calibration(view.case.image.calibration if view else None)


class MeasurementsCard(Card):
    """A table of measured quantities."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Measurements"), parent)
        self._empty = plain_label(_("There is no boundary to measure yet."), "muted", wraps=True)
        self.body.addWidget(self._empty)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(0, 1)
        self.body.addLayout(self._grid)

    def show_measurements(
        self, measurements: tuple[Measurement, ...], before: tuple[Measurement, ...]
    ) -> None:
        """Show measurements, each with its value before the correction when it differs."""
        self._clear()
        self._empty.setVisible(not measurements)
        before_by_name = {measurement.name: measurement for measurement in before}
        is_corrected = bool(before_by_name)
        if measurements:
            self._add_heading(is_corrected=is_corrected)
        for row, measurement in enumerate(measurements, start=1):
            self._add_row(row, measurement, before_by_name.get(measurement.name), is_corrected=is_corrected)

    def _clear(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _add_heading(self, *, is_corrected: bool) -> None:
        words = (_("Predicted"), "", _("Now")) if is_corrected else ("", "", "")
        for column, word in enumerate(words, start=1):
            if word:
                self._grid.addWidget(plain_label(word, "small"), 0, column, Qt.AlignmentFlag.AlignRight)

    def _add_row(
        self, row: int, measurement: Measurement, before: Measurement | None, *, is_corrected: bool
    ) -> None:
        right = Qt.AlignmentFlag.AlignRight
        self._grid.addWidget(plain_label(measurement.name, "muted", wraps=True), row, 0)
        if is_corrected and before is not None:
            self._grid.addWidget(selectable(plain_label(in_numerals(str(before)), "muted")), row, 1, right)
            if str(before) != str(measurement):
                self._grid.addWidget(plain_label("→", "muted"), row, 2, right)
        now = selectable(plain_label(in_numerals(str(measurement))))
        if before is not None and str(before) != str(measurement):
            now.setProperty("role", "heading")
        self._grid.addWidget(now, row, 3, right)


class ScaleCard(Card):
    """The scale of the image and where it is from."""

    calibrate_requested = Signal()
    scale_search_requested = Signal()
    """A printed scale is to be looked for in the image."""
    calibration_removed = Signal()
    profiles_requested = Signal()
    suggestion_taken = Signal()
    """The device profile that is named on the button is to be used."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Scale"), parent)
        self._sentence = plain_label("", "", wraps=True)
        self._measure = QPushButton(_("Set scale with the ruler…"))
        self._measure.setToolTip(_("Draw a line of known length on the image, then say how many mm it is."))
        self._measure.clicked.connect(self.calibrate_requested)
        self.search = QPushButton(_("Find a scale in the image"))
        self.search.setToolTip(_("Look for a printed ruler; you confirm what its ticks stand for."))
        self.search.clicked.connect(self.scale_search_requested)
        self.profiles = QPushButton(_("Device profiles…"))
        self.profiles.setToolTip(_("Use the scale of a camera that was verified once, or keep this one."))
        self.profiles.clicked.connect(self.profiles_requested)
        self.suggested = QPushButton()
        self.suggested.clicked.connect(self.suggestion_taken)
        self.suggested.hide()
        self._remove = QPushButton(_("Remove"))
        self._remove.setAccessibleName(_("Remove the scale"))
        self._remove.clicked.connect(self.calibration_removed)
        finding, row = QHBoxLayout(), QHBoxLayout()
        finding.addWidget(self.search)
        finding.addStretch(1)
        row.addWidget(self._measure)
        row.addWidget(self._remove)
        row.addStretch(1)
        self.body.addWidget(self._sentence)
        self.body.addWidget(self.suggested, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addLayout(finding)
        self.body.addLayout(row)
        self.body.addWidget(self.profiles, 0, Qt.AlignmentFlag.AlignLeft)

    def suggest(self, profile: str) -> None:
        """Offer the scale of the device that took the image; "" = none fits."""
        is_long = len(profile) > _LONGEST_ON_BUTTON
        shown = f"{profile[: _LONGEST_ON_BUTTON - 1]}…" if is_long else profile
        self.suggested.setText(_("Use the scale of “{name}”").format(name=shown.replace("&", "&&")))
        self.suggested.setToolTip(plain_tip(profile))
        self.suggested.setVisible(bool(profile))

    def show_calibration(self, calibration: Calibration | None) -> None:
        """Show a scale, or that there is none."""
        self._remove.setVisible(calibration is not None)
        if calibration is None:
            self._sentence.setText(_("The image has no scale, so sizes are in pixels."))
        else:
            self._sentence.setText(
                unbroken(
                    _("1 px = {mm_per_px:.4f} mm ({source}).").format(
                        mm_per_px=calibration.mm_per_px, source=stored_words(calibration.source)
                    )
                )
            )
