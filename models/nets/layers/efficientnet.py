"""EfficientNet-Lite: a pretrained convolutional encoder without squeeze-excite, with ReLU6.

Structure after Tan and Le (arXiv 1905.11946) in the Lite form that TensorFlow published: inverted
bottlenecks, 3x3 stem of 32 channels, padding "SAME" (at stride 2 the odd row and column lie below and to the
right).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

STEM_CHANNELS = 32
HEAD_CHANNELS = 1280
_NORM_EPSILON = 1e-3
_NORM_MOMENTUM = 0.01
"""TensorFlow's 0.99 in torch's convention."""


@dataclass(frozen=True)
class BlockGroup:
    """Inverted bottlenecks of one width; the first one strides."""

    repeats: int
    channels: int
    stride: int
    kernel_px: int
    expansion: int


LITE0 = (
    BlockGroup(1, 16, 1, 3, 1),
    BlockGroup(2, 24, 2, 3, 6),
    BlockGroup(2, 40, 2, 5, 6),
    BlockGroup(3, 80, 2, 3, 6),
    BlockGroup(3, 112, 1, 5, 6),
    BlockGroup(4, 192, 2, 5, 6),
    BlockGroup(1, 320, 1, 3, 6),
)
"""EfficientNet-Lite0."""

TINY = (
    BlockGroup(1, 16, 1, 3, 1),
    BlockGroup(1, 16, 2, 3, 2),
    BlockGroup(1, 16, 2, 5, 2),
    BlockGroup(1, 16, 2, 3, 2),
    BlockGroup(1, 24, 2, 3, 2),
)
"""The same structure small enough for tests."""


class ConvolutionNorm(nn.Module):
    """Convolution with padding "SAME" and batch norm, with or without ReLU6 behind: (B, C, H, W)."""

    def __init__(
        self,
        channels: int,
        out_channels: int,
        kernel_px: int = 1,
        stride: int = 1,
        *,
        is_depthwise: bool = False,
        is_activated: bool = True,
    ) -> None:
        super().__init__()
        groups = channels if is_depthwise else 1
        padding = kernel_px // 2 if stride == 1 else 0
        self.convolution = nn.Conv2d(
            channels, out_channels, kernel_px, stride, padding, groups=groups, bias=False
        )
        self.norm = nn.BatchNorm2d(out_channels, eps=_NORM_EPSILON, momentum=_NORM_MOMENTUM)
        self.is_activated = is_activated

    def forward(self, x: Tensor) -> Tensor:
        """Features (B, C, H, W) to (B, C', ceil(H / stride), ceil(W / stride))."""
        kernel_px, stride = self.convolution.kernel_size[0], self.convolution.stride[0]
        if stride > 1:
            rows, columns = (_same_padding(side, kernel_px, stride) for side in x.shape[2:])
            x = functional.pad(x, (*columns, *rows))
        normed: Tensor = self.norm(self.convolution(x))
        return functional.relu6(normed) if self.is_activated else normed


class InvertedBottleneck(nn.Module):
    """Expand, depthwise, project; added to the input where both have the same shape."""

    def __init__(self, channels: int, group: BlockGroup, stride: int) -> None:
        super().__init__()
        wide = channels * group.expansion
        self.expand = ConvolutionNorm(channels, wide) if group.expansion > 1 else None
        self.depthwise = ConvolutionNorm(wide, wide, group.kernel_px, stride, is_depthwise=True)
        self.project = ConvolutionNorm(wide, group.channels, is_activated=False)
        self.has_residual = stride == 1 and channels == group.channels

    def forward(self, x: Tensor) -> Tensor:
        """Features (B, C, H, W) to (B, C', H', W')."""
        y = x if self.expand is None else self.expand(x)
        projected: Tensor = self.project(self.depthwise(y))
        return x + projected if self.has_residual else projected


class EfficientNetLite(nn.Module):
    """Features of an image at every stride from 2 to 32.

    Args:
        groups: the inverted bottlenecks; `LITE0` is the published structure.
        has_head: add the pretrained 1x1 map to 1280 channels to the coarsest features.
    """

    def __init__(self, groups: Sequence[BlockGroup] = LITE0, *, has_head: bool = False) -> None:
        super().__init__()
        self.stem = ConvolutionNorm(3, STEM_CHANNELS, 3, 2)
        blocks: list[nn.Module] = []
        channels = STEM_CHANNELS
        ends: list[int] = []
        widths: list[int] = []
        for group in groups:
            if group.stride == 2:
                ends.append(len(blocks))
                widths.append(channels)
            for index in range(group.repeats):
                blocks.append(InvertedBottleneck(channels, group, group.stride if index == 0 else 1))
                channels = group.channels
        self.blocks = nn.ModuleList(blocks)
        self.head = ConvolutionNorm(channels, HEAD_CHANNELS) if has_head else None
        self.widths = (*widths, HEAD_CHANNELS if has_head else channels)
        """Channels at the strides 2, 4, 8, 16 and 32."""
        self._ends = frozenset(ends)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Normalised images (B, 3, H, W) to features (B, C, H/2, W/2), ..., (B, C, H/32, W/32)."""
        return self.after_stem(self.stem(images))

    def after_stem(self, x: Tensor) -> tuple[Tensor, ...]:
        """Features of the stem (B, 32, H/2, W/2) to those that a call returns for the same images."""
        levels = []
        for index, block in enumerate(self.blocks):
            if index in self._ends:
                levels.append(x)
            x = block(x)
        return (*levels, x if self.head is None else self.head(x))


def _same_padding(side_px: int, kernel_px: int, stride: int) -> tuple[int, int]:
    """Zeros before and after a side, so that the output has ceil(side / stride) places."""
    total = max(0, (-(-side_px // stride) - 1) * stride + kernel_px - side_px)
    return total // 2, total - total // 2
