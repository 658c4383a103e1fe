"""Padding for networks whose grid must divide: added to the right and below, so that a crop undoes it."""

from torch import Tensor
from torch.nn import functional


def padded_to_multiple(images: Tensor, side: int) -> Tensor:
    """Grow (B, C, H, W) until both sides divide by ``side``, repeating the last row and column.

    Whoever pads cuts the result back to ``[..., :H, :W]``.
    """
    height, width = images.shape[2:]
    if height % side == 0 and width % side == 0:
        return images
    return functional.pad(images, (0, -width % side, 0, -height % side), mode="replicate")
