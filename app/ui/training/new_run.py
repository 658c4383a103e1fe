"""The page on which a training begins: what there is to learn from, what it will cost, and the start."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.text.figures import TASK_WORDS, image_count, moment
from app.text.runs import EMPTY, EMPTY_SCORES, SUBSET_WORDS, forecast_facts
from app.translation import N_, _, in_numerals, ngettext
from app.ui.widgets.card import Card, rule
from app.ui.widgets.facts import Facts
from app.ui.widgets.labels import plain_label, restyle
from app.ui.widgets.progress_foot import ProgressFoot
from app.usecases.learning.freeze_snapshot import FrozenSnapshot
from app.usecases.learning.survey_corrections import CorrectionSurvey
from models.contract.shelf.card import TASKS, Task
from training.contract.forecast import Forecast
from training.contract.snapshot import Subset

_WHAT = N_(
    "The active model is taught what was corrected here. The result is a candidate: it sits an exam on "
    "patients it has never seen, and nothing changes until a named person promotes it."
)
_SUBSETS = N_(
    "Each patient belongs to one subset for ever, so the exam never asks about a patient the model has "
    "learned from."
)


class NewRun(QWidget):
    """Shows a survey, takes the wish to freeze, shows the forecast, takes the wish to start."""

    task_chosen = Signal()
    freeze_requested = Signal()
    start_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = QButtonGroup(self)
        self.any_confirmation = QCheckBox(_("Take diagnoses without histopathology, too"))
        self.any_confirmation.toggled.connect(lambda _on: self.task_chosen.emit())
        self.foot = ProgressFoot()
        self.foot.cancel_requested.connect(self.cancel_requested)
        self._said = plain_label("", "error", wraps=True)
        self.corrections = CorrectionsCard()
        self.forecast = ForecastCard()
        self.freeze = QPushButton(_("Freeze and forecast"))
        self.freeze.clicked.connect(self.freeze_requested)
        self.start = QPushButton(_("Start training"))
        self.start.clicked.connect(self.start_requested)
        self._build()
        self.show_nothing()

    @property
    def task(self) -> Task:
        """Return the task that is chosen."""
        return TASKS[self._tasks.checkedId()]

    def show_nothing(self) -> None:
        """Show that it is being looked."""
        self._said.hide()
        self.corrections.hide()
        self.forecast.hide()
        self._offer(can_freeze=False, can_start=False)

    def show_survey(self, survey: CorrectionSurvey) -> None:
        """Show what would be frozen."""
        self.foot.finish()
        self._said.hide()
        self.forecast.hide()
        self.corrections.show_survey(survey)
        self._offer(can_freeze=not survey.lacking, can_start=False)

    def show_frozen(self, frozen: FrozenSnapshot) -> None:
        """Show what was frozen; its cost is being measured."""
        self.corrections.show_frozen(frozen)
        self._offer(can_freeze=False, can_start=False)

    def show_forecast(self, forecast: Forecast) -> None:
        """Show what a run will cost, and offer to start it."""
        self.foot.finish()
        self.forecast.show_forecast(forecast)
        self._offer(can_freeze=False, can_start=True)
        self.start.setFocus()

    def show_busy(self, words: str) -> None:
        """Show that something is under way."""
        self._said.hide()
        self._offer(can_freeze=False, can_start=False)
        self.foot.show_progress(0, 0, words)

    def show_failure(self, sentence: str, *, can_start: bool = False) -> None:
        """Show why something did not work; it may be tried again."""
        self.foot.finish()
        self._said.setText(sentence)
        self._said.show()
        self._offer(can_freeze=not can_start, can_start=can_start)

    def _offer(self, *, can_freeze: bool, can_start: bool) -> None:
        self.freeze.setEnabled(can_freeze)
        self.start.setEnabled(can_start)
        restyle(self.freeze, "role", "" if can_start else "primary")
        restyle(self.start, "role", "primary" if can_start else "")

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 18)
        layout.setSpacing(12)
        layout.addWidget(plain_label(_("Learn from corrections"), "title"))
        layout.addWidget(plain_label(_(_WHAT), "muted", wraps=True))
        choice = QHBoxLayout()
        choice.setSpacing(18)
        for number, task in enumerate(TASKS):
            button = QRadioButton(_(TASK_WORDS[task]))
            self._tasks.addButton(button, number)
            choice.addWidget(button)
        self._tasks.button(0).setChecked(True)
        self._tasks.idToggled.connect(self._follow_task)
        choice.addWidget(self.any_confirmation)
        choice.addStretch(1)
        self.any_confirmation.hide()
        layout.addLayout(choice)
        for part in (self.corrections, self.forecast, self._said, self.foot):
            layout.addWidget(part)
        row = QHBoxLayout()
        row.addWidget(self.freeze)
        row.addWidget(self.start)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addStretch(1)

    def _follow_task(self, _number: int, is_chosen: bool) -> None:
        if is_chosen:
            self.any_confirmation.setVisible(self.task == "classification")
            self.task_chosen.emit()


class CorrectionsCard(Card):
    """Numbers of images and patients by subset, and why some are left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._heading = plain_label("", "heading", wraps=True)
        self._lacking = plain_label("", "warning", wraps=True)
        self._warning = plain_label("", "warning", wraps=True)
        self._table = QWidget()
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(28)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(3, 1)
        self._about_subsets = plain_label(_(_SUBSETS), "small", wraps=True)
        self._line = rule()
        self._left_out = plain_label("", "muted", wraps=True)
        parts = (
            self._heading,
            self._lacking,
            self._warning,
            self._table,
            self._about_subsets,
            self._line,
            self._left_out,
        )
        for part in parts:
            self.body.addWidget(part)

    @property
    def words(self) -> str:
        """Return everything that is said beside the table."""
        return "\n".join(
            label.text()
            for label in (self._heading, self._lacking, self._warning, self._left_out)
            if label.text()
        )

    def show_survey(self, survey: CorrectionSurvey) -> None:
        """Show what would be frozen now."""
        if not survey.corrections:
            empty = _(EMPTY) if survey.task == "segmentation" else _(EMPTY_SCORES)
            self._show(empty, "", "", {}, {}, survey.left_out)
            return
        self._show(
            _("{corrections} to learn from and to examine by").format(
                corrections=_corrections(survey.task, survey.corrections)
            ),
            survey.lacking,
            survey.warning,
            survey.images_by_subset,
            survey.patients_by_subset,
            survey.left_out,
        )

    def show_frozen(self, frozen: FrozenSnapshot) -> None:
        """Show what was frozen."""
        self._show(
            _("Frozen on {moment}; later corrections go into the next snapshot").format(
                moment=moment(frozen.created_at)
            ),
            "",
            frozen.warning,
            {subset: frozen.images_by_subset[subset] for subset in SUBSET_WORDS},
            {subset: frozen.patients_by_subset[subset] for subset in SUBSET_WORDS},
            frozen.left_out,
        )

    def _show(
        self,
        heading: str,
        lacking: str,
        warning: str,
        images: dict[Subset, int],
        patients: dict[Subset, int],
        left_out: dict[str, int],
    ) -> None:
        self._heading.setText(heading)
        self._lacking.setText(lacking)
        self._lacking.setVisible(bool(lacking))
        self._warning.setText(warning)
        self._warning.setVisible(bool(warning))
        self._fill(images, patients)
        self._table.setVisible(bool(images))
        self._about_subsets.setVisible(bool(images))
        self._line.setVisible(bool(left_out))
        self._left_out.setVisible(bool(left_out))
        self._left_out.setText(_skipped_words(left_out))
        self.show()

    def _fill(self, images: dict[Subset, int], patients: dict[Subset, int]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for column, word in enumerate(("", _("Images"), _("Patients"))):
            self._grid.addWidget(_number(word, "small"), 0, column)
        for row, (subset, words) in enumerate(SUBSET_WORDS.items(), start=1):
            if subset in images:
                self._grid.addWidget(plain_label(_(words)), row, 0)
                self._grid.addWidget(_number(in_numerals(f"{images[subset]:,}")), row, 1)
                self._grid.addWidget(_number(in_numerals(f"{patients[subset]:,}")), row, 2)


class ForecastCard(Card):
    """Time, memory and device of a run, measured by its first steps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Forecast, measured on this computer"), parent)
        self.facts = Facts()
        self._note = plain_label("", "muted", wraps=True)
        self.body.addWidget(self.facts)
        self.body.addWidget(self._note)

    def show_forecast(self, forecast: Forecast) -> None:
        """Show what a run will cost."""
        self.facts.show_facts(forecast_facts(forecast))
        self._note.setText(forecast.note)
        self._note.setVisible(bool(forecast.note))
        self.show()


def _number(text: str, role: str = "") -> QLabel:
    label = plain_label(text, role)
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label


def _corrections(task: Task, number: int) -> str:
    if task == "segmentation":
        words = ngettext("{number:,} corrected image", "{number:,} corrected images", number)
    else:
        words = ngettext("{number:,} confirmed diagnosis", "{number:,} confirmed diagnoses", number)
    return words.format(number=number)


def _skipped_words(left_out: dict[str, int]) -> str:
    """The most frequent reason first."""
    ordered = sorted(left_out.items(), key=lambda each: -each[1])
    lines = [f"{image_count(number)}: {reason}" for reason, number in ordered]
    return "\n".join((_("Left out:"), *lines)) if lines else ""
