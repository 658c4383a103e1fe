"""Learning from a teacher: its probabilities on the same varied images are targets beside the experts'.

Source: Hinton, Vinyals and Dean, arXiv 1503.02531. Images are varied at the size that the teacher reads, and
the student sees them at its own; images that no expert has outlined are learned from the teacher alone.
"""

from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.contract.data_set import DataSetError
from training.contract.distillation import Distillation
from training.contract.plan import Stage, TrainingPlan
from training.loop.task import Batch, EpochBatches
from training.tasks.classification import ClassificationTask
from training.tasks.run_context import RunContext
from training.tasks.segmentation import SegmentationTask, ShuffledFrames, segmentation_loss


class Teacher:
    """A published network that answers and is never changed."""

    def __init__(self, context: RunContext) -> None:
        # Of a copy, because others use the teacher where it is.
        self._network = deepcopy(context.teacher.network).eval().requires_grad_(False)

    @torch.no_grad()
    def logits(self, *inputs: Tensor) -> Tensor:
        """What the teacher says of a batch, the first of its logits (B, ...) float32."""
        network = self._network.to(inputs[0].device)
        answered: Tensor = network(*inputs)
        return answered[:, :1].float()


def soft_target_loss(logits: Tensor, taught: Tensor, temperature: float) -> Tensor:
    """Cross-entropy of softened student logits against softened teacher logits, both (B, ...).

    Times the square of the temperature, so that the gradient stays as large as without one.
    """
    targets = torch.sigmoid(taught / temperature)
    softened = functional.binary_cross_entropy_with_logits(logits / temperature, targets)
    return temperature**2 * softened


class BoundaryDistillationTask(SegmentationTask):
    """Boundary training on all images: by experts where they have outlined one, by the teacher everywhere."""

    def __init__(self, context: RunContext) -> None:
        super().__init__(context.plan, context.split, context.folder.cache, with_unlabelled=True)
        self._distillation = _distillation_of(context.plan)
        self._teacher = Teacher(context)
        self._is_outlined = torch.tensor([sample.has_expert_mask for sample in self._train])
        self._stage = context.plan.stages[0]

    def open_stage(self, stage: Stage) -> None:
        """Decode training images at the teacher's size, the others at that of the stage."""
        self._stage = stage
        super().open_stage(stage)

    def _training_stage(self, stage: Stage) -> Stage:
        wanted = {"height_px": self._distillation.height_px, "width_px": self._distillation.width_px}
        return stage.model_copy(update=wanted)

    def batches(self, epoch: int) -> EpochBatches:
        """The shuffled and varied batches of an epoch, with what an expert has outlined marked."""
        return _MarkedFrames(ShuffledFrames(self._plan, self._frames, epoch), self._is_outlined)

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """The teacher's share on every image, and the rest by the experts' masks where there are any."""
        size_px = (self._stage.height_px, self._stage.width_px)
        logits = network(_resized(batch["images"], size_px)).float()
        taught = _resized(self._teacher.logits(batch["images"]), size_px)
        soft = soft_target_loss(logits, taught, self._distillation.temperature)
        total = self._distillation.weight * soft
        known = batch["is_outlined"]
        if bool(known.any()):
            expert = {"masks": _resized(batch["masks"][known], size_px)}
            share = (1 - self._distillation.weight) * known.float().mean()
            total = total + share * segmentation_loss(self._plan, logits[known], expert)
        return total


class _MarkedFrames:
    """The batches of an epoch; ``is_outlined`` (B,) bool says where the mask is an expert's."""

    def __init__(self, frames: ShuffledFrames, is_outlined: Tensor) -> None:
        self._frames, self._is_outlined = frames, is_outlined

    def batch(self, index: int) -> Batch:
        positions = torch.from_numpy(self._frames.order[index])
        return {**self._frames.batch(index), "is_outlined": self._is_outlined[positions]}


class ScoreDistillationTask(ClassificationTask):
    """Malignancy training by known diagnoses and by what the teacher says of the same crop and table."""

    def __init__(self, context: RunContext) -> None:
        super().__init__(context.plan, context.split, context.folder.cache)
        self._distillation = _distillation_of(context.plan)
        self._teacher = Teacher(context)
        self._student_px = context.plan.stages[0].width_px

    def open_stage(self, stage: Stage) -> None:
        """Cut training lesions at the teacher's size, the others at that of the stage."""
        self._student_px = stage.width_px
        super().open_stage(stage)

    def _training_size_px(self, stage: Stage) -> int:
        return self._distillation.width_px

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """The plan's loss and the cross-entropy to the teacher's answers, each with its share."""
        size_px = (self._student_px, self._student_px)
        images = _resized(batch["images"], size_px)
        outputs = network(images, batch["numeric"], batch["categorical"])
        taught = self._teacher.logits(batch["images"], batch["numeric"], batch["categorical"])[:, 0]
        soft = soft_target_loss(outputs["malignant"].float(), taught, self._distillation.temperature)
        weight = self._distillation.weight
        return weight * soft + (1 - weight) * self.loss_of(network, outputs, batch)


def _distillation_of(plan: TrainingPlan) -> Distillation:
    if plan.distillation is None:
        raise DataSetError("The plan names no teacher.")
    return plan.distillation


def _resized(planes: Tensor, size_px: tuple[int, int]) -> Tensor:
    """Planes (B, C, h, w) at another size (height, width), as the mean of the pixels that fall together."""
    if planes.shape[2:] == size_px:
        return planes
    return functional.interpolate(planes, size=size_px, mode="bilinear", align_corners=False, antialias=True)
