"""Learning the lesion's boundary: images, expert masks, losses, per-image Dice and IoU."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.contract.arrays import BoolMask, RgbImage
from models.contract.imaging.postprocess import lesion_mask, probability_map
from models.contract.imaging.preprocess import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    SegmenterGeometry,
    mask_for_segmenter,
    resized,
    segmenter_geometry,
)
from models.contract.metrics import dice, iou
from training.augmentation.augment import varied
from training.contract.data_set import DataSetError, Sample, Split
from training.contract.plan import Stage, TrainingPlan
from training.contract.progress_bar import shown
from training.inputs.array_cache import names_key, save_array
from training.inputs.decode import read_image, read_mask
from training.inputs.samplers import generator, shuffled_batches
from training.inputs.structure_targets import StructureFrames, structure_frames, structure_map_loss
from training.loop.task import Batch, EpochBatches
from training.tasks import losses

_THRESHOLD = 0.5


@dataclass(frozen=True)
class Frames:
    """Images (N, h, w, 3) uint8 and masks (N, h, w) uint8 of 0 or 1, at a network's size."""

    images: NDArray[np.uint8]
    masks: NDArray[np.uint8]


@dataclass(frozen=True)
class NativeMask:
    """An expert mask at native size, with the geometry of its image."""

    mask: BoolMask
    geometry: SegmenterGeometry


