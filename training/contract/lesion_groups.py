"""Which images show one lesion, and how whole groups of images are dealt to train, val and test.

Two images belong together when they share a key (lesion, patient, identical pixels) or look like copies of
one photograph. Groups are never divided: what cannot stay in the subset of its group is left out.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import RgbImage
from models.contract.imaging.preprocess import resized

THUMBNAIL_HEIGHT_PX, THUMBNAIL_WIDTH_PX = 16, 17

MOST_DIFFERENT_BITS = 40
LEAST_CORRELATION = 0.97
"""Tried on 2,605 dermoscopy images: five of 3.4 million pairs recorded as different lesions pass, one of
them a true copy; grouping four look-alikes too many is the harmless side of the error."""

_COMPONENTS = 32
_SAMPLE = 20_000
_BLOCK = 2_048
_CHUNK = 65_536
"""How the comparison of all with all is cut up; none of them changes what is found."""

Block: TypeAlias = tuple[int, int]
"""Two row numbers: those from the first on are compared with those from the second on."""

_STRICTEST_FIRST = ("test", "val", "train")


@dataclass(frozen=True)
class Member:
    """One image as far as grouping and splitting need it."""

    image_id: str
    keys: frozenset[str]
    """Names of what it shares with others of its group, as "lesion HAM_0000118"."""
    official_split: str | None = None
    is_malignant: bool = False


@dataclass(frozen=True)
class Placing:
    """The group of an image, named after one of its images, and its split; None leaves it out."""

    group: str
    split: str | None


def thumbnail(image: RgbImage) -> NDArray[np.uint8]:
    """The grey miniature (16, 17) uint8 by which copies of one photograph are known."""
    small = resized(image, height_px=THUMBNAIL_HEIGHT_PX, width_px=THUMBNAIL_WIDTH_PX)
    return np.asarray(np.rint(small.astype(np.float64) @ (0.299, 0.587, 0.114)), dtype=np.uint8)


def near_pairs(
    thumbnails: NDArray[np.uint8],
    subsets: NDArray[np.integer[Any]] | None = None,
    follow: Callable[[list[Block]], Iterable[Block]] = iter,
) -> list[tuple[int, int]]:
    """Pairs of rows of (N, 16, 17) that are copies of one photograph.

    At most 40 of the 256 signs between neighbouring pixels (the difference hash) differ, and the
    miniatures correlate by at least 0.97. Turned, mirrored or differently framed copies are not found.

    Args:
        thumbnails: (N, 16, 17) uint8.
        subsets: (N,) whole numbers; only pairs of different numbers are looked for. None looks for all.
        follow: passes the blocks of the comparison on, one after the other, as a progress bar does.
    """
    if len(thumbnails) < 2:
        return []
    miniatures = _Miniatures.of(thumbnails)
    blocks = _blocks(len(thumbnails))
    found = [pair for block in follow(blocks) for pair in _near_in(miniatures, block, subsets)]
    return sorted(found)


@dataclass(frozen=True)
class _Miniatures:
    """Thumbnails prepared for many comparisons: hash bits, directions and their largest components."""

    bits: NDArray[np.uint64]
    flat: NDArray[np.uint8]
    bounds: NDArray[np.float32]

    @staticmethod
    def of(thumbnails: NDArray[np.uint8]) -> "_Miniatures":
        count = len(thumbnails)
        rises = thumbnails[:, :, 1:] > thumbnails[:, :, :-1]
        bits = np.packbits(rises.reshape(count, -1), axis=1).view(np.uint64)
        flat = thumbnails.reshape(count, -1)
        sample = _directions(flat[:: max(1, count // _SAMPLE)])
        basis = np.linalg.eigh(sample.T @ sample)[1][:, -_COMPONENTS:].astype(np.float32)
        bounds = np.empty((count, _COMPONENTS + 1), np.float32)
        for start in range(0, count, _BLOCK):
            directions = _directions(flat[start : start + _BLOCK])
            part = directions @ basis
            rest = (directions**2).sum(axis=1) - (part**2).sum(axis=1)
            bounds[start : start + _BLOCK, :-1] = part
            bounds[start : start + _BLOCK, -1] = np.sqrt(np.maximum(rest, 0))
        return _Miniatures(bits, flat, bounds)


def _directions(flat: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Miniatures (N, 272) as unit vectors round their means, whose products are correlations."""
    centred = flat.astype(np.float32)
    centred -= centred.mean(axis=1, keepdims=True)
    # A picture of one colour correlates with nothing, so only its hash speaks for it.
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.where(length > 0, length, 1), dtype=np.float32)


def _blocks(count: int) -> list[Block]:
    starts = range(0, count, _BLOCK)
    return [(first, second) for first in starts for second in starts if second >= first]


