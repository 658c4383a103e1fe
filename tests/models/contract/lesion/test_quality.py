"""Images that should not be scored without a word of warning, and ordinary ones that should."""

import csv
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

import resources
from models.contract.lesion.quality import (
    ConcernKind,
    ImageQuality,
    concerns,
    dark_frame,
    image_quality,
)


def sample(name: str = "ISIC_0014302.jpg") -> np.ndarray:
    path = resources.path("samples", name)
    return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)


def kinds(image: np.ndarray, mask: np.ndarray | None = None) -> set[ConcernKind]:
    return {concern.kind for concern in concerns(image_quality(image, mask))}


def test_an_ordinary_image_raises_no_concern() -> None:
    for name in ("ISIC_0012684.jpg", "ISIC_0013104.jpg", "ISIC_0013232.jpg", "ISIC_0014302.jpg"):
        assert kinds(sample(name)) == set()


def test_a_blurred_image_is_noticed_whatever_its_size() -> None:
    sharp = cv2.resize(sample(), (1536, 1020), interpolation=cv2.INTER_CUBIC)
    assert ConcernKind.BLURRED not in kinds(sharp)
    assert ConcernKind.BLURRED in kinds(cv2.GaussianBlur(sharp, (0, 0), 15))
    assert ConcernKind.BLURRED in kinds(cv2.GaussianBlur(sample(), (0, 0), 5))


def test_a_small_image_is_not_blurred_for_being_small() -> None:
    """As 341 px wide ones of HAM10000 were, a quarter of them, while they were enlarged to be judged."""
    small = cv2.resize(sample(), (192, 128), interpolation=cv2.INTER_AREA)
    assert kinds(small) == set()
    enlarged = cv2.resize(small, (512, 341), interpolation=cv2.INTER_CUBIC)
    assert ConcernKind.BLURRED in kinds(enlarged)
    assert ConcernKind.BLURRED in kinds(cv2.GaussianBlur(small, (0, 0), 4))


def test_a_dark_lesion_that_fills_the_image_does_not_make_it_dark() -> None:
    image = sample()
    image[:, 80:] = (image[:, 80:] * 0.35).astype(np.uint8)
    assert ConcernKind.DARK not in kinds(image)


def test_a_dark_image_is_noticed() -> None:
    assert ConcernKind.DARK in kinds((sample() * 0.4).astype(np.uint8))


def test_glare_is_noticed() -> None:
    image = sample()
    image[20:120, 30:130] = 255
    assert kinds(image) == {ConcernKind.GLARE}


def test_a_large_dark_frame_is_noticed() -> None:
    assert ConcernKind.FRAME in kinds(sample("ISIC_0000276.jpg"))


def test_a_dark_lesion_is_no_frame() -> None:
    image = np.full((100, 120, 3), 200, np.uint8)
    image[40:60, 40:80] = 5
    assert not dark_frame(image).any()
    image[:, :20] = 5
    assert dark_frame(image).mean() == pytest.approx(1 / 6)


def test_blue_and_green_are_not_skin() -> None:
    image = sample()
    image[:, :250] = (40, 90, 200)
    assert ConcernKind.OTHER_COLOUR in kinds(image)
    image[:, :] = (40, 90, 200)
    assert ConcernKind.OTHER_COLOUR in kinds(image)


@pytest.mark.parametrize("light", [(0.7, 0.85, 1.15), (0.65, 0.85, 1.2), (0.8, 0.75, 1.15)])
def test_skin_in_blue_or_violet_light_is_skin(light: tuple[float, float, float]) -> None:
    for name in ("ISIC_0012684.jpg", "ISIC_0013104.jpg", "ISIC_0014302.jpg"):
        lit = np.clip(sample(name) * np.array(light), 0, 255).astype(np.uint8)
        assert ConcernKind.OTHER_COLOUR not in kinds(lit)
    lit[:, :200] = (30, 60, 200)
    assert ConcernKind.OTHER_COLOUR in kinds(lit)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (np.s_[150:160, 200:215], {ConcernKind.LESION_SMALL}),
        (np.s_[2:-2, 2:-2], {ConcernKind.LESION_FILLS}),
        (np.s_[:, :], {ConcernKind.LESION_FILLS, ConcernKind.LESION_CUT}),
        (np.s_[:40, 100:400], {ConcernKind.LESION_CUT}),
        (np.s_[100:200, 100:300], set()),
    ],
)
def test_the_lesions_place_is_judged(part: tuple[slice, slice], expected: set[ConcernKind]) -> None:
    image = sample()
    mask = np.zeros(image.shape[:2], bool)
    mask[part] = True
    assert kinds(image, mask) == expected


