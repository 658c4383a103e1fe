"""The Predictor port: prepare, run an engine, bring the answer back to the image."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from app.domain.analysis.prediction import DiagnosisShare, EngineRun, ModelRef
from app.domain.analysis.triage import TriageThresholds
from app.domain.errors import InferenceError, ModelUnavailableError
from app.inference.boundary_uncertainty import boundary_uncertainty_of
from app.inference.choice import EngineChoice
from app.inference.engine import (
    ClassifierInput,
    ClassifierOutput,
    Engine,
    EngineUnavailableError,
    FloatArray,
    SegmenterOutput,
)
from app.inference.last_image import OfLastImage
from app.translation import _
from app.usecases.analysis.predictor import (
    BoundaryResult,
    BoundaryUncertainty,
    EngineReport,
    RefinedBoundary,
    ScoreResult,
)
from app.usecases.cancellation import CancelToken
from models.contract.arrays import AttentionMap, BoolMask, ModelImage, RgbImage
from models.contract.errors import ContractError
from models.contract.imaging.clicks import Click, guidance_for_refiner, mean_of_mirrored, mirrored_passes
from models.contract.imaging.frame_verdict import FrameVerdict
from models.contract.imaging.overlays import SIGNED_OVERLAYS
from models.contract.imaging.postprocess import (
    calibrated_probability,
    for_display,
    lesion_mask,
    place_on_image,
    probability_map,
)
from models.contract.imaging.preprocess import Box, SegmenterGeometry, for_classifier, for_segmenter
from models.contract.imaging.structures import STRUCTURE_OVERLAYS
from models.contract.imaging.suitability import verdict_of
from models.contract.imaging.views import VIEW_COUNT, all_views, brought_back
from models.contract.lesion.diagnoses import divided_score
from models.contract.lesion.tabular import TabularInput
from models.contract.shelf.card import TASKS, ModelCard, ModelTask, Task
from models.contract.shelf.model_shelf import ModelShelf, ShelvedModel
from models.contract.uncertainty.disagreement import flipped_passes

Answer = TypeVar("Answer")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Segmented:
    """What a boundary model answered about an image, with what brings the answer back to it."""

    card: ModelCard
    geometry: SegmenterGeometry
    output: SegmenterOutput
    run: EngineRun


class ModelPredictor:
    """Runs the active models of a shelf on the engine that measured best here."""

    def __init__(self, shelf: ModelShelf, choice: EngineChoice) -> None:
        self._shelf = shelf
        self._choice = choice
        self._active_by_task: dict[ModelTask, ShelvedModel] = {}
        self._named_by_sha256: dict[str, ShelvedModel] = {}
        self._frame = OfLastImage[tuple[ModelImage, SegmenterGeometry]]()
        self._one_pass = OfLastImage[_Segmented]()

    def boundary(
        self, image: RgbImage, token: CancelToken, *, model: ModelRef | None = None
    ) -> BoundaryResult:
        """Segment an image with the active model, or the one named; raises InferenceError, CancelledError."""
        found = self._segmented(image, token, model=model)
        card, output = found.card, found.output
        self._one_pass.hold(image, card.weights_sha256, found)
        try:
            probability = probability_map(output.logits[0, 0], found.geometry, temperature=card.temperature)
        except ContractError as error:
            raise InferenceError(str(error)) from error
        mask, verdict = lesion_mask(probability, card.threshold), _verdict_on_frame(card, output)
        return BoundaryResult(probability, mask, _model_ref(card), found.run, verdict)

    def boundary_uncertainty(
        self, image: RgbImage, mask: BoolMask, token: CancelToken
    ) -> BoundaryUncertainty:
        """Say how sure a boundary is: four flipped passes, as one batch."""
        found = self._segmented(image, token, passes_of=flipped_passes)
        return boundary_uncertainty_of(image, mask, found.output.logits[:, 0], found.geometry, found.card)

    def can_refine(self) -> bool:
        """Say whether a refiner is active, so that clicks can be offered."""
        try:
            self._active("refinement")
        except ModelUnavailableError:
            return False
        return True

    def refine(
        self, image: RgbImage, mask: BoolMask, clicks: Sequence[Click], token: CancelToken
    ) -> RefinedBoundary:
        """Redraw the present mask from all clicks so far with the active refiner.

        Raises:
            InferenceError: no refiner is active, or it could not be run.
            CancelledError: the person has cancelled.
        """
        folder, card = self._active("refinement")
        prepared, geometry = self._prepared(image, card)
        height_px, width_px = card.input.height_px, card.input.width_px
        guidance = guidance_for_refiner(mask, clicks, height_px=height_px, width_px=width_px)
        logits, run = self._answer(
            folder,
            card,
            token,
            lambda engine: engine.refine(folder, mirrored_passes(prepared), mirrored_passes(guidance), token),
        )
        try:
            mean = mean_of_mirrored(logits[:, 0])
            probability = probability_map(mean, geometry, temperature=card.temperature)
        except ContractError as error:
            raise InferenceError(str(error)) from error
        return RefinedBoundary(lesion_mask(probability, card.threshold), _model_ref(card), run)

    def score(
        self,
        image: RgbImage,
        mask: BoolMask | None,
        tabular: TabularInput,
        token: CancelToken,
        *,
        model: ModelRef | None = None,
    ) -> ScoreResult:
        """Score a lesion as the mean over eight views of its crop."""
        folder, card = self._active("classification") if model is None else self._named(model)
        batch, _ = _batch(image, mask, tabular, card)
        output, run = self._answer(folder, card, token, lambda engine: engine.classify(folder, batch, token))
        try:
            probability = calibrated_probability(float(output.logits.mean()), card.temperature)
            by_view = [calibrated_probability(float(logit), card.temperature) for logit in output.logits]
        except ContractError as error:
            raise InferenceError(str(error)) from error
        shares = _shares(card, output, probability)
        return ScoreResult(probability, min(by_view), max(by_view), _model_ref(card), run, shares)

    def overlay(
        self, name: str, image: RgbImage, mask: BoolMask | None, tabular: TabularInput, token: CancelToken
    ) -> AttentionMap:
        """Explain the score, or map a structure, by one of ``overlay_names``; map at image size."""
        if name in STRUCTURE_OVERLAYS:
            return self._structure_map(name, image, token)
        folder, card = self._active("classification")
        batch, box = _batch(image, mask, tabular, card)
        engine = self._choice.engine_with_overlay(name)
        return _on_image(name, engine.explain(name, folder, batch, token), box, image)

    def overlay_names(self) -> tuple[str, ...]:
        """Return the overlays that some engine here can compute for the active score model, default first."""
        known = self._choice.overlay_names()
        of_score = tuple(name for name in self._overlays_of("classification") if name in known)
        return of_score + self._overlays_of("segmentation")

    def _overlays_of(self, task: Task) -> tuple[str, ...]:
        """What the card of the active model offers: of a score its overlays, of a boundary its structures."""
        try:
            _, card = self._active(task)
        except ModelUnavailableError:
            return ()
        if task == "classification":
            return card.overlays
        return tuple(f"possible_{each.name}" for each in card.structure_maps if each.is_offered)

    def _structure_map(self, name: str, image: RgbImage, token: CancelToken) -> AttentionMap:
        card = self._active("segmentation")[1]
        found = self._one_pass.held(image, card.weights_sha256) or self._segmented(image, token)
        self._one_pass.hold(image, card.weights_sha256, found)
        structures = found.output.structures
        if structures is None:
            raise InferenceError(
                _("The model {reference} maps no structures.").format(reference=found.card.reference)
            )
        try:
            return probability_map(structures[0, STRUCTURE_OVERLAYS[name]], found.geometry)
        except ContractError as error:
            raise InferenceError(str(error)) from error

    def thresholds(self) -> TriageThresholds:
        """Return the triage thresholds of the active score model's card."""
        _folder, card = self._active("classification")
        try:
            return TriageThresholds(card.triage_thresholds["urgent"], card.triage_thresholds["soon"])
        except KeyError as error:
            raise ModelUnavailableError(_("The score model's card names no triage thresholds.")) from error

    def has_to_measure(self) -> bool:
        """Say whether the next answer waits until the engines were timed with an active model."""
        try:
            return any(self._choice.has_to_measure(self._active(task)[1]) for task in TASKS)
        except ModelUnavailableError:
            return False

    def examine(self) -> Iterator[EngineReport]:
        """Run a real inference on every engine of this machine and report."""
        segmenter, segmenter_card = self._active("segmentation")
        classifier, classifier_card = self._active("classification")
        yield from self._choice.examine(segmenter, segmenter_card, classifier, classifier_card)

    def forget_models(self) -> None:
        """Ask the shelf again which models are active, after a promotion or a roll-back."""
        self._active_by_task.clear()
        self._named_by_sha256.clear()

    def close(self) -> None:
        """Stop server processes and free memory."""
        self._choice.close()

    def _segmented(
        self,
        image: RgbImage,
        token: CancelToken,
        *,
        model: ModelRef | None = None,
        passes_of: Callable[[FloatArray], FloatArray] = lambda prepared: prepared[None],
    ) -> _Segmented:
        """Ask the active boundary model, or the one named, about an image once, or about ``passes_of`` it."""
        folder, card = self._active("segmentation") if model is None else self._named(model)
        prepared, geometry = self._prepared(image, card)
        passes = passes_of(prepared)
        output, run = self._answer(folder, card, token, lambda engine: engine.segment(folder, passes, token))
        return _Segmented(card, geometry, output, run)

    def _prepared(self, image: RgbImage, card: ModelCard) -> tuple[ModelImage, SegmenterGeometry]:
        """Return an image as the input of a boundary model, prepared once for all that is asked about it."""
        size_px = card.input.height_px, card.input.width_px
        frame = self._frame.held(image, size_px)
        if frame is None:
            frame = for_segmenter(image, height_px=size_px[0], width_px=size_px[1])
            self._frame.hold(image, size_px, frame)
        return frame

    def _answer(
        self, folder: Path, card: ModelCard, token: CancelToken, ask: Callable[[Engine], Answer]
    ) -> tuple[Answer, EngineRun]:
        """Ask the fastest engine; one that cannot be used any more leaves its place to the next."""
        while True:
            engine = self._choice.engine_for(folder, card, token)
            started = time.perf_counter()
            try:
                answer = ask(engine)
            except EngineUnavailableError as error:
                _LOG.warning("%s no longer serves %s: %s", engine.name, card.name, error)
                self._choice.give_up(engine, card)
            else:
                return answer, _run(engine, started)

    def _active(self, task: ModelTask) -> tuple[Path, ModelCard]:
        """Return the active model; the shelf checks every byte, so its answer is kept."""
        if task not in self._active_by_task:
            try:
                model = self._shelf.active(task)
            except ContractError as error:
                raise ModelUnavailableError(str(error)) from error
            if model is None:
                raise ModelUnavailableError(
                    _("No model is active for {task}; promote one on the model shelf.").format(task=task)
                )
            self._active_by_task[task] = model
        model = self._active_by_task[task]
        return model.folder, model.card

    def _named(self, wanted: ModelRef) -> tuple[Path, ModelCard]:
        """Return the shelved model with these weights, whatever it is called now; the answer is kept, too."""
        checked = (*self._active_by_task.values(), *self._named_by_sha256.values())
        model = next((each for each in checked if each.card.weights_sha256 == wanted.weights_sha256), None)
        if model is None:
            model = self._named_by_sha256[wanted.weights_sha256] = self._checked(wanted)
        return model.folder, model.card

    def _checked(self, wanted: ModelRef) -> ShelvedModel:
        likely = f"{wanted.name}/{wanted.version}"
        found = self._shelf.with_weights(wanted.weights_sha256, likely=likely)
        if found is None:
            raise ModelUnavailableError(
                _("The model {likely} with these weights is not on the shelf any more.").format(likely=likely)
            )
        try:
            return self._shelf.get(found.card.name, found.card.version)
        except ContractError as error:
            raise ModelUnavailableError(str(error)) from error


