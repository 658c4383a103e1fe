"""What the NVIDIA driver says about the graphics cards, through its own program nvidia-smi."""

import csv
import shutil
import subprocess
from dataclasses import dataclass

from app.domain.errors import DomainError
from app.translation import _

_FIELDS = (
    "index",
    "name",
    "driver_version",
    "memory.used",
    "memory.total",
    "utilization.gpu",
    "temperature.gpu",
)
_PATIENCE_S = 20


class GraphicsCardError(DomainError):
    """The driver cannot be asked; the message is the sentence to show."""


@dataclass(frozen=True)
class GraphicsCard:
    """One card at one moment; None where the driver does not say."""

    index: int
    name: str
    driver: str
    used_mib: int | None
    total_mib: int | None
    load_percent: int | None
    temperature_c: int | None

    def words(self) -> str:
        """Memory, load and temperature in one line."""
        parts = [
            _("{or_unknown} of {or_unknown_2} MiB").format(
                or_unknown=_or_unknown(self.used_mib), or_unknown_2=_or_unknown(self.total_mib)
            )
        ]
        parts += (
            []
            if self.load_percent is None
            else [_("load {load_percent} %").format(load_percent=self.load_percent)]
        )
        parts += [] if self.temperature_c is None else [f"{self.temperature_c} °C"]
        return ", ".join(parts)


def graphics_cards() -> tuple[GraphicsCard, ...]:
    """The cards that the driver knows, as they are now.

    Raises:
        GraphicsCardError: there is no NVIDIA driver, or it does not answer.
    """
    program = shutil.which("nvidia-smi")
    if program is None:
        raise GraphicsCardError(
            _(
                "There is no NVIDIA driver on this machine (nvidia-smi was not found): "
                "the processor does it all."
            )
        )
    question = [program, f"--query-gpu={','.join(_FIELDS)}", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(
            question,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GraphicsCardError(_("The NVIDIA driver does not answer (nvidia-smi).")) from error
    if answer.returncode != 0:
        # The program explains itself on its standard output.
        said = (answer.stdout or answer.stderr).strip().splitlines()
        raise GraphicsCardError(
            _("The NVIDIA driver cannot be asked: {said}").format(
                said=said[0] if said else _("no reason given")
            )
        )
    return cards_of(answer.stdout)


def cards_of(answer: str) -> tuple[GraphicsCard, ...]:
    """The cards in an answer of nvidia-smi; raises GraphicsCardError where it is no such answer."""
    cards = []
    for line in csv.reader(answer.splitlines(), skipinitialspace=True):
        if len(line) != len(_FIELDS) or not line[0].isdigit():
            raise GraphicsCardError(
                _("The NVIDIA driver answered something that cannot be read (nvidia-smi).")
            )
        numbers = [int(cell) if cell.isdigit() else None for cell in line[3:]]
        cards.append(GraphicsCard(int(line[0]), line[1], line[2], *numbers))
    return tuple(cards)


def _or_unknown(number: int | None) -> str:
    return "?" if number is None else str(number)
