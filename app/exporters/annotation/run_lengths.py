"""Masks as run lengths, the form in which COCO and CVAT keep every pixel."""

import numpy as np

from models.contract.arrays import BoolMask


def run_lengths(mask: BoolMask) -> list[int]:
    """Return how many pixels of an (H, W) bool mask are outside, inside, outside ..., row by row.

    COCO goes down the columns instead: it gets the transposed mask.
    """
    along = mask.ravel()
    changes = np.flatnonzero(along[1:] != along[:-1]) + 1
    lengths: list[int] = np.diff(np.concatenate([[0], changes, [along.size]])).tolist()
    return [0, *lengths] if along[0] else lengths
