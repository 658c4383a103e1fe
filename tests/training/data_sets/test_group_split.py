"""The deal: whole groups, near the shares in every kind, and the same on every machine."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.data_sets.group_split import split_groups

HOLDINGS = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=4),
    st.tuples(st.integers(0, 3), st.integers(0, 20)).filter(any),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(HOLDINGS, st.integers(0, 5))
def test_every_group_gets_one_subset_that_has_a_share(
    holdings: dict[str, tuple[int, int]], seed: int
) -> None:
    subsets = split_groups(holdings, (0.7, 0.0, 0.3), seed=seed)
    assert subsets.keys() == holdings.keys()
    assert set(subsets.values()) <= {0, 2}
    assert subsets == split_groups(dict(reversed(holdings.items())), (0.7, 0.0, 0.3), seed=seed)


def test_single_images_fill_the_shares_of_every_kind_exactly() -> None:
    holdings = {f"i{n}": (int(n < 40), int(n >= 40)) for n in range(400)}
    subsets = split_groups(holdings, (0.7, 0.15, 0.15), seed=1)
    malignant = [sum(subsets[f"i{n}"] == subset for n in range(40)) for subset in range(3)]
    benign = [sum(subsets[f"i{n}"] == subset for n in range(40, 400)) for subset in range(3)]
    assert (malignant, benign) == ([28, 6, 6], [252, 54, 54])


def test_patients_of_very_different_size_still_come_near_the_shares() -> None:
    holdings = {f"p{n}": (int(n % 4 == 0), 1 + (n * n) % 97) for n in range(300)}
    subsets = split_groups(holdings, (0.7, 0.15, 0.15), seed=3)
    for kind in range(2):
        total = sum(held[kind] for held in holdings.values())
        shares = [
            sum(h[kind] for n, h in holdings.items() if subsets[n] == subset) / total for subset in range(3)
        ]
        assert shares == pytest.approx([0.7, 0.15, 0.15], abs=0.02)


def test_large_groups_are_not_all_in_the_largest_subset() -> None:
    holdings = {f"p{n}": (10,) if n < 30 else (1,) for n in range(300)}
    subsets = split_groups(holdings, (0.7, 0.15, 0.15))
    assert {subsets[f"p{n}"] for n in range(30)} == {0, 1, 2}


def test_another_seed_gives_another_deal() -> None:
    holdings = {f"i{n}": (1,) for n in range(50)}
    assert split_groups(holdings, (0.5, 0.5), seed=1) != split_groups(holdings, (0.5, 0.5), seed=2)


def test_nothing_to_deal_and_impossible_shares() -> None:
    assert split_groups({}, (1.0,)) == {}
    for shares in ((0.0, 0.0), (-0.1, 1.1), ()):
        with pytest.raises(ValueError, match="shares are not negative"):
            split_groups({"a": (1,)}, shares)
