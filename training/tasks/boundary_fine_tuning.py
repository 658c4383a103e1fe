"""Fine-tuning a segmenter: corrections, bundled images and the base's own answers in every batch."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.augmentation.augment import varied, varied_answer
from training.contract.plan import Stage, TrainingPlan
from training.inputs.samplers import generator, rounds
from training.loop.task import Batch, EpochBatches
from training.tasks.fine_tuning import PullToBase
from training.tasks.run_context import RunContext
from training.tasks.segmentation import (
    Frames,
    SegmentationTask,
    as_network_input,
    load_frames,
    logits_of,
    loss_targets,
    segmentation_loss,
)

_COMPANION_STREAM = 1_000_003
"""Keeps the draw of companions apart from the shuffling of corrections, which has the same seed."""


class BoundaryFineTuningTask:
    """Boundary training on a snapshot; measures like ``SegmentationTask``, learns more carefully."""

    def __init__(self, context: RunContext) -> None:
        self._context, self._fine_tuning = context, context.fine_tuning
        self._plan, self._cache, split = context.plan, context.folder.cache, context.split
        self._inner = SegmentationTask(self._plan, split, self._cache)
        self._corrected = tuple(s for s in split.train if s.mask_file is not None)
        answered = self._fine_tuning.uncorrected_per_batch > 0
        self._uncorrected = tuple(s for s in split.train if s.mask_file is None and answered)
        rehearsed = self._fine_tuning.rehearsal_per_batch > 0
        self._rehearsal = context.rehearsal if rehearsed else ()
        self._places = self._dealt_places()
        self._parts: _Parts | None = None
        self._pull: PullToBase | None = None

    @property
    def counts(self) -> tuple[int, int]:
        """Numbers of training and validation images of the snapshot."""
        return self._inner.counts

    def steps_per_epoch(self) -> int:
        """Batches in which every correction is shown at least once."""
        return self._fine_tuning.steps_per_epoch(len(self._corrected), self._plan.batch_size)

    def open_stage(self, stage: Stage) -> None:
        """Decode all images once, and ask the base about the uncorrected ones."""
        self._inner.open_stage(stage)
        uncorrected = load_frames(self._uncorrected, stage, self._cache)
        self._parts = _Parts(
            corrected=load_frames(self._corrected, stage, self._cache),
            rehearsal=load_frames(self._rehearsal, stage, self._cache),
            uncorrected=Frames(uncorrected.images, self._base_answers(uncorrected)),
        )

    def batches(self, epoch: int) -> EpochBatches:
        """The mixed batches of an epoch."""
        if self._parts is None:
            raise RuntimeError("open_stage comes first")
        return _MixedEpoch(self._plan, self._parts, self._places, epoch, self.steps_per_epoch())

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """The plan's loss on known masks, cross-entropy to the base's answers, and the pull."""
        logits = network(batch["images"]).float()
        is_answer = batch["is_answer"]
        total: Tensor = logits.sum() * 0
        if bool((~is_answer).any()):
            known = {name: value[~is_answer] for name, value in batch.items()}
            total = total + segmentation_loss(self._plan, logits[~is_answer], known)
        if bool(is_answer.any()):
            share = is_answer.sum() / (~is_answer).sum().clamp_min(1)
            bce = functional.binary_cross_entropy_with_logits(logits[is_answer], batch["masks"][is_answer])
            total = total + self._fine_tuning.distillation * share * bce
        return total + self._pull_of(network)

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        """As ``SegmentationTask`` does."""
        return self._inner.evaluate(network)

    def _pull_of(self, network: nn.Module) -> Tensor | float:
        if self._fine_tuning.pull_to_base == 0:
            return 0.0
        if self._pull is None:
            # From the file, not from the network: a resumed run is no longer at its base.
            self._pull = PullToBase(self._context.base.network, self._fine_tuning.pull_to_base)
        return self._pull(network)

    def _base_answers(self, frames: Frames) -> NDArray[np.uint8]:
        """The base's probabilities (N, h, w) as uint8, 255 = lesion."""
        if len(frames.images) == 0:
            return frames.masks
        logits = logits_of(self._context.base.network, frames)
        return np.rint(255 / (1 + np.exp(-logits.astype(np.float64)))).astype(np.uint8)

    def _dealt_places(self) -> "_Places":
        rehearsal = self._fine_tuning.rehearsal_per_batch if self._rehearsal else 0
        uncorrected = self._fine_tuning.uncorrected_per_batch if self._uncorrected else 0
        return _Places(max(1, self._plan.batch_size - rehearsal - uncorrected), rehearsal, uncorrected)


class _Places:
    """How many images of each kind a batch has."""

    def __init__(self, corrected: int, rehearsal: int, uncorrected: int) -> None:
        self.corrected, self.rehearsal, self.uncorrected = corrected, rehearsal, uncorrected


class _Parts:
    """The images of each kind; the masks of the uncorrected are the base's answers, 0 to 255."""

    def __init__(self, corrected: Frames, rehearsal: Frames, uncorrected: Frames) -> None:
        self.corrected, self.rehearsal, self.uncorrected = corrected, rehearsal, uncorrected


class _MixedEpoch:
    def __init__(self, plan: TrainingPlan, parts: _Parts, places: _Places, epoch: int, steps: int) -> None:
        self._plan, self._parts, self._places, self._epoch = plan, parts, places, epoch
        corrections = np.arange(len(parts.corrected.images))
        order = rounds(corrections, steps * places.corrected, generator(plan.seed, epoch))
        self._order = order.reshape(steps, places.corrected)

    def batch(self, index: int) -> Batch:
        pairs = [*self._known(index), *self._answered(index)]
        return {
            "images": as_network_input(np.stack([image for image, _ in pairs])),
            **loss_targets(self._plan, np.stack([mask for _, mask in pairs])),
            "is_answer": torch.arange(len(pairs)) >= len(pairs) - self._places.uncorrected,
        }

    def _known(self, index: int) -> list[tuple[NDArray[np.uint8], NDArray[np.float32]]]:
        """Corrections in their order, then bundled images at random; masks of 0 and 1."""
        chosen = [(self._parts.corrected, int(position)) for position in self._order[index]]
        draw = generator(self._plan.seed, self._epoch, index, _COMPANION_STREAM)
        bundled = self._parts.rehearsal
        chosen += [(bundled, int(draw.integers(len(bundled.images)))) for _ in range(self._places.rehearsal)]
        pairs = []
        for place, (frames, position) in enumerate(chosen):
            rng = generator(self._plan.seed, self._epoch, index, place)
            image, mask = varied(
                frames.images[position], frames.masks[position], self._plan.augmentation, rng
            )
            pairs.append((image, mask.astype(np.float32)))
        return pairs

    def _answered(self, index: int) -> list[tuple[NDArray[np.uint8], NDArray[np.float32]]]:
        """Uncorrected images at random with the base's probabilities in [0, 1]."""
        frames = self._parts.uncorrected
        pairs = []
        for place in range(self._places.uncorrected):
            rng = generator(self._plan.seed, self._epoch, index, _COMPANION_STREAM, place)
            position = int(rng.integers(len(frames.images)))
            image, answer = varied_answer(
                frames.images[position], frames.masks[position], self._plan.augmentation, rng
            )
            pairs.append((image, answer.astype(np.float32) / np.float32(255)))
        return pairs
