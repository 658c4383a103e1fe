"""What a model said about an image. Immutable: a correction never edits a prediction."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.analysis.triage import Priority, TriageThresholds, priority_of
from app.domain.ids import BlobName, ImageId, PredictionId, RevisionId
from models.contract.imaging.frame_verdict import FrameVerdict


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Which model spoke, precise enough to ask it again."""

    name: str
    version: str
    weights_sha256: str
    preprocessing: str
    """The name of the preprocessing, for example 'resize 192x256, ImageNet'."""
    threshold: float
    """The working threshold on the calibrated probability that was in force."""


@dataclass(frozen=True, slots=True)
class EngineRun:
    """Where and how fast a prediction was computed."""

    engine: str
    """'ONNX Runtime' or 'model server'."""
    provider: str
    """For example 'CPUExecutionProvider' or 'CUDA: NVIDIA RTX 4000'."""
    milliseconds: float


@dataclass(frozen=True, slots=True)
class BoundaryPrediction:
    """A lesion's boundary as the segmentation model sees it."""

    id: PredictionId
    image_id: ImageId
    model: ModelRef
    mask: BlobName
    """1-bit PNG of the image's size."""
    probability: BlobName
    """8-bit greyscale PNG of the image's size, 255 = probability 1."""
    run: EngineRun
    predicted_at: datetime
    disagreement: BlobName | None = None
    """8-bit greyscale PNG, reduced in size: how far flipped passes disagree, 255 = 0.5."""
    border_uncertainty: float | None = None
    """Of the doubtful area, as a share in [0, 1]; 0 = all passes agree, None = not assessed yet."""
    frame: FrameVerdict | None = None
    """What the model found of the whole frame; None when it does not tell."""
    atypicality: float | None = None
    """Share of the training images that are more typical, in [0, 1]; None = not known."""

    @property
    def is_assessed(self) -> bool:
        """Say whether anything is known about how sure the boundary is."""
        known = (self.disagreement, self.border_uncertainty, self.atypicality)
        return any(value is not None for value in known)


@dataclass(frozen=True, slots=True)
class DiagnosisShare:
    """What a score model that tells diagnoses apart gives to one of them."""

    name: str
    is_malignant: bool
    share: float
    """In [0, 1]; malignant ones sum to the score, all together to 1."""


@dataclass(frozen=True, slots=True)
class ScorePrediction:
    """A malignancy score, and the mask and inputs it was computed from."""

    id: PredictionId
    image_id: ImageId
    model: ModelRef
    probability: float
    """Calibrated probability of malignancy in [0, 1]."""
    probability_low: float
    probability_high: float
    """Range over the model's passes (flips, quarter turns): how much it moves, no confidence interval."""
    mask_source: PredictionId | RevisionId
    """The boundary prediction or mask revision whose mask was used."""
    missing_inputs: tuple[str, ...]
    quality_warnings: tuple[str, ...]
    """Reasons why the image may not be suitable, in plain words; empty when none was found."""
    run: EngineRun
    predicted_at: datetime
    thresholds: TriageThresholds | None = None
    """The triage thresholds of the model's card when the score was computed."""
    diagnosis_shares: tuple[DiagnosisShare, ...] = ()
    """How the model divides its score, in its own order; empty when it tells no diagnoses apart."""
    inputs_sha256: str | None = None
    """Digest of what the score was computed from (``input_digest``); None = not known, as in older stores."""

    @property
    def priority(self) -> Priority | None:
        """Return the place in the queue, or None when the model came without thresholds."""
        if self.thresholds is None:
            return None
        return priority_of(self.probability, self.probability_high, self.thresholds, self.quality_warnings)
