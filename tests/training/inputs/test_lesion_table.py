"""The classifier's table: what a manifest gives counts, the institution only while learning."""

from dataclasses import replace

import numpy as np
import pytest

from models.contract.lesion.tabular import (
    CATEGORICAL_FEATURES,
    CATEGORICAL_VALUES,
    NUMERIC_FEATURES,
    TabularInput,
)
from tests.training.data_folders import mini_data_folder
from training.contract.data_set import GIVEN_CATEGORIES, GIVEN_NUMBERS, Sample, read_manifest
from training.inputs.decode import read_image, read_mask
from training.inputs.lesion_table import inputs_of, measure_table, withheld

INSTITUTION = CATEGORICAL_FEATURES.index("attribution")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return read_manifest(mini_data_folder(tmp_path_factory.mktemp("data") / "mini", train=2, val=0, test=0))[
        1
    ]


def inputs(sample: Sample) -> TabularInput:
    image = read_image(sample)
    return inputs_of(sample, image, read_mask(sample, image.shape))


def number(given: TabularInput, name: str) -> float:
    return float(given.numeric[NUMERIC_FEATURES.index(name)])


def category(given: TabularInput, name: str) -> int:
    return int(given.categorical[CATEGORICAL_FEATURES.index(name)])


def test_every_number_and_category_can_be_given(sample: Sample) -> None:
    numbers = tuple((name, float(index)) for index, name in enumerate(GIVEN_NUMBERS))
    words = tuple((name, CATEGORICAL_VALUES[name][0]) for name in GIVEN_CATEGORIES)
    table = measure_table((replace(sample, given=(*numbers, *words)),), variants=1, seed=0)
    assert not np.isnan(table.numeric).any()
    assert (table.categorical > 0).all()


def test_what_is_given_counts_instead_of_what_was_measured(sample: Sample) -> None:
    measured, given = inputs(sample), inputs(replace(sample, given=(("tbp_lv_A", 12.5),)))
    assert number(measured, "tbp_lv_A") != 12.5
    assert number(given, "tbp_lv_A") == 12.5
    assert number(given, "tbp_lv_B") == number(measured, "tbp_lv_B")


def test_the_fine_location_takes_the_place_of_the_one_that_the_site_stands_for(sample: Sample) -> None:
    location = CATEGORICAL_VALUES["tbp_lv_location"]
    assert category(inputs(sample), "tbp_lv_location") == location.index("Torso Front") + 1
    fine = inputs(replace(sample, given=(("tbp_lv_location", "Torso Front Top Half"),)))
    assert category(fine, "tbp_lv_location") == location.index("Torso Front Top Half") + 1
    assert (
        category(inputs(replace(sample, given=(("tbp_lv_location", "Elsewhere"),))), "tbp_lv_location") == 0
    )


def test_the_institution_is_read_for_a_run_but_never_for_a_published_model(sample: Sample) -> None:
    named = replace(sample, given=(("attribution", CATEGORICAL_VALUES["attribution"][2]),))
    assert measure_table((named,), variants=1, seed=0).categorical[0, INSTITUTION] == 3
    assert inputs(named).categorical[INSTITUTION] == 0


def test_withheld_metadata_take_everything_along_that_cannot_be_measured() -> None:
    numeric, categorical = withheld(np.ones(35, np.float32), np.ones(6, np.int64), metadata_only=True)
    gone = {name for name, value in zip(NUMERIC_FEATURES, numeric, strict=True) if np.isnan(value)}
    assert gone == {
        "age_approx", "tbp_lv_deltaLBnorm", "tbp_lv_nevi_confidence", "tbp_lv_x", "tbp_lv_y", "tbp_lv_z",
        "patient_size_z",
    }  # fmt: skip
    assert (categorical == 0).all()
