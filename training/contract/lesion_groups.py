"""Which images show one lesion, and how whole groups of images are dealt to train, val and test.

Two images belong together when they share a key (lesion, patient, identical pixels) or look like copies of
one photograph. Groups are never divided: what cannot stay on the side of its group is left out.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.contract.arrays import RgbImage
from models.contract.preprocess import resized

THUMBNAIL_HEIGHT_PX, THUMBNAIL_WIDTH_PX = 16, 17

_MOST_DIFFERENT_BITS = 40
_LEAST_CORRELATION = 0.97
"""Tried on 2,605 dermoscopy images: five of 3.4 million pairs recorded as different lesions pass, one of
them a true copy; grouping four look-alikes too many is the harmless side of the error."""

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


def near_pairs(thumbnails: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Pairs of rows of (N, 16, 17) that are copies of one photograph.

    At most 40 of the 256 signs between neighbouring pixels (the difference hash) differ, and the
    miniatures correlate by at least 0.97. Turned, mirrored or differently framed copies are not found.
    """
    count = len(thumbnails)
    rises = thumbnails[:, :, 1:] > thumbnails[:, :, :-1]
    bits = np.packbits(rises.reshape(count, -1), axis=1).view(np.uint64)
    flat = thumbnails.reshape(count, -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    # A picture of one colour correlates with nothing, so only its hash speaks for it.
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    flat /= np.where(length > 0, length, 1)
    pairs = []
    for index in range(count - 1):
        different = np.bitwise_count(bits[index] ^ bits[index + 1 :]).sum(axis=1)
        for offset in np.flatnonzero(different <= _MOST_DIFFERENT_BITS):
            other = index + 1 + int(offset)
            if float(flat[index] @ flat[other]) >= _LEAST_CORRELATION:
                pairs.append((index, other))
    return pairs


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
    side_by_group = {name: _side(members, rows) for name, rows in groups.items()}
    placed: list[Placing] = [Placing("", None)] * len(members)
    dealt = _dealt(members, groups, side_by_group, {"test": test_share, "val": val_share})
    for name, rows in groups.items():
        for row in rows:
            is_kept = (members[row].official_split or "train") == side_by_group[name]
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


def _side(members: Sequence[Member], rows: Collection[int]) -> str:
    sides = {members[row].official_split or "train" for row in rows}
    return next(side for side in _STRICTEST_FIRST if side in sides)


def _dealt(
    members: Sequence[Member],
    groups: dict[str, list[int]],
    side_by_group: dict[str, str],
    share_by_side: dict[str, float],
) -> dict[str, str]:
    """The sides, with shares of the training groups moved to sides that nothing is in officially."""
    dealt = dict(side_by_group)
    official = {member.official_split for member in members}
    for malignant in (True, False):
        names = [
            name
            for name, rows in groups.items()
            if side_by_group[name] == "train" and any(members[r].is_malignant for r in rows) == malignant
        ]
        names.sort(key=lambda name: hashlib.sha256(name.encode()).digest())
        first = 0
        for side, share in share_by_side.items():
            taken = 0 if side in official else math.floor(share * len(names) + 0.5)
            dealt.update(dict.fromkeys(names[first : first + taken], side))
            first += taken
    return dealt
