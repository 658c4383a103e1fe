"""Superpixels: an image in patches of like colour, so that what is hidden has the shape of what is there.

Clusters of colour and place after SLIC (Achanta et al. 2012), in CIELAB, with every pixel compared to every
centre: crops are small.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from models.contract.imaging.preprocess import IMAGENET_MEAN, IMAGENET_STD

_ROUNDS = 5
_COMPACTNESS = 12.0
"""A distance of one patch counts as much as this difference of colour in CIELAB."""

_XYZ_OF_RGB = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
_WHITE = (0.9505, 1.0, 1.089)
"""D65, as sRGB has it."""


@torch.no_grad()
def superpixels(images: Tensor, per_side: int) -> Tensor:
    """Return the number of each pixel's patch, (B, H, W) int64 in [0, per_side squared).

    Args:
        images: (B, 3, H, W) float32, ImageNet-normalised.
        per_side: patches per row and column of the grid that the patches grow from; a patch may end empty.
    """
    features = _features(images, per_side)
    centres = functional.adaptive_avg_pool2d(features, per_side).flatten(2).transpose(1, 2)
    pixels = features.flatten(2).transpose(1, 2)
    for _ in range(_ROUNDS):
        nearest = torch.cdist(pixels, centres).argmin(dim=-1)
        is_member = functional.one_hot(nearest, per_side**2).to(pixels.dtype)
        members = is_member.sum(dim=1).unsqueeze(-1)
        means = is_member.transpose(1, 2) @ pixels / members.clamp(min=1.0)
        centres = torch.where(members > 0, means, centres)
    return torch.cdist(pixels, centres).argmin(dim=-1).view(len(images), *images.shape[2:])


def _features(images: Tensor, per_side: int) -> Tensor:
    """Colour and place of each pixel, (B, 5, H, W), in units in which they compare."""
    height, width = images.shape[2:]
    patch_px = math.sqrt(height * width) / per_side
    rows, columns = (torch.arange(side, device=images.device) for side in (height, width))
    places = torch.stack(torch.meshgrid(rows, columns, indexing="ij")) * (_COMPACTNESS / patch_px)
    return torch.cat([cielab(images), places.expand(len(images), -1, -1, -1)], dim=1)


def cielab(images: Tensor) -> Tensor:
    """Return lightness, a* and b* of ImageNet-normalised sRGB images, (B, 3, H, W)."""
    mean, deviation, white = (
        images.new_tensor(values).view(1, 3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD, _WHITE)
    )
    rgb = (images * deviation + mean).clamp(0.0, 1.0)
    linear = torch.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    xyz = torch.einsum("ij,bjhw->bihw", images.new_tensor(_XYZ_OF_RGB), linear) / white
    is_dark = xyz <= 216 / 24389
    x, y, z = torch.where(is_dark, xyz * (841 / 108) + 4 / 29, xyz.clamp(min=1e-6).pow(1 / 3)).unbind(dim=1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=1)
