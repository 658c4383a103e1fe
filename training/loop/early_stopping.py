"""How long the validation score has not risen: when to lower the rate, when to call a run finished."""

from pydantic import BaseModel, ConfigDict

from training.contract.plan import TrainingPlan


class Patience(BaseModel):
    """Kept in every checkpoint, so that a resumed run loses patience when the uninterrupted one would.

    A score has risen only if it is above the best one: a network that has stopped learning repeats itself.
    Scores at different image sizes are not compared, so every stage begins with new patience.
    """

    model_config = ConfigDict(frozen=True)
    stage: int = 0
    best_score: float | None = None
    epochs_without_gain: int = 0
    epochs_at_rate: int = 0
    """Epochs without a gain since the rate was lowered last."""
    rate_share: float = 1.0
    """What has become of the learning rate."""

    def after(self, score: float, stage: int, plan: TrainingPlan) -> "Patience":
        """The patience after an epoch of ``stage`` that was measured with ``score``."""
        is_gain = stage != self.stage or self.best_score is None or score > self.best_score
        if is_gain:
            fresh = {"stage": stage, "best_score": score, "epochs_without_gain": 0, "epochs_at_rate": 0}
            return self.model_copy(update=fresh)
        waited = self.model_copy(
            update={
                "epochs_without_gain": self.epochs_without_gain + 1,
                "epochs_at_rate": self.epochs_at_rate + 1,
            }
        )
        is_plateau = plan.schedule == "plateau" and waited.epochs_at_rate >= plan.plateau_epochs
        return waited.lowered(plan) if is_plateau else waited

    def lowered(self, plan: TrainingPlan) -> "Patience":
        """With the rate lowered by one factor, at most to the plan's final share."""
        share = max(plan.final_rate_share, self.rate_share * plan.plateau_factor)
        return self.model_copy(update={"rate_share": share, "epochs_at_rate": 0})

    def is_lost(self, plan: TrainingPlan) -> bool:
        """Whether the run is finished before its last epoch."""
        is_last_stage = self.stage == len(plan.stages) - 1
        waited_for = plan.early_stop_epochs
        return waited_for > 0 and is_last_stage and self.epochs_without_gain >= waited_for
