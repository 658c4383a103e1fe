"""How a model is taught a clinic's corrections without forgetting what it knew."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

_FEWEST_STEPS_PER_EPOCH = 10
"""Each epoch ends with a measurement and a checkpoint, which cost as much as a few steps."""


class FineTuning(BaseModel):
    """What holds a fine-tuned model near the model it starts from; 0 or False leaves a means out."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    base: Path
    """Model folder that the run starts from and that the candidate is examined beside."""
    snapshot_manifest_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    """Of the snapshot that is learned from; None leaves open whether the data folder is a snapshot."""
    rehearsal: Path | None = None
    """Data folder of the bundled images that are shown again beside the corrections."""
    rehearsal_per_batch: int = Field(default=0, ge=0)
    """Bundled images in each batch (rehearsal: Robins 1995, Connection Science 7(2))."""
    uncorrected_per_batch: int = Field(default=0, ge=0)
    """Images without a correction in each batch, whose target is what the base model says of them."""
    distillation: float = Field(default=1.0, ge=0)
    """Weight of the base model's own answers as targets (Li and Hoiem 2016, Learning without Forgetting)."""
    frozen_normalisation: bool = True
    """Keep the base's running means and variances: a few images estimate them badly."""
    pull_to_base: float = Field(default=0.0, ge=0)
    """Half this times the squared distance from the base's weights (Li et al. 2018, L2-SP, equation 2)."""
    base_share: float = Field(default=0.5, ge=0, lt=1)
    """Share of the base in the published weights (Wortsman et al. 2022, WiSE-FT, equation 1)."""

    def corrections_per_batch(self, batch_size: int) -> int:
        """Places of a batch that are left for corrections; at least one."""
        others = (self.rehearsal_per_batch if self.rehearsal else 0) + self.uncorrected_per_batch
        return max(1, batch_size - others)

    def steps_per_epoch(self, corrections: int, batch_size: int) -> int:
        """Batches in which every correction comes at least once; never fewer than ten."""
        return max(_FEWEST_STEPS_PER_EPOCH, -(-corrections // self.corrections_per_batch(batch_size)))
