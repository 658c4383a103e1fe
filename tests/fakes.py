"""Stand-ins for the slow or moody outside world: an instant predictor, a clock one can turn, a token."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from app.domain.analysis.prediction import EngineRun, ModelRef
from app.domain.analysis.triage import TriageThresholds
from app.domain.errors import CancelledError, InferenceError, ModelUnavailableError
from app.usecases.analysis.predictor import (
    BoundaryResult,
    BoundaryUncertainty,
    EngineReport,
    RefinedBoundary,
    ScoreResult,
)
from app.usecases.cancellation import CancelToken
from app.usecases.exports.export_manner import ExportManner
from app.usecases.exports.exporter import CaseFile, Writing
from models.contract.arrays import AttentionMap, BoolMask, RgbImage
from models.contract.imaging.clicks import Click
from models.contract.imaging.frame_verdict import FrameVerdict
from models.contract.lesion.tabular import TabularInput

SEGMENTER = ModelRef("dermomamba", "test", "a" * 64, "resize 192x256, ImageNet", 0.5)
CLASSIFIER = ModelRef("mambaderm_lite", "test", "b" * 64, "lesion crop 224, ImageNet", 0.3)
REFINER = ModelRef("click_refiner", "test", "c" * 64, "whole frame 192x256, ImageNet", 0.5)
THRESHOLDS = TriageThresholds(urgent=0.6, soon=0.3)
RUN = EngineRun("instant", "test", 1.0)


class FakeToken:
    """A cancel token; ``cancel_after`` looks makes it say cancelled by itself."""

    def __init__(self, cancel_after: int | None = None) -> None:
        self._looks_left = cancel_after
        self._actions: list[Callable[[], None]] = []
        self._is_cancelled = False

    @property
    def is_cancelled(self) -> bool:
        if self._looks_left is not None:
            if self._looks_left == 0:
                self._is_cancelled = True
            self._looks_left = max(0, self._looks_left - 1)
        return self._is_cancelled

    def on_cancel(self, action: Callable[[], None]) -> None:
        if self._is_cancelled:
            action()
        else:
            self._actions.append(action)

    def cancel(self) -> None:
        self._is_cancelled = True
        for action in self._actions:
            action()


class FakeClock:
    """Starts on a fixed day and goes on one step each time it is asked."""

    def __init__(self, step: timedelta = timedelta(seconds=1)) -> None:
        self._step = step
        self.now = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += self._step
        return self.now


@dataclass
class FakePredictor:
    """Calls dark pixels lesion; the score is the darkness inside the mask, so a corrected mask changes it."""

    is_segmenter_missing: bool = False
    is_classifier_missing: bool = False
    is_refiner_missing: bool = False
    is_mute: bool = False
    """No overlay can be computed."""
    seen_tabular: list[TabularInput] = field(default_factory=list)
    is_closed: bool = False
    is_unmeasured: bool = False
    """The engines were not timed yet."""
    frame: FrameVerdict | None = None
    """What is found of every frame."""
    forgotten: int = 0
    """How often it was told to ask again which models are active."""

    def boundary(
        self, image: RgbImage, token: CancelToken, *, model: ModelRef | None = None
    ) -> BoundaryResult:
        if self.is_segmenter_missing:
            raise ModelUnavailableError("No model for lesion boundaries is installed.")
        if token.is_cancelled:
            raise CancelledError
        probability = np.asarray(1.0 - image.mean(axis=2) / 255.0, dtype=np.float32)
        mask = probability >= SEGMENTER.threshold
        return BoundaryResult(probability, mask, SEGMENTER, RUN, self.frame)

    def boundary_uncertainty(
        self, image: RgbImage, mask: BoolMask, token: CancelToken
    ) -> BoundaryUncertainty:
        """Call the passes divided along the lower half of the mask."""
        if self.is_segmenter_missing:
            raise ModelUnavailableError("No model for lesion boundaries is installed.")
        disagreement = np.zeros(mask.shape, np.float32)
        disagreement[mask.shape[0] // 2 :] = 0.25
        return BoundaryUncertainty(disagreement, 0.2, 0.95, SEGMENTER.weights_sha256)

    def can_refine(self) -> bool:
        return not self.is_refiner_missing

    def refine(
        self, image: RgbImage, mask: BoolMask, clicks: Sequence[Click], token: CancelToken
    ) -> RefinedBoundary:
        """Draw a disk of an eighth of the image's height at every click."""
        if self.is_refiner_missing:
            raise ModelUnavailableError("No model for redrawing boundaries is installed.")
        if token.is_cancelled:
            raise CancelledError
        refined = mask.copy()
        rows, columns = np.indices(mask.shape)
        for click in clicks:
            x, y = click.image_xy
            refined[np.hypot(rows - y, columns - x) <= mask.shape[0] / 8] = click.is_lesion
        return RefinedBoundary(refined, REFINER, RUN)

    def score(
        self,
        image: RgbImage,
        mask: BoolMask | None,
        tabular: TabularInput,
        token: CancelToken,
        *,
        model: ModelRef | None = None,
    ) -> ScoreResult:
        if self.is_classifier_missing:
            raise ModelUnavailableError("No model for the score is installed.")
        if token.is_cancelled:
            raise CancelledError
        self.seen_tabular.append(tabular)
        inside = image if mask is None else image[mask]
        probability = float(1.0 - inside.mean() / 255.0)
        return ScoreResult(
            probability, max(0.0, probability - 0.05), min(1.0, probability + 0.05), CLASSIFIER, RUN
        )

    def overlay(
        self,
        name: str,
        image: RgbImage,
        mask: BoolMask | None,
        tabular: TabularInput,
        token: CancelToken,
    ) -> AttentionMap:
        if self.is_mute:
            raise InferenceError("The overlay needs the model server, which is not running here.")
        height, width = image.shape[:2]
        relevance = np.zeros((height, width), np.float32)
        relevance[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4] = 1.0
        return relevance

    def overlay_names(self) -> tuple[str, ...]:
        return ("gate", "hidden_attention")

    def thresholds(self) -> TriageThresholds:
        return THRESHOLDS

    def has_to_measure(self) -> bool:
        return self.is_unmeasured

    def examine(self) -> Iterator[EngineReport]:
        yield EngineReport("instant", "test", "this machine", 1.0, 1.0, "Serves.", is_active=True)

    def forget_models(self) -> None:
        self.forgotten += 1

    def close(self) -> None:
        self.is_closed = True


@dataclass
class FakeExporter:
    """Writes one small text file per case and remembers how it was asked."""

    name: str
    label: str = "Text"
    suffix: str = ".txt"
    keeps_what_was_stopped: bool = False
    asked: list[tuple[int, bool]] = field(default_factory=list)
    seen: list[CaseFile] = field(default_factory=list)
    manners: list[ExportManner] = field(default_factory=list)

    def write(self, cases: Iterable[CaseFile], folder: Path, manner: ExportManner) -> Writing:
        folder.mkdir(parents=True, exist_ok=True)
        files = []
        for case in cases:
            self.seen.append(case)
            file = folder / f"{case.case.image.id}-{self.name}{self.suffix}"
            file.write_text(case.case.patient.code if not manner.deidentified else "-", encoding="utf-8")
            files.append(file)
            yield len(files)
        self.asked.append((len(files), manner.deidentified))
        self.manners.append(manner)
        return files
