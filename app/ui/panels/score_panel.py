"""The malignancy score: quality warnings first, then the number with its range, then why and from what."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.domain.analysis.frame_finding import NO_SCORE
from app.domain.analysis.lesion_score import LesionScore
from app.domain.analysis.prediction import ScorePrediction
from app.domain.analysis.triage import CHECK_IMAGE, Band, Priority
from app.domain.figures import unbroken
from app.settings import Settings
from app.text.bands import band_words, local_words, worth_tip, worth_words
from app.text.figures import moment, percent_words
from app.text.models import probability_words
from app.text.predictions import model_lines
from app.text.research_use import RESEARCH_USE
from app.text.scores import (
    DIVISION,
    LESION_SCORE_TIP,
    OUTDATED_INPUTS,
    comparison_words,
    division_words,
    lesion_words,
    missing_words,
    range_words,
    unavailable_inputs,
    uncertainty_words,
)
from app.text.stored_sentences import stored_words
from app.translation import _
from app.ui.panels.model_lines import ModelLines
from app.ui.panels.why_card import WhyCard
from app.ui.theme import Theme
from app.ui.widgets.badge import BadgeLabel
from app.ui.widgets.card import Card
from app.ui.widgets.facts import Facts
from app.ui.widgets.labels import plain_label, plain_tip, selectable
from app.ui.widgets.scale_bar import ProbabilityScale, Reading
from app.ui.workbench.case_view import CaseView


class ScorePanel(QWidget):
    """Shows one score and what it is made of."""

    predict_requested = Signal()
    score_anyway_requested = Signal()
    band_accepted = Signal()
    """The person accepts the lower band of the newest score."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._view: CaseView | None = None
        self._prevalence_percent = Settings().prevalence_percent
        self._warnings = plain_label("", "warning", wraps=True)
        self._number = NumberCard(theme)
        self._number.accept.clicked.connect(self.band_accepted)
        self.model_lines = self._number.model_lines
        self._reasons = ReasonsCard()
        self._origin = OriginCard()
        self._empty = NoScoreCard()
        self._empty.predict_requested.connect(self.predict_requested)
        self._empty.score_anyway_requested.connect(self.score_anyway_requested)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(10)
        self.why = WhyCard()
        for part in (self._warnings, self._empty, self._number, self._reasons, self.why):
            layout.addWidget(part)
        self.explanation_slot = QVBoxLayout()
        layout.addLayout(self.explanation_slot)
        layout.addWidget(self._origin)
        layout.addStretch(1)
        theme.changed.connect(self._repaint)
        self.show_view(None)

    def show_view(self, view: CaseView | None) -> None:
        """Show a case's score, or that there is none."""
        self._view = view
        score = view.score if view is not None and not view.is_score_withheld else None
        for part in (self._number, self._reasons, self._origin):
            part.setVisible(score is not None)
        self._warnings.setVisible(bool(score and score.quality_warnings))
        self._empty.setVisible(score is None)
        self._empty.show_state(
            is_scoring=bool(view and view.is_scoring),
            has_case=view is not None,
            objection=view.case.objection_to_score if view is not None and view.is_score_withheld else "",
            is_final=view is not None and view.case.image.is_damaged,
        )
        if view is not None and score is not None:
            self._warnings.setText(
                "\n".join((f"{_(CHECK_IMAGE)}:", *map(stored_words, score.quality_warnings)))
            )
            self._number.show_score(view, score)
            self._number.band.show_band(view, score, self._prevalence_percent)
            self._reasons.show_score(score, view.queue_priority)
            self._origin.show_score(score)

    def show_prevalence(self, percent: float) -> None:
        """Tell what a band is worth where so many of 100 photographed lesions are malignant."""
        self._prevalence_percent = percent
        self._repaint()

    def _repaint(self) -> None:
        self.show_view(self._view)


