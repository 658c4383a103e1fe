"""Times work beside other work: processor time, and which samples had to wait for a core.

The wall time of a busy machine swings by three times within the hour. A sample that waited is left out as
long as others did not; where all of them did, that is said, and processor time is what can be compared.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_MOST_WAITED_SHARE = 0.05
"""Of its wall time that a sample may have waited for a core."""
_TASKS = Path("/proc/self/task")


@dataclass(frozen=True)
class Sample:
    """One run of the work."""

    wall_s: float
    cpu_s: float
    """Of all threads of this process."""
    waited_s: float | None
    """For a core, of all threads of this process; None where the system does not tell."""

    @property
    def is_disturbed(self) -> bool:
        """Say whether other work held it up."""
        return self.waited_s is not None and self.waited_s > _MOST_WAITED_SHARE * self.wall_s


@dataclass(frozen=True)
class Timing:
    """Several runs of the same work."""

    samples: tuple[Sample, ...]

    @property
    def disturbed(self) -> int:
        """Return how many samples other work held up."""
        return sum(sample.is_disturbed for sample in self.samples)

    @property
    def wall_s(self) -> float:
        """Return the median wall time of the undisturbed samples, of all where there is none."""
        undisturbed = [sample.wall_s for sample in self.samples if not sample.is_disturbed]
        return statistics.median(undisturbed or [sample.wall_s for sample in self.samples])

    @property
    def cpu_s(self) -> float:
        """Return the median processor time."""
        return statistics.median(sample.cpu_s for sample in self.samples)

    @property
    def words(self) -> str:
        """Return what has to be said of the samples; "" for undisturbed ones."""
        if any(sample.waited_s is None for sample in self.samples):
            return "waiting unknown"
        return f"{self.disturbed} of {len(self.samples)} disturbed" if self.disturbed else ""


def timed(work: Callable[[], object], repeats: int) -> Timing:
    """Time work ``repeats`` times after one warm-up."""
    work()
    return Timing(tuple(_sample(work) for _ in range(repeats)))


def _sample(work: Callable[[], object]) -> Sample:
    waited, wall, cpu = _waited_s(), time.perf_counter(), time.process_time()
    work()
    wall, cpu, after = time.perf_counter() - wall, time.process_time() - cpu, _waited_s()
    return Sample(wall, cpu, None if waited is None or after is None else max(0.0, after - waited))


def _waited_s() -> float | None:
    """Return how long this process's threads have waited for a core, as Linux counts it."""
    waited_ns = 0
    try:
        for task in _TASKS.iterdir():
            waited_ns += int((task / "schedstat").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return waited_ns / 1e9
