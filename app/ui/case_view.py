"""What the panels show of the open case: what is stored, and what a correction in progress would change."""

from dataclasses import dataclass, replace

from app.domain.case import Case
from app.domain.measurement import Measurement
from app.domain.prediction import ScorePrediction


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

    @property
    def score(self) -> ScorePrediction | None:
        """Return the score to show: the unsaved correction's, else the newest stored one."""
        return self.preview or self.case.score

    @property
    def score_before(self) -> ScorePrediction | None:
        """Return the newest score of the predicted mask, when the shown one is of another mask."""
        shown, boundary = self.score, self.case.boundary
        if (
            shown is None
            or boundary is None
            or (shown.mask_source == boundary.id and shown is not self.preview)
        ):
            return None
        of_prediction = [score for score in self.case.scores if score.mask_source == boundary.id]
        return of_prediction[-1] if of_prediction else None

    def with_preview(
        self, preview: ScorePrediction | None, measurements: tuple[Measurement, ...]
    ) -> "CaseView":
        """Return the view after a correction was scored and measured, without storing it."""
        return replace(self, preview=preview, measurements=measurements, is_scoring=False)
