import dataclasses
from pathlib import Path

import pytest

from tests.training.data_folders import mini_data_folder
from training.contract.data_set import Sample, read_manifest
from training.publishing.card_words import LICENCE, model_licence, non_commercial_limit


@pytest.fixture
def samples(tmp_path: Path) -> tuple[Sample, ...]:
    return read_manifest(mini_data_folder(tmp_path, train=2, val=1, test=0))


@pytest.mark.parametrize(
    ("licence", "of_weights"),
    [
        ("CC-BY-NC-4.0", "CC BY-NC 4.0"),
        ("CC BY-NC 4.0", "CC BY-NC 4.0"),
        ("cc by-nc 4.0", "CC BY-NC 4.0"),
        ("CC-BY-NC", "CC BY-NC"),
        ("CC BY-NC-SA 4.0", "CC BY-NC-SA 4.0"),
        ("CC-BY-NC-ND-3.0", "CC BY-NC-ND 3.0"),
        ("ours, NC", "ours, NC"),
    ],
)
def test_one_non_commercial_training_image_binds_the_weights(
    samples: tuple[Sample, ...], licence: str, of_weights: str
) -> None:
    first, *others = (dataclasses.replace(sample, licence="CC0-1.0") for sample in samples)
    bound = dataclasses.replace(first, licence=licence, source="HAM10000")
    assert model_licence((bound, *others)) == of_weights
    limit = non_commercial_limit((bound, *others))
    assert f"({of_weights})" in limit
    assert "HAM10000" in limit


def test_every_licence_that_binds_is_named(samples: tuple[Sample, ...]) -> None:
    licences = ("CC BY-NC-SA 4.0", "CC-BY-NC-4.0")
    learned = [sample for sample in samples if sample.split == "train"]
    bound = [dataclasses.replace(s, licence=named) for s, named in zip(learned, licences, strict=True)]
    assert model_licence(tuple(bound)) == "CC BY-NC 4.0 and CC BY-NC-SA 4.0"


def test_images_that_were_not_learned_from_bind_nothing(samples: tuple[Sample, ...]) -> None:
    judged = [s for s in samples if s.split == "val"]
    free = [dataclasses.replace(s, licence="CC0-1.0") for s in samples if s.split == "train"]
    assert model_licence((*free, dataclasses.replace(judged[0], licence="CC-BY-NC-4.0"))) == LICENCE


@pytest.mark.parametrize("licence", ["CC0-1.0", "CC BY 4.0", None, "INCLUDED"])
def test_other_licences_do_not_look_like_it(samples: tuple[Sample, ...], licence: str | None) -> None:
    assert model_licence(tuple(dataclasses.replace(s, licence=licence) for s in samples)) == LICENCE
