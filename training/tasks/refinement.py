"""Learning to redraw a boundary from clicks: simulated clicks, in rounds, as a person would make them.

Iterative training after Sofiiuk et al. (2021): the network answers its own earlier answers, so that it
meets in training what it will meet in use. The clicks are on the training image at the network's size.
"""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.contract.arrays import BoolMask
from models.contract.imaging.clicks import draw_click
from models.contract.imaging.regions import one_region
from models.contract.metrics import iou
from training.augmentation.augment import varied
from training.augmentation.mask_jitter import mask_variants
from training.augmentation.simulated_clicks import next_click
from training.contract.data_set import Split
from training.contract.plan import TrainingPlan
from training.inputs.samplers import generator, shuffled_batches
from training.loop.task import Batch, EpochBatches
from training.tasks.segmentation import (
    Frames,
    TaskOnFrames,
    as_network_input,
    loss_targets,
    segmentation_loss,
)

_EMPTY_SHARE, _ANSWERED_SHARE = 0.4, 0.25
"""How many training images start without a mask, and with the network's own answer without clicks; the
others start with the expert's mask drawn worse, or with it where another one is wanted."""

_OTHER_SHARE = 0.3
"""How many training images are to be outlined otherwise than the expert did: a person's clicks decide, not
what the image shows."""

_ROUNDS_SHARES = (0.3, 0.25, 0.2, 0.15, 0.1)
"""How often a batch has had 0 to 4 answers before the one that it is taught by."""

_VARIANTS = 4
"""`mask_variants` draws an expert's mask in three ways, after the mask itself."""

_JUDGED_IMAGES, _JUDGED_CLICKS = 96, 3
_VALIDATION_BATCH = 16


