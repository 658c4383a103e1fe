"""The stages of a comparison that need no data: counting, memory, latency."""

from functools import partial

import torch
from safetensors.torch import save
from torch import nn

from models.contract.shelf.card import WEIGHTS_FILE
from models.nets.cost import cost_of
from training.comparison.benchmarked_models import BenchmarkedModel
from training.comparison.entry import Entry, in_turn
from training.comparison.latency import MOST_ROUNDS, Timed, timed_in_turns
from training.comparison.memory import peak_memory
from training.comparison.record import DeviceName, Latency, PeakMemory
from training.contract.progress_bar import named_parts

BATCH_SIZES = (1, 16)


def count(entries: list[Entry]) -> None:
    """Parameters, multiply-adds, scans, and the size of the weights."""
    for entry in in_turn(entries, "Counting"):
        entry.attempt(_counted)


def measure_memory(entries: list[Entry]) -> None:
    """Peak memory by device and batch size."""
    for entry in in_turn(entries, "Memory"):
        entry.attempt(_peaks)


def measure_latency(entries: list[Entry]) -> None:
    """Latency by device and batch size, the models taking turns."""
    found: dict[str, tuple[Latency, ...]] = {entry.name: () for entry in entries}
    for device in devices():
        networks: dict[str, nn.Module] = {}
        for entry in in_turn(entries, "Loading"):
            entry.attempt(partial(_load, networks, device))
        for batch_size in BATCH_SIZES:
            for name, latency in _timed(entries, networks, device, batch_size).items():
                found[name] = (*found[name], latency)
    for entry in entries:
        entry.found["latencies"] = found[entry.name]


def devices() -> tuple[DeviceName, ...]:
    """What can be measured on here."""
    return ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)


def _counted(benchmarked: BenchmarkedModel) -> dict[str, object]:
    network = benchmarked.network()
    cost = cost_of(network, benchmarked.inputs(1))
    return {
        "parameters": cost.parameters,
        "macs": cost.macs,
        "scan_elements": cost.scan_elements,
        "scan_flops": cost.scan_flops,
        "flops": cost.flops,
        "weights_bytes": _weights_bytes(benchmarked, network),
    }


def _weights_bytes(benchmarked: BenchmarkedModel, network: nn.Module) -> int:
    """The published file's size, or the one that it would have if these weights were published."""
    if benchmarked.folder is not None:
        return (benchmarked.folder / WEIGHTS_FILE).stat().st_size
    state = network.state_dict().items()
    return len(save({name: (x.half() if x.is_floating_point() else x).contiguous() for name, x in state}))


def _peaks(benchmarked: BenchmarkedModel) -> dict[str, object]:
    found: list[PeakMemory] = []
    for device in devices():
        threads = torch.get_num_threads()
        found += peak_memory(benchmarked, device=device, batch_sizes=BATCH_SIZES, threads=threads)
    return {"memory": tuple(found)}


def _load(
    networks: dict[str, nn.Module], device: DeviceName, benchmarked: BenchmarkedModel
) -> dict[str, object]:
    networks[benchmarked.name] = benchmarked.network().to(device)
    return {}


def _timed(
    entries: list[Entry], networks: dict[str, nn.Module], device: DeviceName, batch_size: int
) -> dict[str, Latency]:
    models = {
        entry.name: Timed(networks[entry.name], entry.benchmarked.inputs(batch_size))
        for entry in entries
        if entry.name in networks
    }
    rounds = MOST_ROUNDS[batch_size]
    with named_parts(
        f"Latency, batches of {batch_size}, {device.upper()}", len(models) * (rounds + 1)
    ) as tell:
        laps = timed_in_turns(models, rounds=rounds, tell=tell)
    for entry in entries:
        if entry.name in laps.failures:
            entry.fail(laps.failures[entry.name])
    return laps.latencies(device, batch_size)
