"""How Naevus starts its own programs: training and the model server run in processes of their own."""

import os
import sys
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[1]

HEAVY_WORK: Final = {
    # Torch's threads wait for their next layer by spinning, for so long that the scan's threads find no core.
    "GOMP_SPINCOUNT": "10000",
    # A layer's memory is kept for the next one: to give it back and fetch it anew costs a tenth of the time.
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "268435456",
}
"""What speeds up programs that compute with torch; read by GNU libraries, without effect elsewhere."""


def environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """Return the environment in which a program of Naevus finds its code; what a person has set stays."""
    search_path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    return {**(extra or {}), **os.environ, "PYTHONPATH": search_path}


def training_command() -> tuple[str, ...]:
    """Return what starts the training program, in a checkout and in a packed application."""
    is_frozen = bool(getattr(sys, "frozen", False))
    return (sys.executable, "--training") if is_frozen else (sys.executable, "-m", "training")