class RefinementTask(TaskOnFrames):
    """Learning to redraw a boundary from clicks."""

    def __init__(self, plan: TrainingPlan, split: Split, cache: Path) -> None:
        super().__init__(plan, split, cache, learner="refiner")

    def batches(self, epoch: int) -> EpochBatches:
        """The shuffled and varied batches of an epoch, with the masks that clicks start from."""
        return _Epoch(self._plan, self._frames, epoch)

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """The plan's loss after the last click of a few rounds."""
        clicked = _ClickedBatch(batch)
        for index in range(int(batch["rounds"][0])):
            clicked.click(is_first=index == 0)
            clicked.answer(network)
        clicked.click(is_first=False)
        logits = network(batch["images"], clicked.guidance())
        return segmentation_loss(self._plan, logits.float(), batch)

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        """Mean IoU after each of three clicks, from nothing and from the network's own first answer.

        On about a hundred validation images at the network's size; the score is the mean of all of these.
        """
        every = max(1, len(self._validation) // _JUDGED_IMAGES)
        judged = _part(self._validation_frames, slice(None, None, every))
        starts = range(0, len(judged.images), _VALIDATION_BATCH)
        parts = [_judged(network, _part(judged, slice(each, each + _VALIDATION_BATCH))) for each in starts]
        means = np.concatenate(parts, axis=2).mean(axis=2)
        named = {
            f"iou_{clicks + 1}_from_{start}": float(mean)
            for start, of_start in zip(("nothing", "answer"), means, strict=True)
            for clicks, mean in enumerate(of_start)
        }
        return {**named, "score": float(means.mean())}


def _part(frames: Frames, chosen: slice) -> Frames:
    return Frames(frames.images[chosen], frames.masks[chosen])


def _judged(network: nn.Module, frames: Frames) -> NDArray[np.float64]:
    """IoU (2, clicks, N): from nothing and from the answer without clicks, after each click."""
    batch = _plain_batch(frames, next(network.parameters()).device)
    ious = np.zeros((2, _JUDGED_CLICKS, len(frames.images)))
    for start in range(2):
        clicked = _ClickedBatch(batch)
        if start == 1:
            clicked.answer(network)
        for index in range(_JUDGED_CLICKS):
            clicked.click(is_first=False)
            clicked.answer(network)
            ious[start, index] = clicked.ious()
    return ious


def _plain_batch(frames: Frames, device: torch.device) -> Batch:
    masks = torch.from_numpy(np.array(frames.masks)).float().unsqueeze(1)
    count = len(frames.images)
    batch = {
        "images": as_network_input(np.array(frames.images)),
        "masks": masks,
        "present": torch.zeros_like(masks),
        "is_answered": torch.zeros(count),
        "seeds": torch.full((count,), -1),
    }
    return {name: tensor.to(device) for name, tensor in batch.items()}


class _ClickedBatch:
    """A batch on its way through rounds of clicks and answers."""

    def __init__(self, batch: Batch) -> None:
        self._images = batch["images"]
        self._wanted: list[BoolMask] = [mask[0] > 0 for mask in batch["masks"].cpu().numpy()]
        self._present: list[BoolMask] = [mask[0] > 0 for mask in batch["present"].cpu().numpy()]
        self._is_answered = batch["is_answered"].cpu().numpy() > 0
        # A negative seed stands for clicks in the exact middle.
        self._rngs = [None if seed < 0 else generator(int(seed)) for seed in batch["seeds"].cpu()]
        height, width = self._images.shape[2:]
        self._disks = np.zeros((len(self._wanted), 2, height, width), np.float32)

    def click(self, *, is_first: bool) -> None:
        """Add the next click to each image; the first answer of some is without one."""
        for place, (present, wanted) in enumerate(zip(self._present, self._wanted, strict=True)):
            if is_first and self._is_answered[place]:
                continue
            click = next_click(present, wanted, self._rngs[place])
            if click is not None:
                draw_click(self._disks[place], click.image_xy, is_lesion=click.is_lesion)

    @torch.no_grad()
    def answer(self, network: nn.Module) -> None:
        """Let the network redraw the masks, as it would in use; leaves it in the mode that it was in."""
        was_training = network.training
        logits = network.eval()(self._images, self.guidance())[:, 0].float().cpu().numpy()
        network.train(was_training)
        self._present = [one_region(each > 0) for each in logits]

    def guidance(self) -> Tensor:
        """Present masks and disks of all clicks so far, (B, 3, h, w)."""
        masks = np.stack(self._present)[:, None].astype(np.float32)
        return torch.from_numpy(np.concatenate([masks, self._disks], axis=1)).to(self._images.device)

    def ious(self) -> list[float]:
        """Of the present masks and the expert's."""
        return [iou(present, wanted) for present, wanted in zip(self._present, self._wanted, strict=True)]


class _Epoch:
    def __init__(self, plan: TrainingPlan, frames: Frames, epoch: int) -> None:
        self._plan, self._frames, self._epoch = plan, frames, epoch
        rng = generator(plan.seed, epoch)
        self._order = shuffled_batches(len(frames.images), plan.images_per_step, rng)

    def batch(self, index: int) -> Batch:
        count = self._order.shape[1]
        rounds = generator(self._plan.seed, self._epoch, index).choice(len(_ROUNDS_SHARES), p=_ROUNDS_SHARES)
        images, masks, presents, are_answered, seeds = [], [], [], [], []
        for place in range(count):
            rng = generator(self._plan.seed, self._epoch, index, place)
            position = self._order[index, place]
            image, mask = varied(
                self._frames.images[position], self._frames.masks[position], self._plan.augmentation, rng
            )
            wanted, present, is_answered = _task_of(mask > 0, rng, has_rounds=rounds > 0)
            images.append(image)
            masks.append(wanted)
            presents.append(present)
            are_answered.append(is_answered)
            seeds.append(int(rng.integers(2**31)) if rng.random() < 0.5 else -1)
        return {
            "images": as_network_input(np.stack(images)),
            **loss_targets(self._plan, np.stack(masks)),
            "present": torch.from_numpy(np.stack(presents)).float().unsqueeze(1),
            "is_answered": torch.tensor(are_answered).float(),
            "seeds": torch.tensor(seeds),
            "rounds": torch.full((count,), int(rounds)),
        }


def _task_of(
    mask: BoolMask, rng: np.random.Generator, *, has_rounds: bool
) -> tuple[BoolMask, BoolMask, bool]:
    """The mask that is wanted, the one that clicks start from, and whether an answer comes before a click."""
    if not mask.any():
        return mask, mask, False
    variants = mask_variants(mask, _VARIANTS, rng)
    is_other = rng.random() < _OTHER_SHARE
    worse = int(rng.integers(1, _VARIANTS))
    wanted, drawn = (variants[worse], mask) if is_other else (mask, variants[worse])
    kind = rng.random()
    if kind < _EMPTY_SHARE:
        return wanted, np.zeros_like(mask), False
    if kind < _EMPTY_SHARE + _ANSWERED_SHARE and has_rounds:
        return wanted, np.zeros_like(mask), True
    return wanted, drawn, False