class TaskOnFrames:
    """Training on the images that have an expert mask, as whole frames at the size of the stage."""

    def __init__(
        self, plan: TrainingPlan, split: Split, cache: Path, *, learner: str, with_unlabelled: bool = False
    ) -> None:
        self._plan, self._cache = plan, cache
        self._train = split.train if with_unlabelled else outlined_by_experts(split.train)
        self._validation = outlined_by_experts(split.validation)
        if not self._train or not self._validation:
            raise DataSetError(f"Training a {learner} needs images with masks in train and in val.")
        self._frames = self._validation_frames = Frames(np.empty(0, np.uint8), np.empty(0, np.uint8))

    @property
    def counts(self) -> tuple[int, int]:
        """Numbers of training and validation images."""
        return len(self._train), len(self._validation)

    def steps_per_epoch(self) -> int:
        """Steps in one epoch."""
        return -(-len(self._train) // self._plan.images_per_step)

    def open_stage(self, stage: Stage) -> None:
        """Decode and resize all images once for this stage."""
        self._frames = load_frames(self._train, self._training_stage(stage), self._cache)
        self._validation_frames = load_frames(self._validation, stage, self._cache)

    def _training_stage(self, stage: Stage) -> Stage:
        """The size at which training images are decoded and varied: that of the stage."""
        return stage


class SegmentationTask(TaskOnFrames):
    """Learning the boundary from the image alone."""

    def __init__(
        self, plan: TrainingPlan, split: Split, cache: Path, *, with_unlabelled: bool = False
    ) -> None:
        super().__init__(plan, split, cache, learner="boundary", with_unlabelled=with_unlabelled)
        self._native = native_masks(self._validation, plan.stages[0])
        self._structures: StructureFrames | None = None

    def open_stage(self, stage: Stage) -> None:
        """Decode and resize all images once for this stage, with the masks that it is judged by."""
        super().open_stage(stage)
        self._native = native_masks(self._validation, stage)
        if self._plan.structure_maps_weight > 0:
            self._structures = structure_frames(self._train, stage)

    def batches(self, epoch: int) -> EpochBatches:
        """The shuffled and varied batches of an epoch."""
        return ShuffledFrames(self._plan, self._frames, epoch, self._structures)

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """The plan's segmentation loss, and that of the maps of structures where it teaches them."""
        if "structures" not in batch:
            return segmentation_loss(self._plan, network(batch["images"]).float(), batch)
        logits, structures = network.with_structures(batch["images"])  # type: ignore[operator]
        maps = structure_map_loss(structures, batch["structures"], batch["structures_known"])
        return segmentation_loss(self._plan, logits.float(), batch) + self._plan.structure_maps_weight * maps

    def evaluate(self, network: nn.Module) -> dict[str, float]:
        """Mean Dice and IoU of validation images at native size; the score is their mean IoU."""
        dices, ious = [], []
        for logits, native in zip(logits_of(network, self._validation_frames), self._native, strict=True):
            predicted = lesion_mask(probability_map(logits, native.geometry), _THRESHOLD)
            dices.append(dice(predicted, native.mask))
            ious.append(iou(predicted, native.mask))
        mean_iou = float(np.mean(ious))
        return {"dice": float(np.mean(dices)), "iou": mean_iou, "score": mean_iou}


def outlined_by_experts(samples: Iterable[Sample]) -> tuple[Sample, ...]:
    """The images with a boundary to learn from or to judge by."""
    return tuple(sample for sample in samples if sample.has_expert_mask)


class ShuffledFrames:
    """The batches of an epoch, each of the frames once, varied; ``order`` says which are in which batch."""

    def __init__(
        self, plan: TrainingPlan, frames: Frames, epoch: int, structures: StructureFrames | None = None
    ) -> None:
        self._plan, self._frames, self._epoch, self._structures = plan, frames, epoch, structures
        rng = generator(plan.seed, epoch)
        self.order = shuffled_batches(len(frames.images), plan.images_per_step, rng)

    def batch(self, index: int) -> Batch:
        """Batch ``index``: images, and what the plan's loss reads."""
        pairs = [self._pair(index, place) for place in range(self.order.shape[1])]
        batch = {
            "images": as_network_input(np.stack([image for image, _ in pairs])),
            **loss_targets(self._plan, np.stack([mask for _, mask in pairs])),
        }
        if self._structures is not None:
            batch |= self._structure_targets(index, self._structures)
        return batch

    def _structure_targets(self, index: int, structures: StructureFrames) -> Batch:
        positions = self.order[index]
        targets = [
            structures.targets(int(position), self._plan.augmentation, self._generator(index, place))
            for place, position in enumerate(positions)
        ]
        known = structures.known[positions].astype(np.float32)
        return {
            "structures": torch.from_numpy(np.stack(targets)),
            "structures_known": torch.from_numpy(known),
        }

    def _generator(self, index: int, place: int) -> np.random.Generator:
        return generator(self._plan.seed, self._epoch, index, place)

    def _pair(self, index: int, place: int) -> tuple[RgbImage, NDArray[np.uint8]]:
        position = self.order[index, place]
        rng = self._generator(index, place)
        image, mask = self._frames.images[position], self._frames.masks[position]
        return varied(image, mask, self._plan.augmentation, rng)


def load_frames(samples: tuple[Sample, ...], stage: Stage, cache: Path) -> Frames:
    """Images and masks at a stage's size: decoded once, then mapped from ``cache``."""
    name = f"{names_key(samples)}-{stage.height_px}x{stage.width_px}"
    image_file, mask_file = cache / f"{name}-images.npy", cache / f"{name}-masks.npy"
    if not (image_file.exists() and mask_file.exists()):
        cache.mkdir(parents=True, exist_ok=True)
        frames = decoded_frames(samples, stage)
        save_array(image_file, frames.images)
        save_array(mask_file, frames.masks)
    return Frames(np.load(image_file, mmap_mode="r"), np.load(mask_file, mmap_mode="r"))


def native_masks(samples: tuple[Sample, ...], stage: Stage) -> tuple[NativeMask, ...]:
    """The expert masks to measure against; every sample must have one."""
    natives = []
    for sample in samples:
        mask = read_mask(sample, read_image(sample).shape)
        if mask is None:
            raise DataSetError(f"{sample.image_id} has no mask to measure against.")
        geometry = segmenter_geometry(mask.shape, height_px=stage.height_px, width_px=stage.width_px)
        natives.append(NativeMask(mask, geometry))
    return tuple(natives)


def logits_of(network: nn.Module, frames: Frames, *, batch_size: int = 16) -> NDArray[np.float32]:
    """The network's logits (N, h, w) float32 for all frames, in evaluation mode."""
    starts = range(0, len(frames.images), batch_size)
    parts = [np.array(frames.images[start : start + batch_size]) for start in starts]
    return np.concatenate([network_logits(network, as_network_input(part).numpy()) for part in parts])


def network_logits(network: nn.Module, *inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logits (B, h, w) float32 of network inputs, each (B, 3, h, w), in evaluation mode."""
    was_training = network.training
    logits = logits_in_any_mode(network.eval(), *inputs)
    network.train(was_training)
    return logits


def logits_in_any_mode(network: nn.Module, *inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """As ``network_logits``, in whatever mode the network's layers are."""
    device = next(network.parameters()).device
    with torch.inference_mode():
        logits = network(*(torch.from_numpy(each).to(device) for each in inputs))[:, 0]
    return np.asarray(logits.float().cpu().numpy(), dtype=np.float32)


def as_network_input(images: NDArray[np.uint8]) -> Tensor:
    """(B, h, w, 3) uint8 as (B, 3, h, w) float32, normalised as ``preprocess.normalised`` does."""
    scale = torch.tensor([1.0 / (255.0 * std) for std in IMAGENET_STD])
    shift = torch.tensor([mean / std for mean, std in zip(IMAGENET_MEAN, IMAGENET_STD, strict=True)])
    values = torch.from_numpy(images).float() * scale - shift
    return values.permute(0, 3, 1, 2).contiguous()


def border_attention(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    """1 / (1 + D) with D the distance in px to the other side of the border; 0 without a border."""
    inside = np.ascontiguousarray(mask, dtype=np.uint8)
    if inside.all() or not inside.any():
        return np.zeros(mask.shape, np.float32)
    within = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    around = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # OpenCV's last bit varies with where an array lies in memory; squares of distances are integers.
    squared = np.rint(np.square(np.add(within, around, dtype=np.float64)))
    return np.asarray(1.0 / (1.0 + np.sqrt(squared)), dtype=np.float32)


def loss_targets(plan: TrainingPlan, masks: NDArray[np.generic]) -> Batch:
    """What ``segmentation_loss`` reads: masks (B, h, w) of 0 to 1, and attention to borders if need be."""
    targets = {"masks": torch.from_numpy(masks).float().unsqueeze(1)}
    if plan.loss.startswith("guide_fusion"):
        attention = np.stack([border_attention((mask >= 0.5).astype(np.uint8)) for mask in masks])
        targets["attention"] = torch.from_numpy(attention).unsqueeze(1)
    return targets


def segmentation_loss(plan: TrainingPlan, logits: Tensor, batch: Batch) -> Tensor:
    """The plan's loss of logits (B, 1, h, w) against the batch's masks, a scalar."""
    targets = batch["masks"]
    match plan.loss:
        case "guide_fusion":
            return losses.guide_fusion_loss(logits, targets, batch["attention"], plan.guide_weight)
        case "guide_fusion_as_coded":
            return losses.guide_fusion_as_coded_loss(logits, targets, batch["attention"])
        case "dice":
            return losses.soft_dice_loss(logits, targets)
        case "bce":
            return nn.functional.binary_cross_entropy_with_logits(logits, targets)
        case "focal_tversky":
            return losses.focal_tversky_loss(logits, targets)
        case _:
            return losses.bce_dice_loss(logits, targets)


def decoded_frames(samples: tuple[Sample, ...], stage: Stage) -> Frames:
    """Images and masks at a stage's size, decoded now; a missing mask is left empty."""
    height_px, width_px = stage.height_px, stage.width_px
    images = np.empty((len(samples), height_px, width_px, 3), np.uint8)
    masks = np.zeros((len(samples), height_px, width_px), np.uint8)
    for index, sample in enumerate(shown(samples, "Decoding images")):
        image = read_image(sample)
        geometry = segmenter_geometry(image.shape, height_px=height_px, width_px=width_px)
        upright = np.rot90(image) if geometry.is_turned else image
        images[index] = resized(upright, height_px=height_px, width_px=width_px)
        mask = read_mask(sample, image.shape)
        if mask is not None:
            masks[index] = mask_for_segmenter(mask, height_px=height_px, width_px=width_px)
    return Frames(images, masks)