def _batch(
    image: RgbImage, mask: BoolMask | None, tabular: TabularInput, card: ModelCard
) -> tuple[ClassifierInput, Box]:
    crop, box = for_classifier(
        image, mask, size_px=card.input.height_px, margin=card.input.crop_margin or 0.0
    )
    numeric = np.repeat(tabular.numeric[None], VIEW_COUNT, axis=0)
    categorical = np.repeat(tabular.categorical[None], VIEW_COUNT, axis=0)
    return ClassifierInput(all_views(crop), numeric, categorical), box


def _on_image(name: str, maps: FloatArray, box: Box, image: RgbImage) -> AttentionMap:
    """Average the views' maps, bring them to the scale of their colours and lay them on the image."""
    shown = for_display(brought_back(maps).mean(axis=0), is_signed=name in SIGNED_OVERLAYS)
    return place_on_image(shown, box, image.shape)


def _verdict_on_frame(card: ModelCard, output: SegmenterOutput) -> FrameVerdict | None:
    """Judge the whole frame by the limits of the card, where model and card tell."""
    if card.suitability is None or output.suitability is None:
        return None
    return verdict_of(output.suitability[0], card.suitability)


def _shares(card: ModelCard, output: ClassifierOutput, probability: float) -> tuple[DiagnosisShare, ...]:
    """Divide the score by the mean logits of the views; raises InferenceError if they do not fit the card."""
    if not card.diagnoses:
        return ()
    if output.diagnosis_logits is None or output.diagnosis_logits.shape[1] != len(card.diagnoses):
        raise InferenceError(
            _(
                "The model {reference} does not answer with the diagnoses of its card; install it again."
            ).format(reference=card.reference)
        )
    logits = output.diagnosis_logits.mean(axis=0, keepdims=True)
    is_malignant = [diagnosis.is_malignant for diagnosis in card.diagnoses]
    (shares,) = divided_score(logits, np.array([probability]), is_malignant)
    return tuple(
        DiagnosisShare(diagnosis.name, diagnosis.is_malignant, float(share))
        for diagnosis, share in zip(card.diagnoses, shares, strict=True)
    )


def _run(engine: Engine, started: float) -> EngineRun:
    return EngineRun(engine.name, engine.provider(), 1000.0 * (time.perf_counter() - started))


def _model_ref(card: ModelCard) -> ModelRef:
    size = f"{card.input.height_px}x{card.input.width_px}"
    how = f"lesion crop {size}" if card.task == "classification" else f"whole frame {size}"
    preprocessing = f"{how}, {card.input.normalisation}"
    return ModelRef(card.name, card.version, card.weights_sha256, preprocessing, card.threshold)
