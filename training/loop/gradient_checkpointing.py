"""Gradient checkpointing: heavy stages are computed again in the backward pass instead of being kept.

Source: Chen et al., Training Deep Nets with Sublinear Memory Cost, arXiv:1604.06174 (2016).
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.checkpoint import checkpoint

from models.nets.classification.mambavision import ConvolutionalBlock, TokenBlock
from models.nets.classification.medmamba import ConvScanBlock
from models.nets.layers.convnext import ConvNeXtBlock
from models.nets.layers.cross_scale import CrossScaleMamba
from models.nets.layers.efficientnet import InvertedBottleneck
from models.nets.layers.sweep_mamba import SweepMamba
from models.nets.layers.vss import VSSBlock, VSSLayer
from models.nets.segmentation.dermomamba import EncoderBlock
from models.nets.segmentation.mamba_unet import MambaLayer
from models.nets.segmentation.unet import DoubleConvolution

_HEAVY_STAGES = (
    *(EncoderBlock, CrossScaleMamba, SweepMamba, VSSLayer, VSSBlock, ConvNeXtBlock),
    *(ConvScanBlock, ConvolutionalBlock, TokenBlock, MambaLayer, DoubleConvolution, InvertedBottleneck),
)


@contextmanager
def recomputed_stages(network: nn.Module, *, enabled: bool) -> Iterator[None]:
    """Let the heavy stages of ``network`` keep only their inputs while a loss is computed.

    The gradients are those without it. Batch statistics are taken from the same images both times;
    the running ones are updated by the first computation only.
    """
    stages = outermost_stages(network) if enabled else []
    for stage in stages:
        contexts = partial(_contexts, stage)
        # An attribute of the object hides the method of its class, and is deleted afterwards.
        stage.forward = partial(checkpoint, stage.forward, use_reentrant=False, context_fn=contexts)
    try:
        yield
    finally:
        for stage in stages:
            del stage.forward


def outermost_stages(network: nn.Module) -> list[nn.Module]:
    """The heavy stages that are not part of another one."""
    if isinstance(network, _HEAVY_STAGES):
        return [network]
    return [stage for child in network.children() for stage in outermost_stages(child)]


def _contexts(stage: nn.Module) -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
    return nullcontext(), _statistics_untouched(stage)


@contextmanager
def _statistics_untouched(stage: nn.Module) -> Iterator[None]:
    """Let batch normalisation update copies of its running statistics, which are then forgotten."""
    kept = [
        (norm, name, statistic)
        for norm in stage.modules()
        if isinstance(norm, _BatchNorm) and norm.training
        for name, statistic in norm.named_buffers(recurse=False)
    ]
    for norm, name, statistic in kept:
        setattr(norm, name, statistic.clone())
    try:
        yield
    finally:
        for norm, name, statistic in kept:
            setattr(norm, name, statistic)
