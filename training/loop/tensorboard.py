"""The curves of a run for TensorBoard: numbers that its events hold anyway, no images, no patients."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from training.contract.events import EpochFinished, Event, StepsFinished

FOLDER = "tensorboard"


class Writer(Protocol):
    """What is asked of a writer of curves."""

    def add_scalar(self, tag: str, scalar_value: float, global_step: int) -> None:
        """Add a point to a curve."""


@contextmanager
def curves_for_tensorboard(
    run_folder: Path, emit: Callable[[Event], None], *, first_step: int
) -> Iterator[Callable[[Event], None]]:
    """Let ``emit`` draw the curves, too, as long as the block lasts.

    A resumed run takes the steps after its checkpoint again; their points are taken back.
    """
    from tensorboardX import SummaryWriter

    writer = SummaryWriter(str(run_folder / FOLDER), purge_step=first_step + 1)

    def emit_and_draw(event: Event) -> None:
        emit(event)
        draw(writer, event)

    try:
        yield emit_and_draw
    finally:
        writer.close()


def draw(writer: Writer, event: Event) -> None:
    """Add the numbers of an event to the curves."""
    match event:
        case StepsFinished(loss=loss, learning_rate=rate, memory_bytes=memory):
            writer.add_scalar("learning rate", rate, event.step)
            if loss is not None:
                writer.add_scalar("loss", loss, event.step)
            if memory is not None:
                writer.add_scalar("memory, GiB", memory / 2**30, event.step)
        case EpochFinished():
            for name, value in event.metrics.items():
                writer.add_scalar(f"validation/{name}", value, event.step)
        case _:
            pass
