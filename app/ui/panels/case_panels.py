"""All cards about the open case, in tabs; they only show and ask, the workbench answers."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QTabWidget, QVBoxLayout, QWidget

from app.domain.errors import InvalidFieldError
from app.domain.ids import ReadingId
from app.domain.vocabulary import Vocabulary
from app.translation import N_, _
from app.ui.panels.decision_panel import DecisionPanel
from app.ui.panels.explanation_card import ExplanationCard
from app.ui.panels.history_panel import HistoryPanel
from app.ui.panels.lesion_strip import LesionStrip
from app.ui.panels.measurements_panel import MeasurementsPanel
from app.ui.panels.outcome_card import LesionOutcomeCard
from app.ui.panels.patient_panel import PatientPanel
from app.ui.panels.readings.reading_panel import ReadingPanel
from app.ui.panels.score_panel import ScorePanel
from app.ui.theme import Theme
from app.ui.widgets.scrolled import scroll_area
from app.ui.workbench.case_view import CaseView

if TYPE_CHECKING:
    from collections.abc import Callable

TAB_NAMES = (N_("Score"), N_("Measures"), N_("Patient"), N_("Decision"), N_("Readings"), N_("History"))
_LEAST_PX = 300
"""Narrower, pages would have to scroll sideways."""


class CasePanels(QFrame):
    """The right side of the window."""

    asked_for = Signal()
    """A tab should be seen, also when the panels are folded away."""
    turned_to = Signal(str)
    """Name of the tab that is seen now."""

    def __init__(self, vocabulary: Vocabulary, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.score = ScorePanel(theme)
        self.explanation = ExplanationCard()
        self.explanation.hide()
        self.score.explanation_slot.addWidget(self.explanation)
        self.measurements = MeasurementsPanel()
        self.patient = PatientPanel(vocabulary)
        self.decision = DecisionPanel(vocabulary)
        self.outcome = LesionOutcomeCard(vocabulary)
        self.decision.outcome_slot.addWidget(self.outcome)
        self.readings = ReadingPanel(vocabulary)
        self.history = HistoryPanel()
        self.history.reading_requested.connect(self._open_reading)
        self.lesion_strip = LesionStrip()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        # Tight where the window is narrow, apart where there is room.
        self.tabs.tabBar().setExpanding(True)
        # Its line would lie above the names, because the style sheet puts the mark of a tab below them.
        self.tabs.tabBar().setDrawBase(False)
        pages = (self.score, self.measurements, self.patient, self.decision, self.readings, self.history)
        for name, page in zip(TAB_NAMES, pages, strict=True):
            # Readings scroll by themselves, so that their total stays in sight.
            self.tabs.addTab(page if page is self.readings else scroll_area(page), _(name))
        self.tabs.currentChanged.connect(lambda index: self.turned_to.emit(TAB_NAMES[index]))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.lesion_strip)
        layout.addWidget(self.tabs, 1)

    def minimumSizeHint(self) -> QSize:
        """Return the width at which every tab's name is seen."""
        least = super().minimumSizeHint()
        return least.expandedTo(QSize(max(_LEAST_PX, self.tabs.tabBar().sizeHint().width()), 0))

    def show_view(self, view: CaseView | None) -> None:
        """Show a case in every tab."""
        show: tuple[Callable[[CaseView | None], None], ...] = (
            self.score.show_view,
            self.measurements.show_view,
            self.patient.show_view,
            self.decision.show_view,
            self.outcome.show_view,
            self.readings.show_view,
            self.history.show_view,
        )
        for show_in_tab in show:
            show_in_tab(view)
        self.explanation.setVisible(view is not None and view.score is not None)

    def show_field_error(self, error: InvalidFieldError) -> bool:
        """Show a refused value at its field and turn to that tab; False when there is no such field."""
        for panel in (self.decision, self.outcome, self.patient):
            if panel.show_error(error):
                self.turn_to("Patient" if panel is self.patient else "Decision")
                return True
        return False

    def finish_edits(self) -> None:
        """Hand over what is still being typed, before another case is shown."""
        self.patient.finish()
        self.decision.keep_draft()
        self.outcome.keep_draft()
        self.readings.keep_draft()

    @property
    def shows_readings(self) -> bool:
        """Say whether the readings are the tab that is seen."""
        return self.tabs.currentWidget() is self.readings

    def turn_to(self, name: str) -> None:
        """Show a tab by its name."""
        self.tabs.setCurrentIndex(TAB_NAMES.index(name))
        self.asked_for.emit()

    def _open_reading(self, reading_id: str) -> None:
        self.turn_to("Readings")
        self.readings.open_reading(ReadingId(reading_id))
