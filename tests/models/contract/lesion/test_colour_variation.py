"""The number people see for varied colours tells real lesions apart."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

import resources
from models.contract.lesion.colour_variation import colour_variation
from models.contract.lesion.features import LesionColour, measure_lesion


def sample_colour(name: str) -> LesionColour:
    image = cv2.cvtColor(cv2.imread(str(resources.path("samples", name))), cv2.COLOR_BGR2RGB)
    grey = cv2.GaussianBlur(image[..., 2], (0, 0), 5)
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return measure_lesion(image, grey < threshold).colour


@pytest.fixture(scope="module")
def samples() -> list[LesionColour]:
    return [sample_colour(path.name) for path in sorted(resources.path("samples").glob("*.jpg"))]


def test_real_lesions_are_told_apart_where_the_first_definition_is_at_its_end(
    samples: list[LesionColour],
) -> None:
    values = [colour_variation(colour) for colour in samples]
    assert sum(colour.norm_colour == 10.0 for colour in samples) >= len(samples) - 1
    assert len({round(value, 1) for value in values}) >= len(samples) - 1
    assert max(values) - min(values) > 3


def test_more_spread_is_more_variation_and_none_is_0(samples: list[LesionColour]) -> None:
    colour = samples[0]
    spreads = np.linspace(0.0, 40.0, 81)
    values = [colour_variation(replace(colour, std_mean=s, radial_std_max=s)) for s in spreads]
    assert values[0] == 0.0
    assert values == sorted(values)
    assert values[-1] == 10.0
