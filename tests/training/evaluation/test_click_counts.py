"""Counting the clicks that a boundary takes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from models.contract.arrays import BoolMask
from models.contract.imaging.clicks import Click
from tests.training.data_folders import mini_data_folder
from training.contract.data_set import DataSetError, Sample, read_manifest
from training.evaluation.click_counts import (
    MOST_CLICKS,
    Refiner,
    click_figures,
    clicks_until,
    ious_by_clicks,
    judged_image,
)


def _square() -> BoolMask:
    mask = np.zeros((80, 100), bool)
    mask[20:60, 20:70] = True
    return mask


def test_clicks_end_when_the_boundary_is_met() -> None:
    asked: list[int] = []

    def halved(present: BoolMask, clicks: Sequence[Click]) -> BoolMask:
        """Bring half of what is missing."""
        asked.append(len(clicks))
        wanted = _square()
        wanted[:, 20 + round(50 * (1 - 0.5 ** len(clicks))) :] = False
        return wanted

    ious = ious_by_clicks(np.zeros((80, 100), bool), _square(), halved)
    assert asked == [1, 2, 3, 4]
    assert ious[0] == 0.0
    assert clicks_until(0.85, ious) == 3
    assert clicks_until(0.9, ious) == 4


def test_a_boundary_that_is_met_from_the_start_takes_no_click() -> None:
    def unasked(present: BoolMask, clicks: Sequence[Click]) -> BoolMask:
        raise AssertionError

    assert clicks_until(0.9, ious_by_clicks(_square(), _square(), unasked)) == 0


def test_a_method_that_does_nothing_counts_the_most_clicks() -> None:
    ious = ious_by_clicks(np.zeros((80, 100), bool), _square(), lambda present, _: present)
    assert len(ious) == MOST_CLICKS + 1
    assert clicks_until(0.85, ious) == MOST_CLICKS


def _samples(tmp_path: Path) -> tuple[Sample, ...]:
    samples = read_manifest(mini_data_folder(tmp_path / "mini", train=1, val=3, test=1))
    return tuple(sample for sample in samples if sample.split == "val")


class SeesDarkness(nn.Module):
    """Calls dark pixels lesion, as the synthetic images are drawn; heeds no clicks."""

    def __init__(self) -> None:
        super().__init__()
        self.steepness = nn.Parameter(torch.tensor(20.0))

    def forward(self, images: Tensor, guidance: Tensor) -> Tensor:
        return self.steepness * (0.35 - images[:, 1:2]) + 0 * guidance[:, :1]


def test_a_refiner_is_counted_from_nothing_on_every_image(tmp_path: Path) -> None:
    samples = _samples(tmp_path)
    figures = click_figures(Refiner(SeesDarkness().eval(), 64, 96, threshold=0.5, temperature=1.0), samples)
    assert set(figures) == {"noc85_from_nothing", "noc90_from_nothing"}
    assert figures["noc85_from_nothing"].n == len(samples)
    assert figures["noc85_from_nothing"].value == pytest.approx(1.0)


def test_an_image_without_an_expert_mask_is_not_judged(tmp_path: Path) -> None:
    bare = replace(_samples(tmp_path)[0], mask_file=None)
    with pytest.raises(DataSetError, match="no mask to measure against"):
        judged_image(bare)