class NoScoreCard(Card):
    """Offers to score an image that has no score yet."""

    predict_requested = Signal()
    score_anyway_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Score"), parent)
        self._sentence = plain_label("", "muted", wraps=True)
        self._button = QPushButton(_("Find boundary and score"))
        self._button.setProperty("role", "primary")
        self._button.clicked.connect(self.predict_requested)
        self._anyway = QPushButton(_("Score it anyway"))
        self._anyway.setToolTip(_("The history records who asked, and the score says that it means little."))
        self._anyway.clicked.connect(self.score_anyway_requested)
        for part in (self._sentence, self._button, self._anyway):
            self.body.addWidget(part)

    def show_state(
        self, *, is_scoring: bool, has_case: bool, objection: str = "", is_final: bool = False
    ) -> None:
        """Say whether a score can be asked for, is on its way, or is withheld because of ``objection``.

        An objection that ``is_final`` leaves the person nothing to ask for.
        """
        self._button.setVisible(has_case and not is_scoring and not objection)
        self._anyway.setVisible(has_case and not is_scoring and bool(objection) and not is_final)
        if not has_case:
            self._sentence.setText(_("Choose a case in the list to see its score."))
        elif is_scoring:
            self._sentence.setText(_("The boundary and the score are being computed…"))
        elif objection:
            self._sentence.setText(f"{_(NO_SCORE)}. {stored_words(objection)}")
        else:
            self._sentence.setText(_("This image has not been scored yet."))


class NumberCard(Card):
    """The calibrated probability with band, range and what it was before the correction."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(_("Malignancy score"), parent)
        self._theme = theme
        self._badge = BadgeLabel()
        self.head.addWidget(self._badge)
        self.band = BandLines()
        self._figure = selectable(plain_label("", "figure"))
        self._range = plain_label("", "muted", wraps=True)
        self._range.setToolTip(_("How much the score moves when the image is mirrored and turned."))
        self._before = plain_label("", "", wraps=True)
        self._state = plain_label("", "small", wraps=True)
        self._held = plain_label("", "warning", wraps=True)
        self.accept = QPushButton()
        self.accept.setToolTip(_("Until somebody accepts it, a boundary or an entry never lowers the band."))
        self._uncertainty = plain_label("", "warning", wraps=True)
        self._division = DivisionLines()
        self._scale = ProbabilityScale()
        self.model_lines = ModelLines()
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._figure)
        row.addWidget(self._range, 1)
        self.body.addLayout(row)
        self.lesion = LesionLine(theme)
        self.body.addWidget(self.lesion)
        research_use = plain_label(_(RESEARCH_USE), "small", wraps=True)
        said = (self._uncertainty, self._before, self._state)
        self.body.addWidget(self._held)
        self.body.addWidget(self.accept, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self._scale, self.band, *said, self._division, self.model_lines, research_use):
            self.body.addWidget(part)

    def show_score(self, view: CaseView, score: ScorePrediction) -> None:
        """Show a score and the one before it."""
        priority, comparison = view.priority, view.comparison
        self._badge.show_badge(self._theme.badge(priority.band) if priority else None)
        self._show_held(priority, view.acceptable_band)
        self._figure.setText(percent_words(score.probability))
        self._figure.setAccessibleName(
            _("Calibrated probability {probability}").format(probability=percent_words(score.probability))
        )
        self._range.setText(range_words(score))
        self.lesion.show_lesion(view.lesion_score)
        ticks = (
            ((score.thresholds.soon, _("soon")), (score.thresholds.urgent, _("urgent")))
            if score.thresholds
            else ()
        )
        is_fair = comparison is not None and comparison.is_of_boundaries_alone
        before = _reading(comparison.before) if comparison is not None and is_fair else None
        self._scale.show_reading(_reading(score), before=before, ticks=ticks)
        self._before.setText("" if comparison is None else comparison_words(comparison))
        self._before.setVisible(comparison is not None)
        boundary_uncertainty = uncertainty_words(view.case) if view.preview is None else ""
        self._uncertainty.setText(boundary_uncertainty)
        self._uncertainty.setVisible(bool(boundary_uncertainty))
        self._state.setText(_state_words(view))
        self._division.show_score(score)
        self.model_lines.show_model(view.score_model)

    def _show_held(self, priority: Priority | None, acceptable: Band | None) -> None:
        """Mark a band that stays although the newest score gives a later one."""
        is_held = priority is not None and priority.would_be is not None
        self._held.setText(stored_words(priority.reasons[0]) if priority is not None and is_held else "")
        self._held.setVisible(is_held)
        self.accept.setText(
            "" if acceptable is None else _("Accept “{band}”").format(band=band_words(acceptable))
        )
        self.accept.setVisible(acceptable is not None)


class LesionLine(QWidget):
    """The score of the lesion from all its images of the day, with its band; hidden without one."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = selectable(plain_label("", "", wraps=True))
        self._words.setToolTip(plain_tip(_(LESION_SCORE_TIP)))
        self.badge = BadgeLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._words, 1)
        layout.addWidget(self.badge)

    def show_lesion(self, lesion: LesionScore | None) -> None:
        """Show the score of a lesion, or nothing."""
        self.setVisible(lesion is not None)
        if lesion is not None:
            self._words.setText(lesion_words(lesion))
            priority = lesion.priority
            self.badge.show_badge(self._theme.badge(priority.band) if priority is not None else None)


