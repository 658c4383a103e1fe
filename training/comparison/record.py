"""What a comparison found: comparison.json, from which the table and the plot are made."""

from datetime import datetime
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from models.contract.files.atomic_files import write_whole
from models.contract.shelf.card import Metric, Task

COMPARISON_FILE = "comparison.json"
HEADLINE: dict[Task, str] = {"segmentation": "dice", "classification": "auc"}
"""The figure that trained models are ranked by."""

DeviceName: TypeAlias = Literal["cpu", "cuda"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Latency(_Frozen):
    """How long one forward pass of a batch took."""

    device: DeviceName
    batch_size: int = Field(ge=1)
    median_ms: float = Field(ge=0)
    fastest_ms: float = Field(ge=0)
    rounds: int = Field(ge=1)


class PeakMemory(_Frozen):
    """The most memory that weights, a batch and its forward pass needed, beyond torch itself."""

    device: DeviceName
    batch_size: int = Field(ge=1)
    peak_bytes: int = Field(ge=0)


class ComparedModel(_Frozen):
    """One model of the comparison; what could not be measured is None or empty."""

    name: str
    architecture: str
    is_trained: bool
    rank: int | None = None
    height_px: int = Field(ge=1)
    width_px: int = Field(ge=1)
    parameters: int | None = None
    macs: int | None = None
    scan_elements: int | None = None
    scan_flops: int | None = None
    flops: int | None = None
    weights_bytes: int | None = None
    """Size of the weights file in half precision, as models are published."""
    latencies: tuple[Latency, ...] = ()
    memory: tuple[PeakMemory, ...] = ()
    figures: dict[str, Metric] = Field(default_factory=dict)
    """Of trained models, on the data and split of the comparison."""
    problem: str | None = None
    """Why something is missing, in a sentence."""

    def latency_ms(self, device: DeviceName, batch_size: int) -> float | None:
        """The median latency there, None if it was not measured."""
        found = [x for x in self.latencies if (x.device, x.batch_size) == (device, batch_size)]
        return found[0].median_ms if found else None

    def peak_bytes(self, device: DeviceName, batch_size: int) -> int | None:
        """The peak memory there, None if it was not measured."""
        found = [x for x in self.memory if (x.device, x.batch_size) == (device, batch_size)]
        return found[0].peak_bytes if found else None


class Machine(_Frozen):
    """Where latency and memory were measured."""

    processor: str
    threads: int
    gpu: str | None
    torch: str


class DataUsed(_Frozen):
    """What the figures of trained models were taken on."""

    split: str
    images: int
    manifest_sha256: str
    masks: str
    """Who drew the masks that lesions were cut by: a model by its reference, or the experts."""


class Comparison(_Frozen):
    """All models of one run, best first."""

    schema_version: Literal[1] = 1
    task: Task
    created_at: datetime
    machine: Machine
    data: DataUsed | None
    ranked_by: str
    convention: str
    notes: tuple[str, ...]
    models: tuple[ComparedModel, ...]


def write_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write comparison.json into ``folder`` and return it."""
    file = folder / COMPARISON_FILE
    write_whole(file, (comparison.model_dump_json(indent=2) + "\n").encode())
    return file
