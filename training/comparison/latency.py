"""How long a forward pass takes: medians of rounds in which every model takes its turn.

Other work on the machine slows all models of a round alike, instead of the one that happened to be timed
while it lasted; and nobody is always the first of a round.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from training.comparison.record import DeviceName, Latency

MOST_ROUNDS = {1: 15, 16: 5}
"""Rounds by batch size."""
LEAST_ROUNDS = 3
ENOUGH_S = 180.0
"""Beyond this, no further round begins once there are `LEAST_ROUNDS`."""


@dataclass(frozen=True)
class Timed:
    """A network on the device that is timed, with a batch to run it on from anywhere."""

    network: nn.Module
    inputs: Mapping[str, Tensor]


@dataclass
class Laps:
    """The durations of each model, in seconds, and why some models have none."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    failures: dict[str, Exception] = field(default_factory=dict)

    def latencies(self, device: DeviceName, batch_size: int) -> dict[str, Latency]:
        """What came out, by the model's name."""
        return {
            name: Latency(
                device=device,
                batch_size=batch_size,
                median_ms=1000 * statistics.median(laps),
                fastest_ms=1000 * min(laps),
                rounds=len(laps),
            )
            for name, laps in self.seconds.items()
            if laps and name not in self.failures
        }


def timed_in_turns(
    models: Mapping[str, Timed], *, rounds: int, tell: Callable[[str], None] = lambda _: None
) -> Laps:
    """Time every model once per round; one that fails is left out from then on.

    The first pass of a model is not counted: kernels are compiled and memory is set aside in it.
    """
    laps = Laps({name: [] for name in models})
    names = list(models)
    for name in names:
        tell(f"{name}, first pass")
        _lap(name, models[name], laps)
    began_at = time.perf_counter()
    for number in range(rounds):
        if number >= LEAST_ROUNDS and time.perf_counter() - began_at > ENOUGH_S:
            break
        first = number % max(1, len(names))
        for name in (*names[first:], *names[:first]):
            tell(f"{name}, round {number + 1} of {rounds}")
            duration = _lap(name, models[name], laps)
            if duration is not None:
                laps.seconds[name].append(duration)
    return laps


def _lap(name: str, model: Timed, laps: Laps) -> float | None:
    """Seconds of one pass, None for a model that fails now or failed before."""
    if name in laps.failures:
        return None
    try:
        return _seconds(model)
    except Exception as error:  # noqa: BLE001  whatever it is, it is this model's row and not the comparison's end
        laps.failures[name] = error
        return None


def _seconds(model: Timed) -> float:
    device = next(model.network.parameters()).device
    inputs = {name: tensor.to(device) for name, tensor in model.inputs.items()}
    with torch.inference_mode():
        _finish(device)
        began_at = time.perf_counter()
        model.network(**inputs)
        _finish(device)
    return time.perf_counter() - began_at


def _finish(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
