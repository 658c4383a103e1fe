"""AdamW with the right parameters decayed, and the learning rate of every step."""

import math

import torch
from torch import nn

from training.contract.plan import TrainingPlan

_UNDECAYED_NAMES = ("a_log", "skip", "delta_bias", "bias", "grid", "missing", "class_token")
"""Matrices that weight decay would pull off their meaning: state decays, skips, step biases, learned
positions and tokens. Vectors and scalars (norms, layer scales) never decay, whatever their name."""


def parameter_groups(network: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    """Two groups: matrices and kernels, which decay; state matrices, norms, biases, which do not."""
    decayed: list[nn.Parameter] = []
    kept: list[nn.Parameter] = []
    for module in network.modules():
        is_norm = "norm" in type(module).__name__.lower()
        is_embedding = isinstance(module, nn.Embedding)
        for name, parameter in module.named_parameters(recurse=False):
            free = is_norm or is_embedding or parameter.ndim < 2 or name in _UNDECAYED_NAMES
            (kept if free else decayed).append(parameter)
    groups: list[dict[str, object]] = [
        {"params": decayed, "weight_decay": weight_decay},
        {"params": kept, "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]


def make_optimiser(network: nn.Module, plan: TrainingPlan) -> torch.optim.AdamW:
    """AdamW, betas 0.9 and 0.999, over all trainable parameters."""
    groups = parameter_groups(network, plan.weight_decay)
    return torch.optim.AdamW(groups, lr=plan.learning_rate, betas=(0.9, 0.999))


def learning_rate(plan: TrainingPlan, step: int, total_steps: int, *, plateau_share: float = 1.0) -> float:
    """The rate of a step: linear (or, one cycle, cosine) rise, then cosine to the final share.

    With the schedule "plateau" it stays after its rise; ``plateau_share`` says what was left of it when the
    validation score stopped rising.
    """
    warmup_steps = max(1, round(plan.warmup_share * total_steps))
    if step < warmup_steps:
        progress = (step + 1) / warmup_steps
        if plan.schedule == "one_cycle":
            progress = 0.04 + 0.96 * (1 - math.cos(math.pi * progress)) / 2
        return plan.learning_rate * progress * plateau_share
    if plan.schedule == "plateau":
        return plan.learning_rate * plateau_share
    done = (step - warmup_steps) / max(1, total_steps - warmup_steps)
    cosine = (1 + math.cos(math.pi * min(1.0, done))) / 2
    return plan.learning_rate * (plan.final_rate_share + (1 - plan.final_rate_share) * cosine)
