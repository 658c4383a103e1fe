"""The ablation: one recipe and one budget of steps, and only the architecture differs."""

import argparse
import json
from pathlib import Path

import pytest

from tests.training.data_folders import mini_data_folder
from training.experiments import ablate_mambaderm


@pytest.fixture
def options(tmp_path: Path) -> argparse.Namespace:
    return argparse.Namespace(
        data=tmp_path / "data", out=tmp_path / "out", steps=2, seeds=[1, 2], size=64, threads=1, amp=False,
        only=["whole", "stem and head alone"], init="none", architecture="mambaderm_efficient_tiny",
    )  # fmt: skip


def test_variants_differ_in_the_parts_they_have_alone(options: argparse.Namespace) -> None:
    plans = [ablate_mambaderm.plan_of(variant, 1, options) for variant in ablate_mambaderm.VARIANTS]

    assert len({str(plan.architecture_arguments) for plan in plans}) == 4
    same = plans[0].model_copy(update={"architecture_arguments": {}})
    assert all(plan.model_copy(update={"architecture_arguments": {}}) == same for plan in plans)


@pytest.mark.slow
def test_each_training_is_carried_out_once_and_stands_in_the_table(
    options: argparse.Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    mini_data_folder(options.data, train=16, val=8, test=0)
    monkeypatch.setattr(ablate_mambaderm, "BATCH_SIZE", 8)

    table = ablate_mambaderm.ablate(options)

    lines = (options.out / "ablation.jsonl").read_text("utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    assert [(each["variant"], each["seed"]) for each in found] == [
        (variant, seed) for seed in options.seeds for variant in options.only
    ]
    assert found[0]["parameters"] > found[1]["parameters"]
    assert "| stem and head alone |" in table
    assert "±" in table
    assert ablate_mambaderm.ablate(options) == table
    assert (options.out / "ablation.jsonl").read_text("utf-8").splitlines() == lines
