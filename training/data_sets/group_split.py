"""Deals whole groups of images to subsets in given shares, alike in what the groups hold.

Largest groups go first, each to the subset that lacks, as a part of its own share, most of what the group
has; a subset that a group would fill beyond its share is passed over while others have room. So large groups
spread over all subsets, and the last ones fill what is left. A hash of seed and name orders what is equal:
the deal depends on nothing else. (As scikit-learn's StratifiedGroupKFold for folds; here shares may differ.)
"""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from training.contract.data_set import DataSetError


def check_shares(val: float, test: float) -> None:
    """Raise DataSetError if the shares of val and test leave nothing to learn from."""
    if min(val, test) < 0 or val + test >= 1:
        raise DataSetError("The shares of val and test are not negative and leave something to train.")


def split_groups(
    holdings: Mapping[str, Sequence[int]], shares: Sequence[float], *, seed: int = 0
) -> dict[str, int]:
    """The subset of every group, as an index of ``shares``.

    Args:
        holdings: by group, how many images of each kind it has, e.g. malignant and benign ones.
        shares: what part of all images each subset gets; a subset with share 0 gets nothing.
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
    subsets = [index for index, share in enumerate(shares) if share > 0]
    wanted = np.array([shares[subset] / sum(shares) for subset in subsets])
    lacking = np.outer(wanted, total > 0)
    subset_by_name: dict[str, int] = {}
    for row in order:
        subset = _neediest(lacking, wanted, held_shares[row], _draw(seed, names[row]))
        lacking[subset] -= held_shares[row]
        subset_by_name[names[row]] = subsets[subset]
    return subset_by_name


def _neediest(
    lacking: NDArray[np.float64], wanted: NDArray[np.float64], held: NDArray[np.float64], draw: float
) -> int:
    """The row of ``lacking`` (subsets, kinds) for a group that holds ``held``.

    ``draw`` in [0, 1) breaks ties. Amounts are parts of everything there is; ``wanted`` (subsets,) are the
    shares.
    """
    # Rounding makes the same deal on every machine.
    gains = np.round(lacking @ held, 12)
    # Half the fall of the squared distance from the shares.
    comes_nearer = gains > np.round(held @ held / 2, 12)
    if not comes_nearer.any():
        return int(np.argmax(gains))
    needs = np.where(comes_nearer, np.round(gains / wanted, 12), -np.inf)
    equal = np.flatnonzero(needs == needs.max())
    return int(equal[int(draw * len(equal))])


def _draw(seed: int, name: str) -> float:
    digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
