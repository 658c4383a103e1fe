"""Deals whole groups of images to sides in given shares, alike in what the groups hold.

Largest groups go first. Each is drawn for one of the sides that come nearer to their shares by it, with
chances as what they still lack, so that large groups are not all learned from; the last ones fill what is
left. Draws come from a hash of seed and name: the deal depends on nothing else.
"""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


def dealt(holdings: Mapping[str, Sequence[int]], shares: Sequence[float], *, seed: int = 0) -> dict[str, int]:
    """The side of every group, as an index of ``shares``.

    Args:
        holdings: by group, how many images of each kind it has, e.g. malignant and benign ones.
        shares: what part of all images each side gets; a side with share 0 gets nothing.
        seed: another seed gives another deal.

    Raises:
        ValueError: a share is negative, or all are 0.
    """
    if min(shares, default=0.0) < 0 or sum(shares) <= 0:
        msg = "shares are not negative, and not all 0"
        raise ValueError(msg)
    if not holdings:
        return {}
    names = list(holdings)
    held = np.array([holdings[name] for name in names], np.float64)
    total = held.sum(axis=0)
    held_shares = held / np.where(total > 0, total, 1)
    order = sorted(
        range(len(names)), key=lambda row: (-held_shares[row].max(), _draw(seed, f"order {names[row]}"))
    )
    sides = [index for index, share in enumerate(shares) if share > 0]
    lacking = np.outer([shares[side] / sum(shares) for side in sides], total > 0)
    side_by_name: dict[str, int] = {}
    for row in order:
        side = _drawn_side(lacking, held_shares[row], _draw(seed, names[row]))
        lacking[side] -= held_shares[row]
        side_by_name[names[row]] = sides[side]
    return side_by_name


def _drawn_side(lacking: NDArray[np.float64], held: NDArray[np.float64], draw: float) -> int:
    """The row of ``lacking`` (sides, kinds) that ``draw`` in [0, 1) picks for a group that holds ``held``."""
    gains = lacking @ held
    # Half the fall of the squared distance from the shares; rounding makes the same deal on every machine.
    comes_nearer = np.round(gains - held @ held / 2, 12) > 0
    if not comes_nearer.any():
        return int(np.argmax(np.round(gains, 12)))
    chances = np.cumsum(np.where(comes_nearer, gains, 0))
    return int(np.searchsorted(chances, draw * chances[-1], side="right"))


def _draw(seed: int, name: str) -> float:
    digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
