"""Occlusion: what the score loses when a patch of like colour is blurred away (after Zeiler and Fergus 2014).

It needs no gradient and believes nothing but the score, at the price of one run of the network per patch.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from models.nets.classification.score_network import ScoreNetwork
from models.nets.overlays.superpixels import superpixels

_PATCHES_PER_SIDE = (3, 6)
"""Small patches say where, large ones find what is there twice and is not missed when one of it is hidden."""

_BLUR_SHARE = 0.1
"""Deviation of the blur as a share of the image's side: what is hidden has no detail, and no new edges."""

_CELL_PX = 8
_BLUR_REACH = 3.0
"""In deviations."""


@torch.no_grad()
def occlusion(network: ScoreNetwork, images: Tensor, *table: Tensor) -> Tensor:
    """Return what the logit of malignancy loses with each place, per area of its patch, (B, h, w), signed."""
    maps = [
        _of_one(network, images[index : index + 1], [row[index : index + 1] for row in table])
        for index in range(len(images))
    ]
    height, width = images.shape[2:]
    grid = (-(-height // _CELL_PX), -(-width // _CELL_PX))
    return functional.adaptive_avg_pool2d(torch.stack(maps)[:, None], grid)[:, 0]


def _of_one(network: ScoreNetwork, image: Tensor, table: list[Tensor]) -> Tensor:
    """The map of one image, (H, W); all versions of it pass through the network together."""
    is_hidden = torch.cat([_patches(image, per_side) for per_side in _PATCHES_PER_SIDE])
    versions = torch.cat([image, torch.where(is_hidden[:, None], blurred(image), image)])
    rows = [each.expand(len(versions), *each.shape[1:]) for each in table]
    logits: Tensor = network(versions, *rows)[:, 0].float()
    lost = (logits[0] - logits[1:]) / is_hidden.float().mean(dim=(1, 2))
    return (is_hidden * lost.view(-1, 1, 1)).sum(dim=0) / len(_PATCHES_PER_SIDE)


def _patches(image: Tensor, per_side: int) -> Tensor:
    """Where each patch of an image (1, 3, H, W) is that has a pixel, (K, H, W) bool."""
    patch_of = superpixels(image, per_side)[0]
    is_patch = torch.arange(per_side**2, device=image.device).view(-1, 1, 1) == patch_of
    return is_patch[is_patch.any(dim=2).any(dim=1)]


def blurred(images: Tensor) -> Tensor:
    """Return images (B, C, H, W) without detail; the frame's edge is continued."""
    deviation_px = _BLUR_SHARE * math.sqrt(images.shape[2] * images.shape[3])
    reach_px = math.ceil(_BLUR_REACH * deviation_px)
    offsets_px = torch.arange(-reach_px, reach_px + 1, device=images.device)
    weights = torch.exp(-0.5 * (offsets_px / deviation_px) ** 2).to(images.dtype)
    kernel = (weights / weights.sum()).view(1, 1, 1, -1).expand(images.shape[1], -1, -1, -1)
    padded = functional.pad(images, (reach_px,) * 4, mode="replicate")
    across = functional.conv2d(padded, kernel, groups=images.shape[1])
    return functional.conv2d(across, kernel.transpose(2, 3), groups=images.shape[1])
