"""Keeps compiled scan kernels no longer than the source they were compiled from.

Numba compiles a function anew when its own file has changed, but not when a file has that it calls into:
after an update of one of them the machine code of before would go on answering.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent
KERNEL_SOURCES: Final = tuple(
    _HERE / name
    for name in (
        "cpu.py",
        "cpu_arrays.py",
        "cpu_chunk.py",
        "cpu_products.py",
        "cpu_selectivity.py",
        "cpu_walk.py",
        "simd_exponential.py",
        "simd_vectors.py",
    )
)
"""All that the compiled kernels are made of."""


def forget_outdated_kernels(folder: Path, sources: Iterable[Path] = KERNEL_SOURCES) -> None:
    """Delete the entries of Numba's cache in a folder that are older than one of the sources.

    Sources that do not exist, as in a packed application, cannot have changed.
    """
    newest = max((source.stat().st_mtime for source in sources if source.is_file()), default=0.0)
    for entry in folder.glob("cpu*.nbi"):
        # Another process may delete it first, or hold it open: then it is that one's to renew.
        with suppress(OSError):
            if entry.stat().st_mtime < newest:
                entry.unlink()
