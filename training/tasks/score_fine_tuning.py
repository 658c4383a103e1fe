"""Fine-tuning a score model: confirmed diagnoses, bundled images, and the base's own answers."""

from copy import deepcopy
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.loop.task import Batch
from training.tasks.classification import ClassificationTask
from training.tasks.fine_tuning import PullToBase
from training.tasks.run_context import RunContext


class ScoreFineTuningTask(ClassificationTask):
    """Malignancy training on a snapshot, with bundled images of known diagnosis beside it.

    The base's score of each training view is a second target beside the diagnosis (Li and Hoiem 2016,
    Learning without Forgetting): where a diagnosis does not contradict it, the answer stays.
    """

    def __init__(self, context: RunContext) -> None:
        self._context, self._fine_tuning = context, context.fine_tuning
        split = replace(context.split, train=context.split.train + context.rehearsal)
        super().__init__(context.plan, split, context.folder.cache)
        self._base: nn.Module | None = None
        self._pull: PullToBase | None = None

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """The plan's loss, cross-entropy to the base's answers, and the pull to its weights."""
        outputs = network(batch["images"], batch["numeric"], batch["categorical"])
        total = self.loss_of(network, outputs, batch)
        if self._fine_tuning.distillation > 0:
            answers = self._base_answers(batch).to(outputs["malignant"].device)
            logits = outputs["malignant"].float()
            distance = functional.binary_cross_entropy_with_logits(logits, answers)
            total = total + self._fine_tuning.distillation * distance
        if self._fine_tuning.pull_to_base > 0:
            total = total + self._pulled(getattr(network, "core", network))
        return total

    @torch.no_grad()
    def _base_answers(self, batch: Batch) -> Tensor:
        base = self._base_network(batch["images"].device)
        logits: Tensor = base(batch["images"], batch["numeric"], batch["categorical"])
        return torch.sigmoid(logits[:, 0].float())

    def _base_network(self, device: torch.device) -> nn.Module:
        if self._base is None:
            # Of a copy, because others use the base where it is.
            self._base = deepcopy(self._context.base.network).to(device).eval()
        return self._base

    def _pulled(self, core: nn.Module) -> Tensor:
        if self._pull is None:
            device = next(core.parameters()).device
            self._pull = PullToBase(self._base_network(device), self._fine_tuning.pull_to_base)
        return self._pull(core)
