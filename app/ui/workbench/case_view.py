"""What the panels show of the open case: what is stored, and what a correction in progress would change."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.domain.analysis.lesion_score import LesionScore
from app.domain.analysis.model_summary import ModelSummary
from app.domain.analysis.prediction import ScorePrediction
from app.domain.analysis.triage import Band, Priority
from app.domain.audit import AuditEvent
from app.domain.case import Case
from app.domain.ids import MoveId
from app.domain.measurement import Measurement
from app.domain.moves import DescribedMove
from app.usecases.analysis.compare_scores import ScoreComparison, comparison_of
from app.usecases.analysis.local_bands import LocalBands


@dataclass(frozen=True)
class CaseView:
    """An open case as it is looked at."""

    case: Case
    measurements: tuple[Measurement, ...] = ()
    """Of the mask on the canvas."""
    measurements_before: tuple[Measurement, ...] = ()
    """Of the predicted mask; empty when nothing was corrected."""
    preview: ScorePrediction | None = None
    """The score of an unsaved correction."""
    is_scoring: bool = False
    """A score is being computed."""
    overlay_names: tuple[str, ...] = ()
    trail: tuple[AuditEvent, ...] = ()
    """Acts that concern the case, ordered by sequence; empty until they are read."""
    moves: Mapping[MoveId, DescribedMove] = field(default_factory=dict)
    """What the moves among the acts did to the case; empty until they are read."""
    model_summaries: ModelSummary | None = None
    """The model of the newest stored score; None until its card is read."""

    local_bands: LocalBands | None = None
    """What the bands of that model have been worth among the cases decided here; None until counted."""

    @property
    def score(self) -> ScorePrediction | None:
        """Return the score to show: the unsaved correction's, else the newest stored one."""
        return None if self.is_score_withheld else self.preview or self.case.score

    @property
    def is_score_withheld(self) -> bool:
        """Say whether there is no score to show, because the image does not look like one to score."""
        return self.preview is None and self.case.is_score_withheld

    @property
    def priority(self) -> Priority | None:
        """Return the place that the image's own score gives, or that of its unsaved correction would."""
        return self.case.priority_with(self.preview)

    @property
    def queue_priority(self) -> Priority | None:
        """Return the place in the work list, to which the lesion's other images add."""
        return self.case.queue_priority_with(self.preview)

    @property
    def lesion_score(self) -> LesionScore | None:
        """Return the score of the lesion from its images of the day; None unless several have one."""
        return self.case.lesion_score_with(self.preview)

    @property
    def acceptable_band(self) -> Band | None:
        """Return the lower band that a person can accept now; None while its score is not stored."""
        is_settled = self.preview is None and not self.is_scoring and self.case.is_score_current
        return self.priority.would_be if self.priority is not None and is_settled else None

    @property
    def score_model(self) -> ModelSummary | None:
        """Return the model that gave the shown score, when its card was read."""
        if (
            self.score is None
            or self.model_summaries is None
            or self.model_summaries.model != self.score.model
        ):
            return None
        return self.model_summaries

    @property
    def comparison(self) -> ScoreComparison | None:
        """Return the shown score beside that of the predicted boundary, when it is of another one."""
        return comparison_of(self.case, self.trail, self.preview)

    def with_preview(
        self, preview: ScorePrediction | None, measurements: tuple[Measurement, ...]
    ) -> "CaseView":
        """Return the view after a correction was scored and measured, without storing it."""
        return replace(self, preview=preview, measurements=measurements, is_scoring=False)
