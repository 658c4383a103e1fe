"""Groups of one lesion: found whole, never divided, official splits kept."""

from collections import defaultdict

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from training.contract import lesion_groups as lesion_groups_module
from training.contract.lesion_groups import Member, lesion_groups, near_pairs, placings, thumbnail


def picture(seed: int, height: int = 90, width: int = 120) -> NDArray[np.uint8]:
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 10, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def member(number: int, *keys: str, split: str | None = None, malignant: bool = False) -> Member:
    return Member(f"ISIC_{number:07}", frozenset(keys), split, malignant)


MEMBERS = st.lists(
    st.tuples(
        st.frozensets(st.integers(0, 12), max_size=2),
        st.sampled_from([None, "train", "val", "test"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=30,
).map(
    lambda drawn: [
        Member(f"ISIC_{index:07}", frozenset(f"lesion {key}" for key in keys), split, malignant)
        for index, (keys, split, malignant) in enumerate(drawn)
    ]
)


@given(MEMBERS, st.data(), st.floats(0, 0.5), st.floats(0, 0.5))
@settings(max_examples=200, deadline=None)
def test_nothing_that_belongs_together_is_ever_in_two_splits(
    members: list[Member], data: st.DataObject, val_share: float, test_share: float
) -> None:
    row = st.integers(0, len(members) - 1)
    pairs = data.draw(st.lists(st.tuples(row, row), max_size=10))
    placed = placings(members, pairs, val_share=val_share, test_share=test_share)
    subsets: dict[str, set[str | None]] = defaultdict(set)
    for one, place in zip(members, placed, strict=True):
        for name in (*one.keys, f"group {place.group}"):
            subsets[name].add(place.split)
    assert all(len(found - {None}) <= 1 for found in subsets.values())
    for first, second in pairs:
        assert placed[first].group == placed[second].group
    for one, place in zip(members, placed, strict=True):
        if one.official_split in ("val", "test"):
            assert place.split in (one.official_split, None)
    assert all(any(found) for name, found in subsets.items() if name.startswith("group"))


def test_a_group_reaches_over_chains_of_shared_keys() -> None:
    members = [
        member(1, "lesion a"),
        member(2, "lesion a", "patient p"),
        member(3, "patient p"),
        member(4),
    ]
    assert lesion_groups(members) == {"ISIC_0000001": [0, 1, 2], "ISIC_0000004": [3]}


def test_the_strictest_official_split_keeps_the_group_and_the_others_leave() -> None:
    members = [
        member(1, "lesion a", split="train"),
        member(2, "lesion a", split="val"),
        member(3, "lesion a", split="test"),
        member(4, "lesion b"),
        member(5, "lesion b", split="val"),
    ]
    assert [place.split for place in placings(members)] == [None, None, "test", None, "val"]


def test_shares_are_taken_only_where_no_split_is_official() -> None:
    given_test = [member(n, split="test" if n < 5 else "train") for n in range(45)]
    placed = placings(given_test, val_share=0.25, test_share=0.5)
    counts = {subset: sum(place.split == subset for place in placed) for subset in ("train", "val", "test")}
    assert counts == {"train": 30, "val": 10, "test": 5}


def test_shares_hold_for_malignant_and_benign_groups_alike() -> None:
    members = [member(n, malignant=n < 20) for n in range(100)]
    placed = placings(members, val_share=0.1, test_share=0.2)
    for subset, expected in (("val", (2, 8)), ("test", (4, 16))):
        rows = [row for row, place in enumerate(placed) if place.split == subset]
        assert (sum(row < 20 for row in rows), sum(row >= 20 for row in rows)) == expected


def test_the_deal_depends_on_names_only() -> None:
    members = [member(n, f"lesion {n // 2}", malignant=n % 3 == 0) for n in range(40)]
    forwards = dict(zip(members, placings(members, val_share=0.2), strict=True))
    backwards = dict(zip(members[::-1], placings(members[::-1], val_share=0.2), strict=True))
    assert forwards == backwards


@pytest.mark.parametrize("change", ["resized", "compressed", "brighter"])
def test_copies_of_one_photograph_are_near(change: str) -> None:
    original = picture(3)
    if change == "resized":
        copy = np.asarray(cv2.resize(original, (300, 225), interpolation=cv2.INTER_AREA), np.uint8)
    elif change == "compressed":
        content = cv2.imencode(".jpg", original, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
        decoded = cv2.imdecode(content, cv2.IMREAD_COLOR)
        assert decoded is not None
        copy = np.asarray(decoded, np.uint8)
    else:
        copy = np.clip(original.astype(np.int16) + 12, 0, 255).astype(np.uint8)
    others = [picture(seed) for seed in range(10, 20)]
    thumbnails = np.stack([thumbnail(image) for image in (original, *others, copy)])
    assert near_pairs(thumbnails) == [(0, 11)]


def test_smooth_pictures_of_different_lesions_are_not_near() -> None:
    rows, columns = np.mgrid[:90, :120]
    images = []
    for centre in (30, 60, 90):
        dark = np.exp(-((columns - centre) ** 2 + (rows - 45) ** 2) / 400)
        images.append(np.repeat((220 - 150 * dark)[:, :, None], 3, axis=2).astype(np.uint8))
    assert near_pairs(np.stack([thumbnail(image) for image in images])) == []


def test_copies_are_looked_for_between_subsets_only_when_subsets_are_given() -> None:
    thumbnails = np.stack([thumbnail(picture(seed)) for seed in (1, 1, 2, 2, 1)])
    assert near_pairs(thumbnails) == [(0, 1), (0, 4), (1, 4), (2, 3)]
    assert near_pairs(thumbnails, np.array([0, 0, 1, 2, 1])) == [(0, 4), (1, 4), (2, 3)]


def test_copies_are_found_across_the_blocks_of_a_large_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = [*range(12), 3, 7, *range(20, 25), 3]
    thumbnails = np.stack([thumbnail(picture(seed)) for seed in seeds])
    whole = near_pairs(thumbnails)
    monkeypatch.setattr(lesion_groups_module, "_BLOCK", 4)
    monkeypatch.setattr(lesion_groups_module, "_CHUNK", 2)
    assert near_pairs(thumbnails) == whole == [(3, 12), (3, 19), (7, 13), (12, 19)]


def test_pictures_of_one_colour_are_near_to_nothing() -> None:
    assert near_pairs(np.full((3, 16, 17), 9, np.uint8)) == []
    assert near_pairs(np.zeros((0, 16, 17), np.uint8)) == []
