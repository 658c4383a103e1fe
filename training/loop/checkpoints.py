"""Checkpoints: one safetensors file each, weights and state together, replaced atomically.

Random numbers need no state here: every step seeds its generators from (seed, step), so a resumed
run draws what the uninterrupted one would have drawn.
"""

from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from models.contract.errors import NaevusError
from models.contract.files.atomic_files import write_whole
from training.loop.average import AveragedNetwork
from training.loop.early_stopping import Patience

LAST = "last.safetensors"
BEST = "best.safetensors"
_STATE_KEY = "naevus_state"


class CheckpointError(NaevusError):
    """A checkpoint cannot be read; the message is the sentence to show."""


class TrainerState(BaseModel):
    """Where a run stands, beside its weights."""

    model_config = ConfigDict(frozen=True)
    step: int = 0
    epoch_loss_sum: float = 0.0
    epoch_seconds: float = 0.0
    best_score: float | None = None
    best_epoch: int = -1
    best_metrics: dict[str, float] = {}
    published: bool = False
    micro_batch_size: int | None = None
    """Images computed at once since the memory did not suffice for a whole batch."""
    plan_sha256: str | None = None
    """Of the plan that took these steps; None in checkpoints of earlier versions."""
    patience: Patience = Patience()
    is_unmeasured: bool = False
    """The last step of an epoch was taken, but a stop came before its measurement."""


def save_run(
    file: Path,
    state: TrainerState,
    network: nn.Module,
    average: AveragedNetwork,
    optimiser: torch.optim.Optimizer,
) -> None:
    """Write everything a run needs to go on from ``state``."""
    tensors = _prefixed("network", network.state_dict())
    tensors |= _prefixed("average", average.network.state_dict())
    for index, moments in optimiser.state_dict()["state"].items():
        tensors |= _prefixed(f"optimiser.{index}", moments)
    _write(file, tensors, state)


def load_run(
    file: Path,
    network: nn.Module,
    average: AveragedNetwork,
    optimiser: torch.optim.Optimizer,
) -> TrainerState:
    """Put a run back to where ``file`` was written."""
    tensors, state = _read(file)
    try:
        network.load_state_dict(_under("network", tensors))
        average.network.load_state_dict(_under("average", tensors))
    except RuntimeError as error:
        raise CheckpointError(f"{file.name} belongs to another network.") from error
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in _under("optimiser", tensors).items():
        index, key = name.split(".", 1)
        moments.setdefault(int(index), {})[key] = value
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": moments, "param_groups": groups})
    return state


def save_average(file: Path, state: TrainerState, average: AveragedNetwork) -> None:
    """Write the averaged weights alone: what would be published now."""
    _write(file, _prefixed("average", average.network.state_dict()), state)


def load_average(file: Path, network: nn.Module) -> TrainerState:
    """Fill ``network`` with the averaged weights of either kind of checkpoint."""
    tensors, state = _read(file)
    try:
        network.load_state_dict(_under("average", tensors))
    except RuntimeError as error:
        raise CheckpointError(f"{file.name} belongs to another network.") from error
    return state


def _write(file: Path, tensors: dict[str, Tensor], state: TrainerState) -> None:
    metadata = {_STATE_KEY: state.model_dump_json()}
    write_whole(file, save(tensors, metadata=metadata))


def _read(file: Path) -> tuple[dict[str, Tensor], TrainerState]:
    if not file.is_file():
        raise CheckpointError(f"There is no checkpoint {file}.")
    try:
        with safe_open(str(file), framework="pt") as opened:
            metadata = opened.metadata() or {}
            if _STATE_KEY not in metadata:
                raise CheckpointError(f"{file.name} is no checkpoint of this program.")
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
        return tensors, TrainerState.model_validate_json(metadata[_STATE_KEY])
    except (SafetensorError, ValidationError) as error:
        raise CheckpointError(f"The checkpoint {file.name} is damaged; start a new run.") from error


def _prefixed(prefix: str, values: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": value.detach().cpu().contiguous() for name, value in values.items()}


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    start = prefix + "."
    return {name[len(start) :]: t for name, t in tensors.items() if name.startswith(start)}
