import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.inputs.samplers import (
    balanced_batches,
    generator,
    quota_batches,
    shuffled_batches,
    source_quota_batches,
)


@given(st.integers(1, 60), st.integers(1, 20), st.integers(0, 99))
def test_every_image_is_shown_in_an_epoch(count: int, batch_size: int, seed: int) -> None:
    order = shuffled_batches(count, batch_size, generator(seed))
    assert order.shape == (-(-count // batch_size), batch_size)
    assert set(order.ravel()) == set(range(count))


@given(st.integers(1, 20), st.integers(1, 60), st.integers(2, 16), st.data())
def test_each_batch_holds_its_quota_of_melanomas(
    positives: int, negatives: int, batch_size: int, data: st.DataObject
) -> None:
    quota = data.draw(st.integers(1, batch_size - 1))
    flags = np.array([True] * positives + [False] * negatives)
    order = quota_batches(flags, batch_size, quota, generator(1))
    assert (flags[order].sum(axis=1) == quota).all()
    assert set(order[~flags[order]]) == set(np.flatnonzero(~flags))


def test_no_melanoma_comes_again_before_all_have_come() -> None:
    flags = np.array([True] * 6 + [False] * 24)
    order = quota_batches(flags, 4, 1, generator(2))
    shown = order[flags[order]]
    assert len(shown) == 8
    assert len(set(shown[:6])) == 6


@pytest.mark.parametrize("flags", [[True] * 5, [False] * 5])
def test_one_class_alone_is_simply_shuffled(flags: list[bool]) -> None:
    order = quota_batches(np.array(flags), 2, 1, generator(0))
    assert set(order.ravel()) == set(range(5))


def test_epochs_differ_and_repeat_exactly() -> None:
    first, again, other = (shuffled_batches(50, 5, generator(7, epoch)) for epoch in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_balanced_draws_show_either_class_equally_often() -> None:
    is_positive = np.arange(50) < 5
    batches = balanced_batches(is_positive, 8, generator(1))
    assert batches.shape == (7, 8)
    assert is_positive[batches].sum() == 28
    counts = np.bincount(batches.ravel(), minlength=50)
    assert set(counts[:5]) == {5, 6}
    assert set(counts[5:]) == {0, 1}


def test_balanced_draws_belong_to_their_epoch() -> None:
    is_positive = np.arange(50) < 5
    first, same, other = (balanced_batches(is_positive, 8, generator(3, epoch)) for epoch in (0, 0, 1))
    assert (first == same).all()
    assert not (first == other).all()
    positives = is_positive[first].sum(axis=1)
    assert positives.min() < positives.max()


def test_one_class_alone_is_drawn_without_balance() -> None:
    batches = balanced_batches(np.zeros(10, bool), 4, generator(0))
    assert set(batches.ravel()) == set(range(10))


def test_no_source_has_more_malignant_draws_than_another() -> None:
    sources = np.array(["biopsies"] * 40 + ["nevi"] * 60)
    is_positive = np.concatenate([np.arange(40) < 30, np.arange(60) < 4])
    batches = source_quota_batches(is_positive, sources, 8, 3, generator(1))
    drawn, flags = sources[batches], is_positive[batches]
    shares = {name: float(flags[drawn == name].mean()) for name in ("biopsies", "nevi")}
    assert (flags.sum(axis=1) == 3).all()
    assert shares["biopsies"] == pytest.approx(3 / 8, abs=0.05)
    assert shares["nevi"] == pytest.approx(3 / 8, abs=0.05)
    assert set(batches[~flags]) == set(np.flatnonzero(~is_positive))


def test_a_source_without_malignant_images_still_shows_its_benign_ones() -> None:
    sources = np.array(["a"] * 10 + ["b"] * 10)
    is_positive = np.arange(20) < 5
    batches = source_quota_batches(is_positive, sources, 4, 1, generator(0))
    assert set(np.flatnonzero(~is_positive)) <= set(batches.ravel())


def test_without_a_quota_sources_are_simply_shuffled() -> None:
    order = source_quota_batches(np.arange(6) < 2, np.array(["a"] * 6), 2, 0, generator(0))
    assert set(order.ravel()) == set(range(6))