def test_without_a_mask_the_lesion_is_not_judged() -> None:
    image = sample()
    assert image_quality(image).lesion_share is None
    assert image_quality(image, np.zeros(image.shape[:2], bool)).cut_share is None


def test_each_concern_has_its_sentence_value_and_limit() -> None:
    worst = ImageQuality(0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0)
    found = concerns(worst)
    assert len({concern.sentence for concern in found}) == len(found) == 7
    for concern in found:
        assert concern.sentence.endswith(".")
        assert concern.value != concern.limit


def judged_by_eye() -> list[dict[str, str]]:
    """Real images on which some version of a warning spoke up, and whether a person agreed with it."""
    file = Path(__file__).resolve().parents[3] / "golden" / "quality_warnings.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def quality_with(kind: ConcernKind, value: float) -> ImageQuality:
    """An ordinary image but for one value."""
    ordinary = ImageQuality(50.0, 70.0, 0.0, 0.0, 0.0, 0.2, 0.0)
    field = {
        ConcernKind.BLURRED: "sharpness",
        ConcernKind.DARK: "lightness",
        ConcernKind.GLARE: "glare_share",
        ConcernKind.FRAME: "frame_share",
        ConcernKind.OTHER_COLOUR: "other_colour_share",
        ConcernKind.LESION_SMALL: "lesion_share",
        ConcernKind.LESION_FILLS: "lesion_share",
        ConcernKind.LESION_CUT: "cut_share",
    }[kind]
    return replace(ordinary, **{field: value})


@pytest.mark.parametrize(
    ("kind", "precision"),
    [
        (ConcernKind.BLURRED, 0.6),
        (ConcernKind.DARK, 0.9),
        (ConcernKind.GLARE, 0.6),
        (ConcernKind.FRAME, 0.9),
        (ConcernKind.OTHER_COLOUR, 1.0),
        (ConcernKind.LESION_SMALL, 1.0),
        (ConcernKind.LESION_FILLS, 0.7),
        (ConcernKind.LESION_CUT, 1.0),
    ],
)
def test_each_warning_is_right_more_often_than_wrong(kind: ConcernKind, precision: float) -> None:
    rows = [row for row in judged_by_eye() if row["warning"] == kind.value]
    warned = [
        row["is_right"] == "1"
        for row in rows
        if kind in {concern.kind for concern in concerns(quality_with(kind, float(row["value"])))}
    ]
    assert len(warned) >= 10
    assert np.mean(warned) >= precision


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (20, 20)])
@pytest.mark.parametrize("level", [0, 255])
def test_degenerate_images_are_judged_too(shape: tuple[int, int], level: int) -> None:
    image = np.full((*shape, 3), level, np.uint8)
    found = image_quality(image, np.ones(shape, bool))
    assert all(np.isfinite(value) for value in vars(found).values())
    assert concerns(found)


def test_the_samples_are_what_their_table_says() -> None:
    with resources.path("samples", "samples.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    files = {path.name for path in resources.path("samples").glob("*.jpg")}
    assert {row["file"] for row in rows} == files
    assert len(rows) == 8
    assert {row["licence"] for row in rows} == {"CC0-1.0"}
    assert {row["split"] for row in rows} <= {"train", "val"}
    assert all(resources.path("samples", name).stat().st_size <= 60_000 for name in files)
