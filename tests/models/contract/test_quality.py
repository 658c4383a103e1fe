"""Images that should not be scored without a word of warning, and ordinary ones that should."""

import csv

import cv2
import numpy as np
import pytest

import resources
from models.contract.quality import (
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
