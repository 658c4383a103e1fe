"""Arrays made from a data folder once and mapped from the run's cache afterwards."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.contract.data_set import Sample


def save_array(file: Path, array: NDArray[np.generic]) -> None:
    """Write an array so that the file is complete whenever it exists."""
    part = file.with_suffix(".part.npy")
    np.save(part, array)
    part.replace(file)


def names_key(samples: tuple[Sample, ...]) -> str:
    """A short key that belongs to exactly these samples in this order."""
    return hashlib.sha256("\n".join(s.image_id for s in samples).encode()).hexdigest()[:16]