def _near_in(
    miniatures: _Miniatures, block: Block, subsets: NDArray[np.integer[Any]] | None
) -> list[tuple[int, int]]:
    """The near pairs between the rows that begin at the two numbers of ``block``."""
    rows, columns = (slice(start, start + _BLOCK) for start in block)
    # |<x, y>| <= <Px, Py> + |x - Px| |y - Py|: few products of 272 are left to compute after those of 33.
    is_open = miniatures.bounds[rows] @ miniatures.bounds[columns].T >= LEAST_CORRELATION - 1e-3
    if subsets is not None:
        is_open &= subsets[rows][:, None] != subsets[columns][None, :]
    if block[0] == block[1]:
        is_open = np.triu(is_open, k=1)
    # Several times faster than np.nonzero, which is made for any number of axes.
    first, second = np.divmod(np.flatnonzero(is_open), is_open.shape[1])
    first, second = first + block[0], second + block[1]
    return [pair for part in range(0, len(first), _CHUNK) for pair in _confirmed(
        miniatures, first[part : part + _CHUNK], second[part : part + _CHUNK]
    )]  # fmt: skip


def _confirmed(
    miniatures: _Miniatures, first: NDArray[np.intp], second: NDArray[np.intp]
) -> list[tuple[int, int]]:
    different = np.bitwise_count(miniatures.bits[first] ^ miniatures.bits[second]).sum(axis=1)
    is_alike = different <= MOST_DIFFERENT_BITS
    first, second = first[is_alike], second[is_alike]
    products = _directions(miniatures.flat[first]) * _directions(miniatures.flat[second])
    is_near = products.sum(axis=1) >= LEAST_CORRELATION
    return list(zip(first[is_near].tolist(), second[is_near].tolist(), strict=True))


def placings(
    members: Sequence[Member],
    pairs: Iterable[tuple[int, int]] = (),
    *,
    val_share: float = 0.0,
    test_share: float = 0.0,
) -> list[Placing]:
    """Group and split of every member.

    Official splits are kept; without one an image counts as training material. A group with members of
    several official splits stays in the strictest one (test, then val, then train), and its other
    members are left out. When no image is in test (or val) officially, ``test_share`` (``val_share``)
    of the training groups are taken for it, from malignant and benign ones alike.
    """
    groups = lesion_groups(members, pairs)
    subset_by_group = {name: _subset(members, rows) for name, rows in groups.items()}
    placed: list[Placing] = [Placing("", None)] * len(members)
    dealt = _dealt(members, groups, subset_by_group, {"test": test_share, "val": val_share})
    for name, rows in groups.items():
        for row in rows:
            is_kept = (members[row].official_split or "train") == subset_by_group[name]
            placed[row] = Placing(name, dealt[name] if is_kept else None)
    return placed


def lesion_groups(members: Sequence[Member], pairs: Iterable[tuple[int, int]] = ()) -> dict[str, list[int]]:
    """Row numbers by group; a group is named after the first of its image ids in alphabetical order."""
    parent = list(range(len(members)))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for first, second in [*pairs, *_sharing(members)]:
        parent[root(second)] = root(first)
    rows_by_root: dict[int, list[int]] = defaultdict(list)
    for row in range(len(members)):
        rows_by_root[root(row)].append(row)
    return {min(members[row].image_id for row in rows): rows for rows in rows_by_root.values()}


def _sharing(members: Sequence[Member]) -> list[tuple[int, int]]:
    """Each member with the first one that has one of its keys."""
    first_by_key: dict[str, int] = {}
    return [
        (first_by_key.setdefault(key, row), row) for row, member in enumerate(members) for key in member.keys
    ]


def strictest(subsets: Collection[str | None]) -> str | None:
    """Of several official subsets the one that counts: test, then val, then train; None if there is none."""
    return next((subset for subset in _STRICTEST_FIRST if subset in subsets), None)


def _subset(members: Sequence[Member], rows: Collection[int]) -> str:
    return strictest({members[row].official_split for row in rows}) or "train"


def _dealt(
    members: Sequence[Member],
    groups: dict[str, list[int]],
    subset_by_group: dict[str, str],
    share_by_subset: dict[str, float],
) -> dict[str, str]:
    """The subsets, with shares of the training groups moved to subsets that nothing is in officially."""
    dealt = dict(subset_by_group)
    official = {member.official_split for member in members}
    for malignant in (True, False):
        names = [
            name
            for name, rows in groups.items()
            if subset_by_group[name] == "train" and any(members[r].is_malignant for r in rows) == malignant
        ]
        names.sort(key=lambda name: hashlib.sha256(name.encode()).digest())
        first = 0
        for subset, share in share_by_subset.items():
            taken = 0 if subset in official else math.floor(share * len(names) + 0.5)
            dealt.update(dict.fromkeys(names[first : first + taken], subset))
            first += taken
    return dealt
