"""A model on its way through a comparison: what is known of it so far, and the first thing that failed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from training.comparison.benchmarked_models import BenchmarkedModel
from training.comparison.record import ComparedModel
from training.contract.progress_bar import named_parts
from training.loop.error_messages import plain_reason


@dataclass
class Entry:
    """A model with its findings; a failure is a sentence in its row, not the comparison's end."""

    benchmarked: BenchmarkedModel
    found: dict[str, object] = field(default_factory=dict)
    problem: str | None = None

    @property
    def name(self) -> str:
        """The model's name."""
        return self.benchmarked.name

    def attempt(self, measure: Callable[[BenchmarkedModel], dict[str, object]]) -> None:
        """Take over what is measured, or keep why it is not."""
        try:
            self.found |= measure(self.benchmarked)
        except Exception as error:  # noqa: BLE001  whatever it is, the other models are still to be compared
            self.fail(error)

    def fail(self, error: Exception) -> None:
        """Keep the first reason why something is missing."""
        self.problem = self.problem or plain_reason(error) or _told(error)

    def model(self) -> ComparedModel:
        """The finished row."""
        height_px, width_px = self.benchmarked.size_px
        fixed = {
            "name": self.name,
            "architecture": self.benchmarked.architecture,
            "is_trained": self.benchmarked.folder is not None,
            "height_px": height_px,
            "width_px": width_px,
            "problem": self.problem,
        }
        return ComparedModel.model_validate({**self.found, **fixed})


def in_turn(entries: Iterable[Entry], label: str) -> Iterator[Entry]:
    """The entries one after the other, with a bar that says whose turn it is and then disappears."""
    waiting = list(entries)
    with named_parts(label, len(waiting)) as tell:
        for entry in waiting:
            tell(entry.name)
            yield entry


def _told(error: Exception) -> str:
    """What nobody foresaw, on one line."""
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
