"""Which engine serves: measured on this machine, remembered, and said on the device page.

The first prediction of a model is timed on both engines and the faster one serves from then on. The result is
kept in a file beside the settings, by model hash, so that the next start need not measure again.
"""

import json
import logging
import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from app.domain.errors import CancelledError, InferenceError
from app.inference.engine import ClassifierInput, Engine, FloatArray
from app.translation import N_, _
from app.usecases.analysis.predictor import EngineReport
from app.usecases.cancellation import CancelToken, NeverCancelled
from models.contract.files.private_files import make_private_folder
from models.contract.imaging.views import VIEW_COUNT
from models.contract.lesion.tabular import CATEGORICAL_FEATURES, NUMERIC_FEATURES
from models.contract.shelf.card import ModelCard

_LOG = logging.getLogger(__name__)

_SLOWER = N_("Works; another engine was faster when the models were first used here.")


class EngineChoice:
    """The engines of this machine and the measured choice between them."""

    def __init__(self, engines: tuple[Engine, ...], file: Path) -> None:
        self._engines = engines
        self._file = file
        self._milliseconds = _read(file)
        self._given_up: set[tuple[str, str]] = set()

    def engine_for(self, folder: Path, card: ModelCard, token: CancelToken) -> Engine:
        """Return the fastest working engine for a model, measuring each one at its first use.

        An engine that failed is left alone until the next start, and then tried again.
        """
        measured = self._milliseconds.setdefault(card.weights_sha256, {})
        untried = [engine for engine in self._engines if self._is_untried(engine, card)]
        if untried:
            self._measure(untried, folder, card, token)
            _write(self._file, self._milliseconds)
        working = [engine for engine in self._engines if engine.name in measured]
        if not working:
            self._given_up.clear()
            raise InferenceError(
                _("No inference engine works on this machine; see the device page for the reasons.")
            )
        return min(working, key=lambda engine: measured[engine.name])

    def has_to_measure(self, card: ModelCard) -> bool:
        """Say whether there is a choice of engines, and nothing known yet of how fast they run a model."""
        return len(self._engines) > 1 and not self._milliseconds.get(card.weights_sha256)

    def give_up(self, engine: Engine, card: ModelCard) -> None:
        """Serve a model no longer on an engine that cannot be used now."""
        self._milliseconds.get(card.weights_sha256, {}).pop(engine.name, None)
        self._given_up.add((card.weights_sha256, engine.name))

    def engine_with_overlay(self, name: str) -> Engine:
        """Return the first engine that computes the overlay ``name``."""
        for engine in self._engines:
            if name in engine.overlay_names():
                return engine
        raise InferenceError(_("No engine of this machine computes the overlay '{name}'.").format(name=name))

    def overlay_names(self) -> tuple[str, ...]:
        """Return the names of all overlays, in the engines' order, each once."""
        names: dict[str, None] = {}
        for engine in self._engines:
            try:
                names.update(dict.fromkeys(engine.overlay_names()))
            except InferenceError as error:
                _LOG.warning("%s: %s", engine.name, error)
        return tuple(names)

    def examine(
        self, segmenter: Path, segmenter_card: ModelCard, classifier: Path, classifier_card: ModelCard
    ) -> Iterator[EngineReport]:
        """Time a real inference of both models on every engine."""
        token = NeverCancelled()
        for engine in self._engines:
            try:
                boundary_ms = _timed(engine, segmenter, segmenter_card, token)
                score_ms = _timed(engine, classifier, classifier_card, token)
            except InferenceError as error:
                yield EngineReport(engine.name, "-", _machine(), None, None, str(error), is_active=False)
                continue
            models = {N_("boundary"): (segmenter, segmenter_card), N_("score"): (classifier, classifier_card)}
            served = [_(what) for what, model in models.items() if self.engine_for(*model, token) is engine]
            note = (
                _("Serves the {served}.").format(served=_(" and the ").join(served)) if served else _(_SLOWER)
            )
            is_active = bool(served)
            yield EngineReport(
                engine.name, engine.provider(), _machine(), boundary_ms, score_ms, note, is_active=is_active
            )

    def close(self) -> None:
        """Close all engines."""
        for engine in self._engines:
            engine.close()

    def _is_untried(self, engine: Engine, card: ModelCard) -> bool:
        is_given_up = (card.weights_sha256, engine.name) in self._given_up
        return not is_given_up and engine.name not in self._milliseconds[card.weights_sha256]

    def _measure(self, engines: list[Engine], folder: Path, card: ModelCard, token: CancelToken) -> None:
        for engine in engines:
            try:
                self._milliseconds[card.weights_sha256][engine.name] = _timed(engine, folder, card, token)
            except CancelledError:
                raise
            except InferenceError as error:
                self.give_up(engine, card)
                _LOG.warning("%s does not serve %s: %s", engine.name, card.name, error)


def _timed(engine: Engine, folder: Path, card: ModelCard, token: CancelToken) -> float:
    """Return the milliseconds of the second of two runs on a mid-grey image (the first one warms up)."""
    elapsed_ms = 0.0
    for _run in range(2):
        started = time.perf_counter()
        if card.task == "segmentation":
            engine.segment(folder, _grey(1, card), token)
        elif card.task == "refinement":
            engine.refine(folder, _grey(2, card), _grey(2, card), token)
        else:
            engine.classify(folder, _grey_batch(card), token)
        elapsed_ms = 1000.0 * (time.perf_counter() - started)
    return elapsed_ms


def _grey(count: int, card: ModelCard) -> FloatArray:
    return np.zeros((count, 3, card.input.height_px, card.input.width_px), np.float32)


def _grey_batch(card: ModelCard) -> ClassifierInput:
    """As many views as a score is the mean of: engines differ in what they gain from many at once."""
    numeric = np.full((VIEW_COUNT, len(NUMERIC_FEATURES)), np.nan, np.float32)
    categorical = np.zeros((VIEW_COUNT, len(CATEGORICAL_FEATURES)), np.int64)
    return ClassifierInput(_grey(VIEW_COUNT, card), numeric, categorical)


def _machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"


def _read(file: Path) -> dict[str, dict[str, float]]:
    """Return remembered timings; a missing or damaged file only means that they are measured again."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["machine"] != _machine() or kept["views"] != VIEW_COUNT:
            return {}
        return {
            sha: {name: float(ms) for name, ms in by_engine.items()} for sha, by_engine in kept["ms"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write(file: Path, milliseconds: dict[str, dict[str, float]]) -> None:
    try:
        make_private_folder(file.parent)
        kept = {"machine": _machine(), "views": VIEW_COUNT, "ms": milliseconds}
        file.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    except OSError as error:
        _LOG.warning("the measured engine choice could not be kept: %s", type(error).__name__)
