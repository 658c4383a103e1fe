"""What the score loses when a patch of like colour is hidden."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from models.contract.imaging.preprocess import IMAGENET_MEAN, IMAGENET_STD
from models.nets.classification.image_classifier import ImageClassifier
from models.nets.overlays.occlusion import blurred, occlusion
from models.nets.overlays.superpixels import cielab, superpixels


class Redness(ImageClassifier):
    """A score that is the mean of the first channel."""

    def forward(
        self, images: Tensor, numeric: Tensor | None = None, categorical: Tensor | None = None
    ) -> Tensor:
        """Return the mean of the first channel, (B, 1)."""
        return images[:, :1].mean(dim=(2, 3))


def normalised(rgb: Tensor) -> Tensor:
    """Images (B, 3, H, W) in [0, 1] as networks read them."""
    return (rgb - torch.tensor(IMAGENET_MEAN).view(1, 3, 1, 1)) / torch.tensor(IMAGENET_STD).view(1, 3, 1, 1)


def spot() -> Tensor:
    """A red square of 24 px, above and left of the middle, on grey of 96 px."""
    rgb = torch.full((1, 3, 96, 96), 0.4)
    rgb[:, 0, 16:40, 24:48] = 1.0
    return normalised(rgb)


def test_the_place_that_the_score_rests_on_loses_it_and_no_other_does() -> None:
    relevance = occlusion(Redness(), spot(), torch.zeros(1, 35), torch.zeros(1, 6, dtype=torch.int64))[0]

    # Cells of 8 px.
    assert relevance.shape == (12, 12)
    assert relevance[2:5, 3:6].min() > 10 * relevance[7:, 7:].abs().max()
    assert relevance[2:5, 3:6].min() > 0


def test_what_one_of_two_spots_would_do_for_is_found_by_hiding_both() -> None:
    class HighestInCorner(Redness):
        """A score that is full while any part of the upper left corner is red."""

        def forward(
            self, images: Tensor, numeric: Tensor | None = None, categorical: Tensor | None = None
        ) -> Tensor:
            """Return the largest value of the first channel there, (B, 1)."""
            return images[:, 0, :32, :32].amax(dim=(1, 2))[:, None]

    rgb = torch.full((1, 3, 96, 96), 0.4)
    rgb[:, 0, 0:16, 0:16] = rgb[:, 0, 16:32, 16:32] = 1.0

    relevance = occlusion(
        HighestInCorner(), normalised(rgb), torch.zeros(1, 35), torch.zeros(1, 6, dtype=torch.int64)
    )[0]

    assert relevance[:4, :4].max() > 0


def test_what_speaks_against_the_score_is_negative() -> None:
    relevance = occlusion(Redness(), -spot(), torch.zeros(1, 35), torch.zeros(1, 6, dtype=torch.int64))[0]

    assert relevance[2:5, 3:6].max() < 0


def test_no_superpixel_crosses_a_sharp_edge() -> None:
    patch_of = superpixels(spot(), 6)[0]
    is_spot = torch.zeros(96, 96, dtype=torch.bool)
    is_spot[16:40, 24:48] = True

    assert not set(patch_of[is_spot].tolist()) & set(patch_of[~is_spot].tolist())


def test_a_plain_image_falls_into_the_grid() -> None:
    patch_of = superpixels(normalised(torch.full((1, 3, 48, 64), 0.5)), 4)[0]

    assert torch.equal(
        patch_of, torch.arange(16).view(4, 4).repeat_interleave(12, 0).repeat_interleave(16, 1)
    )


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((1.0, 1.0, 1.0), (100.0, 0.0, 0.0)),
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
        ((1.0, 0.0, 0.0), (53.24, 80.09, 67.20)),
        ((0.0, 0.0, 1.0), (32.30, 79.19, -107.86)),
    ],
)
def test_cielab_of_known_colours(rgb: tuple[float, ...], lab: tuple[float, ...]) -> None:
    found = cielab(normalised(torch.tensor(rgb).view(1, 3, 1, 1)))

    torch.testing.assert_close(found.flatten(), torch.tensor(lab), atol=0.1, rtol=0)


def test_blur_keeps_what_is_plain_and_takes_detail_away() -> None:
    plain = torch.full((1, 3, 40, 56), 2.0)
    noise = torch.randn(1, 3, 40, 56, generator=torch.Generator().manual_seed(0))

    torch.testing.assert_close(blurred(plain), plain)
    assert blurred(noise).std() < 0.2 * noise.std()
    centre = functional.avg_pool2d(blurred(noise + plain), (40, 56))
    torch.testing.assert_close(centre, functional.avg_pool2d(noise + plain, (40, 56)), atol=0.05, rtol=0)
