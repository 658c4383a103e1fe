"""The line above two compared images: which visit, how they are looked at, which boundaries are drawn."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QComboBox, QHBoxLayout, QSlider, QToolButton, QWidget

from app.domain.ids import ImageId
from app.text.followup import visit_words
from app.translation import _
from app.ui.followup.comparison_mode import ComparisonMode
from app.ui.widgets.labels import plain_label
from app.ui.widgets.wrapping_layout import WrappingLayout
from app.usecases.followup.lesion_visits import VisitImage

_SWIPE_STEPS = 1000


class ComparisonBar(QWidget):
    """Chooses the other visit and how both are shown."""

    visit_chosen = Signal(str)
    mode_chosen = Signal(object)
    boundaries_changed = Signal(bool, bool)
    blinking_changed = Signal(bool)
    swiped = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.visits = QComboBox()
        self.visits.setAccessibleName(_("Compare with"))
        self.visits.setMinimumContentsLength(18)
        self.visits.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.visits.activated.connect(lambda _index: self.visit_chosen.emit(self.visits.currentData()))
        self._group = QButtonGroup(self)
        self.button_by_mode = {
            mode: self._mode_button(mode, key) for key, mode in enumerate(ComparisonMode, 1)
        }
        self.earlier = self._boundary_box(_("Earlier (dashed)"), _("Boundary of the earlier visit"))
        self.later = self._boundary_box(_("Later"), _("Boundary of the later visit"))
        self.blinks = QCheckBox(_("Blink by itself"))
        self.blinks.toggled.connect(self.blinking_changed)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _SWIPE_STEPS)
        self.slider.setValue(_SWIPE_STEPS // 2)
        self.slider.setFixedWidth(140)
        self.slider.setAccessibleName(_("How much of the earlier visit is seen"))
        self.slider.valueChanged.connect(lambda value: self.swiped.emit(value / _SWIPE_STEPS))
        layout = WrappingLayout(self)
        for widget in (plain_label(_("Compare with"), "muted"), self.visits, *self.button_by_mode.values()):
            layout.addWidget(widget)
        for widget in (self.slider, self.blinks, self._boundaries()):
            layout.addWidget(widget)
        self.show_mode(ComparisonMode.SIDE_BY_SIDE)

    def offer_visits(self, images: Sequence[VisitImage], chosen: ImageId | None) -> None:
        """Offer other images of the lesion."""
        self.visits.clear()
        for image in images:
            self.visits.addItem(visit_words(image.visited_on, image.file_name), image.image_id)
        self.visits.setCurrentIndex(self.visits.findData(chosen))
        self.visits.setEnabled(bool(images))

    def allow_overlaying(self, allowed: bool, reason: str) -> None:
        """Offer what needs images that lie on each other, or say why not."""
        for mode, button in self.button_by_mode.items():
            if mode.needs_registration:
                button.setEnabled(allowed)
                button.setToolTip(reason)

    def show_mode(self, mode: ComparisonMode) -> None:
        """Mark a way as chosen, and offer what belongs to it."""
        self.button_by_mode[mode].setChecked(True)
        self.slider.setVisible(mode is ComparisonMode.SWIPE)
        self.blinks.setVisible(mode is ComparisonMode.BLINK)

    def show_swipe(self, share: float) -> None:
        """Follow the line that was dragged on the images."""
        self.slider.blockSignals(True)
        self.slider.setValue(round(share * _SWIPE_STEPS))
        self.slider.blockSignals(False)

    def _boundaries(self) -> QWidget:
        together = QWidget()
        line = QHBoxLayout(together)
        line.setContentsMargins(0, 0, 0, 0)
        for widget in (plain_label(_("Boundaries"), "muted"), self.earlier, self.later):
            line.addWidget(widget)
        return together

    def _mode_button(self, mode: ComparisonMode, key: int) -> QToolButton:
        button = QToolButton()
        button.setText(f"{key}  {_(mode.value)}")
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._group.addButton(button)
        button.clicked.connect(lambda: self.mode_chosen.emit(mode))
        return button

    def _boundary_box(self, text: str, name: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.setChecked(True)
        box.toggled.connect(
            lambda _checked: self.boundaries_changed.emit(self.earlier.isChecked(), self.later.isChecked())
        )
        return box