class BandLines(QWidget):
    """What the band of a score is worth, as measured and as decided here; hidden until something is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worth = plain_label("", "", wraps=True)
        self._local = plain_label("", "small", wraps=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for label in (self._worth, self._local):
            layout.addWidget(label)

    def show_band(self, view: CaseView, score: ScorePrediction, prevalence_percent: float) -> None:
        """Show what is known of the band of a score."""
        measured = view.score_model.bands if view.score_model is not None else None
        worth, here, tip = "", "", ""
        if view.priority is not None:
            band = view.priority.band
            worth = worth_words(band, measured, prevalence_percent)
            here = local_words(band, view.local_bands)
            tip = worth_tip(band, measured, view.local_bands)
        for label, words in ((self._worth, worth), (self._local, here)):
            label.setText(words)
            label.setVisible(bool(words))
        self._worth.setToolTip(plain_tip(tip))
        self.setVisible(bool(worth or here))


class DivisionLines(QWidget):
    """What the model gives to each diagnosis, small, for models that tell diagnoses apart."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = plain_label("", "small", wraps=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for label in (plain_label(_(DIVISION), "muted", wraps=True), self._lines):
            layout.addWidget(label)

    def show_score(self, score: ScorePrediction) -> None:
        """Show how a score divides, or nothing."""
        words = division_words(score)
        self._lines.setText("\n".join(words))
        self.setVisible(bool(words))


def _reading(score: ScorePrediction) -> Reading:
    return Reading(score.probability, score.probability_low, score.probability_high)


def _state_words(view: CaseView) -> str:
    if view.is_scoring:
        return _("The score is being computed again…")
    if view.preview is not None:
        return _("Score of the correction on the screen; it is stored when the correction is saved.")
    if not view.case.is_score_of_valid_mask:
        return _("This score is of an earlier boundary; the present boundary has not been scored yet.")
    if not view.case.is_score_current:
        return _(OUTDATED_INPUTS)
    meant = probability_words(view.score_model.diagnoses if view.score_model is not None else ())
    return _("{meant}, from image, boundary and what was entered.").format(meant=meant)


def _reasons_of(score: ScorePrediction, priority: Priority | None) -> tuple[str, ...]:
    if priority is None:
        return ()
    # What a held band would be stands above, beside the button that accepts it.
    reasons = priority.reasons if priority.would_be is None else priority.reasons[1:]
    if priority.band is Band.ROUTINE:
        return reasons
    return tuple(reason for reason in reasons if reason not in score.quality_warnings)


class ReasonsCard(Card):
    """Why the case has its place in the queue, and what the model did not know."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Why this place in the queue"), parent)
        self._reasons = plain_label("", "", wraps=True)
        self._missing = plain_label("", "muted", wraps=True)
        self._never = plain_label("", "small", wraps=True)
        for part in (self._reasons, self._missing, self._never):
            self.body.addWidget(part)

    def show_score(self, score: ScorePrediction, priority: Priority | None) -> None:
        """Show the reasons of a place and missing inputs; other warnings stand above the score only."""
        self._reasons.setText("\n".join(map(stored_words, _reasons_of(score, priority))))
        reachable, never = missing_words(score.missing_inputs)
        for label, words in ((self._missing, reachable), (self._never, never)):
            label.setText(words)
            label.setVisible(bool(words))
        self._never.setToolTip("\n".join(map(_, unavailable_inputs(score.missing_inputs))))


class OriginCard(Card):
    """Which model said it, with which weights, where and when."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Where the score is from"), parent)
        self._facts = Facts()
        self.body.addWidget(self._facts)

    def show_score(self, score: ScorePrediction) -> None:
        """Show a score's origin."""
        run = score.run
        self._facts.show_facts(
            (
                *model_lines(score.model),
                (
                    _("Computed"),
                    unbroken(
                        _("{engine}, {milliseconds:.0f} ms").format(
                            engine=run.engine, milliseconds=run.milliseconds
                        )
                    ),
                ),
                (_("Device"), run.provider),
                (_("When"), moment(score.predicted_at)),
            )
        )
        self._facts.value(_("Weights")).setToolTip(f"SHA-256 {score.model.weights_sha256}")
