"""Whether a variation of an image that is planned for a share of all images falls on this one."""

import numpy as np


def falls_on_this_one(share: float, rng: np.random.Generator) -> bool:
    """Draw, but not for what is switched off, so that all other draws stay as they were without it."""
    return share > 0 and rng.random() < share
