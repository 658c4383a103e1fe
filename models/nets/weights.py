"""Weights on disk: safetensors in half precision, the same rounded numbers for every engine."""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from models.contract.errors import ModelRefusedError
from models.contract.shelf.card import WEIGHTS_FILE


def round_to_half(network: nn.Module) -> None:
    """Round every floating-point weight and buffer to the nearest float16, kept as float32."""
    with torch.no_grad():
        for tensor in network.state_dict().values():
            if tensor.is_floating_point():
                tensor.copy_(tensor.half().float())


def save_weights(network: nn.Module, folder: Path) -> Path:
    """Write the state of ``network`` as float16 safetensors; raises ValueError if a weight overflows."""
    state = {name: _halved(name, tensor) for name, tensor in network.state_dict().items()}
    path = folder / WEIGHTS_FILE
    save_file(state, path)
    return path


def load_weights(network: nn.Module, folder: Path) -> None:
    """Fill ``network`` from a model folder; raises ModelRefusedError if names or shapes do not fit."""
    try:
        state = load_file(folder / WEIGHTS_FILE)
        network.load_state_dict({name: _widened(tensor) for name, tensor in state.items()}, strict=True)
    except FileNotFoundError as error:
        raise ModelRefusedError(f"The model in {folder.parent.name} has no weights file.") from error
    except (SafetensorError, RuntimeError, OSError) as error:
        raise ModelRefusedError(
            f"The weights of the model {folder.parent.name} are damaged or belong to another network."
        ) from error


def _halved(name: str, tensor: torch.Tensor) -> torch.Tensor:
    if not tensor.is_floating_point():
        return tensor.contiguous()
    half = tensor.half()
    if not torch.isfinite(half).all():
        msg = f"{name} holds values that are not finite in half precision"
        raise ValueError(msg)
    return half.contiguous()


def _widened(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.float() if tensor.is_floating_point() else tensor
